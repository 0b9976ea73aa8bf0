"""The SOAP endpoint of a camera: logins, levels, faults; every answer is judged by the schema."""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime

import attrs
import pytest
from front import PULLED, REGISTRY, USERS, UTC_0, envelope, small_camera
from judge import validate_envelope
from lxml import etree
from requests.auth import _basic_auth_str
from twisted.logger import globalLogPublisher

from simulator.device.users import User
from simulator.later import AbandonedError, Later
from simulator.services.endpoint import Endpoint, Post, Reply
from simulator.wire.digest import Challenge
from simulator.wire.soap.security import PASSWORD_DIGEST, WSSE, WSU, password_digest

ADMIN, OPERATOR, USER, GUEST = USERS
TER = "{http://www.onvif.org/ver10/error}"
ENV = "{http://www.w3.org/2003/05/soap-envelope}"
PATH = "/onvif/device_service"
GET_HOSTNAME = "<tds:GetHostname/>"
GET_INFO = "<tds:GetDeviceInformation/>"
GET_USERS = "<tds:GetUsers/>"
PULL = (
    "<tev:PullMessages><tev:Timeout>PT60S</tev:Timeout><tev:MessageLimit>5</tev:MessageLimit>"
    "</tev:PullMessages>"
)


@pytest.fixture
def events() -> Iterator[list[dict]]:
    """What is logged meanwhile."""
    seen: list[dict] = []
    globalLogPublisher.addObserver(seen.append)
    yield seen
    globalLogPublisher.removeObserver(seen.append)


def post(data: bytes | str, **changes: object) -> Post:
    data = envelope(data) if isinstance(data, str) else data
    kind = "application/soap+xml; charset=utf-8"
    return attrs.evolve(
        Post(data, kind, PATH, "http://192.0.2.1:8000", None, 1.0, "192.0.2.7"), **changes
    )


def ask(camera, data: bytes | str, **changes: object) -> Reply:
    answer = Endpoint(camera, REGISTRY).answer(post(data, **changes))
    assert isinstance(answer, Reply)
    if answer.body:
        validate_envelope(answer.body)
    return answer


def codes(answer: Reply) -> tuple[str, ...]:
    root = etree.fromstring(answer.body)
    values = [value.text.split(":")[1] for value in root.iter(f"{ENV}Value")]
    return tuple(values)


def header(answer: Reply, name: str) -> list[str]:
    return [value for key, value in answer.headers if key == name]


def digest(camera, user: User, uri: str = PATH) -> str:
    challenge = Challenge.parse(camera.login.challenges(0.0)[0])
    return str(challenge.answer(user.name, user.password, "POST", uri, 1, "c0ffee"))


def token(user: User, *, nonce: bytes = b"nonce", age_s: float = 0.0) -> str:
    created = datetime.fromtimestamp(UTC_0 - age_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    secret = base64.b64encode(password_digest(nonce, created, user.password)).decode()
    return (
        f'<s:Security e:mustUnderstand="1" xmlns:s="{WSSE}" xmlns:u="{WSU}"><s:UsernameToken>'
        f"<s:Username>{user.name}</s:Username>"
        f'<s:Password Type="{PASSWORD_DIGEST}">{secret}</s:Password>'
        f"<s:Nonce>{base64.b64encode(nonce).decode()}</s:Nonce>"
        f"<u:Created>{created}</u:Created></s:UsernameToken></s:Security>"
    )


def test_before_login_what_is_open_to_all() -> None:
    camera = small_camera()
    answer = ask(camera, GET_HOSTNAME, path=PATH + "?x=1")
    assert answer.status == 200
    assert header(answer, "Content-Type") == ["application/soap+xml; charset=utf-8"]
    assert b"cam-001" in answer.body
    ((request, call),) = camera.calls
    assert request == {}
    assert (call.path, call.base_url, call.user) == (PATH, "http://192.0.2.1:8000", None)


@pytest.mark.parametrize("authorization", ["Digest x", "Basic YTpi", "Bearer z"])
def test_wrong_credentials_do_not_hide_what_is_open_to_all(authorization: str) -> None:
    security = token(attrs.evolve(ADMIN, password="x"), age_s=86400)
    data = envelope(GET_HOSTNAME, security)
    assert ask(small_camera(), data, authorization=authorization).status == 200


def test_no_credentials_is_401_with_a_challenge_for_each_algorithm() -> None:
    answer = ask(small_camera("digest", "username_token"), GET_INFO)
    assert answer.status == 401
    challenges = [Challenge.parse(text) for text in header(answer, "WWW-Authenticate")]
    assert [challenge.algorithm for challenge in challenges] == ["SHA-256", "MD5"]
    assert codes(answer) == ("Sender", "NotAuthorized")


def test_no_credentials_without_http_login_is_a_fault() -> None:
    answer = ask(small_camera("username_token"), GET_INFO)
    assert answer.status == 400
    assert header(answer, "WWW-Authenticate") == []
    assert codes(answer) == ("Sender", "NotAuthorized")


def test_digest_gets_in() -> None:
    camera = small_camera()
    answer = ask(camera, GET_INFO, authorization=digest(camera, USER))
    assert answer.status == 200
    assert camera.calls[0][1].user == USER


def test_the_query_is_part_of_what_digest_signs() -> None:
    camera = small_camera()
    header_value = digest(camera, USER, PATH + "?x=1")
    assert ask(camera, GET_INFO, authorization=header_value).status == 401
    assert ask(camera, GET_INFO, authorization=header_value, path=PATH + "?x=1").status == 200


def test_basic_gets_in_where_it_is_offered() -> None:
    value = _basic_auth_str("admin", "gehe1m")
    assert ask(small_camera("basic"), GET_INFO, authorization=value).status == 200
    assert ask(small_camera("digest"), GET_INFO, authorization=value).status == 401


def test_a_token_gets_in_and_is_good_once() -> None:
    camera = small_camera()
    data = envelope(GET_INFO, token(ADMIN))
    assert ask(camera, data).status == 200
    again = ask(camera, data)
    assert (again.status, codes(again)) == (400, ("Sender", "NotAuthorized"))


def test_a_token_is_ignored_where_it_is_not_offered() -> None:
    assert ask(small_camera("digest"), envelope(GET_INFO, token(ADMIN))).status == 401


def test_http_is_checked_first_and_the_token_second() -> None:
    camera = small_camera()
    wrong_http = digest(camera, attrs.evolve(ADMIN, password="x"))
    answer = ask(camera, envelope(GET_INFO, token(ADMIN)), authorization=wrong_http)
    assert answer.status == 401
    wrong_token = token(attrs.evolve(ADMIN, password="x"), nonce=b"2")
    good_http = digest(camera, ADMIN)
    answer = ask(camera, envelope(GET_INFO, wrong_token), authorization=good_http)
    assert (answer.status, codes(answer)) == (400, ("Sender", "NotAuthorized"))
    both = envelope(GET_INFO, token(USER, nonce=b"3"))
    assert ask(camera, both, authorization=digest(camera, ADMIN)).status == 200
    assert camera.calls[-1][1].user == USER


@pytest.mark.parametrize(
    ("body", "user", "status"),
    [
        (GET_INFO, USER, 200),
        (GET_INFO, GUEST, 400),
        (GET_USERS, OPERATOR, 400),
        (GET_USERS, ADMIN, 200),
    ],
)
def test_levels(body: str, user: User, status: int) -> None:
    camera = small_camera()
    answer = ask(camera, body, authorization=digest(camera, user))
    assert answer.status == status
    if status == 400:
        assert codes(answer) == ("Sender", "NotAuthorized")


def test_nobody_learns_of_bad_arguments_before_login() -> None:
    camera = small_camera()
    assert ask(camera, "<tds:SetHostname><tds:Nam/></tds:SetHostname>").status == 401


@pytest.mark.parametrize(
    ("body", "status", "expected"),
    [
        ("<tds:GetNetworkInterfaces/>", 500, ("Receiver", "ActionNotSupported")),
        ("<tds:GetWsdlUrl/>", 500, ("Receiver", "ActionNotSupported")),
        ("<tds:MakeCoffee/>", 400, ("Sender", "UnknownAction")),
        ("<MakeCoffee/>", 400, ("Sender", "UnknownAction")),
        ("<tds:GetHostnameResponse/>", 400, ("Sender", "UnknownAction")),
        ("<tds:GetHostname><tds:More/></tds:GetHostname>", 400, ("Sender", "InvalidArgs")),
        ("", 400, ("Sender", "Tag")),
    ],
)
def test_what_is_not_understood(body: str, status: int, expected: tuple[str, ...]) -> None:
    answer = ask(small_camera(), body)
    assert (answer.status, codes(answer)) == (status, expected)


@pytest.mark.parametrize("data", [b"", b"hello", b"<a/>", envelope(GET_HOSTNAME)[:-3]])
def test_what_is_no_soap_is_a_fault(data: bytes) -> None:
    answer = ask(small_camera(), data)
    assert answer.status in (400, 500)
    assert codes(answer)[0] in ("Sender", "VersionMismatch")


def test_soap_1_1_is_answered_in_kind() -> None:
    namespace = "http://schemas.xmlsoap.org/soap/envelope/"
    camera = small_camera()
    for body, status in ((GET_HOSTNAME, 200), ("<tds:MakeCoffee/>", 500)):
        data = envelope(body, soap=namespace)
        answer = ask(camera, data, content_type="text/xml; charset=utf-8")
        assert answer.status == status
        assert header(answer, "Content-Type") == ["text/xml; charset=utf-8"]
        assert namespace.encode() in answer.body


def test_soap_1_1_that_must_be_refused_before_its_body_is_answered_in_kind() -> None:
    namespace = "http://schemas.xmlsoap.org/soap/envelope/"
    data = (
        f'<s:Envelope xmlns:s="{namespace}"><s:Header><x:Y xmlns:x="urn:x" s:mustUnderstand="1"/>'
        "</s:Header><s:Body/></s:Envelope>"
    )
    answer = ask(small_camera(), data.encode(), content_type="text/xml")
    assert answer.status == 500
    assert header(answer, "Content-Type") == ["text/xml; charset=utf-8"]
    assert b"MustUnderstand" in answer.body


@pytest.mark.parametrize(
    "kind", ["application/json", "multipart/related; type=x", "text/plain", "", "x" * 5000]
)
def test_other_content_is_415(kind: str) -> None:
    answer = ask(small_camera(), GET_HOSTNAME, content_type=kind)
    assert (answer.status, answer.body) == (415, b"")


@pytest.mark.parametrize("kind", [None, "application/soap+xml", 'Text/XML;charset="utf-8"'])
def test_content_that_may_be_soap(kind: str | None) -> None:
    assert ask(small_camera(), GET_HOSTNAME, content_type=kind).status == 200


def test_addressing_is_answered() -> None:
    wsa = "http://www.w3.org/2005/08/addressing"
    headers = f'<a:MessageID xmlns:a="{wsa}">urn:1</a:MessageID><a:To xmlns:a="{wsa}">x</a:To>'
    camera = small_camera()
    root = etree.fromstring(ask(camera, envelope(GET_HOSTNAME, headers)).body)
    assert root.findtext(f".//{{{wsa}}}RelatesTo") == "urn:1"
    action = root.findtext(f".//{{{wsa}}}Action")
    assert action == "http://www.onvif.org/ver10/device/wsdl/Device/GetHostnameResponse"
    assert camera.calls[0][1].to == "x"


def test_a_fault_of_the_handler_is_answered() -> None:
    camera = small_camera()
    body = "<tds:GetSystemLog><tds:LogType>Access</tds:LogType></tds:GetSystemLog>"
    answer = ask(camera, body, authorization=digest(camera, ADMIN))
    assert (answer.status, codes(answer)) == (500, ("Receiver", "Action", "AccesslogUnavailable"))


@pytest.mark.parametrize("body", ["<tds:GetNTP/>", "<tds:GetDNS/>"])
def test_a_mistake_of_ours_is_logged_and_not_told(body: str, events: list[dict]) -> None:
    answer = ask(small_camera(), body)
    assert (answer.status, codes(answer)) == (500, ("Receiver", "Action"))
    assert b"secret" not in answer.body and b"NoSuchElement" not in answer.body
    (event,) = [event for event in events if event["log_namespace"] == "camfarm.soap"]
    assert event["log_failure"] and event["camera"] == "cam-001"
    assert event["operation"] == "device." + body.strip("</>").split(":")[1]


def test_bad_input_is_logged_with_what_and_who(events: list[dict]) -> None:
    ask(small_camera(), "<tds:GetHostname><tds:A/></tds:GetHostname>")
    ask(small_camera(), GET_INFO)
    ask(small_camera(), GET_INFO, content_type="text/plain")
    events = [event for event in events if event["log_namespace"] == "camfarm.soap"]
    assert [event["peer"] for event in events] == ["192.0.2.7"] * 3
    assert events[0]["operation"] == "device.GetHostname"
    assert "InvalidArgs" in events[0]["reason"]


def test_a_one_way_operation_has_no_body() -> None:
    message = (
        "<b:Notify><b:NotificationMessage><b:Message><tds:x/></b:Message>"
        "</b:NotificationMessage></b:Notify>"
    )
    camera = small_camera()
    answer = ask(camera, message)
    assert (answer.status, answer.body) == (202, b"")
    assert len(camera.calls) == 1


def held(camera) -> tuple[Later[Reply], list[Reply]]:
    later = Endpoint(camera, REGISTRY).answer(post(PULL, authorization=digest(camera, USER)))
    assert isinstance(later, Later)
    answers: list[Reply] = []
    later.then(lambda value, error: answers.append(value))
    return later, answers


def test_a_held_request_is_answered_when_its_value_comes() -> None:
    camera = small_camera()
    _, answers = held(camera)
    assert answers == []
    camera.pulls[0].resolve(PULLED)
    validate_envelope(answers[0].body)
    assert answers[0].status == 200


@pytest.mark.parametrize("error", [RuntimeError("x"), AbandonedError()])
def test_a_held_request_that_fails_is_answered_too(error: Exception) -> None:
    camera = small_camera()
    _, answers = held(camera)
    camera.pulls[0].fail(error)
    assert (answers[0].status, codes(answers[0])) == (500, ("Receiver", "Action"))


def test_a_held_value_that_does_not_fit_the_schema_is_our_mistake() -> None:
    camera = small_camera()
    _, answers = held(camera)
    camera.pulls[0].resolve({"CurrentTime": "soon"})
    assert (answers[0].status, codes(answers[0])) == (500, ("Receiver", "Action"))


def test_the_handler_learns_that_the_client_is_gone() -> None:
    camera = small_camera()
    later, _ = held(camera)
    errors: list[BaseException | None] = []
    camera.pulls[0].then(lambda value, error: errors.append(error))
    later.abandon()
    assert isinstance(errors[0], AbandonedError)
