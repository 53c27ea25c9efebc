"""Throughput and lag, second by second."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import accumulate
from typing import Any, Final

from tests.fault.torture.audit import Step
from tests.fault.torture.brokers import Ends

SAMPLE_SECONDS: Final = 1.0


class LagSampler:
    """Asks the brokers once a second where the log ends, from a thread of its own."""

    def __init__(self, ends: Callable[[], Ends | None]) -> None:
        self._ends = ends
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.samples: list[tuple[float, int]] = []
        """Wall clock, and how many records the log has had."""

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, and wait for it."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(SAMPLE_SECONDS):
            if ends := self._ends():
                self.samples.append((time.time(), sum(ends.values())))


@dataclass(frozen=True, slots=True)
class Course:
    """One figure for each second of the run."""

    acknowledged: Sequence[int]
    stored: Sequence[int]
    lag: Sequence[int]
    """Records in the log that are not stored, as far as the brokers could tell."""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def course(
    began_at: float,
    ended_at: float,
    acknowledged: Sequence[float],
    steps: Sequence[Step],
    log: Sequence[tuple[float, int]],
) -> Course:
    """Sort what happened into seconds."""
    length = max(1, int(ended_at - began_at) + 1)
    calls = Counter(int(at - began_at) for at in acknowledged)
    records: Counter[int] = Counter()
    for step in steps:
        records[int(step.at - began_at)] += step.reached - step.departed
    written: dict[int, int] = {int(at - began_at): count for at, count in log}
    stored_by_then = list(accumulate(records[second] for second in range(length)))
    known_ends = list(accumulate((written.get(second, 0) for second in range(length)), max))
    return Course(
        acknowledged=[calls[second] for second in range(length)],
        stored=[records[second] for second in range(length)],
        lag=[max(0, end - stored) for end, stored in zip(known_ends, stored_by_then, strict=True)],
    )
