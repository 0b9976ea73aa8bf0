"""Every registered operation, once as it should be and once as it should not; all judged.

The table is typed by hand, so that an operation that loses its access class, or is registered
without a line here, is found.
"""

import judge
import pytest
from lxml import etree
from outcomes import outcome

from simulator.errors import Fault
from simulator.events.topics import MOTION_ALARM
from simulator.schema.table import load_table
from simulator.services.all import REGISTRY
from simulator.wire.soap.codec import decode, document
from simulator.wire.soap.fault import render

PRE_AUTH = "PRE_AUTH"
READ_SYSTEM = "READ_SYSTEM"
WRITE_SYSTEM = "WRITE_SYSTEM"
READ_MEDIA = "READ_MEDIA"
ACTUATE = "ACTUATE"

MAIN = {"ProfileToken": "profile_main"}
NO_PROFILE = ({"ProfileToken": "nope"}, "Sender/InvalidArgVal/NoProfile")
NO_CONFIG = ({"ConfigurationToken": "nope"}, "Sender/InvalidArgVal/NoConfig")
SURPLUS = ("a child that the schema does not know", "Sender/InvalidArgs")
NO_SUBSCRIPTION = (
    "an endpoint reference that is not there",
    "Receiver/{http://docs.oasis-open.org/wsrf/r-2}ResourceUnknownFault",
)
PAN_TILT = "http://www.onvif.org/ver10/tptz/PanTiltSpaces/"
UNICAST = {"Stream": "RTP-Unicast", "Transport": {"Protocol": "RTSP"}}
MULTICAST = {"Stream": "RTP-Multicast", "Transport": {"Protocol": "UDP"}}
CLOCK = {
    "DateTimeType": "Manual",
    "DaylightSavings": False,
    "TimeZone": {"TZ": "CET-1CEST,M3.5.0,M10.5.0/3"},
    "UTCDateTime": {
        "Time": {"Hour": 12, "Minute": 30, "Second": 59},
        "Date": {"Year": 2030, "Month": 2, "Day": 28},
    },
}
FEBRUARY_30 = {**CLOCK["UTCDateTime"], "Date": {"Year": 2030, "Month": 2, "Day": 30}}


def user(name, password, level="User"):
    return {"User": [{"Username": name, "Password": password, "UserLevel": level}]}


def pan_tilt(x, y, **space):
    return {"PanTilt": {"@x": x, "@y": y, **space}}


def ptz_configuration(**changes):
    return {
        "PTZConfiguration": {
            "@token": "ptz_1",
            "Name": "dome",
            "UseCount": 2,
            "NodeToken": "ptz_node_1",
            **changes,
        },
        "ForcePersistence": True,
    }


CASES = {
    "device": {
        "GetServices": (PRE_AUTH, {"IncludeCapability": True}, b"", "Sender/InvalidArgs"),
        "GetServiceCapabilities": (PRE_AUTH, {}, *SURPLUS),
        "GetCapabilities": (
            PRE_AUTH,
            {"Category": ["All"]},
            {"Category": ["Imaging"]},
            "Receiver/ActionNotSupported/NoSuchService",
        ),
        "GetDeviceInformation": (READ_SYSTEM, {}, *SURPLUS),
        "GetWsdlUrl": (PRE_AUTH, {}, *SURPLUS),
        "GetEndpointReference": (PRE_AUTH, {}, *SURPLUS),
        "GetSystemDateAndTime": (PRE_AUTH, {}, *SURPLUS),
        "SetSystemDateAndTime": (
            WRITE_SYSTEM,
            CLOCK,
            {**CLOCK, "UTCDateTime": FEBRUARY_30},
            "Sender/InvalidArgVal/InvalidDateTime",
        ),
        "SystemReboot": ("UNRECOVERABLE", {}, *SURPLUS),
        "SetSystemFactoryDefault": (
            "UNRECOVERABLE",
            {"FactoryDefault": "Soft"},
            b"<FactoryDefault>Medium</FactoryDefault>",
            "Sender/InvalidArgVal",
        ),
        "GetUsers": ("READ_SYSTEM_SECRET", {}, *SURPLUS),
        "CreateUsers": (
            WRITE_SYSTEM,
            user("new", "secret"),
            user("admin", "secret"),
            "Sender/OperationProhibited/UsernameClash",
        ),
        "SetUser": (
            WRITE_SYSTEM,
            user("guest", "other"),
            user("nobody", "other"),
            "Sender/InvalidArgVal/UsernameMissing",
        ),
        "DeleteUsers": (
            WRITE_SYSTEM,
            {"Username": ["guest"]},
            {"Username": ["admin"]},
            "Sender/InvalidArgVal/FixedUser",
        ),
        "GetScopes": (READ_SYSTEM, {}, *SURPLUS),
        "SetScopes": (
            WRITE_SYSTEM,
            {"Scopes": ["onvif://www.onvif.org/name/new"]},
            {"Scopes": [f"onvif://www.onvif.org/name/{i}" for i in range(99)]},
            "Receiver/Action/TooManyScopes",
        ),
        "AddScopes": (
            WRITE_SYSTEM,
            {"ScopeItem": ["onvif://www.onvif.org/location/door"]},
            {"ScopeItem": [f"onvif://www.onvif.org/name/{i}" for i in range(99)]},
            "Receiver/Action/TooManyScopes",
        ),
        "RemoveScopes": (
            WRITE_SYSTEM,
            {"ScopeItem": ["onvif://www.onvif.org/name/cam-001"]},
            {"ScopeItem": ["onvif://www.onvif.org/type/ptz"]},
            "Sender/OperationProhibited/FixedScope",
        ),
        "GetDiscoveryMode": (READ_SYSTEM, {}, *SURPLUS),
        "SetDiscoveryMode": (
            WRITE_SYSTEM,
            {"DiscoveryMode": "NonDiscoverable"},
            b"<DiscoveryMode>Shy</DiscoveryMode>",
            "Sender/InvalidArgVal",
        ),
        "GetHostname": (PRE_AUTH, {}, *SURPLUS),
        "SetHostname": (
            WRITE_SYSTEM,
            {"Name": "porch-2"},
            {"Name": "no_such host"},
            "Sender/InvalidArgVal/InvalidHostname",
        ),
        "GetDNS": (READ_SYSTEM, {}, *SURPLUS),
        "SetDNS": (
            WRITE_SYSTEM,
            {"FromDHCP": False, "DNSManual": [{"Type": "IPv4", "IPv4Address": "9.9.9.9"}]},
            {"FromDHCP": False, "DNSManual": [{"Type": "IPv4", "IPv4Address": "9.9.9"}]},
            "Sender/InvalidArgVal/InvalidIPv4Address",
        ),
        "GetNTP": (READ_SYSTEM, {}, *SURPLUS),
        "SetNTP": (
            WRITE_SYSTEM,
            {"FromDHCP": False, "NTPManual": [{"Type": "DNS", "DNSname": "pool.ntp.org"}]},
            {"FromDHCP": False, "NTPManual": [{"Type": "DNS", "DNSname": "-"}]},
            "Sender/InvalidArgVal/InvalidDnsName",
        ),
        "GetNetworkDefaultGateway": (READ_SYSTEM, {}, *SURPLUS),
        "SetNetworkDefaultGateway": (
            WRITE_SYSTEM,
            {"IPv4Address": ["10.0.0.1"]},
            {"IPv4Address": ["224.0.0.1"]},
            "Sender/InvalidArgVal/InvalidGatewayAddress",
        ),
        "GetNetworkInterfaces": (READ_SYSTEM, {}, *SURPLUS),
        "GetNetworkProtocols": (READ_SYSTEM, {}, *SURPLUS),
    },
    "media": {
        "GetServiceCapabilities": (PRE_AUTH, {}, *SURPLUS),
        "GetVideoSources": (READ_MEDIA, {}, *SURPLUS),
        "GetProfiles": (READ_MEDIA, {}, *SURPLUS),
        "GetProfile": (READ_MEDIA, MAIN, *NO_PROFILE),
        "GetVideoSourceConfigurations": (READ_MEDIA, {}, *SURPLUS),
        "GetVideoSourceConfiguration": (READ_MEDIA, {"ConfigurationToken": "vsc_1"}, *NO_CONFIG),
        "GetCompatibleVideoSourceConfigurations": (READ_MEDIA, MAIN, *NO_PROFILE),
        "GetVideoSourceConfigurationOptions": (READ_MEDIA, {}, *NO_CONFIG),
        "GetVideoEncoderConfigurations": (READ_MEDIA, {}, *SURPLUS),
        "GetVideoEncoderConfiguration": (
            READ_MEDIA,
            {"ConfigurationToken": "encoder_sub"},
            *NO_CONFIG,
        ),
        "GetCompatibleVideoEncoderConfigurations": (READ_MEDIA, MAIN, *NO_PROFILE),
        "GetVideoEncoderConfigurationOptions": (READ_MEDIA, {}, *NO_PROFILE),
        "GetGuaranteedNumberOfVideoEncoderInstances": (
            READ_MEDIA,
            {"ConfigurationToken": "vsc_1"},
            *NO_CONFIG,
        ),
        "GetStreamUri": (
            READ_MEDIA,
            {**MAIN, "StreamSetup": UNICAST},
            {**MAIN, "StreamSetup": MULTICAST},
            "Sender/InvalidArgVal/InvalidStreamSetup",
        ),
        "GetSnapshotUri": (READ_MEDIA, MAIN, *NO_PROFILE),
        "SetSynchronizationPoint": (ACTUATE, MAIN, *NO_PROFILE),
    },
    "media2": {
        "GetServiceCapabilities": (PRE_AUTH, {}, *SURPLUS),
        "GetProfiles": (
            READ_MEDIA,
            {"Type": ["All"]},
            {"Token": "nope"},
            "Sender/InvalidArgVal/NoProfile",
        ),
        "GetVideoSourceConfigurations": (READ_MEDIA, {}, *NO_CONFIG),
        "GetVideoSourceConfigurationOptions": (READ_MEDIA, {}, *NO_PROFILE),
        "GetVideoEncoderConfigurations": (READ_MEDIA, MAIN, *NO_CONFIG),
        "GetVideoEncoderConfigurationOptions": (READ_MEDIA, {}, *NO_CONFIG),
        "GetVideoEncoderInstances": (READ_MEDIA, {"ConfigurationToken": "vsc_1"}, *NO_CONFIG),
        "GetStreamUri": (
            READ_MEDIA,
            {**MAIN, "Protocol": "RtspUnicast"},
            {**MAIN, "Protocol": "RtspMulticast"},
            "Sender/InvalidArgVal/InvalidStreamSetup",
        ),
        "GetSnapshotUri": (READ_MEDIA, MAIN, *NO_PROFILE),
        "SetSynchronizationPoint": (ACTUATE, MAIN, *NO_PROFILE),
    },
    "events": {
        "GetServiceCapabilities": (PRE_AUTH, {}, *SURPLUS),
        "GetEventProperties": (READ_MEDIA, {}, *SURPLUS),
        "CreatePullPointSubscription": (
            READ_MEDIA,
            {"InitialTerminationTime": "PT60S"},
            {"InitialTerminationTime": "2001-01-01T00:00:00Z"},
            "Receiver/{http://docs.oasis-open.org/wsn/b-2}UnacceptableInitialTerminationTimeFault",
        ),
        "PullMessages": (
            READ_MEDIA,
            {"Timeout": 5.0, "MessageLimit": 10},
            {"Timeout": 5000.0, "MessageLimit": 10},
            "Receiver/{http://www.onvif.org/ver10/events/wsdl}PullMessagesFaultResponse",
        ),
        "SetSynchronizationPoint": (READ_MEDIA, {}, *NO_SUBSCRIPTION),
        "Renew": (
            READ_MEDIA,
            {"TerminationTime": "PT2M"},
            {"TerminationTime": "P900D"},
            "Receiver/{http://docs.oasis-open.org/wsn/b-2}UnacceptableTerminationTimeFault",
        ),
        "Unsubscribe": (READ_MEDIA, {}, *NO_SUBSCRIPTION),
    },
    "ptz": {
        "GetServiceCapabilities": (PRE_AUTH, {}, *SURPLUS),
        "GetNodes": (READ_MEDIA, {}, *SURPLUS),
        "GetNode": (
            READ_MEDIA,
            {"NodeToken": "ptz_node_1"},
            {"NodeToken": "nope"},
            "Sender/InvalidArgVal/NoEntity",
        ),
        "GetConfigurations": (READ_MEDIA, {}, *SURPLUS),
        "GetConfiguration": (
            READ_MEDIA,
            {"PTZConfigurationToken": "ptz_1"},
            {"PTZConfigurationToken": "nope"},
            "Sender/InvalidArgVal/NoConfig",
        ),
        "GetCompatibleConfigurations": (READ_MEDIA, MAIN, *NO_PROFILE),
        "GetConfigurationOptions": (READ_MEDIA, {"ConfigurationToken": "ptz_1"}, *NO_CONFIG),
        "SetConfiguration": (
            ACTUATE,
            ptz_configuration(DefaultPTZTimeout=10.0),
            ptz_configuration(NodeToken="other"),
            "Sender/InvalidArgVal/ConfigModify",
        ),
        "AbsoluteMove": (
            ACTUATE,
            {**MAIN, "Position": pan_tilt(0.1, 0.2)},
            {**MAIN, "Position": pan_tilt(1.1, 0.2)},
            "Sender/InvalidArgVal/InvalidPosition",
        ),
        "RelativeMove": (
            ACTUATE,
            {**MAIN, "Translation": pan_tilt(0.1, 0.2)},
            {**MAIN, "Translation": pan_tilt(0.1, -1.2)},
            "Sender/InvalidArgVal/InvalidTranslation",
        ),
        "ContinuousMove": (
            ACTUATE,
            {**MAIN, "Velocity": pan_tilt(0.1, 0.2), "Timeout": 2.0},
            {**MAIN, "Velocity": pan_tilt(0.1, 0.2), "Timeout": 9999.0},
            "Sender/InvalidArgVal/TimeoutNotSupported",
        ),
        "Stop": (ACTUATE, MAIN, *NO_PROFILE),
        "GetStatus": (READ_MEDIA, MAIN, *NO_PROFILE),
        "GetPresets": (READ_MEDIA, MAIN, *NO_PROFILE),
        "SetPreset": (
            ACTUATE,
            {**MAIN, "PresetName": "gate"},
            {**MAIN, "PresetToken": "nope"},
            "Sender/InvalidArgVal/NoToken",
        ),
        "GotoPreset": (
            ACTUATE,
            {**MAIN, "PresetToken": "preset_1"},
            {**MAIN, "PresetToken": "nope"},
            "Sender/InvalidArgVal/NoToken",
        ),
        "RemovePreset": (
            ACTUATE,
            {**MAIN, "PresetToken": "preset_1"},
            {**MAIN, "PresetToken": "nope"},
            "Sender/InvalidArgVal/NoToken",
        ),
        "GotoHomePosition": (
            ACTUATE,
            MAIN,
            {**MAIN, "Speed": pan_tilt(0.5, 0.5, **{"@space": f"{PAN_TILT}SpeedSpaceFOV"})},
            "Sender/InvalidArgVal/SpaceNotSupported",
        ),
        "SetHomePosition": (ACTUATE, MAIN, *NO_PROFILE),
    },
}
ALL = [(service, name) for service, cases in CASES.items() for name in cases]


@pytest.fixture
def path(rig):
    """Give the camera something to act on; return the path of a subscription."""
    rig.ask("device", "CreateUsers", user("guest", "secret"))
    rig.ask("ptz", "SetPreset", {**MAIN, "PresetName": "door"})
    rig.camera.broker.publish(MOTION_ALARM, rig.utc, {"Source": "source_1"}, {"State": True})
    answer = rig.ask("events", "CreatePullPointSubscription")
    address = answer["SubscriptionReference"]["Address"]["#text"]
    return address.removeprefix("http://127.0.0.1:8000")


def test_the_table_is_complete():
    registered = {(one.name, name) for one in REGISTRY.services for name in one.operations}
    assert registered == set(ALL)


@pytest.mark.parametrize(("service", "name"), ALL)
def test_access(rig, service, name):
    assert rig.registered(service, name).access.value == CASES[service][name][0]


@pytest.mark.parametrize(("service", "name"), ALL)
def test_a_good_request_is_answered(rig, path, service, name):
    _, request, _, _ = CASES[service][name]
    where = {"path": path} if service == "events" else {}
    later = rig.begin(service, name, request, **where)
    outcome(later)


@pytest.mark.parametrize(("service", "name"), ALL)
def test_a_bad_request_is_refused_by_name(rig, path, service, name):
    _, good, bad, fault = CASES[service][name]
    before = rig.state
    if isinstance(bad, dict):
        where = {"path": path} if service == "events" else {}
        assert rig.refused(service, name, bad, **where) == fault
    elif bad == NO_SUBSCRIPTION[0]:
        nowhere = "/onvif/subscription/0"
        assert rig.refused(service, name, good, path=nowhere) == fault
    else:
        assert refused_by_the_decoder(rig.registered(service, name).operation, bad) == fault
    assert rig.state is before


def refused_by_the_decoder(operation, children):
    """Decode a request that the encoder would not write; return the fault's names."""
    name = etree.QName(operation.input)
    element = etree.Element(name, nsmap={None: name.namespace})
    if isinstance(children, bytes):
        text = b'<a xmlns="%s">%s</a>' % (name.namespace.encode(), children)
        element.extend(etree.fromstring(text))
    elif children:
        etree.SubElement(element, f"{{{name.namespace}}}Surplus")
    with pytest.raises(Fault) as raised:
        decode(etree.fromstring(etree.tostring(element)))
    judge.validate_envelope(render(None, raised.value)[1])
    return "/".join((raised.value.code, *raised.value.subcodes))


@pytest.mark.parametrize("model", ["bullet", "legacy-s", "dome-ptz"])
def test_reads_of_every_model(make_rig, model):
    """A read without parameters succeeds on every camera that offers it."""
    rig = make_rig(model)
    asked = 0
    for service in REGISTRY.services_of(rig.camera):
        for name, (_, request, _, _) in CASES[service.name].items():
            if name.startswith("Get") and not request:
                rig.ask(service.name, name)
                asked += 1
    assert asked > 20


def test_fixed_cameras_have_no_ptz_and_old_ones_no_media2(make_rig):
    def names(model):
        return {service.name for service in REGISTRY.services_of(make_rig(model).camera)}

    assert names("bullet") == {"device", "media", "media2", "events"}
    assert names("legacy-s") == {"device", "media", "events"}
    assert names("dome-ptz") == {"device", "media", "media2", "events", "ptz"}


def test_the_registry_finds_operations_by_their_body_element(rig, make_rig):
    move = load_table().operation("http://www.onvif.org/ver20/ptz/wsdl", "AbsoluteMove")
    assert REGISTRY.find(rig.camera, move.input).operation == move
    assert REGISTRY.find(make_rig("bullet").camera, move.input) is None
    assert document(move.input, {**MAIN, "Position": {}})
