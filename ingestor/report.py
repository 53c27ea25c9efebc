"""What the log says about what was stored."""

from collections import Counter

from structlog.stdlib import BoundLogger

from ingestor.todos.batch import Refusal, Stored
from ingestor.todos.models import Stage


class Report:
    """Counts, and says what a person should know. Never shows what a record holds, unless told to."""

    def __init__(self, log: BoundLogger, *, shows_payloads: bool) -> None:
        self._log = log
        self._shows_payloads = shows_payloads
        self.totals: Counter[str] = Counter()
        """Rows, repeats, and refused records by stage, since the process started."""

    def stored(self, stored: Stored) -> None:
        """A batch was stored."""
        self.totals.update(rows=stored.rows, repeats=stored.repeats)
        self.totals.update(refusal.stage.value for refusal in stored.refusals)
        self._log.debug("stored", rows=stored.rows, repeats=stored.repeats, refused=len(stored.refusals))
        refused = [refusal for refusal in stored.refusals if refusal.stage is not Stage.IDENTITY]
        differing = [refusal for refusal in stored.refusals if refusal.stage is Stage.IDENTITY]
        if refused:
            self._say("records kept as dead letters", refused)
        if differing:
            self._say("payload differs: the first todo stays, the other is kept as a dead letter", differing)

    def _say(self, event: str, refusals: list[Refusal]) -> None:
        reasons = Counter(refusal.error_class for refusal in refusals)
        first = refusals[0].record
        self._log.warning(
            event, records=len(refusals), reasons=dict(reasons), first=f"{first.partition()}/{first.offset()}"
        )
        if self._shows_payloads:
            for refusal in refusals:
                record = refusal.record
                at = f"{record.partition()}/{record.offset()}"
                self._log.warning("payload", at=at, reason=refusal.reason, key=record.key(), value=record.value())
