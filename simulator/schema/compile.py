"""Reads the ONVIF WSDL and XSD files and writes what the codec needs: names, types, order, numbers.

Run as ``python -m simulator.schema.compile WSDL_DIR OUT``; ``make schema`` does. The result holds
facts only, no annotation and no sentence of the published files, and is sorted, so that two runs
give the same bytes. Its layout is described in ``schema.table``, which reads it.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

XS = "http://www.w3.org/2001/XMLSchema"
WSDL = "http://schemas.xmlsoap.org/wsdl/"
ADDRESSING = (
    "http://www.w3.org/2006/05/addressing/wsdl",
    "http://www.w3.org/2007/05/addressing/metadata",
)

NAMESPACES = {
    "xs": XS,
    "xml": "http://www.w3.org/XML/1998/namespace",
    "xmime": "http://www.w3.org/2005/05/xmlmime",
    "xop": "http://www.w3.org/2004/08/xop/include",
    "env": "http://www.w3.org/2003/05/soap-envelope",
    "wsa": "http://www.w3.org/2005/08/addressing",
    "wsnt": "http://docs.oasis-open.org/wsn/b-2",
    "wsntw": "http://docs.oasis-open.org/wsn/bw-2",
    "wstop": "http://docs.oasis-open.org/wsn/t-1",
    "wsrfbf": "http://docs.oasis-open.org/wsrf/bf-2",
    "wsrfr": "http://docs.oasis-open.org/wsrf/r-2",
    "wsrfrw": "http://docs.oasis-open.org/wsrf/rw-2",
    "tt": "http://www.onvif.org/ver10/schema",
    "tds": "http://www.onvif.org/ver10/device/wsdl",
    "tev": "http://www.onvif.org/ver10/events/wsdl",
    "trt": "http://www.onvif.org/ver10/media/wsdl",
    "tr2": "http://www.onvif.org/ver20/media/wsdl",
    "tptz": "http://www.onvif.org/ver20/ptz/wsdl",
    "timg": "http://www.onvif.org/ver20/imaging/wsdl",
    "tan": "http://www.onvif.org/ver20/analytics/wsdl",
    "axt": "http://www.onvif.org/ver20/analytics",
    "fc": "http://www.onvif.org/ver20/analytics/humanface",
    "bd": "http://www.onvif.org/ver20/analytics/humanbody",
    "ttr": "http://www.onvif.org/ver20/analytics/radiometry",
    "tmd": "http://www.onvif.org/ver10/deviceIO/wsdl",
    "trc": "http://www.onvif.org/ver10/recording/wsdl",
    "tse": "http://www.onvif.org/ver10/search/wsdl",
    "trp": "http://www.onvif.org/ver10/replay/wsdl",
}
"""The prefixes of the table, and of every message the simulator writes."""

SERVICES = {
    "device": "ver10/device/wsdl/devicemgmt.wsdl",
    "events": "ver10/events/wsdl/event.wsdl",
    "media": "ver10/media/wsdl/media.wsdl",
    "media2": "ver20/media/wsdl/media.wsdl",
    "ptz": "ver20/ptz/wsdl/ptz.wsdl",
    "imaging": "ver20/imaging/wsdl/imaging.wsdl",
    "analytics": "ver20/analytics/wsdl/analytics.wsdl",
    "deviceio": "ver10/deviceio.wsdl",
    "recording": "ver10/recording.wsdl",
    "search": "ver10/search.wsdl",
    "replay": "ver10/replay.wsdl",
}
EXTRA_SCHEMAS = (
    "ver10/schema/metadatastream.xsd",
    "ver20/analytics/rules.xsd",
    "ver20/analytics/radiometry.xsd",
)

FACETS = {"length", "minLength", "maxLength", "minInclusive", "maxInclusive"}
_PREFIXES = {namespace: prefix for prefix, namespace in NAMESPACES.items()}
_NAME_START, _NAME_REST = r"[\i-[:]]", r"[\c-[:]]"

Facts = dict[str, Any]


class SchemaError(Exception):
    """The files use a construct that the table cannot hold."""


def _xs(local: str) -> str:
    return f"{{{XS}}}{local}"


def _wsdl(local: str) -> str:
    return f"{{{WSDL}}}{local}"


def _local(element: Any) -> str:
    return str(etree.QName(element).localname)


def _short(namespace: str | None, local: str) -> str:
    """Return ``prefix:local`` with the table's own prefix; the bare name if in no namespace."""
    if not namespace:
        return local
    if namespace not in _PREFIXES:
        raise SchemaError(f"no prefix for namespace {namespace}")
    return f"{_PREFIXES[namespace]}:{local}"


def _reference(element: Any, text: str) -> str:
    """Resolve a QName found in an attribute of ``element``."""
    prefix, _, local = text.rpartition(":")
    namespace = NAMESPACES["xml"] if prefix == "xml" else element.nsmap.get(prefix or None)
    return _short(namespace, local)


def _children(element: Any) -> Iterator[Any]:
    """Yield the XSD children that say something about the structure."""
    for child in element:
        if isinstance(child.tag, str) and child.tag != _xs("annotation"):
            yield child


def _occurrence(element: Any) -> list[int]:
    most = element.get("maxOccurs", "1")
    return [int(element.get("minOccurs", "1")), -1 if most == "unbounded" else int(most)]


class Documents:
    """The WSDL and XSD files reachable from where reading starts, each parsed once, all local."""

    def __init__(self, root: Path) -> None:
        """Read below ``root``."""
        self._root = root.resolve()
        self._parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        self.trees: dict[Path, Any] = {}

    def read(self, path: str | Path) -> Any:
        """Parse the file and, behind it, all that it imports; return its root element."""
        resolved = (self._root / path).resolve()
        if resolved not in self.trees:
            root = etree.parse(str(resolved), self._parser).getroot()
            self.trees[resolved] = root
            tags = (_xs("import"), _xs("include"), _wsdl("import"))
            for link in root.iter(*tags):
                location = link.get("schemaLocation") or link.get("location")
                if location:
                    self.read(resolved.parent / location)
        return self.trees[resolved]

    def schemas(self) -> Iterator[Any]:
        """Yield every schema element, of XSD files and of WSDL types sections."""
        for root in self.trees.values():
            yield from root.iter(_xs("schema"))


class SchemaReader:
    """Turns one xs:schema element into facts."""

    def __init__(self, schema: Any) -> None:
        """Read ``schema``."""
        self._schema = schema
        self._namespace = schema.get("targetNamespace")

    def read_into(self, table: Facts) -> None:
        """Add the global components of the schema to the table."""
        for component in _children(self._schema):
            name = component.get("name")
            kind = _local(component)
            if name is None:
                continue
            key = _short(self._namespace, name)
            if kind == "element":
                options = self._element_options(component)
                table["elements"][key] = [self._type_of(component), options]
            elif kind == "attribute":
                table["attributes"][key] = self._type_of(component)
            elif kind == "complexType":
                table["complex"][key] = self._complex(component)
            elif kind == "simpleType":
                table["simple"][key] = self._simple(component)

    def _type_of(self, component: Any) -> str | Facts:
        """Return the name of the component's type, or the facts of its anonymous type."""
        if component.get("type"):
            return _reference(component, component.get("type"))
        for child in _children(component):
            if child.tag == _xs("complexType"):
                return {"complex": self._complex(child)}
            if child.tag == _xs("simpleType"):
                return {"simple": self._simple(child)}
        return "xs:anyType" if component.tag == _xs("element") else "xs:anySimpleType"

    def _element_options(self, element: Any) -> Facts:
        options: Facts = {}
        if element.get("nillable") == "true":
            options["nillable"] = True
        if element.get("default") is not None:
            options["default"] = element.get("default")
        return options

    def _form(self, component: Any) -> str | None:
        """Return the namespace of a local element or attribute: its form decides (XSD, 3.3.2)."""
        default = self._schema.get(f"{_local(component)}FormDefault", "unqualified")
        return self._namespace if component.get("form", default) == "qualified" else None

    def _complex(self, definition: Any) -> Facts:
        facts: Facts = {key: True for key in ("mixed", "abstract") if definition.get(key) == "true"}
        for child in _children(definition):
            kind = _local(child)
            if kind in {"simpleContent", "complexContent"}:
                if child.get("mixed") == "true":
                    facts["mixed"] = True
                self._extension(kind, child, facts)
            else:
                self._member(child, facts)
        return facts

    def _extension(self, kind: str, content: Any, facts: Facts) -> None:
        (extension,) = _children(content)
        if extension.tag != _xs("extension"):
            raise SchemaError(f"restriction of a complex type at line {extension.sourceline}")
        base = _reference(extension, extension.get("base"))
        facts["text" if kind == "simpleContent" else "base"] = base
        for child in _children(extension):
            self._member(child, facts)

    def _member(self, child: Any, facts: Facts) -> None:
        kind = _local(child)
        if kind == "sequence":
            facts["content"] = [self._particle(part) for part in _children(child)]
        elif kind == "choice":
            facts["content"] = [self._particle(child)]
        elif kind == "attribute":
            facts.setdefault("attributes", []).append(self._attribute(child))
        elif kind == "anyAttribute":
            facts["anyAttribute"] = child.get("namespace", "##any")
        else:
            raise SchemaError(f"{kind} in a complex type at line {child.sourceline}")

    def _particle(self, part: Any) -> list[Any]:
        kind = _local(part)
        if kind == "any":
            return ["*", part.get("namespace", "##any"), *_occurrence(part)]
        if kind == "choice":
            return ["|", [self._particle(each) for each in _children(part)], *_occurrence(part)]
        if kind != "element":
            raise SchemaError(f"{kind} in a content model at line {part.sourceline}")
        if part.get("ref"):
            return [_reference(part, part.get("ref")), None, *_occurrence(part)]
        options = self._element_options(part)
        name = _short(self._form(part), part.get("name"))
        return [name, self._type_of(part), *_occurrence(part), *([options] if options else [])]

    def _attribute(self, attribute: Any) -> list[Any]:
        """Return name, type (None for a reference to a global one), whether required, default."""
        required = attribute.get("use") == "required"
        if attribute.get("ref"):
            return [_reference(attribute, attribute.get("ref")), None, required, None]
        name = _short(self._form(attribute), attribute.get("name"))
        return [name, self._type_of(attribute), required, attribute.get("default")]

    def _simple(self, definition: Any) -> Facts:
        (variety,) = _children(definition)
        kind = _local(variety)
        if kind == "list":
            return {"list": _reference(variety, variety.get("itemType"))}
        if kind == "union":
            named = [_reference(variety, name) for name in variety.get("memberTypes", "").split()]
            inline = [{"simple": self._simple(child)} for child in _children(variety)]
            return {"union": [*named, *inline]}
        return self._restriction(variety)

    def _restriction(self, restriction: Any) -> Facts:
        facts: Facts = {"base": _reference(restriction, restriction.get("base"))}
        for facet in _children(restriction):
            kind, value = _local(facet), facet.get("value")
            if kind == "enumeration":
                named = facts["base"] == "xs:QName"
                entry = _reference(facet, value) if named else value
                facts.setdefault("enumeration", []).append(entry)
            elif kind == "pattern":
                facts["pattern"] = python_pattern(value)
            elif kind in FACETS:
                facts[kind] = int(value)
            else:
                raise SchemaError(f"facet {kind} at line {facet.sourceline}")
        return facts


def python_pattern(pattern: str) -> str:
    r"""Translate an XSD pattern to Python.

    Of what differs between the two, only ``[\i-[:]]`` and ``[\c-[:]]`` occur in the files.

    Raises:
        SchemaError: if another class subtraction or escape is left over.
    """
    translated = pattern.replace(_NAME_START, r"[^\W\d]").replace(_NAME_REST, r"[\w.\-]")
    if re.search(r"\\[icIC]|-\[|\\p", translated):
        raise SchemaError(f"pattern {pattern!r} has no translation")
    return translated


class OperationReader:
    """Collects the operations of the WSDL files in one set of documents."""

    def __init__(self, documents: Documents) -> None:
        """Index messages and SOAP actions of all WSDL files that were read."""
        self._wsdls = [
            root for root in documents.trees.values() if root.tag == _wsdl("definitions")
        ]
        self._messages: dict[str, str] = {}
        self._soap_actions: dict[tuple[str, str], str] = {}
        for root in self._wsdls:
            self._index_messages(root)
            self._index_actions(root)

    def _index_messages(self, root: Any) -> None:
        for message in root.iter(_wsdl("message")):
            part = message.find(_wsdl("part"))
            if part is not None and part.get("element"):
                key = _short(root.get("targetNamespace"), message.get("name"))
                self._messages[key] = _reference(part, part.get("element"))

    def _index_actions(self, root: Any) -> None:
        for binding in root.iter(_wsdl("binding")):
            port_type = _reference(binding, binding.get("type"))
            for operation in binding.iter(_wsdl("operation")):
                for child in operation:
                    action = child.get("soapAction") if isinstance(child.tag, str) else None
                    if action:
                        self._soap_actions[port_type, operation.get("name")] = action

    def read(self, service: str, root: Any) -> Iterator[list[Any]]:
        """Yield the entries of the table's ``operations`` for the port types of one WSDL."""
        namespace = root.get("targetNamespace")
        for port_type in root.iter(_wsdl("portType")):
            for operation in port_type.iter(_wsdl("operation")):
                yield self._operation(service, namespace, port_type, operation)

    def _operation(self, service: str, namespace: str, port_type: Any, operation: Any) -> list[Any]:
        name = operation.get("name")
        given, returned = operation.find(_wsdl("input")), operation.find(_wsdl("output"))
        base = f"{namespace}/{port_type.get('name')}/{name}"
        bound = self._soap_actions.get((_short(namespace, port_type.get("name")), name))
        action = bound or _addressing_action(given) or f"{base}Request"
        output = (
            None
            if returned is None
            else self._messages[_reference(returned, returned.get("message"))]
        )
        answer = "" if returned is None else _addressing_action(returned) or f"{base}Response"
        element = self._messages[_reference(given, given.get("message"))]
        return [service, _PREFIXES[namespace], name, element, output, action, answer]


def _addressing_action(message: Any) -> str | None:
    """Return the action that the WSDL gives a message (WS-Addressing 1.0 Metadata, 4.4.1)."""
    for namespace in ADDRESSING:
        action = message.get(f"{{{namespace}}}Action")
        if action:
            return str(action)
    return None


def _operations(documents: Documents, root: Path) -> list[list[Any]]:
    reader = OperationReader(documents)
    sources = [*SERVICES.items(), ("events", "schema/common/bw-2.wsdl")]
    found: dict[tuple[str, str], list[Any]] = {}
    for service, path in sources:
        for operation in reader.read(service, documents.read(root / path)):
            found.setdefault((operation[1], operation[2]), operation)
    return list(found.values())


def compile_tree(root: Path) -> Facts:
    """Return the table of the WSDL tree below ``root`` as plain data.

    Raises:
        OSError: if a file is missing.
        SchemaError: if the files use what the table cannot hold.
    """
    documents = Documents(root)
    for path in (*SERVICES.values(), *EXTRA_SCHEMAS):
        documents.read(path)
    table: Facts = {"namespaces": NAMESPACES, "operations": _operations(documents, root.resolve())}
    table |= {kind: {} for kind in ("attributes", "elements", "simple", "complex")}
    for schema in documents.schemas():
        SchemaReader(schema).read_into(table)
    return table


def serialize(table: Facts) -> str:
    """Return the table as JSON: sorted, one entry a line, so that changes are legible."""

    def line(value: Any) -> str:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    sections = []
    for section, entries in table.items():
        if isinstance(entries, list):
            lines = [line(entry) for entry in entries]
            sections.append(f'"{section}":[\n' + ",\n".join(lines) + "\n]")
        else:
            lines = [f"{line(key)}:{line(entries[key])}" for key in sorted(entries)]
            sections.append(f'"{section}":{{\n' + ",\n".join(lines) + "\n}")
    return "{" + ",\n".join(sections) + "}\n"


def main(arguments: list[str]) -> int:
    """Compile; return the exit code."""
    if len(arguments) != 2:
        print("usage: python -m simulator.schema.compile WSDL_DIR OUT", file=sys.stderr)
        return 2
    source, target = map(Path, arguments)
    try:
        text = serialize(compile_tree(source))
    except (OSError, SchemaError, etree.XMLSyntaxError) as error:
        print(f"{source}: {error}", file=sys.stderr)
        return 1
    target.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
