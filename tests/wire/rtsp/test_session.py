import pytest

from simulator.wire.rtsp.error import RtspError
from simulator.wire.rtsp.session import METHODS, TABLE, State, allowed, next_state

INIT, READY, PLAYING = State.INIT, State.READY, State.PLAYING


@pytest.mark.parametrize(
    ("state", "method", "following"),
    [
        (INIT, "SETUP", READY),
        (INIT, "TEARDOWN", INIT),
        (INIT, "PLAY", None),
        (INIT, "PAUSE", None),
        (READY, "SETUP", READY),
        (READY, "PLAY", PLAYING),
        (READY, "PAUSE", READY),
        (READY, "TEARDOWN", INIT),
        (PLAYING, "SETUP", None),
        (PLAYING, "PLAY", PLAYING),
        (PLAYING, "PAUSE", READY),
        (PLAYING, "TEARDOWN", INIT),
    ],
)
def test_the_table_of_rfc_2326_a2(state, method, following):
    if following:
        assert next_state(state, method) is following
        assert method in allowed(state)
        return
    assert method not in allowed(state)
    with pytest.raises(RtspError) as caught:
        next_state(state, method)
    assert caught.value.status == 455


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("method", ["OPTIONS", "DESCRIBE", "GET_PARAMETER", "SET_PARAMETER"])
def test_what_changes_nothing_is_valid_everywhere(state, method):
    assert next_state(state, method) is state


@pytest.mark.parametrize("method", ["RECORD", "ANNOUNCE", "REDIRECT", "play", "FOO"])
def test_what_no_state_has_is_not_implemented(method):
    with pytest.raises(RtspError) as caught:
        next_state(READY, method)
    assert caught.value.status == 501


def test_the_table_has_every_state_and_onvif_method():
    assert set(TABLE) == set(State)
    assert set(METHODS) == {
        *("OPTIONS", "DESCRIBE", "SETUP", "PLAY", "PAUSE", "TEARDOWN"),
        *("GET_PARAMETER", "SET_PARAMETER"),
    }
