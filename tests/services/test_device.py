import datetime

import pytest
from lxml import etree

from simulator.config.model import ClockSpec
from simulator.device.users import User, UserLevel
from simulator.wire.soap.codec import decode

BASE = "http://127.0.0.1:8000"


def clock_request(**changes):
    return {
        "DateTimeType": "Manual",
        "DaylightSavings": True,
        "UTCDateTime": {
            "Time": {"Hour": 9, "Minute": 8, "Second": 7},
            "Date": {"Year": 2031, "Month": 7, "Day": 1},
        },
        **changes,
    }


def moment_of(value):
    date, time = value["Date"], value["Time"]
    return datetime.datetime(
        date["Year"], date["Month"], date["Day"], time["Hour"], time["Minute"], time["Second"]
    )


def ntp(*hosts):
    return {"FromDHCP": False, "NTPManual": [{"Type": "DNS", "DNSname": host} for host in hosts]}


def test_the_services_are_those_of_the_camera(rig, make_rig):
    def addresses(rig):
        services = rig.ask("device", "GetServices", {"IncludeCapability": False})["Service"]
        assert all("Capabilities" not in service for service in services)
        return {service["Namespace"]: service["XAddr"] for service in services}

    assert addresses(rig) == {
        "http://www.onvif.org/ver10/device/wsdl": f"{BASE}/onvif/device_service",
        "http://www.onvif.org/ver10/media/wsdl": f"{BASE}/onvif/media_service",
        "http://www.onvif.org/ver20/media/wsdl": f"{BASE}/onvif/media2_service",
        "http://www.onvif.org/ver10/events/wsdl": f"{BASE}/onvif/event_service",
        "http://www.onvif.org/ver20/ptz/wsdl": f"{BASE}/onvif/ptz_service",
    }
    assert "http://www.onvif.org/ver20/media/wsdl" not in addresses(make_rig("legacy-s"))
    assert "http://www.onvif.org/ver20/ptz/wsdl" not in addresses(make_rig("bullet"))


def test_addresses_begin_with_what_the_client_used(rig):
    request = {"IncludeCapability": False}
    answer = rig.ask("device", "GetServices", request, base_url="http://cam.example:81")
    assert all(one["XAddr"].startswith("http://cam.example:81/") for one in answer["Service"])


def test_the_capabilities_in_get_services_are_those_of_each_service(rig):
    by_namespace = {
        "http://www.onvif.org/ver10/device/wsdl": "device",
        "http://www.onvif.org/ver10/media/wsdl": "media",
        "http://www.onvif.org/ver20/media/wsdl": "media2",
        "http://www.onvif.org/ver10/events/wsdl": "events",
        "http://www.onvif.org/ver20/ptz/wsdl": "ptz",
    }
    for one in rig.ask("device", "GetServices", {"IncludeCapability": True})["Service"]:
        [element] = one["Capabilities"]["#any"]
        assert etree.QName(element).namespace == one["Namespace"]
        own = rig.ask(by_namespace[one["Namespace"]], "GetServiceCapabilities")
        assert decode(element) == own["Capabilities"]


def test_get_capabilities_agrees_with_get_services(rig, bullet):
    def compare(rig, present):
        categories = rig.ask("device", "GetCapabilities")["Capabilities"]
        assert set(categories) == present
        listed = rig.ask("device", "GetServices", {"IncludeCapability": False})["Service"]
        assert {one["XAddr"] for one in categories.values()} <= {one["XAddr"] for one in listed}

    compare(rig, {"Device", "Events", "Media", "PTZ"})
    compare(bullet, {"Device", "Events", "Media"})


def test_one_category_alone(rig, bullet):
    answer = rig.ask("device", "GetCapabilities", {"Category": ["PTZ"]})["Capabilities"]
    assert answer == {"PTZ": {"XAddr": f"{BASE}/onvif/ptz_service"}}
    refused = bullet.refused("device", "GetCapabilities", {"Category": ["PTZ"]})
    assert refused == "Receiver/ActionNotSupported/NoSuchService"


def test_security_capabilities_are_the_login_policy(rig):
    security = rig.ask("device", "GetServiceCapabilities")["Capabilities"]["Security"]
    policy = rig.camera.model.auth
    assert security["@HttpDigest"] is ("digest" in policy.schemes)
    assert security["@UsernameToken"] is ("username_token" in policy.schemes)
    assert tuple(security["@HashingAlgorithms"]) == policy.algorithms
    assert security["@MaxUsers"] == rig.camera.model.limits.users


def test_identity(rig):
    answer = rig.ask("device", "GetDeviceInformation")
    model = rig.camera.model
    assert (answer["Manufacturer"], answer["Model"]) == (model.manufacturer, model.model)
    assert answer["SerialNumber"] == rig.camera.uuid[-12:].upper()
    assert rig.ask("device", "GetEndpointReference") == {"GUID": f"urn:uuid:{rig.camera.uuid}"}


def test_the_clock_runs(rig):
    def shown():
        return moment_of(
            rig.ask("device", "GetSystemDateAndTime")["SystemDateAndTime"]["UTCDateTime"]
        )

    before = shown()
    rig.clock.advance(90.0)
    assert (shown() - before).total_seconds() == 90


def test_a_skewed_clock_shows_its_own_time(make_rig):
    rig = make_rig(clock=ClockSpec(skew=3600.0))
    shown = rig.ask("device", "GetSystemDateAndTime")["SystemDateAndTime"]["UTCDateTime"]
    expected = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=1_790_000_000 + 4600)
    assert moment_of(shown) == expected


def test_setting_the_clock_by_hand(rig):
    zone = {"TimeZone": {"TZ": "CET-1CEST,M3.5.0,M10.5.0/3"}}
    rig.ask("device", "SetSystemDateAndTime", clock_request(**zone))
    rig.clock.advance(10.0)
    answer = rig.ask("device", "GetSystemDateAndTime")["SystemDateAndTime"]
    assert answer["DateTimeType"] == "Manual"
    assert answer["TimeZone"] == zone["TimeZone"]
    assert moment_of(answer["UTCDateTime"]) == datetime.datetime(2031, 7, 1, 9, 8, 17)
    assert moment_of(answer["LocalDateTime"]) == datetime.datetime(2031, 7, 1, 11, 8, 17)
    rig.ask("device", "SetSystemDateAndTime", clock_request(DaylightSavings=False))
    answer = rig.ask("device", "GetSystemDateAndTime")["SystemDateAndTime"]
    assert answer["TimeZone"] == zone["TimeZone"]
    assert moment_of(answer["LocalDateTime"]) == datetime.datetime(2031, 7, 1, 10, 8, 7)
    assert rig.state.operating.last_clock_synchronization == pytest.approx(rig.utc)


def test_ntp_sets_the_clock_to_the_worlds_time(make_rig):
    rig = make_rig(clock=ClockSpec(skew=-500.0))
    request = {"DateTimeType": "NTP", "DaylightSavings": False}
    refused = rig.refused("device", "SetSystemDateAndTime", request)
    assert refused == "Sender/InvalidArgVal/NtpServerUndefined"
    rig.ask("device", "SetNTP", ntp("pool.ntp.org"))
    rig.ask("device", "SetSystemDateAndTime", request)
    assert rig.utc == pytest.approx(1_790_000_000 + rig.now)
    refused = rig.refused("device", "SetNTP", ntp())
    assert refused == "Sender/InvalidArgVal/TimeSyncedToNtp"


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"TimeZone": {"TZ": "Europe/Berlin"}}, "InvalidTimeZone"),
        ({"UTCDateTime": None}, "InvalidDateTime"),
        (
            {
                "UTCDateTime": {
                    "Time": {"Hour": 25, "Minute": 0, "Second": 0},
                    "Date": {"Year": 2031, "Month": 1, "Day": 1},
                }
            },
            "InvalidDateTime",
        ),
        (
            {
                "UTCDateTime": {
                    "Time": {"Hour": 5, "Minute": 0, "Second": 0},
                    "Date": {"Year": 1931, "Month": 1, "Day": 1},
                }
            },
            "InvalidDateTime",
        ),
    ],
)
def test_clocks_that_cannot_be_set(rig, changes, fault):
    before = rig.utc
    refused = rig.refused("device", "SetSystemDateAndTime", clock_request(**changes))
    assert refused == f"Sender/InvalidArgVal/{fault}"
    assert rig.utc == before


def test_reboot_is_asked_for(rig):
    answer = rig.ask("device", "SystemReboot")
    assert answer["Message"]
    assert rig.reboots == [rig.now]


@pytest.mark.parametrize(("kind", "hostname"), [("Soft", "porch"), ("Hard", "cam-001")])
def test_factory_default(rig, kind, hostname):
    rig.ask("device", "SetHostname", {"Name": "porch"})
    rig.ask("device", "AddScopes", {"ScopeItem": ["onvif://www.onvif.org/location/door"]})
    rig.ask("device", "SetSystemFactoryDefault", {"FactoryDefault": kind})
    assert rig.reboots == [rig.now]
    assert rig.state.network.hostname == hostname
    assert rig.state.scopes == rig.store.birth.scopes
    assert rig.state.operating.last_reset == rig.utc


def accounts(*users):
    return {
        "User": [
            {"Username": name, "Password": password, "UserLevel": level}
            for name, password, level in users
        ]
    }


def test_the_life_of_a_user(rig):
    rig.ask("device", "CreateUsers", accounts(("anna", "a1", "Operator"), ("ben", "b1", "User")))
    assert rig.state.users[1:] == (
        User("anna", "a1", UserLevel.OPERATOR),
        User("ben", "b1", UserLevel.USER),
    )
    listed = rig.ask("device", "GetUsers")["User"]
    assert listed[1] == {"Username": "anna", "UserLevel": "Operator"}
    rig.ask("device", "SetUser", accounts(("anna", None, "User")))
    assert rig.state.users[1] == User("anna", "a1", UserLevel.USER)
    rig.ask("device", "SetUser", accounts(("anna", "a2", "User")))
    assert rig.state.users[1].password == "a2"
    rig.ask("device", "DeleteUsers", {"Username": ["anna", "ben"]})
    assert [user.name for user in rig.state.users] == ["admin"]


@pytest.mark.parametrize(
    ("users", "fault"),
    [
        ([("admin", "x", "User")], "Sender/OperationProhibited/UsernameClash"),
        ([("a", "x", "User"), ("a", "y", "User")], "Sender/OperationProhibited/UsernameClash"),
        ([("", "x", "User")], "Sender/OperationProhibited/UsernameTooShort"),
        ([("a" * 65, "x", "User")], "Sender/OperationProhibited/UsernameTooLong"),
        ([("a", "x" * 65, "User")], "Sender/OperationProhibited/PasswordTooLong"),
        ([("a", None, "User")], "Sender/OperationProhibited/Password"),
        ([("a", "x", "Anonymous")], "Sender/OperationProhibited/AnonymousNotAllowed"),
        ([("a", "x", "Extended")], "Sender/InvalidArgVal"),
        (
            [("good", "x", "User")] + [(f"u{i}", "x", "User") for i in range(20)],
            "Receiver/Action/TooManyUsers",
        ),
    ],
)
def test_users_that_cannot_be_created(rig, users, fault):
    assert rig.refused("device", "CreateUsers", accounts(*users)) == fault
    assert len(rig.state.users) == 1


def test_somebody_stays_administrator(rig):
    fixed = "Sender/InvalidArgVal/FixedUser"
    assert rig.refused("device", "SetUser", accounts(("admin", None, "User"))) == fixed
    assert rig.refused("device", "DeleteUsers", {"Username": ["admin"]}) == fixed
    rig.ask("device", "CreateUsers", accounts(("boss", "x", "Administrator")))
    rig.ask("device", "DeleteUsers", {"Username": ["admin"]})
    assert [user.name for user in rig.state.users] == ["boss"]


def test_all_users_of_a_request_or_none(rig):
    request = accounts(("admin", "new", "Administrator"), ("nobody", "x", "User"))
    assert rig.refused("device", "SetUser", request) == "Sender/InvalidArgVal/UsernameMissing"
    assert rig.state.users[0].password == "camfarm"


def scopes(rig, kind):
    listed = rig.ask("device", "GetScopes")["Scopes"]
    return [scope["ScopeItem"] for scope in listed if scope["ScopeDef"] == kind]


def test_scopes(rig):
    root = "onvif://www.onvif.org/"
    fixed = scopes(rig, "Fixed")
    rig.ask("device", "SetScopes", {"Scopes": [f"{root}name/a", f"{root}location/b"]})
    assert scopes(rig, "Configurable") == [f"{root}name/a", f"{root}location/b"]
    rig.ask("device", "AddScopes", {"ScopeItem": [f"{root}name/a", f"{root}location/c", fixed[0]]})
    removed = rig.ask("device", "RemoveScopes", {"ScopeItem": [f"{root}location/b"]})
    assert removed == {"ScopeItem": [f"{root}location/b"]}
    assert scopes(rig, "Configurable") == [f"{root}name/a", f"{root}location/c"]
    assert scopes(rig, "Fixed") == fixed
    request = {"ScopeItem": [f"{root}name/a", f"{root}location/b"]}
    assert rig.refused("device", "RemoveScopes", request) == "Sender/InvalidArgVal/NoScope"
    assert scopes(rig, "Configurable") == [f"{root}name/a", f"{root}location/c"]


@pytest.mark.parametrize("item", ["", "no-scheme", "onvif://www.onvif.org/name/a b"])
def test_scopes_that_are_no_uri(rig, item):
    assert rig.refused("device", "AddScopes", {"ScopeItem": [item]}) == "Sender/InvalidArgVal"


def test_discovery_mode(rig):
    rig.ask("device", "SetDiscoveryMode", {"DiscoveryMode": "NonDiscoverable"})
    assert rig.state.network.discoverable is False
    assert rig.ask("device", "GetDiscoveryMode") == {"DiscoveryMode": "NonDiscoverable"}


def test_dns_and_ntp_servers(rig):
    v4 = {"Type": "IPv4", "IPv4Address": "9.9.9.9"}
    v6 = {"Type": "IPv6", "IPv6Address": "2620:fe::9"}
    request = {"FromDHCP": False, "SearchDomain": ["lan"], "DNSManual": [v4, v6]}
    rig.ask("device", "SetDNS", request)
    assert rig.ask("device", "GetDNS")["DNSInformation"] == request
    rig.ask("device", "SetDNS", {"FromDHCP": False, "SearchDomain": ["home"]})
    assert rig.ask("device", "GetDNS")["DNSInformation"]["DNSManual"] == [v4, v6]
    name = {"Type": "DNS", "DNSname": "time.lan"}
    rig.ask("device", "SetNTP", {"FromDHCP": False, "NTPManual": [v4, name]})
    answer = rig.ask("device", "GetNTP")["NTPInformation"]
    assert answer == {"FromDHCP": False, "NTPManual": [v4, name]}


@pytest.mark.parametrize("name", ["SetDNS", "SetNTP"])
def test_there_is_no_dhcp(rig, name):
    assert rig.refused("device", name, {"FromDHCP": True}) == "Sender/InvalidArgVal"


@pytest.mark.parametrize(
    ("host", "fault"),
    [
        ({"Type": "IPv6", "IPv6Address": "10.0.0.1"}, "InvalidIPv6Address"),
        ({"Type": "IPv4"}, "InvalidIPv4Address"),
        ({"Type": "DNS", "DNSname": "a..b"}, "InvalidDnsName"),
    ],
)
def test_ntp_servers_that_are_none(rig, host, fault):
    request = {"FromDHCP": False, "NTPManual": [host]}
    assert rig.refused("device", "SetNTP", request) == f"Sender/InvalidArgVal/{fault}"


def test_hostname(rig):
    rig.ask("device", "SetHostname", {"Name": "porch-2"})
    answer = rig.ask("device", "GetHostname")["HostnameInformation"]
    assert answer == {"FromDHCP": False, "Name": "porch-2"}


def test_gateways(rig):
    rig.ask("device", "SetNetworkDefaultGateway", {"IPv4Address": ["10.0.0.1"]})
    answer = rig.ask("device", "GetNetworkDefaultGateway")["NetworkGateway"]
    assert answer == {"IPv4Address": ["10.0.0.1"]}
    refused = rig.refused("device", "SetNetworkDefaultGateway", {"IPv6Address": ["fe80::1"]})
    assert refused == "Sender/InvalidArgVal/InvalidIPv6Address"


def test_interfaces_and_ports_are_where_the_camera_listens(rig):
    [interface] = rig.ask("device", "GetNetworkInterfaces")["NetworkInterfaces"]
    [address] = interface["IPv4"]["Config"]["Manual"]
    assert address["Address"] == "127.0.0.1"
    protocols = rig.ask("device", "GetNetworkProtocols")["NetworkProtocols"]
    assert {one["Name"]: one["Port"] for one in protocols} == {"HTTP": [8000], "RTSP": [8554]}
