import attrs
import pytest
from lxml import etree
from outcomes import outcome

from simulator.events.topics import LAST_REBOOT, MOTION_ALARM, TT, WSTOP
from simulator.wire.soap.codec import decode, document

BASE = "http://127.0.0.1:8000"
WSNT = "http://docs.oasis-open.org/wsn/b-2"
TEV = "http://www.onvif.org/ver10/events/wsdl"
ADDRESS = "http://www.w3.org/2005/08/addressing"
UNKNOWN = "Receiver/{http://docs.oasis-open.org/wsrf/r-2}ResourceUnknownFault"


def filter_of(*children):
    text = (
        f'<f xmlns:wsnt="{WSNT}" xmlns:tns1="http://www.onvif.org/ver10/topics" '
        f'xmlns:tt="{TT}" xmlns:tev="{TEV}">{"".join(children)}</f>'
    )
    return {"#any": list(etree.fromstring(text))}


def topic(text):
    dialect = "http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet"
    return f'<wsnt:TopicExpression Dialect="{dialect}">{text}</wsnt:TopicExpression>'


MOTION = filter_of(topic("tns1:VideoSource//."))


def subscribe(rig, **request):
    answer = rig.ask("events", "CreatePullPointSubscription", request)
    return answer["SubscriptionReference"]["Address"]["#text"].removeprefix(BASE)


def begin_pull(rig, path, timeout=10.0, limit=100, **where):
    request = {"Timeout": timeout, "MessageLimit": limit}
    return rig.begin("events", "PullMessages", request, path=path, **where)


def pull(rig, path, timeout=0.0, limit=100):
    return outcome(begin_pull(rig, path, timeout, limit))


def alarm(rig, state):
    rig.camera.broker.publish(MOTION_ALARM, rig.utc, {"Source": "source_1"}, {"State": state})


def message_of(notification):
    [element] = notification["Message"]["#any"]
    return decode(element)


def test_addresses_are_unique_and_on_the_host_that_the_client_used(rig):
    answers = [
        rig.ask("events", "CreatePullPointSubscription", base_url="http://cam.lan:81")
        for _ in range(3)
    ]
    addresses = {answer["SubscriptionReference"]["Address"]["#text"] for answer in answers}
    assert len(addresses) == 3
    assert all(one.startswith("http://cam.lan:81/onvif/subscription/") for one in addresses)


@pytest.mark.parametrize("form", ["PT1M30S", "absolute"])
def test_termination_times(rig, form):
    text = form
    if form == "absolute":
        answer = document(f"{{{WSNT}}}CurrentTime", rig.utc + 90.0)
        text = etree.fromstring(answer).text
    answer = rig.ask("events", "CreatePullPointSubscription", {"InitialTerminationTime": text})
    assert answer["CurrentTime"] == pytest.approx(rig.utc, abs=1e-3)
    assert answer["TerminationTime"] == pytest.approx(rig.utc + 90.0, abs=1e-3)
    path = answer["SubscriptionReference"]["Address"]["#text"].removeprefix(BASE)
    rig.clock.advance(30.0)
    renewed = rig.ask("events", "Renew", {"TerminationTime": "PT80S"}, path=path)
    assert renewed["TerminationTime"] == pytest.approx(rig.utc + 80.0, abs=1e-3)
    rig.clock.advance(80.0)
    assert rig.refused("events", "Renew", {"TerminationTime": "PT80S"}, path=path) == UNKNOWN


def test_a_message(rig):
    path = subscribe(rig, Filter=MOTION)
    later = begin_pull(rig, path)
    rig.clock.advance(3.0)
    alarm(rig, True)
    answer = outcome(later)
    assert answer["CurrentTime"] == pytest.approx(rig.utc, abs=1e-3)
    [notification] = answer["NotificationMessage"]
    assert notification["Topic"]["#text"] == "tns1:VideoSource/MotionAlarm"
    message = message_of(notification)
    assert message["@UtcTime"] == pytest.approx(rig.utc, abs=1e-3)
    assert message["@PropertyOperation"] == "Initialized"
    assert message["Source"]["SimpleItem"] == [{"@Name": "Source", "@Value": "source_1"}]
    assert message["Data"]["SimpleItem"] == [{"@Name": "State", "@Value": "true"}]


def test_the_topic_of_a_message_resolves(rig):
    """The prefix in the text of Topic is declared where the text stands."""
    path = subscribe(rig, Filter=MOTION)
    alarm(rig, True)
    [notification] = pull(rig, path)["NotificationMessage"]
    prefix = notification["Topic"]["#text"].partition(":")[0]
    assert notification["Topic"]["#nsmap"][prefix] == "http://www.onvif.org/ver10/topics"


def test_operating_times_are_there_from_the_start(rig):
    path = subscribe(rig)
    notifications = pull(rig, path)["NotificationMessage"]
    status = {
        one["Topic"]["#text"].rpartition("/")[2]: message_of(one)["Data"]["SimpleItem"][0]["@Value"]
        for one in notifications
    }
    assert status == dict.fromkeys(
        ("LastReboot", "LastReset", "LastClockSynchronization"), "1970-01-01T00:00:00Z"
    )


def test_operating_times_change_when_it_happens(rig):
    path = subscribe(rig, Filter=filter_of(topic("tns1:Monitoring//.")))
    pull(rig, path)
    rig.store.booted(rig.utc)
    rig.ask("device", "SetNTP", {"FromDHCP": False, "NTPManual": [{"Type": "DNS", "DNSname": "a"}]})
    rig.ask("device", "SetSystemDateAndTime", {"DateTimeType": "NTP", "DaylightSavings": False})
    rig.ask("device", "SetSystemFactoryDefault", {"FactoryDefault": "Hard"})
    notifications = pull(rig, path)["NotificationMessage"]
    happened = [one["Topic"]["#text"].rpartition("/")[2] for one in notifications]
    assert happened == ["LastReboot", "LastClockSynchronization", "LastReset"]
    for one in notifications:
        message = message_of(one)
        assert message["@PropertyOperation"] == "Changed"
        [item] = message["Data"]["SimpleItem"]
        assert item["@Value"] > "2026"


def test_the_subscription_is_found_by_the_url_first_and_by_to_second(rig):
    first, second = subscribe(rig), subscribe(rig, Filter=MOTION)
    outcome(begin_pull(rig, "/onvif/event_service", 0.0, to=BASE + first))
    assert pull(rig, second)["CurrentTime"]
    outcome(begin_pull(rig, first, 0.0, to=BASE + "/onvif/subscription/0"))
    assert rig.refused("events", "Unsubscribe", path="/onvif/event_service") == UNKNOWN
    rig.ask("events", "Unsubscribe", path="/onvif/event_service", to=BASE + first)
    assert rig.refused("events", "Unsubscribe", path=first) == UNKNOWN


def test_a_synchronization_point(rig):
    path = subscribe(rig, Filter=MOTION)
    alarm(rig, True)
    alarm(rig, False)
    pull(rig, path)
    rig.ask("events", "SetSynchronizationPoint", path=path)
    [notification] = pull(rig, path)["NotificationMessage"]
    assert message_of(notification)["@PropertyOperation"] == "Initialized"
    assert message_of(notification)["Data"]["SimpleItem"][0]["@Value"] == "false"


def test_changed_only(rig):
    alarm(rig, True)
    path = subscribe(rig, SubscriptionPolicy=filter_of("<tev:ChangedOnly/>"))
    assert pull(rig, path).get("NotificationMessage", []) == []
    alarm(rig, False)
    [notification] = pull(rig, path)["NotificationMessage"]
    assert message_of(notification)["@PropertyOperation"] == "Changed"


@pytest.mark.parametrize(
    ("request_", "fault"),
    [
        ({"Filter": filter_of(topic("tns1:Nothing"))}, "TopicNotSupportedFault"),
        ({"Filter": filter_of(topic("no:Thing"))}, "InvalidTopicExpressionFault"),
        ({"Filter": filter_of("<tev:ChangedOnly/>")}, "InvalidFilterFault"),
        ({"SubscriptionPolicy": filter_of("<wsnt:UseRaw/>")}, "UnrecognizedPolicyRequestFault"),
        ({"InitialTerminationTime": "P400D"}, "UnacceptableInitialTerminationTimeFault"),
    ],
)
def test_subscriptions_that_cannot_be(rig, request_, fault):
    refused = rig.refused("events", "CreatePullPointSubscription", request_)
    assert refused == f"Receiver/{{{WSNT}}}{fault}"
    assert len(rig.camera.pull_points) == 0


def test_too_many_subscriptions(rig):
    flags = rig.ask("events", "GetServiceCapabilities")["Capabilities"]
    for _ in range(flags["@MaxPullPoints"]):
        subscribe(rig)
    refused = rig.refused("events", "CreatePullPointSubscription")
    assert refused == f"Receiver/{{{WSNT}}}SubscribeCreationFailedFault"


def test_the_topic_set_is_what_the_camera_can_publish(rig, bullet):
    def paths(rig):
        answer = rig.ask("events", "GetEventProperties")
        found = set()
        for root in answer["TopicSet"]["#any"]:
            for node in root.iter():
                if node.get(f"{{{WSTOP}}}topic") == "true":
                    names = [node.tag]
                    while node is not root:
                        node = node.getparent()
                        names.insert(0, etree.QName(node).localname)
                    found.add("/".join(names))
        return found

    for one in (rig, bullet):
        assert paths(one) == {topic.path for topic in one.camera.broker.topics}
    assert paths(rig) - paths(bullet) == {
        "Media/ConfigurationChanged",
        *(f"PTZController/PTZPresets/{name}" for name in ("Invoked", "Reached", "Aborted", "Left")),
    }


def test_event_properties_name_the_dialects(rig):
    answer = rig.ask("events", "GetEventProperties")
    assert answer["FixedTopicSet"] is True
    assert len(answer["TopicExpressionDialect"]) == 2
    assert all(one.endswith("ItemFilter") for one in answer["MessageContentFilterDialect"])


def test_every_topic_reaches_a_pull_point(rig):
    """A subscription to each topic of the topic set is possible and brings that topic alone."""
    values = {"State": True, "Status": 1.0, "PresetToken": "p", "PresetName": "n"}
    for one in rig.camera.broker.topics:
        path = subscribe(rig, Filter=filter_of(topic(one.expression)))
        pull(rig, path)
        source = {name: "x" for name, _ in one.source}
        rig.camera.broker.publish(one, rig.utc, source, values)
        notifications = pull(rig, path)["NotificationMessage"]
        assert [item["Topic"]["#text"] for item in notifications] == [one.expression]
        rig.ask("events", "Unsubscribe", path=path)


def test_values_of_a_message_are_escaped(rig):
    path = subscribe(rig, Filter=MOTION)
    source = "a<b>&\"c'é"
    rig.camera.broker.publish(MOTION_ALARM, rig.utc, {"Source": source}, {"State": True})
    [notification] = pull(rig, path)["NotificationMessage"]
    assert message_of(notification)["Source"]["SimpleItem"][0]["@Value"] == source


def test_the_camera_clock_is_on_the_messages(make_rig):
    rig = make_rig()
    rig.camera.clock.offset_s = -7200.0
    path = subscribe(rig, Filter=filter_of(topic(LAST_REBOOT.expression)))
    assert pull(rig, path)["CurrentTime"] == pytest.approx(
        1_790_000_000 + rig.now - 7200.0, abs=1e-3
    )
    operating = attrs.evolve(rig.state.operating, last_reboot=rig.utc)
    rig.store.commit(attrs.evolve(rig.state, operating=operating), "test")
    [notification] = pull(rig, path)["NotificationMessage"]
    assert message_of(notification)["@UtcTime"] == pytest.approx(rig.utc, abs=1e-3)
