"""WSDiscovery, a client that others wrote, finds the whole farm on the well-known port."""

import ipaddress

import pytest
from wsdiscovery.discovery import ThreadedWSDiscovery
from wsdiscovery.qname import QName
from wsdiscovery.scope import Scope

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


def search(client, farm, count, **wanted):
    """Return the services of this farm by uuid; others may be on the machine.

    Datagrams get lost on a busy machine, so that a client asks again, but not for ever.
    """
    uuids = {camera["uuid"] for camera in farm.cameras}
    found = {}
    for _ in range(8):
        services = client.searchServices(timeout=3, **wanted)
        found |= {service.getEPR().removeprefix("urn:uuid:"): service for service in services}
        if len(uuids & found.keys()) >= count:
            break
    return {uuid: service for uuid, service in found.items() if uuid in uuids}


def test_every_camera_is_found_with_its_name_and_address(client, hundred):
    found = search(client, hundred, 100, types=[TRANSMITTER])
    assert len(found) == 100
    for camera in hundred.cameras:
        service = found[camera["uuid"]]
        assert service.getXAddrs() == [camera["xaddr"]]
        scopes = [scope.getValue() for scope in service.getScopes()]
        assert f"{SCOPES}name/{camera['name']}" in scopes
        assert f"{SCOPES}Profile/Streaming" in scopes


def test_a_scope_finds_the_cameras_that_have_it(client, hundred):
    domes = {camera["uuid"] for camera in hundred.cameras if camera["model"] == "dome-ptz"}
    found = search(client, hundred, len(domes), scopes=[Scope(f"{SCOPES}type/ptz")])
    assert found.keys() == domes
