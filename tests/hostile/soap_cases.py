"""Broken and hostile SOAP: bytes of a body, and the status and fault that the standards name.

A case is (name, body, HTTP status, fault codes). Codes are of SOAP 1.2 unless the body is 1.1.
Operations are PRE_AUTH or carry no credentials; what needs some is in ``argument_cases``.
"""

from soap_client import SOAP_11, SOAP_12, envelope

ILL_FORMED = (400, "Sender/WellFormed")
MISMATCH = (400, "Sender/TagMismatch")
NO_TAG = (400, "Sender/Tag")
BAD_ARGUMENTS = (400, "Sender/InvalidArgs")
BAD_VALUE = (400, "Sender/InvalidArgVal")
BAD_NAMESPACE = (400, "Sender/Namespace")
PROHIBITED = (400, "Sender/ProhibAttr")
UNKNOWN = (400, "Sender/UnknownAction")
OPTIONAL = (500, "Receiver/ActionNotSupported")
OTHER_SOAP = (500, "VersionMismatch")
MANDATORY = (500, "MustUnderstand")

HOSTNAME = "<tds:GetHostname/>"
WHOLE = envelope(HOSTNAME)
HEAD, TAIL = WHOLE.split(b"<env:Body>")[0], b"</env:Envelope>"


def body(text):
    """Return an envelope whose Body holds the raw bytes ``text``."""
    return HEAD + b"<env:Body>" + text + b"</env:Body>" + TAIL


def services(content):
    """Return a GetServices with some content."""
    return envelope(f"<tds:GetServices>{content}</tds:GetServices>")


def doctype(subset, content=b"<tds:GetHostname/>"):
    """Return an envelope behind a document type with an internal subset."""
    return b"<!DOCTYPE x [" + subset + b"]>" + body(content)


def _bomb():
    rows = [b'<!ENTITY a0 "ha">']
    rows += [b'<!ENTITY a%d "%s">' % (n, (b"&a%d;" % (n - 1)) * 10) for n in range(1, 10)]
    return doctype(b"".join(rows), b"<tds:GetHostname>&a9;</tds:GetHostname>")


XML = [
    ("nothing", b""),
    ("blanks", b" \r\n\t "),
    ("no XML", b"hello camera"),
    ("JSON", b'{"method": "GetHostname"}'),
    ("random bytes", bytes(range(128, 256)) * 4),
    ("a NUL within", WHOLE.replace(b"<tds:", b"\0<tds:", 1)),
    ("UTF-16", WHOLE.decode().encode("utf-16")),
    ("UTF-32", WHOLE.decode().encode("utf-32")),
    ("declared UTF-16", b'<?xml version="1.0" encoding="UTF-16"?>' + WHOLE),
    ("declared Latin-1", b'<?xml version="1.0" encoding="ISO-8859-1"?>' + WHOLE),
    ("declared UTF-7", b'<?xml version="1.0" encoding="UTF-7"?>' + WHOLE),
    ("declared nonsense", b'<?xml version="1.0" encoding="x"?>' + WHOLE),
    ("XML 9.9", b'<?xml version="9.9"' + WHOLE),
    ("bytes that are not UTF-8", body(b"<tds:GetHostname>\xff\xfe</tds:GetHostname>")),
    ("overlong UTF-8", body(b"<tds:GetHostname>\xc0\xaf</tds:GetHostname>")),
    ("a surrogate in UTF-8", body(b"<tds:GetHostname>\xed\xa0\x80</tds:GetHostname>")),
    ("a reference to NUL", body(b"<tds:GetHostname>&#0;</tds:GetHostname>")),
    ("a reference to a control character", body(b"<tds:GetHostname>&#x1;</tds:GetHostname>")),
    ("a reference beyond Unicode", body(b"<tds:GetHostname>&#x110000;</tds:GetHostname>")),
    ("an entity that nobody declared", body(b"<tds:GetHostname>&who;</tds:GetHostname>")),
    ("a bare ampersand", body(b"<tds:GetHostname>a & b</tds:GetHostname>")),
    ("a document type", b"<!DOCTYPE x>" + WHOLE),
    ("a document type in lower case", b"<!doctype x>" + WHOLE),
    ("an external document type", b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">' + WHOLE),
    ("a public document type", b'<!DOCTYPE x PUBLIC "-//X//Y" "http://127.0.0.1:9/">' + WHOLE),
    ("an internal entity", doctype(b'<!ENTITY a "b">', b"<tds:GetHostname>&a;</tds:GetHostname>")),
    ("a billion laughs", _bomb()),
    (
        "quadratic blow-up",
        doctype(
            b'<!ENTITY a "' + b"x" * 50_000 + b'">',
            b"<tds:GetHostname>" + b"&a;" * 20_000 + b"</tds:GetHostname>",
        ),
    ),
    (
        "an entity that is a file",
        doctype(
            b'<!ENTITY f SYSTEM "file:///etc/passwd">', b"<tds:GetHostname>&f;</tds:GetHostname>"
        ),
    ),
    (
        "an entity that is a URL",
        doctype(
            b'<!ENTITY f SYSTEM "http://127.0.0.1:9/">', b"<tds:GetHostname>&f;</tds:GetHostname>"
        ),
    ),
    ("a parameter entity", doctype(b'<!ENTITY % p SYSTEM "file:///dev/zero"> %p;')),
    ("an entity of itself", doctype(b'<!ENTITY a "&a;">', b"<tds:X>&a;</tds:X>")),
    ("default attributes by DTD", doctype(b'<!ATTLIST x y CDATA "z">')),
    ("a style sheet", b'<?xml-stylesheet href="http://127.0.0.1:9/"?>' + WHOLE),
    ("a processing instruction within", body(b"<?php exit() ?><tds:GetHostname/>")),
    ("a processing instruction behind", WHOLE + b"<?x y?>"),
    ("an XML declaration within", b" " + b'<?xml version="1.0"?>' + WHOLE),
    ("two roots", WHOLE + WHOLE),
    ("text behind the root", WHOLE + b"and more"),
    ("an open comment", body(b"<!-- <tds:GetHostname/>")),
    ("a comment with two hyphens", body(b"<!-- a -- b --><tds:GetHostname/>")),
    ("an open CDATA section", body(b"<![CDATA[ <tds:GetHostname/>")),
    ("tags that do not match", body(b"<tds:GetHostname></tds:GetHostName>")),
    ("tags that cross", body(b"<tds:GetHostname><a></tds:GetHostname></a>")),
    ("a prefix that nobody declared", body(b"<nobody:GetHostname/>")),
    ("an attribute prefix that nobody declared", body(b'<tds:GetHostname no:x="1"/>')),
    ("an attribute without quotes", body(b"<tds:GetHostname x=1/>")),
    ("an attribute without value", body(b"<tds:GetHostname x/>")),
    ("an attribute twice", body(b'<tds:GetHostname x="1" x="2"/>')),
    ("a less-than sign in an attribute", body(b'<tds:GetHostname x="<"/>')),
    ("a name that begins with a digit", body(b"<1GetHostname/>")),
    ("an empty tag name", body(b"< GetHostname/>")),
    ("65 levels", body(b"<a>" * 65 + b"</a>" * 65)),
    ("1,000 levels", body(b"<a>" * 1000 + b"</a>" * 1000)),
    ("30,000 levels", body(b"<a>" * 30_000 + b"</a>" * 30_000)),
    ("50,000 open tags", HEAD + b"<a>" * 50_000),
    ("9,000 elements", body(b"<a>" + b"<b/>" * 9000 + b"</a>")),
    ("65 attributes", body(b"<a " + b" ".join(b'a%d=""' % n for n in range(65)) + b"/>")),
    ("9,000 attributes", body(b"<a " + b" ".join(b'a%d=""' % n for n in range(9000)) + b"/>")),
    *((f"cut after {n} of 20 parts", WHOLE[: len(WHOLE) * n // 20]) for n in range(1, 20)),
    ("cut before the last byte", WHOLE[:-1]),
]

ENVELOPES = [
    ("another root", b"<GetHostname/>", *MISMATCH),
    ("an operation as the root", b'<GetHostname xmlns="urn:x"/>', *MISMATCH),
    ("an HTML page", b"<html><body>hi</body></html>", *MISMATCH),
    (
        "an envelope in lower case",
        WHOLE.replace(b"Envelope", b"envelope"),
        *MISMATCH,
    ),
    ("an envelope without namespace", b"<Envelope><Body><x/></Body></Envelope>", *OTHER_SOAP),
    ("SOAP 1.3", WHOLE.replace(SOAP_12.encode(), b"http://www.w3.org/soap-1.3"), *OTHER_SOAP),
    ("the draft of SOAP 1.2", WHOLE.replace(b"2003/05", b"2001/12"), *OTHER_SOAP),
    ("XML-RPC as an envelope", b'<Envelope xmlns="urn:x-rpc"/>', *OTHER_SOAP),
    ("no body", HEAD + TAIL, *NO_TAG),
    ("an empty body", body(b""), *NO_TAG),
    ("a body with text alone", body(b"GetHostname"), *NO_TAG),
    ("a body with a comment alone", body(b"<!-- GetHostname -->"), *NO_TAG),
    ("a body of the other SOAP", f'<e:Envelope xmlns:e="{SOAP_12}" xmlns:f="{SOAP_11}">'
     "<f:Body><x/></f:Body></e:Envelope>".encode(), *NO_TAG),
    ("two operations", envelope(HOSTNAME * 2), *MISMATCH),
    ("forty operations", envelope(HOSTNAME * 40), *MISMATCH),
    ("a mandatory header", envelope(HOSTNAME, '<x xmlns="urn:x" env:mustUnderstand="1"/>'),
     *MANDATORY),
    ("a mandatory header, true", envelope(HOSTNAME, '<x xmlns="urn:x" env:mustUnderstand="true"/>'),
     *MANDATORY),
    ("a mandatory header for the next", envelope(
        HOSTNAME, f'<x xmlns="urn:x" env:mustUnderstand="1" env:role="{SOAP_12}/role/next"/>'),
     *MANDATORY),
    ("1.1 without body", f'<e:Envelope xmlns:e="{SOAP_11}"/>'.encode(), 500, "Client"),
    ("1.1 with an unknown operation",
     f'<e:Envelope xmlns:e="{SOAP_11}"><e:Body><x/></e:Body></e:Envelope>'.encode(), 500, "Client"),
    ("1.1 with a mandatory header",
     f'<e:Envelope xmlns:e="{SOAP_11}"><e:Header><x xmlns="urn:x" e:mustUnderstand="1"/>'
     "</e:Header><e:Body><x/></e:Body></e:Envelope>".encode(), 500, "MustUnderstand"),
]  # fmt: skip

OPERATIONS = [
    ("an operation that nobody knows", envelope("<tds:MakeCoffee/>"), *UNKNOWN),
    ("an operation without namespace", envelope("<GetHostname/>"), *UNKNOWN),
    ("an operation of another service", envelope("<tptz:GetHostname/>"), *UNKNOWN),
    ("an operation in another case", envelope("<tds:gethostname/>"), *UNKNOWN),
    ("an operation in a namespace with a slash more",
     envelope('<GetHostname xmlns="http://www.onvif.org/ver10/device/wsdl/"/>'), *UNKNOWN),
    ("an answer as a question", envelope("<tds:GetHostnameResponse/>"), *UNKNOWN),
    ("a fault as a question", envelope("<env:Fault/>"), *UNKNOWN),
    ("an inclusion", envelope(
        '<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/>'),
     *UNKNOWN),
    ("a name of 100,000 letters", envelope(f"<tds:{'A' * 50_000}/>"), *UNKNOWN),
    ("a firmware upgrade", envelope("<tds:StartFirmwareUpgrade/>"), *OPTIONAL),
    ("a search", envelope('<GetRecordingSummary xmlns="http://www.onvif.org/ver10/search/wsdl"/>'),
     *OPTIONAL),
    ("PTZ of a camera without", envelope("<tptz:GetNodes/>"), *OPTIONAL),
    ("GetServices without its argument", services(""), *BAD_ARGUMENTS),
    ("GetServices with another argument", services("<tds:Include>true</tds:Include>"),
     *BAD_ARGUMENTS),
    ("GetServices with its argument twice",
     services("<tds:IncludeCapability>true</tds:IncludeCapability>" * 2), *BAD_ARGUMENTS),
    ("GetServices with more behind", services(
        "<tds:IncludeCapability>true</tds:IncludeCapability><tds:And/>"), *BAD_ARGUMENTS),
    ("an argument in another namespace", services("<IncludeCapability>true</IncludeCapability>"),
     *BAD_NAMESPACE),
    ("an argument in the types' namespace", services(
        "<tt:IncludeCapability>true</tt:IncludeCapability>"), *BAD_NAMESPACE),
    *((f"IncludeCapability {value[:9]!r}", services(
        f"<tds:IncludeCapability>{value}</tds:IncludeCapability>"), *BAD_VALUE)
      for value in ("", "yes", "2", "True", "t r u e", "' OR 1=1 --", "é" * 99, "x" * 100_000)),
    ("an attribute too many", envelope('<tds:GetHostname x="1"/>'), *PROHIBITED),
    ("an attribute of 100,000 letters", envelope(f'<tds:GetHostname x="{"y" * 100_000}"/>'),
     *PROHIBITED),
    ("content where none belongs", envelope("<tds:GetHostname><a/></tds:GetHostname>"),
     400, None),
    ("text where none belongs", envelope("<tds:GetHostname>please</tds:GetHostname>"),
     *BAD_ARGUMENTS),
    *((f"Category {value!r}", envelope(
        f"<tds:GetCapabilities><tds:Category>{value}</tds:Category></tds:GetCapabilities>"),
       *BAD_VALUE) for value in ("", "all", "Everything", "../../etc/passwd")),
]  # fmt: skip

CONTENT_TYPES = (
    "text/plain",
    "text/html",
    "application/json",
    "application/octet-stream",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "multipart/related; type=application/xop+xml",
    "image/jpeg",
    "application/soap",
    "soap+xml",
    "*/*",
    ";",
    "x" * 5000,
)
"""Media types that are no SOAP: 415."""
