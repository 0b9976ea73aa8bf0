import json
from pathlib import Path

import pytest
from judge import wsdl_root

from simulator.schema.compile import (
    SchemaError,
    compile_tree,
    main,
    python_pattern,
    serialize,
)
from simulator.schema.model import Choice, ComplexType, Element, SimpleType, Wildcard
from simulator.schema.table import load_table

TABLE = Path(__file__).parents[2] / "simulator" / "schema" / "table.json"
OPERATIONS = (Path(__file__).parent / "operations.txt").read_text().split()
TT = "{http://www.onvif.org/ver10/schema}"
XS = "{http://www.w3.org/2001/XMLSchema}"
PTZ = "http://www.onvif.org/ver20/ptz/wsdl"
EVENTS = "http://www.onvif.org/ver10/events/wsdl"
WSNT = "http://docs.oasis-open.org/wsn/b-2"
BW = "http://docs.oasis-open.org/wsn/bw-2"


def elements_of(kind):
    """Yield every element particle of a complex type."""
    for particle in kind.content:
        options = particle.options if isinstance(particle, Choice) else (particle,)
        yield from (option for option in options if isinstance(option, Element))


def reachable_types():
    """Return every type that a global element leads to."""
    table = load_table()
    waiting = [table.type_of(table.element(name)) for name in table.elements()]
    seen = {}
    while waiting:
        kind = waiting.pop()
        if kind in seen:
            continue
        seen[kind] = True
        if isinstance(kind, ComplexType):
            waiting += [table.type_of(element) for element in elements_of(kind)]
    return list(seen)


def test_the_table_is_what_the_published_files_say():
    made = serialize(compile_tree(wsdl_root()))
    assert made == TABLE.read_text(encoding="utf-8"), "run `make schema`"


def test_the_compiler_writes_its_result_and_reports_mistakes(tmp_path, capsys):
    out = tmp_path / "table.json"
    assert main([str(wsdl_root()), str(out)]) == 0
    assert json.loads(out.read_text()) == json.loads(TABLE.read_text())
    assert main([str(tmp_path), str(out)]) == 1
    assert str(tmp_path) in capsys.readouterr().err
    assert main([]) == 2


def test_the_table_holds_facts_and_no_prose():
    longest = max(TABLE.read_text().split('"'), key=len)
    assert "<" not in longest
    assert len(longest) < 300, longest


def test_every_known_operation_is_in_the_table():
    table = load_table()
    known = {f"{each.service}:{each.name}" for each in table.operations}
    assert len(OPERATIONS) == 388
    assert [name for name in OPERATIONS if name not in known] == []


def test_every_operation_has_elements_and_actions():
    table = load_table()
    for operation in table.operations:
        assert table.knows(operation.input), operation
        assert operation.action.startswith("http://"), operation
        if operation.output is not None:
            assert table.knows(operation.output), operation
            assert operation.output_action.startswith("http://"), operation


@pytest.mark.parametrize(
    ("namespace", "name", "service", "action", "output_action"),
    [
        (PTZ, "Stop", "ptz", f"{PTZ}/Stop", f"{PTZ}/PTZ/StopResponse"),
        (
            EVENTS,
            "PullMessages",
            "events",
            f"{EVENTS}/PullPointSubscription/PullMessagesRequest",
            f"{EVENTS}/PullPointSubscription/PullMessagesResponse",
        ),
        (
            BW,
            "Renew",
            "events",
            f"{BW}/SubscriptionManager/RenewRequest",
            f"{BW}/SubscriptionManager/RenewResponse",
        ),
        (BW, "Notify", "events", f"{BW}/NotificationConsumer/Notify", ""),
    ],
)
def test_actions_are_those_of_the_wsdl(namespace, name, service, action, output_action):
    found = load_table().operation(namespace, name)
    assert (found.service, found.action, found.output_action) == (service, action, output_action)


def test_an_operation_is_found_by_its_request():
    table = load_table()
    assert table.operation_of(f"{{{PTZ}}}Stop") is table.operation(PTZ, "Stop")
    assert table.operation_of(f"{{{WSNT}}}Notify").output is None
    assert table.operation_of(f"{{{PTZ}}}StopResponse") is None


@pytest.mark.parametrize(
    "look", [lambda t: t.operation(PTZ, "Fly"), lambda t: t.element("{x}y"), lambda t: t.type("x")]
)
def test_what_is_not_there_is_a_lookup_error(look):
    with pytest.raises(LookupError):
        look(load_table())


def test_every_type_resolves_and_no_child_hides_another():
    for kind in reachable_types():
        if isinstance(kind, ComplexType):
            names = [element.name.rpartition("}")[2] for element in elements_of(kind)]
            assert len(names) == len(set(names)), kind
            assert sum(isinstance(each, Wildcard) for each in kind.content) <= 1, kind


def test_children_of_a_base_come_first():
    kind = load_table().type(f"{TT}VideoSourceConfiguration")
    names = [each.name.removeprefix(TT) for each in kind.content if isinstance(each, Element)]
    assert names == ["Name", "UseCount", "SourceToken", "Bounds", "Extension"]
    assert kind.base.name == f"{TT}ConfigurationEntity"
    assert kind.attributes["token"].required
    assert not kind.attributes["ViewMode"].required


def test_wildcards_admit_what_they_say():
    other = Wildcard("##other", "urn:a", 0, None)
    assert [other.admits(ns) for ns in ("urn:a", "urn:b", "")] == [False, True, False]
    target = Wildcard("##targetNamespace", "urn:a", 0, None)
    assert [target.admits(ns) for ns in ("urn:a", "urn:b", "")] == [True, False, False]
    assert Wildcard("##any", "urn:a", 0, None).admits("")


def test_derivation_follows_extensions_and_restrictions():
    table = load_table()
    entity = table.type(f"{TT}ConfigurationEntity")
    encoder = table.type(f"{TT}VideoEncoderConfiguration")
    assert table.derives(encoder, entity)
    assert not table.derives(entity, encoder)
    assert table.derives(table.type(f"{TT}ReferenceToken"), table.type(f"{XS}string"))
    assert table.derives(entity, table.type(f"{XS}anyType"))


def test_facets_lists_and_unions_are_kept():
    table = load_table()
    token = table.type(f"{TT}ReferenceToken")
    assert isinstance(token, SimpleType)
    assert token.facets == {"maxLength": 64}
    assert table.type(f"{TT}IntList").items.name == f"{XS}int"
    moment = table.type(f"{{{WSNT}}}AbsoluteOrRelativeTimeType")
    assert [m.name for m in moment.members] == [f"{XS}dateTime", f"{XS}duration"]


def test_patterns_without_translation_are_refused():
    assert python_pattern(r"[\i-[:]][\c-[:]]*") == r"[^\W\d][\w.\-]*"
    with pytest.raises(SchemaError, match="translation"):
        python_pattern(r"\p{Lu}+")
