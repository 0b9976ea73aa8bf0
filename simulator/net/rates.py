"""How often one peer may ask: a token bucket each, in bounded memory."""

from collections import OrderedDict


class PeerRates:
    """Token buckets by peer; a peer that was silent for long enough has a full one."""

    def __init__(self, per_second: float, burst: int, capacity: int = 1024) -> None:
        """Set the limits.

        Args:
            per_second: how many requests a peer may make in the long run.
            burst: how many it may make at once.
            capacity: how many peers are remembered; the one that was silent longest is forgotten.
        """
        self._per_second = per_second
        self._burst = burst
        self._capacity = capacity
        self._peers: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        """Return how many peers are remembered."""
        return len(self._peers)

    def allow(self, peer: str, now: float) -> bool:
        """Count a request of ``peer`` at ``now`` seconds; false if it is one too many."""
        tokens, last_s = self._peers.pop(peer, (float(self._burst), now))
        tokens = min(self._burst, tokens + (now - last_s) * self._per_second)
        allowed = tokens >= 1
        self._peers[peer] = (tokens - 1 if allowed else tokens, now)
        if len(self._peers) > self._capacity:
            self._peers.popitem(last=False)
        return allowed
