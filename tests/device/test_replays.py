"""The memory of tokens: once each, bounded, and coherent when the clock is set."""

from hypothesis import given
from hypothesis import strategies as st

from simulator.device.replays import SeenTokens


def test_a_token_is_good_once() -> None:
    seen = SeenTokens()
    assert seen.admit(b"a", 1000.0, 1000.0)
    assert not seen.admit(b"a", 1000.0, 1299.0)
    assert seen.admit(b"b", 1000.0, 1299.0)


def test_the_window_is_open_to_both_sides() -> None:
    seen = SeenTokens()
    assert seen.is_fresh(700.0, 1000.0) and seen.is_fresh(1300.0, 1000.0)
    assert not seen.is_fresh(699.0, 1000.0) and not seen.is_fresh(1301.0, 1000.0)


def test_tokens_are_forgotten_when_no_longer_fresh() -> None:
    seen = SeenTokens()
    for second in range(5000):
        assert seen.admit(str(second).encode(), float(second), float(second))
    assert len(seen) == 301


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 600)), max_size=80))
def test_no_token_is_admitted_twice_however_small_the_memory(
    tries: list[tuple[int, int]],
) -> None:
    seen = SeenTokens(capacity=5)
    admitted = []
    for key, created in tries:
        token = (f"{key}/{created}".encode(), float(created))
        if seen.admit(*token, 300.0):
            admitted.append(token)
        assert len(seen) <= 5
    assert len(admitted) == len(set(admitted))


def test_a_flood_costs_older_tokens_only() -> None:
    seen = SeenTokens(capacity=4)
    for number in range(20):
        assert seen.admit(str(number).encode(), 1000.0 + number, 1020.0)
    assert not seen.admit(b"late", 1001.0, 1020.0)
    assert seen.admit(b"new", 1020.0, 1020.0)


def test_after_the_clock_was_set_back_clients_get_in() -> None:
    seen = SeenTokens(capacity=4)
    for number in range(20):
        seen.admit(str(number).encode(), 9000.0 + number, 9000.0)
    assert seen.admit(b"back", 1000.0, 1000.0)
