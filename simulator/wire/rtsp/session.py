"""The states of a server's session (RFC 2326 appendix A.2) as a table.

``TABLE`` says for each state which methods are valid and which state a success leads to. A method
that this server does not have is in no state's row. Two readings of the RFC: a playing session
refuses SETUP (section 10.4 leaves that to the server), and PAUSE of a session at rest changes
nothing (as in RFC 7826 appendix B.4).
"""

from enum import Enum

from simulator.wire.rtsp.error import RtspError


class State(Enum):
    """What a session is doing."""

    INIT = "Init"
    READY = "Ready"
    PLAYING = "Playing"


_ANYWHERE = ("OPTIONS", "DESCRIBE", "GET_PARAMETER", "SET_PARAMETER")

TABLE: dict[State, dict[str, State]] = {
    State.INIT: {
        **dict.fromkeys(_ANYWHERE, State.INIT),
        "SETUP": State.READY,
        "TEARDOWN": State.INIT,
    },
    State.READY: {
        **dict.fromkeys(_ANYWHERE, State.READY),
        "SETUP": State.READY,
        "PLAY": State.PLAYING,
        "PAUSE": State.READY,
        "TEARDOWN": State.INIT,
    },
    State.PLAYING: {
        **dict.fromkeys(_ANYWHERE, State.PLAYING),
        "PLAY": State.PLAYING,
        "PAUSE": State.READY,
        "TEARDOWN": State.INIT,
    },
}

METHODS = tuple(dict.fromkeys(method for row in TABLE.values() for method in row))
"""Every method that some state accepts, for the Public header (section 12.28)."""


def next_state(state: State, method: str) -> State:
    """Return the state that a successful ``method`` leads to.

    Raises:
        RtspError: 455 if the method is not valid in this state (the answer should carry an Allow
            header with ``allowed(state)``), 501 if no state has it.
    """
    following = TABLE[state].get(method)
    if following is not None:
        return following
    if method in METHODS:
        raise RtspError(455, f"{method} is not valid in state {state.value}")
    raise RtspError(501, f"method {method[:40]} is not implemented")


def allowed(state: State) -> tuple[str, ...]:
    """Return the methods that are valid in ``state``."""
    return tuple(TABLE[state])
