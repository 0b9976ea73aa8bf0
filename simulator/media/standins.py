"""Who may be live while its loop is still being made."""


class StandIns:
    """A number of places for live streams that stand in for their loops, shared by a farm."""

    def __init__(self, places: int = 4) -> None:
        """Offer ``places`` at a time, 0 or more."""
        self._free = places

    def take(self) -> bool:
        """Take a place; False if there is none."""
        if self._free <= 0:
            return False
        self._free -= 1
        return True

    def give_back(self) -> None:
        """Return a place that was taken."""
        self._free += 1
