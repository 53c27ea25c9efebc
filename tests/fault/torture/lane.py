"""Does one lane's faults, and brings back what ended."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from tests.fault.torture.diary import Diary
from tests.fault.torture.parts import Part
from tests.fault.torture.schedule import Fault, Kind

REST_SHARE: Final = 0.5
"""Of the planned time between two faults of a lane: so much is left between a repair and the next fault, also when the
machine is too slow for the plan. Nothing would ever come back if lost time were made up for."""
_LOOK_SECONDS: Final = 0.2


class LaneRunner:
    """Does the faults one after another in a thread of its own, each not before its time.

    A part that ends by itself is started again, as a supervisor would, until `close`.
    """

    def __init__(
        self,
        parts: Mapping[str, Part],
        faults: Sequence[Fault],
        diary: Diary,
        *,
        settled: Callable[[], None],
        stopping: threading.Event,
    ) -> None:
        self._parts = parts
        self._faults = faults
        self._diary = diary
        self._settled = settled
        self._stopping = stopping
        self._closing = threading.Event()
        self._done = threading.Event()
        self._began_at = 0.0
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Begin; the plan's times count from now."""
        self._began_at = time.monotonic()
        self._thread.start()

    @property
    def is_done(self) -> bool:
        """Whether all its faults are done and repaired. Raises what went wrong."""
        if self._failure is not None:
            raise self._failure
        return self._done.is_set()

    def close(self) -> None:
        """Bring nothing back any more. Raises what went wrong."""
        self._closing.set()
        self._thread.join()
        if self._failure is not None:
            raise self._failure

    def _run(self) -> None:
        try:
            rested_at = planned_at = self._began_at
            for fault in self._faults:
                rested_at += REST_SHARE * (self._began_at + fault.at_seconds - planned_at)
                planned_at = self._began_at + fault.at_seconds
                self._supervise_until(max(planned_at, rested_at), self._stopping)
                if self._stopping.is_set() or self._closing.is_set():
                    break
                self._do(fault)
                self._settled()
                rested_at = time.monotonic()
            self._done.set()
            self._supervise_until(float("inf"), self._closing)
        except BaseException as error:  # handed on to the thread that asks
            self._failure = error

    def _do(self, fault: Fault) -> None:
        part = self._parts[fault.part]
        happening = self._diary.begins(fault)
        if fault.kind is Kind.PAUSE:
            part.freeze()
            time.sleep(fault.down_seconds)
            part.thaw()
        else:
            if fault.kind is Kind.KILL:
                part.kill()
            else:
                part.stop()
            time.sleep(fault.down_seconds)
            part.start()
        self._diary.repaired(happening)

    def _supervise_until(self, moment: float, ending: threading.Event) -> None:
        while (left := moment - time.monotonic()) > 0 and not ending.is_set() and not self._closing.is_set():
            for part in self._parts.values():
                if not part.is_running:
                    self._diary.ended_by_itself(part.name, part.last_words)
                    part.start()
            ending.wait(min(left, _LOOK_SECONDS))
