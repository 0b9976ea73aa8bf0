"""A value that comes later: once, to everybody, and how the one who asked takes his leave."""

import pytest

from simulator.later import AbandonedError, InlineWorkers, Later


def outcomes(later: Later[int]) -> list[tuple[int | None, BaseException | None]]:
    seen: list[tuple[int | None, BaseException | None]] = []
    later.then(lambda value, error: seen.append((value, error)))
    return seen


def test_the_first_outcome_counts_and_reaches_everybody() -> None:
    later: Later[int] = Later()
    early = outcomes(later)
    assert not later.done and early == []
    later.resolve(1)
    later.resolve(2)
    later.fail(ValueError())
    assert later.done
    assert early == outcomes(later) == [(1, None)]


def test_map_converts_and_passes_errors_on() -> None:
    assert outcomes(Later.of(1).map(lambda value: value + 1)) == [(2, None)]
    error = ValueError("x")
    failed: Later[int] = Later()
    failed.fail(error)
    assert outcomes(failed.map(lambda value: value + 1)) == [(None, error)]
    ((value, raised),) = outcomes(Later.of(0).map(lambda value: 1 // value))
    assert value is None and isinstance(raised, ZeroDivisionError)


def test_errors_of_any_kind_pass_through_map() -> None:
    error = KeyboardInterrupt()
    failed: Later[int] = Later()
    failed.fail(error)
    assert outcomes(failed.map(lambda value: value)) == [(None, error)]


def test_conclude_makes_a_value_of_either() -> None:
    failed: Later[int] = Later()
    failed.fail(ValueError())
    assert outcomes(failed.conclude(lambda value, error: -1 if error else 1)) == [(-1, None)]
    assert outcomes(Later.of(5).conclude(lambda value, error: -1 if error else 1)) == [(1, None)]


def test_abandon_reaches_who_makes_the_value() -> None:
    source: Later[int] = Later()
    made = outcomes(source)
    last = source.map(lambda value: value + 1).conclude(lambda value, error: 7)
    last.abandon()
    ((_, error),) = made
    assert isinstance(error, AbandonedError)
    assert last.done
    source.resolve(1)
    assert len(made) == 1


def test_abandon_after_the_outcome_changes_nothing() -> None:
    source = Later.of(1)
    mapped = source.map(lambda value: value + 1)
    mapped.abandon()
    assert outcomes(source) == [(1, None)]
    assert outcomes(mapped) == [(2, None)]


@pytest.mark.parametrize("way", ["thread", "process"])
def test_inline_workers_do_it_at_once(way: str) -> None:
    run = getattr(InlineWorkers(), way)
    assert outcomes(run(divmod, 7, 2)) == [((3, 1), None)]
    ((_, error),) = outcomes(run(divmod, 7, 0))
    assert isinstance(error, ZeroDivisionError)
