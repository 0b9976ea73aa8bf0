"""Judges messages by the published schemas, with a validator that shares nothing with camfarm.

xmlschema in XSD 1.1 mode reads the WSDL and XSD files themselves (XSD 1.0 processors refuse
onvif.xsd as ambiguous). Schemas are loaded when a message first uses their namespace, and kept.

    judge.validate_envelope(answer)      # a whole SOAP message
    judge.validate_document(metadata)    # any document with a global element as its root
"""

import functools
import warnings
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import xmlschema
import zope.interface
from lxml import etree

# Where twisted.internet.testing was imported, zope.interface looks at every object that a class
# attribute is asked of; asked beforehand, it leaves xmlschema's classes alone.
for _class in (xmlschema.XMLSchema11, type(xmlschema.XMLSchema11.meta_schema)):
    zope.interface.implementedBy(_class)

ROOT = Path(__file__).resolve().parents[1]
WSDL = ROOT / ".cache" / "schema" / "onvif" / "wsdl"

SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"
SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/"
ANALYTICS = "http://www.onvif.org/ver20/analytics/wsdl"
TT = "http://www.onvif.org/ver10/schema"

_FILES = {
    SOAP_12: "schema/common/soap-envelope",
    "http://www.w3.org/2005/08/addressing": "schema/common/ws-addr.xsd",
    "http://docs.oasis-open.org/wsn/b-2": "schema/common/b-2.xsd",
    "http://docs.oasis-open.org/wsn/t-1": "schema/common/t-1.xsd",
    "http://docs.oasis-open.org/wsrf/bf-2": "schema/common/bf-2.xsd",
    "http://docs.oasis-open.org/wsrf/r-2": "schema/common/r-2.xsd",
    TT: "ver10/schema/onvif.xsd",
    "http://www.onvif.org/ver10/device/wsdl": "ver10/device/wsdl/devicemgmt.wsdl",
    "http://www.onvif.org/ver10/events/wsdl": "ver10/events/wsdl/event.wsdl",
    "http://www.onvif.org/ver10/media/wsdl": "ver10/media/wsdl/media.wsdl",
    "http://www.onvif.org/ver20/media/wsdl": "ver20/media/wsdl/media.wsdl",
    "http://www.onvif.org/ver20/ptz/wsdl": "ver20/ptz/wsdl/ptz.wsdl",
    "http://www.onvif.org/ver20/imaging/wsdl": "ver20/imaging/wsdl/imaging.wsdl",
    ANALYTICS: "ver20/analytics/wsdl/analytics.wsdl",
    "http://www.onvif.org/ver20/analytics": "ver20/analytics/rules.xsd",
    "http://www.onvif.org/ver20/analytics/humanface": "ver20/analytics/humanface.xsd",
    "http://www.onvif.org/ver20/analytics/humanbody": "ver20/analytics/humanbody.xsd",
    "http://www.onvif.org/ver20/analytics/radiometry": "ver20/analytics/radiometry.xsd",
    "http://www.onvif.org/ver10/deviceIO/wsdl": "ver10/deviceio.wsdl",
    "http://www.onvif.org/ver10/recording/wsdl": "ver10/recording.wsdl",
    "http://www.onvif.org/ver10/search/wsdl": "ver10/search.wsdl",
    "http://www.onvif.org/ver10/replay/wsdl": "ver10/replay.wsdl",
}
_METADATA = "ver10/schema/metadatastream.xsd"
_FAULT_11 = ["faultcode", "faultstring", "faultactor", "detail"]


class SchemasMissingError(Exception):
    """The published schemas are not where the tests look for them."""


def wsdl_root() -> Path:
    """Return the directory of the published files.

    Raises:
        SchemasMissingError: if it is not there; the message says what to run.
    """
    if not (WSDL / _FILES[TT]).is_file():
        problem = f"{WSDL} is missing; run `make schema` to fetch the ONVIF schemas"
        raise SchemasMissingError(problem)
    return WSDL


def _source(path: Path) -> str:
    """Return an XSD file's name, or the text of the schema within a WSDL file."""
    if path.suffix != ".wsdl":
        return str(path)
    schema = etree.parse(path).find(".//{http://www.w3.org/2001/XMLSchema}schema")
    return etree.tostring(schema, encoding="unicode")


def _load(file: str, maps: Any) -> Any:
    path = wsdl_root() / file
    shared = {} if maps is None else {"global_maps": maps}
    with warnings.catch_warnings():
        # device's Capabilities occur once here and optionally there, which is harmless
        warnings.simplefilter("ignore", xmlschema.XMLSchemaTypeTableWarning)
        return xmlschema.XMLSchema11(
            _source(path), base_url=f"{path.parent}/", allow="local", **shared
        )


@functools.cache
def _envelope_schema() -> Any:
    return _load(_FILES[SOAP_12], None)


@functools.cache
def _load_namespace(namespace: str) -> None:
    """Load the schema of a namespace, unless another one has brought it along."""
    maps = _envelope_schema().maps
    if namespace == ANALYTICS:
        _load_metadata()  # the file imports two of one namespace; the second would be left out
    if namespace not in maps.namespaces:
        _load(_FILES[namespace], maps)


@functools.cache
def _load_metadata() -> None:
    _load_namespace(TT)
    _load(_METADATA, _envelope_schema().maps)


def _load_for(root: ElementTree.Element) -> None:
    """Load the schemas of every namespace in the message, so that what is lax is judged too."""
    namespaces = {str(element.tag)[1:].partition("}")[0] for element in root.iter()}
    for namespace in sorted(namespaces & _FILES.keys()):
        _load_namespace(namespace)
    if root.tag == f"{{{TT}}}MetadataStream":
        _load_metadata()


def _judge(data: bytes, root: ElementTree.Element, element: ElementTree.Element) -> None:
    """Validate one element against its global declaration, with the namespaces of the message."""
    declared = _envelope_schema().maps.elements.get(element.tag)
    if declared is None:
        raise AssertionError(f"{element.tag} is not an element of any published schema")
    namespaces = dict(
        prefix_and_name
        for _, prefix_and_name in ElementTree.iterparse(_Reader(data), events=["start-ns"])
    )
    errors = list(declared.iter_errors(element, namespaces=namespaces))
    if errors:
        lines = [f"{error.path}: {error.reason}" for error in errors]
        text = ElementTree.tostring(element, encoding="unicode")
        raise AssertionError("\n".join([*lines, text[:4000]]))


class _Reader:
    """Bytes as a file, for iterparse."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def read(self, size: int = -1) -> bytes:
        data, self._data = self._data, b""
        return data


def validate_document(data: bytes) -> None:
    """Validate a document whose root is a global element of the published schemas.

    Raises:
        AssertionError: with the reasons, if it is not valid.
    """
    root = _parse(data)
    _load_for(root)
    _judge(data, root, root)


def validate_envelope(data: bytes) -> None:
    """Validate a SOAP message: the envelope, its headers, its body or fault, and the detail.

    Raises:
        AssertionError: with the reasons, if it is not valid.
    """
    root = _parse(data)
    _load_for(root)
    namespace = str(root.tag)[1:].partition("}")[0]
    assert root.tag in {f"{{{SOAP_12}}}Envelope", f"{{{SOAP_11}}}Envelope"}, root.tag
    body = root.find(f"{{{namespace}}}Body")
    assert body is not None, "no Body"
    assert len(body) == 1, f"{len(body)} elements in Body"
    if namespace == SOAP_12:
        _judge(data, root, root)
        _judge(data, root, body[0])
    else:
        _judge_11(data, root, body[0])


def _judge_11(data: bytes, root: ElementTree.Element, content: ElementTree.Element) -> None:
    """Judge a SOAP 1.1 message; its envelope has no schema in the tree, so by its rules (4.4)."""
    for header in root.findall(f"{{{SOAP_11}}}Header/*"):
        if header.tag in _envelope_schema().maps.elements:
            _judge(data, root, header)
    if content.tag != f"{{{SOAP_11}}}Fault":
        _judge(data, root, content)
        return
    names = [child.tag for child in content]
    assert names == [name for name in _FAULT_11 if name in names], names
    assert {"faultcode", "faultstring"} <= set(names), names


def _parse(data: bytes) -> ElementTree.Element:
    try:
        return ElementTree.fromstring(data)
    except ElementTree.ParseError as error:
        raise AssertionError(f"not well-formed: {error}: {data[:2000]!r}") from None
