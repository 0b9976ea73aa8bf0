import judge
import pytest
from lxml import etree

from simulator.errors import Fault
from simulator.wire.soap import codec
from simulator.wire.soap.fault import MAX_REASON, render

TT = "http://www.onvif.org/ver10/schema"
PTZ = "http://www.onvif.org/ver20/ptz/wsdl"
MEDIA = "http://www.onvif.org/ver10/media/wsdl"
MEDIA2 = "http://www.onvif.org/ver20/media/wsdl"
DEVICE = "http://www.onvif.org/ver10/device/wsdl"
EVENTS = "http://www.onvif.org/ver10/events/wsdl"
ANALYTICS = "http://www.onvif.org/ver20/analytics/wsdl"
WSNT = "http://docs.oasis-open.org/wsn/b-2"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
SCOPE = (
    f'xmlns:tt="{TT}" xmlns:tptz="{PTZ}" xmlns:trt="{MEDIA}" xmlns:tds="{DEVICE}" '
    f'xmlns:tev="{EVENTS}" xmlns:wsnt="{WSNT}" xmlns:tan="{ANALYTICS}" xmlns:xsi="{XSI}" '
    f'xmlns:tr2="{MEDIA2}" xmlns:v="urn:vendor"'
)


def xml(text):
    """Return the first element within text, with the usual prefixes in scope."""
    return etree.fromstring(f"<root {SCOPE}>{text}</root>")[0]


def body(text):
    """Return the body element of a message around text, as a request has it."""
    soap = "http://www.w3.org/2003/05/soap-envelope"
    return etree.fromstring(f'<s:Body xmlns:s="{soap}" {SCOPE}>{text}</s:Body>')[0]


def move(inner):
    return f"<tptz:AbsoluteMove><tptz:ProfileToken>p</tptz:ProfileToken>{inner}</tptz:AbsoluteMove>"


def position(inner):
    return move(f"<tptz:Position>{inner}</tptz:Position>")


PAN_TILT = '<tt:PanTilt x="0.5" y="-0.5"/>'


# -- what messages mean ---------------------------------------------------------------------------

MESSAGES = [
    pytest.param(
        position(f'{PAN_TILT}<tt:Zoom x="1" space="urn:z"/>'),
        {
            "ProfileToken": "p",
            "Position": {
                "PanTilt": {"@x": 0.5, "@y": -0.5},
                "Zoom": {"@x": 1.0, "@space": "urn:z"},
            },
        },
        id="attributes",
    ),
    pytest.param(
        "<tds:SetScopes><tds:Scopes>onvif://a</tds:Scopes></tds:SetScopes>",
        {"Scopes": ["onvif://a"]},
        id="one of many is a list",
    ),
    pytest.param("<tds:GetHostname/>", {}, id="nothing"),
    pytest.param(
        "<tptz:ContinuousMove><tptz:ProfileToken>p</tptz:ProfileToken><tptz:Velocity/>"
        "<tptz:Timeout>PT1M</tptz:Timeout></tptz:ContinuousMove>",
        {"ProfileToken": "p", "Velocity": {}, "Timeout": 60.0},
        id="duration",
    ),
    pytest.param(
        "<tev:Seek><tev:UtcTime>1970-01-01T00:00:10Z</tev:UtcTime>"
        "<tev:Reverse> 1 </tev:Reverse></tev:Seek>",
        {"UtcTime": 10.0, "Reverse": True},
        id="dateTime and boolean",
    ),
    pytest.param(
        "<wsnt:Renew><wsnt:TerminationTime>PT60S</wsnt:TerminationTime></wsnt:Renew>",
        {"TerminationTime": "PT60S"},
        id="union is text",
    ),
    pytest.param(
        '<wsnt:Renew><wsnt:TerminationTime xsi:nil="true"/></wsnt:Renew>',
        {"TerminationTime": None},
        id="nil",
    ),
    pytest.param(
        '<tan:GetSupportedMetadata><tan:Type>tt:Motion</tan:Type></tan:GetSupportedMetadata>',
        {"Type": f"{{{TT}}}Motion"},
        id="QName",
    ),
    pytest.param(
        "<tds:LoadCertificates><tds:NVTCertificate><tt:CertificateID>c</tt:CertificateID>"
        '<tt:Certificate><tt:Data xmlns:m="http://www.w3.org/2005/05/xmlmime">AP8=</tt:Data>'
        "</tt:Certificate></tds:NVTCertificate></tds:LoadCertificates>",
        {"NVTCertificate": [{"CertificateID": "c", "Certificate": {"Data": b"\x00\xff"}}]},
        id="octets",
    ),
    pytest.param(
        '<tds:GetServiceCapabilitiesResponse><tds:Capabilities><tds:Network/><tds:Security '
        'SupportedEAPMethods="4 25" TLS1.0="false"/><tds:System/></tds:Capabilities>'
        "</tds:GetServiceCapabilitiesResponse>",
        {
            "Capabilities": {
                "Network": {},
                "Security": {"@SupportedEAPMethods": [4, 25], "@TLS1.0": False},
                "System": {},
            }
        },
        id="list",
    ),
    pytest.param(
        '<trt:GetServiceCapabilitiesResponse><trt:Capabilities v:more="x" other="y">'
        "<trt:ProfileCapabilities/><trt:StreamingCapabilities/></trt:Capabilities>"
        "</trt:GetServiceCapabilitiesResponse>",
        {
            "Capabilities": {
                "@{urn:vendor}more": "x",
                "@other": "y",
                "ProfileCapabilities": {},
                "StreamingCapabilities": {},
            }
        },
        id="undeclared attributes",
    ),
    pytest.param(
        "<trt:GetOSDOptionsResponse><trt:OSDOptions><tt:MaximumNumberOfOSDs Total=\"2\"/>"
        "<tt:Type>Text</tt:Type><tt:PositionOption>UpperLeft</tt:PositionOption>"
        '<tt:TextOption><tt:Type>Plain</tt:Type><tt:FontColor><tt:Color><tt:ColorList X="1" Y="2" '
        'Z="3"/></tt:Color></tt:FontColor></tt:TextOption></trt:OSDOptions>'
        "</trt:GetOSDOptionsResponse>",
        {
            "OSDOptions": {
                "MaximumNumberOfOSDs": {"@Total": 2},
                "Type": ["Text"],
                "PositionOption": ["UpperLeft"],
                "TextOption": {
                    "Type": ["Plain"],
                    "FontColor": {"Color": {"ColorList": [{"@X": 1.0, "@Y": 2.0, "@Z": 3.0}]}},
                },
            }
        },
        id="choice",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), MESSAGES)
def test_a_message_means_its_value_both_ways(text, value):
    element = xml(text)
    assert codec.decode(element) == value
    again = codec.document(element.tag, value)
    judge.validate_document(again)
    assert codec.decode(etree.fromstring(again)) == value


# -- wildcards, derived types, mixed text, defaults -----------------------------------------------


def test_elements_in_a_wildcard_are_handed_over_as_they_are():
    text = '<wsnt:TopicExpression Dialect="urn:d">tns1:A</wsnt:TopicExpression>'
    value = codec.decode(
        xml(
            f'<tev:CreatePullPointSubscription xmlns:tns1="urn:t"><tev:Filter>{text}'
            "<v:Other/></tev:Filter></tev:CreatePullPointSubscription>"
        )
    )
    first, second = value["Filter"]["#any"]
    assert first.nsmap["tns1"] == "urn:t"
    assert codec.decode(first) == {
        "@Dialect": "urn:d",
        "#text": "tns1:A",
        "#nsmap": {prefix: ns for prefix, ns in first.nsmap.items() if prefix},
    }
    assert second.tag == "{urn:vendor}Other"


def test_a_wildcard_takes_elements_and_values_of_the_schema():
    message = {
        "@UtcTime": 0.0,
        "@PropertyOperation": "Initialized",
        "Source": {"SimpleItem": [{"@Name": "VideoSourceToken", "@Value": "a<b"}]},
        "Data": {"ElementItem": [{"@Name": "x", "#any": [etree.Element("{urn:vendor}Thing")]}]},
    }
    notification = {
        "Topic": {
            "@Dialect": "http://docs.oasis-open.org/wsn/t-1/TopicExpression/Concrete",
            "#text": "tns1:VideoSource/MotionAlarm",
        },
        "Message": {"#any": [(f"{{{TT}}}Message", message)]},
    }
    value = {"CurrentTime": 0.0, "TerminationTime": 60.0, "NotificationMessage": [notification]}
    name = f"{{{EVENTS}}}PullMessagesResponse"
    fragment = codec.encode(name, value)
    assert {"tev", "wsnt", "tt", "tns1"} <= fragment.prefixes
    text = codec.document(name, value)
    judge.validate_document(text)
    held = codec.decode(etree.fromstring(text))["NotificationMessage"][0]["Message"]["#any"][0]
    decoded = codec.decode(held)
    assert decoded["Source"] == message["Source"]
    assert decoded["Data"]["ElementItem"][0]["#any"][0].tag == "{urn:vendor}Thing"


def test_a_topic_in_plain_text_has_its_prefix_declared():
    description = {"Messages": [{"ParentTopic": "tns1:RuleEngine/CellMotionDetector/Motion"}],
                   "@Name": "tt:CellMotionDetector", "Parameters": {}}  # fmt: skip
    value = {"SupportedRules": {"RuleDescription": [description]}}
    text = codec.document(f"{{{ANALYTICS}}}GetSupportedRulesResponse", value)
    judge.validate_document(text)
    assert etree.fromstring(text).nsmap["tns1"] == "http://www.onvif.org/ver10/topics"


def test_a_derived_type_is_named_both_ways():
    text = (
        '<trt:SetVideoSourceConfiguration><trt:Configuration token="v" xsi:type="{}">'
        "<tt:Name>n</tt:Name><tt:UseCount>1</tt:UseCount><tt:SourceToken>s</tt:SourceToken>"
        '<tt:Bounds x="0" y="0" width="1" height="1"/></trt:Configuration>'
        "<trt:ForcePersistence>true</trt:ForcePersistence></trt:SetVideoSourceConfiguration>"
    )
    same = codec.decode(xml(text.format("tt:VideoSourceConfiguration")))
    assert "@xsi:type" not in same["Configuration"]
    with pytest.raises(Fault, match=r"Configuration/@xsi:type: 'tt:Profile' is not derived"):
        codec.decode(xml(text.format("tt:Profile")))
    with pytest.raises(Fault, match=r"@xsi:type: 'x:y' is not a type"):
        codec.decode(xml(text.format("x:y")))


def test_an_extension_stands_where_its_base_is_declared():
    derived = {"@xsi:type": f"{{{TT}}}ObjectState", "@ObjectId": 7, "@CaptureTime": 1.0}
    value = {"VideoAnalytics": [{"Frame": [{"@UtcTime": 0.0, "Object": [derived]}]}]}
    text = codec.document(f"{{{TT}}}MetadataStream", value)
    judge.validate_document(text)
    assert b'<tt:Object xsi:type="tt:ObjectState"' in text
    assert codec.decode(etree.fromstring(text)) == value


def test_defaults_are_filled_in():
    name = f"{{{'http://www.onvif.org/ver10/deviceIO/wsdl'}}}GetServiceCapabilitiesResponse"
    value = codec.decode(
        etree.fromstring(codec.document(name, {"Capabilities": {"@AudioSources": 2}}))
    )
    assert value["Capabilities"]["@AudioSources"] == 2
    assert value["Capabilities"]["@VideoSources"] == 0
    assert value["Capabilities"]["@DigitalInputOptions"] is False
    assert codec.decode(xml("<wsnt:FixedTopicSet/>")) is True


def test_text_in_pieces_is_one_text():
    element = xml(
        "<tds:SetHostname><tds:Name>a<![CDATA[b&]]><!-- c -->d</tds:Name></tds:SetHostname>"
    )
    assert codec.decode(element) == {"Name": "ab&d"}


def test_unusual_prefixes_of_mixed_text_are_declared_where_it_stands():
    value = {"@Dialect": "urn:d", "#text": "mine:A", "#nsmap": {"mine": "urn:mine"}}
    text = codec.document(f"{{{WSNT}}}TopicExpression", value)
    assert etree.fromstring(text).nsmap["mine"] == "urn:mine"
    with pytest.raises(codec.EncodeError, match="prefix tt is taken"):
        codec.encode(f"{{{WSNT}}}TopicExpression", value | {"#nsmap": {"tt": "urn:mine"}})


# -- what is refused, with which fault, and where -------------------------------------------------

LONG = "x" * 65
BAD = [
    (move(""), "InvalidArgs", "AbsoluteMove/Position: required"),
    (
        "<tptz:AbsoluteMove/>",
        "InvalidArgs",
        "AbsoluteMove/ProfileToken: required",
    ),
    (
        position('<tt:PanTilt x="abc" y="0"/>'),
        "InvalidArgVal",
        "AbsoluteMove/Position/PanTilt/@x: 'abc' is not a float",
    ),
    (
        position('<tt:PanTilt x="0"/>'),
        "MissingAttr",
        "AbsoluteMove/Position/PanTilt/@y: required",
    ),
    (
        position('<tt:PanTilt x="0" y="0" z="0"/>'),
        "ProhibAttr",
        "AbsoluteMove/Position/PanTilt/@z: not an attribute of this element",
    ),
    (
        position('<tptz:PanTilt x="0" y="0"/>'),
        "Namespace",
        f"AbsoluteMove/Position/PanTilt: must be in namespace {TT}",
    ),
    (
        position('<PanTilt x="0" y="0"/>'),
        "Namespace",
        f"AbsoluteMove/Position/PanTilt: must be in namespace {TT}",
    ),
    (
        position(PAN_TILT + PAN_TILT),
        "InvalidArgs",
        "AbsoluteMove/Position/PanTilt[2]: given twice",
    ),
    (
        position(f'<tt:Zoom x="0"/>{PAN_TILT}'),
        "InvalidArgs",
        "AbsoluteMove/Position/PanTilt: out of order",
    ),
    (
        position(f"{PAN_TILT}<tt:Roll/>"),
        "InvalidArgs",
        "AbsoluteMove/Position/Roll: unknown element",
    ),
    (
        position(f"here: {PAN_TILT}"),
        "InvalidArgs",
        "AbsoluteMove/Position: text 'here:' where elements are expected",
    ),
    (
        position(f"{PAN_TILT} there"),
        "InvalidArgs",
        "AbsoluteMove/Position: text 'there' where elements are expected",
    ),
    (
        f"<tptz:Stop><tptz:ProfileToken>{LONG}</tptz:ProfileToken></tptz:Stop>",
        "InvalidArgVal",
        f"Stop/ProfileToken: '{LONG}' does not keep maxLength 64",
    ),
    (
        "<tptz:Stop><tptz:ProfileToken>p</tptz:ProfileToken><tptz:PanTilt>yes</tptz:PanTilt></tptz:Stop>",
        "InvalidArgVal",
        "Stop/PanTilt: 'yes' is not a boolean",
    ),
    (
        "<tptz:Stop><tptz:ProfileToken a='b'>p</tptz:ProfileToken></tptz:Stop>",
        "ProhibAttr",
        "Stop/ProfileToken/@a: not an attribute of this element",
    ),
    (
        "<tptz:Stop><tptz:ProfileToken><tt:x/></tptz:ProfileToken></tptz:Stop>",
        "InvalidArgs",
        "Stop/ProfileToken/x: unknown element",
    ),
    (
        "<tptz:Stop><tptz:ProfileToken xsi:nil='true'/></tptz:Stop>",
        "InvalidArgVal",
        "Stop/ProfileToken: must not be nil",
    ),
    (
        "<wsnt:Renew><wsnt:TerminationTime xsi:nil='true'>PT1S</wsnt:TerminationTime></wsnt:Renew>",
        "InvalidArgVal",
        "Renew/TerminationTime: is nil and has content",
    ),
    (
        "<wsnt:Renew><wsnt:TerminationTime>soon</wsnt:TerminationTime></wsnt:Renew>",
        "InvalidArgVal",
        "Renew/TerminationTime: 'soon' is not a dateTime and 'soon' is not a duration",
    ),
    (
        "<tds:SetScopes/>",
        "InvalidArgs",
        "SetScopes/Scopes: required",
    ),
    (
        "<tds:SetDiscoveryMode><tds:DiscoveryMode>Maybe</tds:DiscoveryMode></tds:SetDiscoveryMode>",
        "InvalidArgVal",
        "SetDiscoveryMode/DiscoveryMode: 'Maybe' is not one of Discoverable, NonDiscoverable",
    ),
    (
        "<tds:SetHostname><tds:Name>n</tds:Name><v:x/></tds:SetHostname>",
        "InvalidArgs",
        "SetHostname/x: unknown element",
    ),
    (
        "<tev:PullMessages><tev:Timeout>PT1S</tev:Timeout><tev:MessageLimit>99999999999"
        "</tev:MessageLimit></tev:PullMessages>",
        "InvalidArgVal",
        "PullMessages/MessageLimit: 99999999999 is more than 2147483647",
    ),
    (
        "<tan:GetSupportedMetadata><tan:Type>no:Motion</tan:Type></tan:GetSupportedMetadata>",
        "InvalidArgVal",
        "GetSupportedMetadata/Type: prefix of 'no:Motion' is not declared",
    ),
    (
        "<tds:CreateUsers><tds:User><tt:Username>a</tt:Username><tt:UserLevel>User</tt:UserLevel>"
        "</tds:User><tds:User><tt:Username>b</tt:Username><tt:UserLevel>King</tt:UserLevel>"
        "</tds:User></tds:CreateUsers>",
        "InvalidArgVal",
        "CreateUsers/User[2]/UserLevel: 'King' is not one of "
        "Administrator, Operator, User, Anonymous, Extended",
    ),
    (
        "<tptz:ModifyPresetTour><tptz:ProfileToken>p</tptz:ProfileToken><tptz:PresetTour>"
        "<tt:Status><tt:State>Idle</tt:State></tt:Status><tt:AutoStart>true</tt:AutoStart>"
        "<tt:StartingCondition/><tt:TourSpot><tt:PresetDetail><tt:PresetToken>a</tt:PresetToken>"
        "<tt:Home>true</tt:Home></tt:PresetDetail></tt:TourSpot></tptz:PresetTour>"
        "</tptz:ModifyPresetTour>",
        "InvalidArgs",
        "ModifyPresetTour/PresetTour/TourSpot/PresetDetail: "
        "exactly one of PresetToken, Home, PTZPosition, TypeExtension is expected",
    ),
    (
        '<wsnt:Notify><wsnt:NotificationMessage><wsnt:Message/></wsnt:NotificationMessage></wsnt:Notify>',
        "InvalidArgs",
        "Notify/NotificationMessage/Message: at least 1 of #any are required",
    ),
    (
        '<tt:Polyline><tt:Point x="0" y="0"/></tt:Polyline>',
        "InvalidArgs",
        "Polyline: at least 2 of Point are required",
    ),
    (
        "<tr2:SetVideoEncoderConfiguration><tr2:Configuration token='t'><Name>n</Name>"
        "</tr2:Configuration></tr2:SetVideoEncoderConfiguration>",
        "Namespace",
        f"SetVideoEncoderConfiguration/Configuration/Name: must be in namespace {TT}",
    ),
    ("<v:Nothing/>", "TagMismatch", "{urn:vendor}Nothing is not a known element"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "subcode", "reason"), BAD)
def test_a_bad_request_is_refused_with_fault_and_place(text, subcode, reason):
    with pytest.raises(Fault) as caught:
        codec.decode(body(text))
    assert (caught.value.code, caught.value.subcodes) == ("Sender", (subcode,))
    assert caught.value.reason == reason


def test_a_missing_element_in_another_namespace_is_named():
    """A wildcard that takes anything does not hide that the element meant is there."""
    text = (
        "<tds:SetSystemDateAndTime><tds:DateTimeType>Manual</tds:DateTimeType>"
        "<tds:DaylightSavings>false</tds:DaylightSavings><tds:UTCDateTime>"
        "<tds:Time/><tt:Date/></tds:UTCDateTime></tds:SetSystemDateAndTime>"
    )
    with pytest.raises(Fault) as caught:
        codec.decode(body(text))
    assert caught.value.subcodes == ("Namespace",)


def test_a_huge_wrong_value_is_not_sent_back():
    huge = "9" * 200_000
    text = (
        "<tptz:Stop><tptz:ProfileToken>p</tptz:ProfileToken>"
        f"<tptz:PanTilt>{huge}</tptz:PanTilt></tptz:Stop>"
    )
    with pytest.raises(Fault) as caught:
        codec.decode(body(text))
    assert len(render(None, caught.value)[1]) < MAX_REASON + 600


def test_huge_numbers_cost_nothing():
    for text in ("9" * 200_000, "-" + "9" * 200_000):
        with pytest.raises(Fault):
            codec.decode(
                body(
                    "<tev:PullMessages><tev:Timeout>PT1S</tev:Timeout><tev:MessageLimit>"
                    f"{text}</tev:MessageLimit></tev:PullMessages>"
                )
            )


# -- mistakes of the program ----------------------------------------------------------------------

STATUS = f"{{{PTZ}}}GetStatusResponse"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        (STATUS, None, "GetStatusResponse/PTZStatus: required"),
        (STATUS, {"PTZStatus": {}}, "GetStatusResponse/PTZStatus/UtcTime: required"),
        (STATUS, {"PTZStatus": []}, "GetStatusResponse/PTZStatus: [] is not a mapping"),
        (STATUS, {"PTZStatus": {"UtcTime": "now"}}, "PTZStatus/UtcTime: 'now' is not a moment"),
        (STATUS, {"PTZStatus": {"UtcTime": 0.0, "Utc": 1}}, "PTZStatus/Utc: unknown"),
        (
            STATUS,
            {"PTZStatus": {"UtcTime": 0.0, "MoveStatus": {"PanTilt": "Idle"}}},
            "MoveStatus/PanTilt: 'Idle' is not one of IDLE, MOVING, UNKNOWN",
        ),
        (
            STATUS,
            {"PTZStatus": {"UtcTime": 0.0, "Position": {"Zoom": {}}}},
            "GetStatusResponse/PTZStatus/Position/Zoom/@x: required",
        ),
        (
            STATUS,
            {"PTZStatus": {"UtcTime": 0.0, "Position": {"Zoom": {"@x": "1"}}}},
            "Zoom/@x: '1' is not a float",
        ),
        (f"{{{DEVICE}}}GetScopesResponse", {"Scopes": {}}, "Scopes: {} is not a list"),
        (f"{{{DEVICE}}}GetScopesResponse", {"Scopes": []}, "Scopes: 0 items are too few"),
        (
            f"{{{DEVICE}}}GetScopesResponse",
            {"Scopes": [{"ScopeDef": "Fixed", "ScopeItem": "a"}, {"ScopeDef": "Fixed"}]},
            "GetScopesResponse/Scopes[1]/ScopeItem: required",
        ),
        (f"{{{DEVICE}}}SetHostname", {"Name": "a\x00"}, "character that XML cannot carry"),
        (f"{{{DEVICE}}}SetHostname", {"Name": 5}, "Name: 5 is not text"),
        (f"{{{DEVICE}}}Nothing", {}, "no element"),
        (f"{{{WSNT}}}Notify", {"NotificationMessage": [{"Message": {}}]}, "#any: required"),
        (
            f"{{{EVENTS}}}PullMessages",
            {"Timeout": 1.0, "MessageLimit": 2**31},
            "MessageLimit: 2147483648 is more than",
        ),
        (
            f"{{{ANALYTICS}}}GetSupportedMetadata",
            {"Type": "{urn:unknown}x"},
            "no prefix for the namespace of",
        ),
        (
            f"{{{DEVICE}}}SetHostname",
            {"Name": "n", "#any": [("{urn:x}y", "z")]},
            "SetHostname/#any: unknown",
        ),
        (
            f"{{{EVENTS}}}CreatePullPointSubscription",
            {"Filter": {"#any": [("{urn:x}y", "z")]}},
            "Filter/#any/y: no element",
        ),
        (
            f"{{{WSNT}}}Renew",
            {},
            "Renew/TerminationTime: required",
        ),
        (
            f"{{{TT}}}Polyline",
            {"Point": [{"@x": 0.0}]},
            "Polyline/Point: 1 items are too few",
        ),
    ],
)
def test_a_value_that_does_not_fit_is_an_error_with_its_place(name, value, message):
    with pytest.raises(codec.EncodeError) as caught:
        codec.encode(name, value)
    assert message in str(caught.value)


def test_none_is_left_out():
    bare = {"PTZStatus": {"UtcTime": 0.0}}
    full = {"PTZStatus": {"UtcTime": 0.0, "Position": None, "MoveStatus": None, "#any": None}}
    assert codec.encode(STATUS, full) == codec.encode(STATUS, bare)


def test_tuples_and_other_mappings_will_do():
    from types import MappingProxyType

    value = MappingProxyType({"Scopes": ("onvif://a", "onvif://b")})
    assert codec.encode(f"{{{DEVICE}}}SetScopes", value).count(b"onvif://") == 2


def test_a_document_declares_what_it_uses_once():
    text = codec.document(STATUS, {"PTZStatus": {"UtcTime": 0.0}})
    assert text.startswith(
        b'<?xml version="1.0" encoding="UTF-8"?>\n<tptz:GetStatusResponse xmlns:'
    )
    assert text.count(b"xmlns:") == 2
    assert etree.fromstring(codec.document(f"{{{DEVICE}}}GetHostname", None)).tag.endswith(
        "GetHostname"
    )


def test_a_wildcard_keeps_out_what_is_of_its_own_namespace():
    configuration = {
        "@token": "v",
        "Name": "n",
        "UseCount": 1,
        "SourceToken": "s",
        "Bounds": {"@x": 0, "@y": 0, "@width": 1, "@height": 1},
        "#any": [etree.Element("{urn:vendor}More")],
    }
    name = f"{{{MEDIA}}}GetVideoSourceConfigurationResponse"
    judge.validate_document(codec.document(name, {"Configuration": configuration}))
    configuration["#any"] = [etree.Element(f"{{{TT}}}More")]
    with pytest.raises(codec.EncodeError, match=r"#any: \{.*\}More is not allowed here"):
        codec.encode(name, {"Configuration": configuration})
