"""A small SOAP client of the tests' own: XML by hand, answers judged by the published schemas."""

import base64
import datetime
import hashlib
import os

import attrs
import judge
import requests
from lxml import etree
from requests.auth import HTTPDigestAuth

SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"
SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/"
OASIS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
WSSE = OASIS + "wssecurity-secext-1.0.xsd"
WSU = OASIS + "wssecurity-utility-1.0.xsd"
TOKEN_PROFILE = OASIS + "username-token-profile-1.0"

NAMESPACES = {
    "env": SOAP_12,
    "tds": "http://www.onvif.org/ver10/device/wsdl",
    "trt": "http://www.onvif.org/ver10/media/wsdl",
    "tr2": "http://www.onvif.org/ver20/media/wsdl",
    "tptz": "http://www.onvif.org/ver20/ptz/wsdl",
    "tev": "http://www.onvif.org/ver10/events/wsdl",
    "tt": "http://www.onvif.org/ver10/schema",
    "wsnt": "http://docs.oasis-open.org/wsn/b-2",
    "wsa": "http://www.w3.org/2005/08/addressing",
    "wsse": WSSE,
    "wsu": WSU,
    "ter": "http://www.onvif.org/ver10/error",
    "tns1": "http://www.onvif.org/ver10/topics",
}
_DECLARED = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())


def envelope(body, header=""):
    """Return a SOAP 1.2 message; ``NAMESPACES`` are declared."""
    head = f"<env:Header>{header}</env:Header>" if header else ""
    return f"<env:Envelope {_DECLARED}>{head}<env:Body>{body}</env:Body></env:Envelope>".encode()


def username_token(
    username,
    password,
    *,
    nonce=None,
    created=None,
    created_in_s=0.0,
    kind="#PasswordDigest",
    leave_out=(),
):
    """Return a wsse:Security header (UsernameToken Profile 1.0), perhaps a wrong one."""
    nonce = os.urandom(16) if nonce is None else nonce
    if created is None:
        moment = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=created_in_s)
        created = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    shown = password
    if kind == "#PasswordDigest":
        digest = hashlib.sha1(nonce + created.encode() + password.encode()).digest()
        shown = base64.b64encode(digest).decode()
    parts = {
        "Username": f"<wsse:Username>{username}</wsse:Username>",
        "Password": f'<wsse:Password Type="{TOKEN_PROFILE}{kind}">{shown}</wsse:Password>',
        "Nonce": f"<wsse:Nonce>{base64.b64encode(nonce).decode()}</wsse:Nonce>",
        "Created": f"<wsu:Created>{created}</wsu:Created>",
    }
    kept = "".join(part for name, part in parts.items() if name not in leave_out)
    token = f"<wsse:UsernameToken>{kept}</wsse:UsernameToken>"
    return f'<wsse:Security env:mustUnderstand="1">{token}</wsse:Security>'


def fault_codes(message):
    """Return the codes of a fault, such as ``Sender/InvalidArgVal/NoProfile``; "" for none."""
    root = etree.fromstring(message)
    namespace = etree.QName(root).namespace
    if namespace == SOAP_11:
        code = root.findtext(f".//{{{SOAP_11}}}Fault/faultcode")
        return "" if code is None else code.partition(":")[2]
    values = root.iterfind(f".//{{{SOAP_12}}}Value")
    return "/".join(value.text.rpartition(":")[2] for value in values)


def reason_of(message):
    """Return the sentence of a fault."""
    return etree.fromstring(message).findtext(f".//{{{SOAP_12}}}Text")


@attrs.frozen
class Soap:
    """Speaks to one camera of an inventory, with HTTP digest."""

    camera: dict

    def post(self, body, path="/onvif/device_service"):
        """Send what stands in Body; return the response, judged."""
        base = self.camera["xaddr"].removesuffix("/onvif/device_service")
        answer = requests.post(
            base + path,
            envelope(body),
            headers={"Content-Type": "application/soap+xml; charset=utf-8"},
            auth=HTTPDigestAuth(self.camera["username"], self.camera["password"]),
            timeout=30,
        )
        judge.validate_envelope(answer.content)
        return answer

    def ask(self, body, path="/onvif/device_service"):
        """Send what stands in Body; return the element in the answer's Body."""
        answer = self.post(body, path)
        assert answer.status_code == 200, answer.text
        return etree.fromstring(answer.content).find(f"{{{SOAP_12}}}Body")[0]


def find(element, path):
    """Return the first element at an XPath with the prefixes of ``NAMESPACES``."""
    found = element.xpath(path, namespaces=NAMESPACES)
    assert found, f"no {path} in {etree.tostring(element)}"
    return found[0]
