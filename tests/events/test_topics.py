import judge
import pytest
from lxml import etree

from simulator.events.broker import Broker, Operation
from simulator.events.topics import (
    CONFIGURATION_CHANGED,
    LAST_REBOOT,
    MOTION_ALARM,
    PRESET_REACHED,
    TNS1,
    TT,
    WSTOP,
    ItemType,
    camera_topics,
    topic_set,
)


@pytest.fixture
def broker():
    return Broker(camera_topics(has_ptz=True))


@pytest.fixture
def heard(broker):
    events = []
    broker.subscribe(events.append)
    return events


def alarm(broker, state, utc=10.0, source="source_1"):
    broker.publish(MOTION_ALARM, utc, {"Source": source}, {"State": state})


def test_the_topic_set_has_each_topic_once_and_nothing_else():
    topics = camera_topics(has_ptz=True)
    trees = topic_set(topics)
    found = set()
    for root in trees:
        assert etree.QName(root).namespace == TNS1
        for node in root.iter("{*}*"):
            if node.get(f"{{{WSTOP}}}topic") == "true":
                up = [etree.QName(one).localname for one in node.iterancestors()]
                found.add("/".join([*reversed(up), etree.QName(node).localname]))
            if node is not root and etree.QName(node).namespace != TT:
                assert etree.QName(node).namespace is None
    assert found == {topic.path for topic in topics}
    names = [etree.QName(tree).localname for tree in trees]
    assert len(set(names)) == len(names)


def test_the_topic_set_is_valid():
    holder = etree.Element(f"{{{WSTOP}}}TopicSet")
    holder.extend(topic_set(camera_topics(has_ptz=True)))
    judge.validate_document(etree.tostring(holder))


def test_the_topic_set_describes_the_messages():
    trees = {etree.QName(tree).localname: tree for tree in topic_set([MOTION_ALARM])}
    description = trees["VideoSource"].find(f"MotionAlarm/{{{TT}}}MessageDescription")
    assert description.get("IsProperty") == "true"
    items = [
        (item.get("Name"), item.get("Type"))
        for item in description.iter("{*}SimpleItemDescription")
    ]
    assert items == [("Source", "tt:ReferenceToken"), ("State", "xs:boolean")]
    assert description.nsmap["tt"] == TT


def test_a_fixed_camera_has_no_ptz_topics():
    assert PRESET_REACHED not in camera_topics(has_ptz=False)
    assert MOTION_ALARM in camera_topics(has_ptz=False)


def test_a_property_is_initialized_and_then_changed(broker, heard):
    alarm(broker, False, utc=1.0)
    alarm(broker, True, utc=2.0)
    assert [event.operation for event in heard] == [Operation.INITIALIZED, Operation.CHANGED]
    assert heard[1].data == (("State", "true"),)
    assert heard[1].utc == 2.0


def test_a_property_that_stays_what_it_is_says_nothing(broker, heard):
    alarm(broker, True, utc=1.0)
    alarm(broker, True, utc=2.0)
    assert len(heard) == 1


def test_properties_are_told_apart_by_their_source(broker, heard):
    alarm(broker, True, source="source_1")
    alarm(broker, True, source="source_2")
    assert [event.operation for event in heard] == [Operation.INITIALIZED] * 2
    assert len(broker.properties()) == 2


def test_the_present_state_of_properties(broker):
    alarm(broker, True, utc=1.0)
    alarm(broker, False, utc=2.0)
    [state] = broker.properties()
    assert (state.operation, state.data, state.utc) == (
        Operation.INITIALIZED,
        (("State", "false"),),
        2.0,
    )


def test_a_deleted_property_is_gone(broker, heard):
    alarm(broker, True)
    broker.delete(MOTION_ALARM, 3.0, {"Source": "source_1"})
    broker.delete(MOTION_ALARM, 4.0, {"Source": "source_1"})
    assert [event.operation for event in heard] == [Operation.INITIALIZED, Operation.DELETED]
    assert broker.properties() == []
    alarm(broker, True)
    assert heard[-1].operation is Operation.INITIALIZED


def test_an_event_that_is_no_property_always_goes_out(broker, heard):
    for _ in range(2):
        broker.publish(CONFIGURATION_CHANGED, 1.0, {"Token": "ptz_1", "Type": "PTZ"})
    assert [event.operation for event in heard] == [None, None]
    assert broker.properties() == []


def test_only_topics_of_the_camera_can_be_published():
    broker = Broker(camera_topics(has_ptz=False))
    with pytest.raises(LookupError, match=r"ConfigurationChanged"):
        broker.publish(CONFIGURATION_CHANGED, 1.0, {"Token": "t", "Type": "PTZ"})


def test_a_missing_item_is_a_mistake(broker):
    with pytest.raises(KeyError):
        broker.publish(MOTION_ALARM, 1.0, {"Source": "source_1"}, {})


def test_who_unsubscribes_hears_nothing_more(broker):
    events = []
    unsubscribe = broker.subscribe(events.append)
    unsubscribe()
    unsubscribe()
    alarm(broker, True)
    assert events == []


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        (ItemType.BOOLEAN, True, "true"),
        (ItemType.BOOLEAN, False, "false"),
        (ItemType.DATETIME, 0.0, "1970-01-01T00:00:00Z"),
        (ItemType.DATETIME, 1_790_000_000.25, "2026-09-21T14:13:20.25Z"),
        (ItemType.STRING, "PTZ", "PTZ"),
    ],
)
def test_values_as_text(kind, value, text):
    assert kind.format(value) == text


def test_operating_times_are_properties_without_source():
    assert LAST_REBOOT.is_property
    assert LAST_REBOOT.source == ()
    assert LAST_REBOOT.data == (("Status", ItemType.DATETIME),)
