"""UsernameToken against a published example and against zeep."""

import base64
from datetime import UTC, datetime

import pytest
from lxml import etree
from zeep.wsse.username import UsernameToken as ZeepToken

from simulator.errors import Fault
from simulator.wire.soap.security import (
    PASSWORD_DIGEST,
    PASSWORD_TEXT,
    WSSE,
    WSU,
    UsernameToken,
    password_digest,
)

ENVELOPE = '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body/></e:Envelope>'
CREATED = "2026-11-22T10:00:00Z"


def from_zeep(**options: object) -> UsernameToken:
    envelope, _ = ZeepToken(**options).apply(etree.fromstring(ENVELOPE), {})
    security = envelope.find(f".//{{{WSSE}}}Security")
    assert security is not None
    token = UsernameToken.parse(security)
    assert token is not None
    return token


def security(*children: str) -> etree._Element:
    text = "".join(children)
    return etree.fromstring(
        f'<s:Security xmlns:s="{WSSE}" xmlns:u="{WSU}">'
        f"<s:UsernameToken>{text}</s:UsernameToken></s:Security>"
    )


USERNAME = "<s:Username>admin</s:Username>"
DIGEST = f'<s:Password Type="{PASSWORD_DIGEST}">AAAA</s:Password>'
NONCE = "<s:Nonce>LKqI6G/AikKCQrN0zqZFlg==</s:Nonce>"
TIME = f"<u:Created>{CREATED}</u:Created>"


def test_digest_of_the_onvif_programmers_guide() -> None:
    nonce = base64.b64decode("LKqI6G/AikKCQrN0zqZFlg==")
    digest = password_digest(nonce, "2010-09-16T07:50:45Z", "userpassword")
    assert base64.b64encode(digest) == b"tuOSpGlFlIXsozq4HFNeeGeFLEI="


def test_a_digest_token_of_zeep() -> None:
    made = datetime(2026, 11, 22, 10, 0, 0, tzinfo=UTC)
    token = from_zeep(username="admin", password="gehe1m", use_digest=True, created=made)
    assert token.username == "admin"
    assert token.matches("gehe1m")
    assert not token.matches("geheim")
    assert token.created_utc == made.timestamp()
    assert token.nonce


def test_a_text_token_of_zeep() -> None:
    token = from_zeep(username="admin", password=" gehe1m ")
    assert token.matches(" gehe1m ")
    assert not token.matches("gehe1m")
    assert token.nonce == b"" and token.created == ""


def test_a_header_without_a_token_is_none() -> None:
    assert UsernameToken.parse(etree.fromstring(f'<s:Security xmlns:s="{WSSE}"/>')) is None


def test_a_missing_type_means_text() -> None:
    token = UsernameToken.parse(security(USERNAME, "<s:Password>x</s:Password>"))
    assert token is not None
    assert not token.digested and token.matches("x")


@pytest.mark.parametrize(
    "children",
    [
        (),
        (DIGEST, NONCE, TIME),
        (USERNAME, DIGEST, TIME),
        (USERNAME, DIGEST, NONCE),
        (USERNAME, DIGEST, "<s:Nonce>A</s:Nonce>", TIME),
        (USERNAME, DIGEST.replace("#PasswordDigest", "#Other"), NONCE, TIME),
        (USERNAME, DIGEST.replace("AAAA", "A" * 300), NONCE, TIME),
    ],
)
def test_an_incomplete_token_is_refused(children: tuple[str, ...]) -> None:
    with pytest.raises(Fault) as refused:
        UsernameToken.parse(security(*children))
    assert (refused.value.code, refused.value.subcodes) == ("Sender", ("NotAuthorized",))


def test_a_password_that_is_no_base64_does_not_match() -> None:
    token = UsernameToken.parse(security(USERNAME, DIGEST.replace("AAAA", "é"), NONCE, TIME))
    assert token is not None
    with pytest.raises(Fault):
        token.matches("x")


def test_a_time_that_is_none_is_refused() -> None:
    text = f'<s:Password Type="{PASSWORD_TEXT}">x</s:Password>'
    token = UsernameToken.parse(security(USERNAME, text, "<u:Created>now</u:Created>"))
    assert token is not None
    with pytest.raises(Fault):
        _ = token.created_utc
