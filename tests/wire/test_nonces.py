"""Nonces: every count once, bounded memory, nothing forgotten becomes new again."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.wire.nonces import Nonces


def book(capacity: int = 1024, seed: int = 1) -> Nonces:
    return Nonces(random.Random(seed), lifetime_s=300, capacity=capacity)


def test_a_count_is_good_once() -> None:
    nonces = book()
    nonce = nonces.mint(0.0)
    assert nonces.spend(nonce, 1, 1.0)
    assert not nonces.spend(nonce, 1, 2.0)
    assert nonces.spend(nonce, 2, 3.0)


@given(st.permutations(range(1, 60)))
def test_counts_of_parallel_connections_may_arrive_in_any_order(counts: list[int]) -> None:
    nonces = book()
    nonce = nonces.mint(0.0)
    assert all(nonces.spend(nonce, count, 1.0) for count in counts)
    assert not any(nonces.spend(nonce, count, 1.0) for count in counts)


@given(st.lists(st.integers(1, 200), max_size=60))
def test_no_count_is_ever_taken_twice(counts: list[int]) -> None:
    nonces = book()
    nonce = nonces.mint(0.0)
    taken = [count for count in counts if nonces.spend(nonce, count, 0.0)]
    assert len(taken) == len(set(taken))


@pytest.mark.parametrize("count", [0, 1, 36])
def test_a_count_below_the_window_is_refused(count: int) -> None:
    nonces = book()
    nonce = nonces.mint(0.0)
    assert nonces.spend(nonce, 100, 0.0)
    assert not nonces.spend(nonce, count, 0.0)
    assert nonces.spend(nonce, 37, 0.0)


def test_a_huge_count_costs_nothing() -> None:
    nonces = book()
    nonce = nonces.mint(0.0)
    assert nonces.spend(nonce, 1, 0.0)
    assert nonces.spend(nonce, 0xFFFF_FFFF, 0.0)


def test_a_nonce_lives_from_its_last_use() -> None:
    nonces = book()
    nonce, unused = nonces.mint(0.0), nonces.mint(0.0)
    assert all(nonces.spend(nonce, count, count * 200.0) for count in range(1, 10))
    assert not nonces.spend(unused, 1, 301.0)
    assert not nonces.spend(nonce, 10, 1800.0 + 301.0)


def test_without_a_count_only_age_is_checked() -> None:
    nonces = book()
    nonce = nonces.mint(0.0)
    assert nonces.spend(nonce, None, 1.0)
    assert nonces.spend(nonce, None, 300.0)
    assert not nonces.spend(nonce, None, 601.0)


@pytest.mark.parametrize("nonce", ["", "00", "zz", "00" * 32, "ff" * 32, "ab" * 1000])
def test_a_nonce_that_is_not_ours_is_refused(nonce: str) -> None:
    assert not book().spend(nonce, 1, 0.0)


def test_a_nonce_of_another_camera_is_refused() -> None:
    assert not book(seed=1).spend(book(seed=2).mint(0.0), 1, 0.0)


def test_a_tampered_time_is_noticed() -> None:
    nonces = book()
    nonce = nonces.mint(0.0)
    assert not nonces.spend("7" + nonce[1:], 1, 0.0)


def test_memory_is_bounded_and_the_forgotten_stay_used() -> None:
    nonces = book(capacity=8)
    minted = [nonces.mint(0.0) for _ in range(100)]
    assert all(nonces.spend(nonce, 1, 1.0) for nonce in minted)
    assert len(nonces) == 8
    assert not any(nonces.spend(nonce, 1, 2.0) for nonce in minted)
    assert nonces.spend(nonces.mint(2.0), 1, 2.0)


def test_one_in_use_survives_a_flood_of_others() -> None:
    nonces = book(capacity=8)
    steady = nonces.mint(0.0)
    for count in range(1, 50):
        assert nonces.spend(steady, count, 0.0)
        assert nonces.spend(nonces.mint(0.0), 1, 0.0)


def test_challenges_alone_take_no_memory() -> None:
    nonces = book()
    for _ in range(1000):
        nonces.mint(0.0)
    assert len(nonces) == 0


def test_a_nonce_from_before_a_restart_is_stale() -> None:
    before, after = book(), book()
    nonce = before.mint(5.0)
    assert before.spend(nonce, 1, 6.0)
    assert not after.spend(nonce, 1, 7.0)
    after.mint(8.0)
    assert not after.spend(nonce, 1, 9.0)
