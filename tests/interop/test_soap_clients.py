"""requests and zeep speak to cameras by nothing but the published descriptions."""

import datetime

import pytest
import requests
import zeep
from judge import wsdl_root
from requests.auth import HTTPBasicAuth, HTTPDigestAuth
from soap_client import Soap, find
from zeep.transports import Transport
from zeep.wsse.username import UsernameToken

from simulator.config.catalog import camera_model

SERVICES = {
    "http://www.onvif.org/ver10/device/wsdl": "ver10/device/wsdl/devicemgmt.wsdl",
    "http://www.onvif.org/ver10/media/wsdl": "ver10/media/wsdl/media.wsdl",
    "http://www.onvif.org/ver20/media/wsdl": "ver20/media/wsdl/media.wsdl",
    "http://www.onvif.org/ver10/events/wsdl": "ver10/events/wsdl/event.wsdl",
    "http://www.onvif.org/ver20/ptz/wsdl": "ver20/ptz/wsdl/ptz.wsdl",
}
BINDINGS = {
    "http://www.onvif.org/ver10/device/wsdl": "DeviceBinding",
    "http://www.onvif.org/ver10/media/wsdl": "MediaBinding",
    "http://www.onvif.org/ver20/media/wsdl": "Media2Binding",
    "http://www.onvif.org/ver10/events/wsdl": "EventBinding",
    "http://www.onvif.org/ver20/ptz/wsdl": "PTZBinding",
}
DEVICE = "http://www.onvif.org/ver10/device/wsdl"


@pytest.fixture(scope="module")
def descriptions():
    """zeep's reading of each WSDL file, made once."""
    return {namespace: zeep.Client(str(wsdl_root() / file)) for namespace, file in SERVICES.items()}


@pytest.fixture
def speak(descriptions):
    """Return a proxy of one service of a camera: ``speak(camera, namespace, xaddr, digest)``."""

    def proxy(camera, namespace, xaddr, digest):
        client = descriptions[namespace]
        session = requests.Session()
        credentials = camera["username"], camera["password"]
        session.auth = HTTPDigestAuth(*credentials) if digest else None
        client.transport = Transport(session=session, timeout=30, operation_timeout=30)
        client.wsse = None if digest else UsernameToken(*credentials, use_digest=True)
        return client.create_service(f"{{{namespace}}}{BINDINGS[namespace]}", xaddr)

    return proxy


@pytest.mark.parametrize("digest", [True, False], ids=["digest", "username-token"])
@pytest.mark.parametrize("kind", ["dome", "bullet", "large", "old"])
def test_zeep_asks_every_service_by_its_wsdl(speak, one_of_each, kind, digest):
    camera = one_of_each[kind]
    device = speak(camera, DEVICE, camera["xaddr"], digest)
    clock = device.GetSystemDateAndTime()
    shown = clock.UTCDateTime.Date
    today = datetime.datetime.now(datetime.UTC).date()
    assert abs(datetime.date(shown.Year, shown.Month, shown.Day) - today).days <= 1
    assert device.GetDeviceInformation().Model == camera_model(camera["model"]).model
    offered = {service.Namespace: service.XAddr for service in device.GetServices(False)}
    assert offered.keys() <= SERVICES.keys()
    expected = SERVICES.keys() - (
        {"http://www.onvif.org/ver20/media/wsdl"} if camera["model"] == "legacy-s" else set()
    )
    if camera["model"] != "dome-ptz":
        expected -= {"http://www.onvif.org/ver20/ptz/wsdl"}
    assert offered.keys() == expected
    tokens = [profile["token"] for profile in camera["profiles"]]
    for namespace, xaddr in offered.items():
        service = speak(camera, namespace, xaddr, digest)
        assert service.GetServiceCapabilities() is not None
        if "media" in namespace:
            assert [profile.token for profile in service.GetProfiles()] == tokens
        if "ver20/media" in namespace:
            uri = service.GetStreamUri(Protocol="RTSP", ProfileToken=tokens[0])
            assert uri == camera["profiles"][0]["rtsp_url"]
    assert device.GetCapabilities(Category="All").Media.XAddr in offered.values()


def test_requests_logs_in_with_digest_and_everything_is_valid(hundred):
    for camera in hundred.cameras:
        answer = Soap(camera).ask("<tds:GetDeviceInformation/>")
        assert find(answer, "tds:Model").text == camera_model(camera["model"]).model
        serials = find(answer, "tds:SerialNumber").text
        assert serials


def test_snapshots_ask_for_credentials_and_take_basic_where_it_is_offered(one_of_each):
    legacy, dome = one_of_each["old"], one_of_each["dome"]
    basic = HTTPBasicAuth("admin", "camfarm")
    for camera, auth, status in [(legacy, None, 401), (legacy, basic, 200), (dome, basic, 401)]:
        url = camera["profiles"][1]["snapshot_url"]
        assert requests.get(url, auth=auth, timeout=30).status_code == status
