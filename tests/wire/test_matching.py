"""Matching rules: the standard's own examples, and what clients of the field ask for."""

import pytest

from simulator.wire.discovery import Dialect, Kind, Message, Target
from simulator.wire.matching import matches, matches_scopes

ROOT = "onvif://www.onvif.org/"
HAS = (ROOT + "Profile/Streaming", ROOT + "hardware/D1-566", ROOT + "name/My%20Cam")
TYPES = (
    "{http://www.onvif.org/ver10/network/wsdl}NetworkVideoTransmitter",
    "{http://www.onvif.org/ver10/device/wsdl}Device",
)
APRIL = Dialect.APRIL_2005.discovery
OASIS = Dialect.OASIS_2009.discovery
CAMERA = Target("urn:uuid:1", TYPES, HAS)


@pytest.mark.parametrize(
    "asked",
    [
        (),
        ("onvif://www.onvif.org",),
        (ROOT,),
        (ROOT + "Profile",),
        (ROOT + "Profile/Streaming/",),
        ("ONVIF://WWW.onvif.org/hardware/D1-566",),
        (ROOT + "name/My Cam",),
        (ROOT + "Profile?x#y",),
        HAS,
    ],
)
@pytest.mark.parametrize("rule", ["", APRIL + "/rfc3986", OASIS + "/rfc3986", APRIL + "/rfc2396"])
def test_scopes_match_by_segments(asked: tuple[str, ...], rule: str) -> None:
    assert matches_scopes(asked, rule, HAS)


@pytest.mark.parametrize(
    "asked",
    [
        (ROOT + "hardware/D1",),
        (ROOT + "profile",),
        (ROOT + "Profile/Streaming/more",),
        (ROOT + "Profile/../Profile",),
        ("onvif://www.onvif.org:80/",),
        ("http://www.onvif.org/",),
        (ROOT, ROOT + "type/ptz"),
        ("onvif://[/",),
    ],
)
def test_other_scopes_do_not_match(asked: tuple[str, ...]) -> None:
    assert not matches_scopes(asked, "", HAS)


def test_relative_segments_never_match() -> None:
    assert not matches_scopes((ROOT + "a/..",), "", (ROOT + "a/../b",))
    assert not matches_scopes((ROOT + "a",), "", (ROOT + "a/./b",))


@pytest.mark.parametrize(
    ("rule", "asked", "has", "answer"),
    [
        ("/strcmp0", HAS[0], HAS, True),
        ("/strcmp0", ROOT + "Profile", HAS, False),
        ("/uuid", "urn:uuid:ABCD", ("uuid:abcd",), True),
        ("/uuid", "urn:uuid:ABCD", ("uuid:abce",), False),
        ("/none", "", (), True),
        ("/none", "", HAS, False),
        ("/ldap", HAS[0], HAS, False),
    ],
)
@pytest.mark.parametrize("dialect", [APRIL, OASIS])
def test_other_rules(
    rule: str, asked: str, has: tuple[str, ...], answer: bool, dialect: str
) -> None:
    assert matches_scopes((asked,) if asked else (), dialect + rule, has) is answer


@pytest.mark.parametrize(
    ("types", "answer"),
    [((), True), (TYPES[:1], True), (TYPES, True), (("{urn:x}NetworkVideoTransmitter",), False)],
)
def test_all_types_must_be_there(types: tuple[str, ...], answer: bool) -> None:
    assert matches(Message(Kind.PROBE, "urn:1", types=types), CAMERA) is answer


def test_types_and_scopes_must_both_match() -> None:
    probe = Message(Kind.PROBE, "urn:1", types=TYPES[:1], scopes=(ROOT + "type/ptz",))
    assert not matches(probe, CAMERA)
