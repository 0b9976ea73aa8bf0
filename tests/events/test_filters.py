import contextlib

import judge
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from simulator.errors import Fault
from simulator.events.broker import Event, Operation
from simulator.events.content import ContentError, parse_content
from simulator.events.filters import (
    CONCRETE,
    CONCRETE_SET,
    ITEM_FILTER,
    changed_only,
    parse_filter,
)
from simulator.events.topics import (
    LAST_REBOOT,
    LAST_RESET,
    MOTION_ALARM,
    PRESET_INVOKED,
    PRESET_REACHED,
    camera_topics,
)
from simulator.wire.soap.fault import render

TOPICS = camera_topics(has_ptz=True)
WSNT = "http://docs.oasis-open.org/wsn/b-2"
XMLNS = (
    f'xmlns:wsnt="{WSNT}" xmlns:tns1="http://www.onvif.org/ver10/topics" '
    'xmlns:t="http://www.onvif.org/ver10/topics" xmlns:tt="http://www.onvif.org/ver10/schema" '
    'xmlns:other="urn:vendor"'
)


def topic_expression(text, dialect=CONCRETE_SET):
    return f'<wsnt:TopicExpression Dialect="{dialect}">{text}</wsnt:TopicExpression>'


def message_content(text, dialect=ITEM_FILTER):
    return f'<wsnt:MessageContent Dialect="{dialect}">{text}</wsnt:MessageContent>'


def make_filter(*parts):
    element = etree.fromstring(f"<wsnt:Filter {XMLNS}>{''.join(parts)}</wsnt:Filter>")
    return parse_filter(list(element), TOPICS, 100.0)


def refused(*parts):
    with pytest.raises(Fault) as raised:
        make_filter(*parts)
    judge.validate_envelope(render(None, raised.value)[1])
    assert raised.value.code == "Receiver"
    return etree.QName(raised.value.detail).localname


def selected(*parts):
    accepts = make_filter(*parts)
    return {topic for topic in TOPICS if accepts(Event(topic, 0.0))}


def test_no_filter_means_everything():
    assert selected() == set(TOPICS)


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("tns1:VideoSource/MotionAlarm", {MOTION_ALARM}),
        (" tns1:VideoSource/MotionAlarm\n", {MOTION_ALARM}),
        ("t:VideoSource/MotionAlarm", {MOTION_ALARM}),
        ("tns1:VideoSource//.", {MOTION_ALARM}),
        ("tns1:VideoSource/MotionAlarm//.", {MOTION_ALARM}),
        (
            "tns1:VideoSource//.|tns1:Monitoring/OperatingTime/LastReset",
            {MOTION_ALARM, LAST_RESET},
        ),
        (
            "tns1:PTZController/PTZPresets/Invoked | tns1:PTZController/PTZPresets/Reached",
            {PRESET_INVOKED, PRESET_REACHED},
        ),
        ("tns1:RuleEngine//.|tns1:VideoSource/MotionAlarm", {MOTION_ALARM}),
    ],
)
def test_concrete_set(text, topics):
    assert selected(topic_expression(text)) == topics


def test_a_node_without_the_subtree_mark_is_only_itself():
    assert refused(topic_expression("tns1:VideoSource")) == "TopicNotSupportedFault"


def test_concrete_dialect():
    assert selected(topic_expression("tns1:VideoSource/MotionAlarm", CONCRETE)) == {MOTION_ALARM}


def test_several_topic_expressions_add_up():
    parts = ("tns1:VideoSource/MotionAlarm", "tns1:Monitoring/OperatingTime/LastReboot")
    assert selected(*map(topic_expression, parts)) == {MOTION_ALARM, LAST_REBOOT}


@pytest.mark.parametrize(
    ("part", "fault"),
    [
        (topic_expression("tns1:Nothing//."), "TopicNotSupportedFault"),
        (topic_expression("other:VideoSource//."), "TopicNotSupportedFault"),
        (topic_expression("VideoSource//."), "TopicNotSupportedFault"),
        (topic_expression("nope:VideoSource//."), "InvalidTopicExpressionFault"),
        (topic_expression(""), "InvalidTopicExpressionFault"),
        (topic_expression("tns1:VideoSource/"), "InvalidTopicExpressionFault"),
        (topic_expression("tns1:*//."), "InvalidTopicExpressionFault"),
        (topic_expression("tns1:VideoSource|"), "InvalidTopicExpressionFault"),
        (topic_expression("tns1:VideoSource//.", CONCRETE), "InvalidTopicExpressionFault"),
        (topic_expression("tns1:VideoSource//.", "urn:x"), "TopicExpressionDialectUnknownFault"),
        (
            "<wsnt:ProducerProperties Dialect='urn:x'>x</wsnt:ProducerProperties>",
            "InvalidFilterFault",
        ),
        ("<other:Filter/>", "InvalidFilterFault"),
        (message_content("boolean(1)", "urn:x"), "InvalidFilterFault"),
        (message_content("boolean(1)"), "InvalidMessageContentExpressionFault"),
        (message_content("x" * 5000), "InvalidMessageContentExpressionFault"),
    ],
)
def test_bad_filters_are_refused_by_name(part, fault):
    assert refused(part) == fault


def test_topic_and_content_must_both_match():
    accepts = make_filter(
        topic_expression("tns1:VideoSource//."),
        message_content('boolean(//tt:SimpleItem[@Name="State" and @Value="true"])'),
    )
    on, off = (("State", "true"),), (("State", "false"),)
    assert accepts(Event(MOTION_ALARM, 0.0, (), on))
    assert not accepts(Event(MOTION_ALARM, 0.0, (), off))
    assert not accepts(Event(LAST_REBOOT, 0.0, (), on))


def test_changed_only():
    accepts = changed_only(make_filter())
    verdicts = {
        operation: accepts(Event(MOTION_ALARM, 0.0, operation=operation))
        for operation in (None, *Operation)
    }
    assert verdicts == {
        None: True,
        Operation.INITIALIZED: False,
        Operation.CHANGED: True,
        Operation.DELETED: False,
    }


ITEMS = (("Source", "source_1"), ("State", "true"), ("Level", "3"))


def item(test):
    return f"boolean(//tt:SimpleItem[{test}])"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (item('@Name="State"'), True),
        (item('@Name="State" and @Value="true"'), True),
        (item('@Name="State" and @Value="false"'), False),
        (item('@Name="State" and not(@Value="false")'), True),
        (item('@Name="Nose" or @Name="Level"'), True),
        (item("@Name='Level' and (@Value='1' or @Value='3')"), True),
        (item('@Name="Nose" or @Name="Level" and @Value="9"'), False),
        (item('(@Name="Level" or @Name="Nose") and @Value="3"'), True),
        (f"{item('@Name=$State$')} and {item('@Name=$Nose$')}".replace("$", '"'), False),
        (f"{item('@Name=$State$')} or {item('@Name=$Nose$')}".replace("$", '"'), True),
        (f"not({item('@Name=$Nose$')})".replace("$", '"'), True),
        (f"({item('@Value=$source_1$')})".replace("$", '"'), True),
        ('//tt:SimpleItem[@Name="State"]', True),
        ('boolean( //tt:SimpleItem [ @Name = "State" ] )', True),
        ('boolean(//tt:ElementItem[@Name="State"])', False),
    ],
)
def test_content_expressions(text, verdict):
    assert parse_content(text)(ITEMS) is verdict


@pytest.mark.parametrize(
    "text",
    [
        "",
        "boolean()",
        "not",
        item(""),
        item('@Name="State"') + ")",
        item('@Colour="red"'),
        item("@Name=State"),
        item('@Name="State'),
        item('@Name="State" and'),
        "boolean(//tt:SimpleItem)",
        "boolean(//tt:*[@Name='x'])",
        "boolean(count(//tt:SimpleItem[@Name='x']) > 3)",
        "(" * 100 + item('@Name="x"') + ")" * 100,
        "boolean(//tt:SimpleItem[" + "(" * 100 + '@Name="x"' + ")" * 100 + "])",
    ],
)
def test_what_is_not_in_the_dialect(text):
    with pytest.raises(ContentError, match=r"near character \d+"):
        parse_content(text)


TESTS = st.recursive(
    st.builds(
        lambda attribute, value: f'@{attribute}="{value}"',
        st.sampled_from(["Name", "Value"]),
        st.sampled_from(["Source", "State", "true", "3", "x"]),
    ),
    lambda inner: st.one_of(
        st.builds("({} and {})".format, inner, inner),
        st.builds("({} or {})".format, inner, inner),
        st.builds("not({})".format, inner),
    ),
    max_leaves=8,
)
EXPRESSIONS = st.recursive(
    st.builds(item, TESTS),
    lambda inner: st.one_of(
        st.builds("({} and {})".format, inner, inner),
        st.builds("({} or {})".format, inner, inner),
        st.builds("not({})".format, inner),
    ),
    max_leaves=6,
)


@given(EXPRESSIONS)
def test_content_means_what_xpath_means(text):
    """lxml's XPath engine is the judge of the subset."""
    message = etree.Element("Message")
    for name, value in ITEMS:
        tag = "{http://www.onvif.org/ver10/schema}SimpleItem"
        etree.SubElement(message, tag, {"Name": name, "Value": value})
    namespaces = {"tt": "http://www.onvif.org/ver10/schema"}
    assert parse_content(text)(ITEMS) is message.xpath(text, namespaces=namespaces)


@given(st.text(alphabet="boolean(/t:SimpleItem[@Name=\"x' and)]|", max_size=60))
def test_noise_is_either_parsed_or_refused(text):
    with contextlib.suppress(ContentError):
        parse_content(text)(ITEMS)
