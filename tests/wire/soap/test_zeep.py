"""zeep, an independent SOAP client, writes requests for us to read and reads our answers."""

from datetime import UTC, datetime, timedelta

import pytest
import zeep
from judge import wsdl_root
from lxml import etree
from specimens import Specimens
from zeep.xsd import CompoundValue

from simulator.schema.compile import SERVICES
from simulator.schema.model import Choice, Element, SimpleType, local_of
from simulator.schema.table import load_table
from simulator.wire.soap import codec
from simulator.wire.soap.envelope import parse, reply

TABLE = load_table()
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def clients():
    """Return zeep's reading of each WSDL, by service; read when first asked for."""
    made = {}

    def client(service):
        if service not in made:
            made[service] = zeep.Client(str(wsdl_root() / SERVICES[service]))
        return made[service]

    return client


def to_zeep(kind, value):
    """Return one of our values as zeep takes and gives it."""
    if isinstance(kind, SimpleType):
        return simple_to_zeep(kind, value)
    given = {}
    types = {local_of(e.name): e for e in elements_of(kind)}
    for key, item in value.items():
        if key.startswith("@"):
            name = key[1:]
            attribute = kind.attributes[name]
            clash = name in types
            given[f"attr__{name}" if clash else local_of(name)] = to_zeep(attribute.type, item)
        elif key == "#text":
            given["_value_1"] = to_zeep(kind.text, item)
        else:
            inner = TABLE.type_of(types[key])
            many = isinstance(item, list) and not getattr(inner, "items", None)
            given[key] = [to_zeep(inner, v) for v in item] if many else to_zeep(inner, item)
    return given


def elements_of(kind):
    for particle in kind.content:
        options = particle.options if isinstance(particle, Choice) else (particle,)
        yield from (option for option in options if isinstance(option, Element))


def simple_to_zeep(kind, value):
    name = built_in(kind)
    if name == "dateTime":
        return EPOCH + timedelta(seconds=value)
    if name == "duration":
        return timedelta(seconds=value)
    if name == "QName":
        return etree.QName(value)
    return value


def built_in(kind):
    while kind.base is not None:
        kind = kind.base
    return local_of(kind.name)


def has_key(value, wanted):
    if isinstance(value, list):
        return any(has_key(each, wanted) for each in value)
    if isinstance(value, dict):
        return wanted in value or any(has_key(each, wanted) for each in value.values())
    return False


def has_list_value(kind, value):
    """Tell whether an xs:list occurs, which zeep writes in its own way."""
    if isinstance(kind, SimpleType):
        return kind.items is not None
    types = {local_of(e.name): TABLE.type_of(e) for e in elements_of(kind)}
    for key, item in value.items():
        inner = kind.attributes[key[1:]].type if key.startswith("@") else types.get(key)
        each = item if isinstance(item, list) else [item]
        if inner is not None and any(has_list_value(inner, v) for v in each):
            return True
    return False


def specimen(name, seed, optional):
    value = Specimens(seed, optional, depth=3).element(name)
    return None if has_key(value, "#any") else value


def operations(service):
    found = [each for each in TABLE.operations if each.service == service]
    return [each for each in found if each.namespace in SERVICE_NAMESPACES]


SERVICE_NAMESPACES = {TABLE.namespaces[p] for p in TABLE.namespaces if p != "wsntw"}


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_requests_of_zeep_are_read(clients, service):
    client = clients(service)
    read = 0
    for seed, operation in enumerate(operations(service)):
        value = specimen(operation.input, seed, 0.5)
        kind = TABLE.type_of(TABLE.element(operation.input))
        if value is None or has_list_value(kind, value):
            continue
        element = client.get_element(operation.input)
        root = etree.Element("root")
        element.render(root, element(**to_zeep(kind, value)))
        assert codec.decode(root[0]) == value, operation.name
        read += 1
    assert read > 3


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_answers_are_read_by_zeep(clients, service):
    client = clients(service)
    read = 0
    for seed, operation in enumerate(operations(service)):
        value = specimen(operation.output, seed, 0.5)
        if value is None:
            continue
        kind = TABLE.type_of(TABLE.element(operation.output))
        answer = reply(None, codec.encode(operation.output, value), "")
        element = client.get_element(operation.output)
        found = element.parse(parse(answer).body, client.wsdl.types)
        compare(to_zeep(kind, value), found, operation.name)
        read += 1
    assert read > 3


def compare(expected, found, where):
    """Assert that zeep found what was expected, and nothing in place of what was left out."""
    if isinstance(expected, dict):
        if not expected and found is None:
            return
        assert isinstance(found, CompoundValue), where
        for key, item in expected.items():
            value = getattr(found, key, None)  # no attribute: the other one of a choice
            # a wildcard of zeep takes all that follows it, declared or not
            if value is not None or not getattr(found, "_value_1", None):
                compare(item, value, f"{where}/{key}")
        return
    if isinstance(expected, list):
        assert len(expected) == len(found), where
        for one, other in zip(expected, found, strict=True):
            compare(one, other, f"{where}[]")
        return
    if isinstance(expected, float):
        assert float(found) == pytest.approx(expected, rel=1e-12), where
    elif isinstance(expected, timedelta | datetime):
        assert abs(expected - found) < timedelta(microseconds=2), where
    elif isinstance(expected, etree.QName):
        assert found.rpartition(":")[2] == expected.localname, where
    else:
        assert found == expected or (found is None and not expected), where


def test_a_whole_request_of_zeep_is_answered_to_its_liking(clients):
    client = clients("ptz")
    binding, name = next(iter(client.wsdl.bindings.items()))[1], "GetStatus"
    options = {"address": "http://camera/ptz"}
    request, _ = binding._create(name, (), {"ProfileToken": "p"}, client=client, options=options)
    opened = parse(etree.tostring(request))
    assert codec.decode(opened.body) == {"ProfileToken": "p"}
    value = {"PTZStatus": {"Position": {"Zoom": {"@x": 0.5}}, "UtcTime": 0.0}}
    operation = TABLE.operation(TABLE.namespaces["tptz"], name)
    answer = reply(opened, codec.encode(operation.output, value), operation.output_action)
    parsed = binding.get(name).process_reply(etree.fromstring(answer))
    assert parsed.Position.Zoom.x == 0.5
    assert parsed.UtcTime == EPOCH
