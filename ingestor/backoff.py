"""How long to wait before the next try."""

import random
from collections.abc import Callable


class Backoff:
    """Delays that double up to a limit, each shortened by chance, so that instances do not come back in step."""

    def __init__(self, first_seconds: float, most_seconds: float, chance: Callable[[], float] = random.random) -> None:
        self._first_seconds = first_seconds
        self._most_seconds = most_seconds
        self._chance = chance
        self._next_seconds = first_seconds

    def next_delay_seconds(self) -> float:
        """The delay before the next try: between half and all of what doubling has come to."""
        whole = self._next_seconds
        self._next_seconds = min(2 * whole, self._most_seconds)
        return whole * (1 + self._chance()) / 2

    def reset(self) -> None:
        """The last try succeeded: begin with short delays again."""
        self._next_seconds = self._first_seconds
