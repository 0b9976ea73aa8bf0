"""One login for HTTP, SOAP and RTSP: who gets in by which scheme, and who is told what."""

import base64
import random
from datetime import UTC, datetime

import attrs
import pytest
from lxml import etree
from requests.auth import HTTPDigestAuth, _basic_auth_str
from requests.utils import parse_dict_header
from zeep.wsse.username import UsernameToken as ZeepToken

from simulator.clock import CameraClock
from simulator.config.catalog import AuthSpec
from simulator.device.login import Denied, Login
from simulator.device.users import User, UserLevel
from simulator.errors import Fault
from simulator.wire.digest import Challenge
from simulator.wire.soap.security import PASSWORD_DIGEST, WSSE, WSU, password_digest

UTC_0 = datetime(2026, 11, 22, 10, 0, 0, tzinfo=UTC).timestamp()
ADMIN = User("admin", "gehe1m", UserLevel.ADMINISTRATOR)
GUEST = User("guest", "", UserLevel.USER)
ENVELOPE = '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body/></e:Envelope>'


@attrs.define
class Store:
    """A store whose state is itself."""

    users: tuple[User, ...] = (ADMIN, GUEST)

    @property
    def state(self) -> "Store":
        return self


def door(*schemes: str, store: Store | None = None, clock: CameraClock | None = None) -> Login:
    policy = AuthSpec.model_validate({"schemes": schemes or ("digest", "username_token")})
    return Login(store or Store(), clock or CameraClock(UTC_0), random.Random(1), policy)


def digest(login: Login, user: User, method: str = "POST", uri: str = "/x") -> str:
    challenge = Challenge.parse(login.challenges(0.0)[0])
    return str(challenge.answer(user.name, user.password, method, uri, 1, "c0ffee"))


def token(
    user: User,
    utc: float,
    nonce: bytes = b"0123456789abcdef",
    password: str | None = None,
    zone: str = "Z",
) -> etree._Element:
    created = datetime.fromtimestamp(utc, UTC).strftime("%Y-%m-%dT%H:%M:%S") + zone
    secret = password_digest(nonce, created, user.password if password is None else password)
    return etree.fromstring(
        f'<s:Security xmlns:s="{WSSE}" xmlns:u="{WSU}"><s:UsernameToken>'
        f"<s:Username>{user.name}</s:Username>"
        f'<s:Password Type="{PASSWORD_DIGEST}">{base64.b64encode(secret).decode()}</s:Password>'
        f"<s:Nonce>{base64.b64encode(nonce).decode()}</s:Nonce>"
        f"<u:Created>{created}</u:Created></s:UsernameToken></s:Security>"
    )


def zeep_security(**options: object) -> etree._Element:
    envelope, _ = ZeepToken(**options).apply(etree.fromstring(ENVELOPE), {})
    return envelope.find(f".//{{{WSSE}}}Security")


def test_no_credentials_is_nobody() -> None:
    assert door().http("POST", "/x", None, 0.0) is None


@pytest.mark.parametrize(("method", "uri"), [("POST", "/x"), ("DESCRIBE", "rtsp://h/main")])
def test_digest_gets_in(method: str, uri: str) -> None:
    login = door()
    assert login.http(method, uri, digest(login, ADMIN, method, uri), 1.0) == ADMIN


def test_requests_gets_in_through_joined_challenges() -> None:
    login = door()
    client = HTTPDigestAuth("admin", "gehe1m")
    client.init_per_thread_state()
    joined = ", ".join(login.challenges(0.0)).replace("Digest ", "", 1)
    client._thread_local.chal = parse_dict_header(joined)
    header = client.build_digest_header("POST", "http://192.0.2.1/x")
    assert login.http("POST", "/x", header, 1.0) == ADMIN


def test_a_replayed_digest_is_denied_with_stale_challenges() -> None:
    login = door()
    header = digest(login, ADMIN)
    login.http("POST", "/x", header, 1.0)
    with pytest.raises(Denied) as denied:
        login.http("POST", "/x", header, 1.0)
    assert [Challenge.parse(text).stale for text in denied.value.challenges] == [True, True]


def test_a_wrong_password_is_denied_with_fresh_challenges() -> None:
    login = door()
    with pytest.raises(Denied) as denied:
        login.http("POST", "/x", digest(login, attrs.evolve(ADMIN, password="guess")), 1.0)
    assert [Challenge.parse(text).stale for text in denied.value.challenges] == [False, False]


@pytest.mark.parametrize("header", ["Bearer x", "Digest", "Digest x=", "", "Basic YTpi", "\xff"])
def test_other_authorization_is_denied(header: str) -> None:
    with pytest.raises(Denied):
        door().http("POST", "/x", header, 0.0)


def test_basic_gets_in_where_it_is_offered() -> None:
    login = door("basic", "digest")
    assert login.challenges(0.0)[-1] == 'Basic realm="camfarm", charset="UTF-8"'
    assert len(login.challenges(0.0)) == 3
    assert login.http("GET", "/x", _basic_auth_str("admin", "gehe1m"), 0.0) == ADMIN
    for user, password in (("admin", "guess"), ("nobody", ""), ("nobody", "gehe1m")):
        with pytest.raises(Denied):
            login.http("GET", "/x", _basic_auth_str(user, password), 0.0)


def test_basic_alone_offers_no_digest() -> None:
    login = door("basic")
    other = door("digest")
    assert [text.split()[0] for text in login.challenges(0.0)] == ["Basic"]
    with pytest.raises(Denied):
        login.http("POST", "/x", digest(other, ADMIN), 1.0)


def test_a_token_camera_guards_rtsp_with_digest() -> None:
    login = door("username_token")
    assert not login.http_offered and login.token_offered
    assert (
        login.http("PLAY", "rtsp://h/a", digest(login, ADMIN, "PLAY", "rtsp://h/a"), 0.0) == ADMIN
    )


def test_changed_users_count_at_once() -> None:
    store = Store()
    login = door(store=store)
    header = digest(login, GUEST)
    assert login.http("POST", "/x", header, 0.0) == GUEST
    store.users = (ADMIN,)
    with pytest.raises(Denied):
        login.http("POST", "/x", digest(login, GUEST), 0.0)
    with pytest.raises(Fault):
        login.token(token(GUEST, UTC_0), 0.0)


def test_zeep_gets_in_with_digest_and_text() -> None:
    login = door()
    created = datetime.fromtimestamp(UTC_0, UTC)
    options = {"username": "admin", "password": "gehe1m"}
    assert login.token(zeep_security(**options, use_digest=True, created=created), 5.0) == ADMIN
    assert login.token(zeep_security(**options), 5.0) == ADMIN


def test_a_header_without_a_token_is_nobody() -> None:
    assert door().token(etree.fromstring(f'<s:Security xmlns:s="{WSSE}"/>'), 0.0) is None


def test_a_token_is_good_once() -> None:
    login = door()
    assert login.token(token(ADMIN, UTC_0), 0.0) == ADMIN
    with pytest.raises(Fault, match="before"):
        login.token(token(ADMIN, UTC_0), 10.0)
    assert login.token(token(ADMIN, UTC_0, nonce=b"other"), 10.0) == ADMIN


def test_a_wrong_guess_does_not_use_up_the_token() -> None:
    login = door()
    with pytest.raises(Fault):
        login.token(token(ADMIN, UTC_0, password="guess"), 0.0)
    assert login.token(token(ADMIN, UTC_0), 0.0) == ADMIN


@pytest.mark.parametrize(("user", "password"), [(ADMIN, "x"), (User("no", "x", GUEST.level), "")])
def test_wrong_password_and_unknown_user_look_the_same(user: User, password: str) -> None:
    with pytest.raises(Fault) as refused:
        door().token(token(user, UTC_0, password=password), 0.0)
    assert refused.value.reason == ""
    assert refused.value.subcodes == ("NotAuthorized",)


@pytest.mark.parametrize("offset_s", [-300, -1, 0, 299])
def test_a_fresh_token_gets_in(offset_s: int) -> None:
    assert door().token(token(ADMIN, UTC_0 + offset_s), 0.0) == ADMIN


@pytest.mark.parametrize("offset_s", [-302, 302, 86400])
def test_an_old_or_future_token_is_refused(offset_s: int) -> None:
    with pytest.raises(Fault, match="Created"):
        door().token(token(ADMIN, UTC_0 + offset_s), 0.0)


def test_age_is_held_against_the_cameras_own_clock() -> None:
    clock = CameraClock(UTC_0, offset_s=-86400.0)
    login = door(clock=clock)
    with pytest.raises(Fault, match="Created"):
        login.token(token(ADMIN, UTC_0), 0.0)
    assert login.token(token(ADMIN, UTC_0 - 86400), 0.0) == ADMIN
    clock.step_to(UTC_0, 0.0)
    assert login.token(token(ADMIN, UTC_0), 0.0) == ADMIN


def test_the_time_zone_of_a_token_counts() -> None:
    assert door().token(token(ADMIN, UTC_0 + 3600, zone="+01:00"), 0.0) == ADMIN
