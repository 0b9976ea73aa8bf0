"""Token buckets by peer."""

from simulator.net.rates import PeerRates


def test_a_burst_and_then_the_rate() -> None:
    rates = PeerRates(per_second=10, burst=3)
    assert [rates.allow("a", 0.0) for _ in range(5)] == [True, True, True, False, False]
    assert not rates.allow("a", 0.05)
    assert rates.allow("a", 0.15)
    assert not rates.allow("a", 0.15)


def test_silence_fills_the_bucket_and_no_more() -> None:
    rates = PeerRates(per_second=10, burst=3)
    assert all(rates.allow("a", 0.0) for _ in range(3))
    assert [rates.allow("a", 100.0) for _ in range(4)] == [True, True, True, False]


def test_peers_do_not_share() -> None:
    rates = PeerRates(per_second=1, burst=1)
    assert rates.allow("a", 0.0) and rates.allow("b", 0.0)
    assert not rates.allow("a", 0.0)


def test_memory_is_bounded_and_keeps_who_asks_most() -> None:
    rates = PeerRates(per_second=1, burst=1, capacity=10)
    for number in range(1000):
        rates.allow("busy", 0.0)
        rates.allow(str(number), 0.0)
    assert len(rates) == 10
    assert not rates.allow("busy", 0.0)
