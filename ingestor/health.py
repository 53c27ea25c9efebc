"""Whether the process serves, and what it waits for when it does not."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from structlog.stdlib import BoundLogger

REMINDER_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True)
class Condition:
    """What the process would answer if asked. `waits_for` is empty while it serves."""

    waits_for: str
    since: float


class Health:
    """Keeps the condition and says each change of it in the log: once, then a reminder every 30 s while it lasts."""

    def __init__(self, log: BoundLogger, clock: Callable[[], float]) -> None:
        self._log = log
        self._clock = clock
        self._said_at = -REMINDER_SECONDS
        self._progress_at = clock()
        self.condition = Condition("start", clock())

    def waits_for(self, reason: str) -> None:
        """The process cannot go on; `reason` says what is wrong and what to run."""
        now = self._progress_at = self._clock()
        is_news = reason != self.condition.waits_for
        if is_news:
            self.condition = Condition(reason, now if self.serves else self.condition.since)
        if is_news or now - self._said_at >= REMINDER_SECONDS:
            self._said_at = now
            self._log.warning("waiting", reason=reason, for_seconds=round(now - self.condition.since, 1))

    def goes_on(self) -> None:
        """What was waited for is mended, or nothing was."""
        now = self._progress_at = self._clock()
        if self.serves:
            return
        self._log.info("ready", waited_seconds=round(now - self.condition.since, 1))
        self.condition = Condition("", now)

    @property
    def since_progress_seconds(self) -> float:
        """How long ago a pass ended, well or not. Any thread may ask."""
        return self._clock() - self._progress_at

    @property
    def serves(self) -> bool:
        """Whether nothing is waited for."""
        return not self.condition.waits_for
