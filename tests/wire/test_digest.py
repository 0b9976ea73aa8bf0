"""Digest against the examples of the RFCs and against two independent clients."""

import random

import pytest
from requests.auth import HTTPDigestAuth
from requests.utils import parse_dict_header
from twisted.cred.credentials import DigestCredentialFactory

from simulator.wire.authorization import AuthorizationError
from simulator.wire.digest import (
    Challenge,
    DigestCredentials,
    DigestError,
    DigestGuard,
    covers,
    response,
)

URL = "http://192.0.2.1:8000/onvif/device_service?x=1"
PATH = "/onvif/device_service?x=1"
RFC_7616 = (
    'Digest username="Mufasa", realm="http-auth@example.org", uri="/dir/index.html", '
    "algorithm={algorithm}, "
    'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", nc=00000001, '
    'cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", qop=auth, '
    'response="{response}", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
)
RFC_2617 = (
    'Digest username="Mufasa", realm="testrealm@host.com", '
    'nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", uri="/dir/index.html", qop=auth, nc=00000001, '
    'cnonce="0a4f113b", response="6629fae49393a05397450978507c4ef1", '
    'opaque="5ccc069c403ebaf9f0171e9517f40e41"'
)


def guard(*algorithms: str, lifetime_s: float = 300) -> DigestGuard:
    return DigestGuard("camfarm", algorithms or ("SHA-256", "MD5"), random.Random(7), lifetime_s)


def password_of(name: str) -> str | None:
    return {"admin": "s3crät", "root": ""}.get(name)


def authorize(
    challenge: str,
    user: str = "admin",
    password: str = "s3crät",
    method: str = "POST",
    uri: str = PATH,
    count: int = 1,
) -> str:
    return str(Challenge.parse(challenge).answer(user, password, method, uri, count, "c0ffee"))


def verify(door: DigestGuard, header: str, *, uri: str = PATH, now: float = 1.0) -> str:
    return door.verify("POST", uri, header, password_of, now)


@pytest.mark.parametrize(
    ("header", "password"),
    [
        (RFC_2617, "Circle Of Life"),
        (
            RFC_7616.format(algorithm="MD5", response="8ca523f5e9506fed4657c9700eebdbec"),
            "Circle of Life",
        ),
        (
            RFC_7616.format(
                algorithm="SHA-256",
                response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
            ),
            "Circle of Life",
        ),
    ],
)
def test_examples_of_the_rfcs(header: str, password: str) -> None:
    given = DigestCredentials.parse(header)
    assert given.response == response(
        given.algorithm,
        given.username,
        given.realm,
        password,
        "GET",
        given.uri,
        given.nonce,
        given.count,
        given.cnonce,
        given.qop,
    )
    assert DigestCredentials.parse(str(given)) == given


def test_challenge_of_rfc_7616() -> None:
    challenge = Challenge.parse(
        'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=SHA-256, '
        'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", '
        'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
    )
    answer = challenge.answer(
        "Mufasa",
        "Circle of Life",
        "GET",
        "/dir/index.html",
        1,
        "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
    )
    assert answer.response == "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"
    assert Challenge.parse(str(challenge)) == challenge


def test_one_challenge_for_each_algorithm_in_order_with_one_nonce() -> None:
    challenges = [Challenge.parse(text) for text in guard().challenges(0.0)]
    assert [challenge.algorithm for challenge in challenges] == ["SHA-256", "MD5"]
    assert challenges[0].nonce == challenges[1].nonce
    assert all(challenge.qop == ("auth",) and not challenge.stale for challenge in challenges)


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_requests_logs_in_and_keeps_its_nonce(algorithm: str) -> None:
    door = guard(algorithm)
    client = HTTPDigestAuth("admin", "s3crät")
    client.init_per_thread_state()
    challenge = door.challenges(0.0)[0].removeprefix("Digest ")
    client._thread_local.chal = parse_dict_header(challenge)
    for now in (1.0, 2.0, 3.0):
        header = client.build_digest_header("POST", URL)
        assert verify(door, header, now=now) == "admin"
        with pytest.raises(DigestError) as refused:
            verify(door, header, now=now)
        assert refused.value.stale


def test_twisted_agrees_with_our_credentials() -> None:
    factory = DigestCredentialFactory(b"md5", b"camfarm")
    asked = factory.getChallenge("192.0.2.7")
    challenge = Challenge("camfarm", asked["nonce"].decode(), opaque=asked["opaque"].decode())
    header = str(challenge.answer("admin", "secret", "POST", PATH, 1, "c0ffee"))
    credentials = factory.decode(header.removeprefix("Digest ").encode(), b"POST", "192.0.2.7")
    assert credentials.checkPassword(b"secret")
    assert not credentials.checkPassword(b"other")


def test_a_client_without_qop_logs_in() -> None:
    door = guard("MD5")
    challenge = Challenge.parse(door.challenges(0.0)[0])
    old = Challenge(challenge.realm, challenge.nonce, qop=())
    header = str(old.answer("admin", "s3crät", "POST", PATH, 1, ""))
    assert "qop" not in header and "nc=" not in header
    assert verify(door, header) == "admin"


def test_quoted_qop_and_missing_algorithm_are_read() -> None:
    door = guard("MD5")
    header = authorize(door.challenges(0.0)[0])
    header = header.replace("qop=auth", 'qop="auth"').replace("algorithm=MD5, ", "")
    assert verify(door, header) == "admin"


@pytest.mark.parametrize(
    ("user", "password", "uri"),
    [
        ("admin", "wrong", PATH),
        ("nobody", "s3crät", PATH),
        ("root", "x", PATH),
        ("admin", "s3crät", "/onvif/other"),
        ("admin", "s3crät", "/onvif/device_service"),
    ],
)
def test_wrong_credentials_are_refused_and_not_called_stale(
    user: str, password: str, uri: str
) -> None:
    door = guard()
    with pytest.raises(DigestError) as refused:
        verify(door, authorize(door.challenges(0.0)[0], user, password, uri=uri))
    assert not refused.value.stale


def test_another_method_is_refused() -> None:
    door = guard()
    with pytest.raises(DigestError):
        verify(door, authorize(door.challenges(0.0)[0], method="GET"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('realm="camfarm"', 'realm="other"'),
        ("algorithm=SHA-256", "algorithm=SHA-512"),
        ("algorithm=SHA-256", "algorithm=MD5-sess"),
        ("qop=auth", "qop=auth-int"),
        ("nc=00000001", "nc=1g"),
        ("nc=00000001", "nc=000000001"),
        ("nc=00000001, ", ""),
        ('username="admin", ', ""),
        ("Digest ", "Basic "),
    ],
)
def test_other_terms_are_refused(old: str, new: str) -> None:
    door = guard()
    header = authorize(door.challenges(0.0)[0])
    assert old in header
    with pytest.raises(AuthorizationError):
        verify(door, header.replace(old, new))
    assert verify(door, header) == "admin"


def test_an_old_nonce_is_stale_for_who_knows_the_password_only() -> None:
    door = guard(lifetime_s=10)
    challenge = door.challenges(0.0)[0]
    with pytest.raises(DigestError) as right:
        verify(door, authorize(challenge), now=11.0)
    with pytest.raises(DigestError) as wrong:
        verify(door, authorize(challenge, password="guess"), now=11.0)
    assert right.value.stale and not wrong.value.stale
    again = Challenge.parse(door.challenges(11.0, stale=True)[0])
    assert again.stale
    assert verify(door, authorize(str(again)), now=11.0) == "admin"


def test_a_wrong_guess_does_not_use_up_the_count() -> None:
    door = guard()
    challenge = door.challenges(0.0)[0]
    with pytest.raises(DigestError):
        verify(door, authorize(challenge, password="guess"))
    assert verify(door, authorize(challenge)) == "admin"


@pytest.mark.parametrize(
    ("signed", "target"),
    [
        ("/onvif/device_service", "/onvif/device_service"),
        ("http://192.0.2.1:8000/onvif/device_service", "/onvif/device_service"),
        ("/onvif/device_service", "http://192.0.2.1/onvif/device_service"),
        ("onvif/device_service", "/onvif/device_service"),
        ("/snapshot/a%20b", "/snapshot/a b"),
        ("/", "http://192.0.2.1"),
        ("*", "*"),
        ("rtsp://192.0.2.1:554/profile_main", "rtsp://10.0.0.1/profile_main"),
        ("rtsp://192.0.2.1/profile_main/", "rtsp://192.0.2.1/profile_main/video"),
        ("rtsp://192.0.2.1/profile_main", "rtsp://192.0.2.1/profile_main/video"),
    ],
)
def test_forms_of_the_same_target(signed: str, target: str) -> None:
    assert covers(signed, target)


@pytest.mark.parametrize(
    ("signed", "target"),
    [
        ("/onvif/device_service", "/onvif/device_service?x=1"),
        ("/onvif", "/onvif/device_service"),
        ("/", "/onvif/device_service"),
        ("*", "/"),
        ("rtsp://192.0.2.1/profile_main/video", "rtsp://192.0.2.1/profile_main"),
        ("rtsp://192.0.2.1/profile", "rtsp://192.0.2.1/profile_main"),
        ("rtsp://192.0.2.1/", "rtsp://192.0.2.1/profile_main"),
    ],
)
def test_other_targets(signed: str, target: str) -> None:
    assert not covers(signed, target)


def test_unknown_algorithms_are_a_programming_error() -> None:
    with pytest.raises(ValueError, match="SHA-1"):
        guard("SHA-1")
