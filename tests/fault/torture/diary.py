"""What happened, and when."""

import threading
import time
from dataclasses import dataclass

from tests.fault.torture.schedule import Fault


@dataclass(slots=True)
class Happening:
    """A fault that was done to a part. Times are those of the wall clock; `repaired_at` is 0 while it lasts."""

    fault: Fault
    began_at: float
    repaired_at: float = 0.0


@dataclass(frozen=True, slots=True)
class OwnEnd:
    """A process that ended though nobody had told it to."""

    part: str
    at: float
    last_words: str


class Diary:
    """Keeps what happens. Any thread may write."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.happenings: list[Happening] = []
        self.own_ends: list[OwnEnd] = []

    def begins(self, fault: Fault) -> Happening:
        """A fault is being done now."""
        happening = Happening(fault, time.time())
        with self._lock:
            self.happenings.append(happening)
        return happening

    def repaired(self, happening: Happening) -> None:
        """Its part serves again."""
        happening.repaired_at = time.time()

    def ended_by_itself(self, part: str, last_words: str) -> None:
        """A part ended and will be started again, as a supervisor would."""
        with self._lock:
            self.own_ends.append(OwnEnd(part, time.time(), last_words))
