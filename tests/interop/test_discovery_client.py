"""WSDiscovery, a client that others wrote, finds the whole farm on the well-known port."""

import ipaddress

import pytest
from wsdiscovery.discovery import ThreadedWSDiscovery
from wsdiscovery.qname import QName
from wsdiscovery.scope import Scope

pytestmark = pytest.mark.xdist_group("hundred")

TRANSMITTER = QName("http://www.onvif.org/ver10/network/wsdl", "NetworkVideoTransmitter")
SCOPES = "onvif://www.onvif.org/"


@pytest.fixture
def client():
    discovery = ThreadedWSDiscovery()
    discovery.start()
    # By itself the client leaves loopback out.
    discovery.addSourceAddr(ipaddress.ip_address("127.0.0.1"))
    yield discovery
    discovery.stop()


def ours(services, farm):
    """Return the services of this farm by uuid; others may be on the machine."""
    uuids = {camera["uuid"] for camera in farm.cameras}
    found = {service.getEPR().removeprefix("urn:uuid:"): service for service in services}
    return {uuid: service for uuid, service in found.items() if uuid in uuids}


def test_every_camera_is_found_with_its_name_and_address(client, hundred):
    found = ours(client.searchServices(types=[TRANSMITTER], timeout=4), hundred)
    assert len(found) == 100
    for camera in hundred.cameras:
        service = found[camera["uuid"]]
        assert service.getXAddrs() == [camera["xaddr"]]
        scopes = [scope.getValue() for scope in service.getScopes()]
        assert f"{SCOPES}name/{camera['name']}" in scopes
        assert f"{SCOPES}Profile/Streaming" in scopes


def test_a_scope_finds_the_cameras_that_have_it(client, hundred):
    domes = {camera["uuid"] for camera in hundred.cameras if camera["model"] == "dome-ptz"}
    wanted = [Scope(f"{SCOPES}type/ptz")]
    assert ours(client.searchServices(scopes=wanted, timeout=3), hundred).keys() == domes
