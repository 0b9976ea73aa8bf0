"""Requests with credentials whose arguments are wrong, on a PTZ camera; and wrong credentials."""

import base64

from soap_client import username_token

VALUE = "Sender/InvalidArgVal"
PTZ = "http://www.onvif.org/ver10/tptz/"
CONCRETE = "http://docs.oasis-open.org/wsn/t-1/TopicExpression/Concrete"
CONCRETE_SET = "http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet"
ITEM_FILTER = "http://www.onvif.org/ver10/tev/messageContentFilter/ItemFilter"


def ptz(operation, content, token="profile_main"):
    """Return a PTZ request for a profile."""
    head = f"<tptz:ProfileToken>{token}</tptz:ProfileToken>"
    return f"<tptz:{operation}>{head}{content}</tptz:{operation}>"


def absolute(attributes):
    """Return an AbsoluteMove to a pan-tilt position."""
    return ptz("AbsoluteMove", f"<tptz:Position><tt:PanTilt {attributes}/></tptz:Position>")


def continuous(attributes, timeout="PT1S"):
    """Return a ContinuousMove with a pan-tilt velocity."""
    return ptz(
        "ContinuousMove",
        f"<tptz:Velocity><tt:PanTilt {attributes}/></tptz:Velocity>"
        f"<tptz:Timeout>{timeout}</tptz:Timeout>",
    )


def topic(expression, dialect=CONCRETE_SET):
    """Return a subscription to topics."""
    return _subscription(
        f'<wsnt:TopicExpression Dialect="{dialect}">{expression}</wsnt:TopicExpression>'
    )


def content(expression, dialect=ITEM_FILTER):
    """Return a subscription to messages with some content."""
    return _subscription(
        f'<wsnt:MessageContent Dialect="{dialect}">{expression}</wsnt:MessageContent>'
    )


def _subscription(what):
    name = "CreatePullPointSubscription"
    return f"<tev:{name}><tev:Filter>{what}</tev:Filter></tev:{name}>"


def ending(when):
    """Return a subscription with a wish for its end."""
    name = "CreatePullPointSubscription"
    wish = f"<tev:InitialTerminationTime>{when}</tev:InitialTerminationTime>"
    return f"<tev:{name}>{wish}</tev:{name}>"


def clock(date, time, zone="UTC0"):
    """Return a request to set the clock by hand."""
    year, month, day = date.split("-")
    hour, minute, second = time.split(":")
    return (
        "<tds:SetSystemDateAndTime><tds:DateTimeType>Manual</tds:DateTimeType>"
        "<tds:DaylightSavings>false</tds:DaylightSavings>"
        f"<tds:TimeZone><tt:TZ>{zone}</tt:TZ></tds:TimeZone>"
        f"<tds:UTCDateTime><tt:Time><tt:Hour>{hour}</tt:Hour><tt:Minute>{minute}</tt:Minute>"
        f"<tt:Second>{second}</tt:Second></tt:Time><tt:Date><tt:Year>{year}</tt:Year>"
        f"<tt:Month>{month}</tt:Month><tt:Day>{day}</tt:Day></tt:Date></tds:UTCDateTime>"
        "</tds:SetSystemDateAndTime>"
    )


def user(name="eve", password="secret", level="User"):
    """Return a request for a new account."""
    return (
        f"<tds:CreateUsers><tds:User><tt:Username>{name}</tt:Username>"
        f"<tt:Password>{password}</tt:Password><tt:UserLevel>{level}</tt:UserLevel>"
        "</tds:User></tds:CreateUsers>"
    )


ARGUMENTS = [
    *((f"profile {token[:20]!r}", f"<trt:GetStreamUri><trt:StreamSetup>"
       "<tt:Stream>RTP-Unicast</tt:Stream><tt:Transport><tt:Protocol>RTSP</tt:Protocol>"
       f"</tt:Transport></trt:StreamSetup><trt:ProfileToken>{token}</trt:ProfileToken>"
       "</trt:GetStreamUri>", f"{VALUE}/NoProfile")
      for token in ("nobody", "../../etc/passwd", "%2e%2e%2f", "profile_main/", "x" * 64, "é"))
    , ("a snapshot of nowhere", "<trt:GetSnapshotUri><trt:ProfileToken>../x</trt:ProfileToken>"
       "</trt:GetSnapshotUri>", f"{VALUE}/NoProfile"),
    ("a transport that nobody knows", "<trt:GetStreamUri><trt:StreamSetup>"
     "<tt:Stream>RTP-Anycast</tt:Stream><tt:Transport><tt:Protocol>RTSP</tt:Protocol>"
     "</tt:Transport></trt:StreamSetup><trt:ProfileToken>profile_main</trt:ProfileToken>"
     "</trt:GetStreamUri>", VALUE),
    ("a position without x", absolute('y="0"'), "Sender/MissingAttr"),
    ("a position without anything", absolute(""), "Sender/MissingAttr"),
    ("a position with z", absolute('x="0" y="0" z="0"'), "Sender/ProhibAttr"),
    *((f"x={x!r}", absolute(f'x="{x}" y="0"'), VALUE)
      for x in ("", "abc", "0x10", "1,5", "--1", "1e", "½", "9" * 400 + "z")),
    *((f"x={x!r} is out of range", absolute(f'x="{x}" y="0"'), f"{VALUE}/InvalidPosition")
      for x in ("1.01", "-2", "1e30", "INF", "-INF", "NaN")),
    ("an unknown space", absolute('x="0" y="0" space="urn:x"'), f"{VALUE}/SpaceNotSupported"),
    ("a velocity as a position", absolute(
        f'x="0" y="0" space="{PTZ}PanTiltSpaces/VelocityGenericSpace"'),
     f"{VALUE}/SpaceNotSupported"),
    *((f"velocity {x}", continuous(f'x="{x}" y="0"'), f"{VALUE}/InvalidVelocity")
      for x in ("1.5", "INF", "NaN")),
    *((f"timeout {timeout!r}", continuous('x="0" y="0"', timeout), codes) for timeout, codes in (
        ("", VALUE), ("1", VALUE), ("PT", VALUE), ("P1Y2", VALUE), ("PT1H1H", VALUE),
        ("PT0S", f"{VALUE}/TimeoutNotSupported"), ("-PT1S", f"{VALUE}/TimeoutNotSupported"),
        ("P9999Y", f"{VALUE}/TimeoutNotSupported"))),
    ("a move of a profile that is none", ptz("Stop", "", "nobody"), f"{VALUE}/NoProfile"),
    ("a stop without profile", "<tptz:Stop/>", "Sender/InvalidArgs"),
    ("a node of nowhere", "<tptz:GetNode><tptz:NodeToken>x</tptz:NodeToken></tptz:GetNode>",
     f"{VALUE}/NoEntity"),
    ("a preset of nowhere", ptz("GotoPreset", "<tptz:PresetToken>x</tptz:PresetToken>"),
     f"{VALUE}/NoToken"),
    ("a dialect that nobody knows", topic("tns1:Device", "urn:x"),
     "Receiver/TopicExpressionDialectUnknownFault"),
    ("a topic that nobody has", topic("tns1:Nothing"), "Receiver/TopicNotSupportedFault"),
    *((f"topic {text!r}", topic(text), "Receiver/InvalidTopicExpressionFault")
      for text in ("", "|", "tns1:Device||tns1:Media", "no:Prefix", "///", "tns1:Device//")),
    ("a content dialect that nobody knows", content("true()", "urn:x"),
     "Receiver/InvalidFilterFault"),
    *((f"content {text[:20]!r}", content(text), "Receiver/InvalidMessageContentExpressionFault")
      for text in ("", "(", "boolean(", "//tt:SimpleItem[@Name=", "document('/etc/passwd')",
                   "(" * 500 + ")" * 500, "not(" * 3000)),
    *((f"an end at {when!r}", ending(when), codes) for when, codes in (
        ("soon", VALUE), ("PTS", VALUE), ("2026-13-45T00:00:00Z", VALUE),
        ("1999-01-01T00:00:00Z", "Receiver/UnacceptableInitialTerminationTimeFault"),
        ("P10000D", "Receiver/UnacceptableInitialTerminationTimeFault"))),
    ("a pull from nowhere", "<tev:PullMessages><tev:Timeout>PT1S</tev:Timeout>"
     "<tev:MessageLimit>1</tev:MessageLimit></tev:PullMessages>",
     "Receiver/ResourceUnknownFault"),
    ("a pull without limit", "<tev:PullMessages><tev:Timeout>PT1S</tev:Timeout>"
     "</tev:PullMessages>", "Sender/InvalidArgs"),
    *((f"{date} {time}", clock(date, time), f"{VALUE}/InvalidDateTime") for date, time in (
        ("2026-13-01", "0:0:0"), ("2026-02-30", "0:0:0"), ("2026-1-1", "24:0:0"),
        ("2026-1-1", "0:61:0"), ("2026-1-1", "0:0:-1"), ("0-1-1", "0:0:0"))),
    ("a time zone of nowhere", clock("2026-1-1", "0:0:0", "../../etc/passwd"),
     f"{VALUE}/InvalidTimeZone"),
    ("a year of many digits", clock("9" * 500 + "-1-1", "0:0:0"), VALUE),
    ("an account of an unknown level", user(level="God"), VALUE),
    ("an account that is there", user(name="admin"), "Sender/OperationProhibited/UsernameClash"),
    ("a host name with blanks", "<tds:SetHostname><tds:Name>a b; rm -rf /</tds:Name>"
     "</tds:SetHostname>", f"{VALUE}/InvalidHostname"),
    ("a scope that is no URI", "<tds:AddScopes><tds:ScopeItem>not a uri</tds:ScopeItem>"
     "</tds:AddScopes>", None),
    ("2,000 scopes", "<tds:AddScopes>" + "".join(
        f"<tds:ScopeItem>onvif://www.onvif.org/location/{n}</tds:ScopeItem>" for n in range(2000))
     + "</tds:AddScopes>", "Receiver/Action/TooManyScopes"),
]  # fmt: skip
"""Cases (name, body, fault codes); the status follows from the first code."""

_NONCE = b"0123456789abcdef"

TOKENS = [
    ("a wrong password", username_token("admin", "wrong")),
    ("nobody", username_token("nobody", "camfarm")),
    ("an empty user name", username_token("", "camfarm")),
    ("a wrong password in clear", username_token("admin", "wrong", kind="#PasswordText")),
    ("a password of another type", username_token("admin", "camfarm", kind="#PasswordHash")),
    ("no user name", username_token("admin", "camfarm", leave_out=["Username"])),
    ("no password", username_token("admin", "camfarm", leave_out=["Password"])),
    ("no nonce", username_token("admin", "camfarm", leave_out=["Nonce"])),
    ("no creation time", username_token("admin", "camfarm", leave_out=["Created"])),
    ("an empty nonce", username_token("admin", "camfarm", nonce=b"")),
    ("a token of an hour ago", username_token("admin", "camfarm", created_in_s=-3600)),
    ("a token of tomorrow", username_token("admin", "camfarm", created_in_s=86_400)),
    ("a token of 1970", username_token("admin", "camfarm", created="1970-01-01T00:00:00Z")),
    ("a token of the year 10,000", username_token("admin", "camfarm", created="10000-01-01T0:0:0")),
    ("a token of no time", username_token("admin", "camfarm", created="now")),
    ("a nonce that is not base64",
     username_token("admin", "camfarm", nonce=_NONCE).replace(
         base64.b64encode(_NONCE).decode(), "*" * 5)),
    ("a user name of 10,000 letters", username_token("a" * 10_000, "camfarm")),
    ("a nonce of 100,000 bytes", username_token("admin", "camfarm", nonce=b"n" * 100_000)),
    ("SQL", username_token("admin' OR '1'='1", "x")),
]  # fmt: skip
"""UsernameTokens (name, header) that are refused with Sender/NotAuthorized and 400."""
