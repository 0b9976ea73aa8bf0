"""Parameters and Basic, against the RFCs' examples."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.wire.authorization import (
    AuthorizationError,
    basic_challenge,
    parse_basic,
    parse_parameters,
    quote,
    split_scheme,
)


@pytest.mark.parametrize(
    ("text", "parameters"),
    [
        ('realm="a, b", nonce=abc', {"realm": "a, b", "nonce": "abc"}),
        ('Realm = "x" ,\tqop = auth', {"realm": "x", "qop": "auth"}),
        (r'username="back\\slash \"q\""', {"username": 'back\\slash "q"'}),
        ("username*=UTF-8''J%C3%A4s%C3%B8n%20Doe", {"username": "Jäsøn Doe"}),
        ('opaque="", a=b,', {"opaque": "", "a": "b"}),
        ("", {}),
    ],
)
def test_parameters_are_read(text: str, parameters: dict[str, str]) -> None:
    assert parse_parameters(text) == parameters


@pytest.mark.parametrize(
    "text", ["realm", 'realm="open', "a=b c=d", "a=1, a=2", "a*=latin-1''x", '="x"', "a=b; c=d"]
)
def test_what_is_no_parameter_list_is_refused(text: str) -> None:
    with pytest.raises(AuthorizationError):
        parse_parameters(text)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parse_parameters(text)
    except AuthorizationError as error:
        assert str(error)


@given(st.text())
def test_a_quoted_value_comes_back(value: str) -> None:
    assert parse_parameters(f"name={quote(value)}") == {"name": value}


def test_the_scheme_is_split_off() -> None:
    assert split_scheme('DIGEST  realm="x"') == ("digest", 'realm="x"')


def test_basic_examples_of_rfc_7617() -> None:
    assert parse_basic("QWxhZGRpbjpvcGVuIHNlc2FtZQ==") == ("Aladdin", "open sesame")
    assert parse_basic("dGVzdDoxMjPCow==") == ("test", "123£")
    assert basic_challenge("foo") == 'Basic realm="foo", charset="UTF-8"'


@pytest.mark.parametrize("text", ["", "QWxhZGRpbg==", "not base64!", "/w=="])
def test_bad_basic_is_refused(text: str) -> None:
    with pytest.raises(AuthorizationError):
        parse_basic(text)
