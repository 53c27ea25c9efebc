"""What became of each todo: a comparison of what was acknowledged with what is stored."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.fault.torture.audit import DeadLetter, Row, Step
from tests.fault.torture.ledger import Ledger
from tests.fault.torture.poison import STAGES, Poison


@dataclass(frozen=True, slots=True)
class Stored:
    """What the database holds when everything has been read."""

    rows: Sequence[Row]
    dead_letters: Sequence[DeadLetter]
    steps: Sequence[Step]


@dataclass(slots=True)
class Verdict:
    """What is wrong, by the ids of those whom it befell. All is well when every list is empty."""

    lost: list[str] = field(default_factory=list)
    """Todos that were acknowledged and are no row."""
    doubled: list[str] = field(default_factory=list)
    """Request ids that made two rows, or were answered with two ids; records that two dead letters tell of."""
    altered: list[str] = field(default_factory=list)
    """Rows that differ from what was asked for, and rows that nobody asked for."""
    wrongly_dead: list[str] = field(default_factory=list)
    """Dead letters of good records, as partition/offset."""
    poison_missing: list[str] = field(default_factory=list)
    """Poison that the brokers took and that is no dead letter."""
    poison_altered: list[str] = field(default_factory=list)
    """Poison whose dead letter has another key, value or stage."""
    stepped_back: list[str] = field(default_factory=list)
    """Steps that did not begin where the last one had ended: records were stored twice, or left out."""
    poison_found: int = 0

    @property
    def faults(self) -> dict[str, list[str]]:
        """What is wrong, without what is not."""
        named = {
            "lost": self.lost,
            "doubled": self.doubled,
            "altered": self.altered,
            "wrongly dead-lettered": self.wrongly_dead,
            "poison missing": self.poison_missing,
            "poison altered": self.poison_altered,
            "stepped back": self.stepped_back,
        }
        return {name: ids for name, ids in named.items() if ids}


def judge(ledger: Ledger, poison: Iterable[Poison], stored: Stored) -> Verdict:
    """Compare. A call without an answer may have made a row, or not; poison that was not delivered likewise."""
    verdict = Verdict(doubled=list(ledger.contradictions), stepped_back=_steps_back(stored.steps))
    _judge_rows(verdict, ledger, stored.rows)
    _judge_dead_letters(verdict, {one.id: one for one in poison}, stored.dead_letters)
    return verdict


def _judge_rows(verdict: Verdict, ledger: Ledger, rows: Sequence[Row]) -> None:
    stored = {row.id for row in rows}
    verdict.lost = sorted(str(a.todo_id) for a in ledger.acknowledged.values() if str(a.todo_id) not in stored)
    asked = {request.title: request for request in ledger.requests.values()}
    by_title = Counter(row.title for row in rows)
    verdict.doubled += sorted(asked[title].request_id for title, n in by_title.items() if n > 1 and title in asked)
    verdict.doubled += _repeated(row.id for row in rows)
    for row in rows:
        request = asked.get(row.title)
        answer = ledger.acknowledged.get(request.request_id) if request is not None else None
        if (
            request is None
            or request.description != row.description
            or str(answer.todo_id if answer else row.id) != row.id
        ):
            verdict.altered.append(row.id)


def _judge_dead_letters(verdict: Verdict, poison: Mapping[str, Poison], dead_letters: Sequence[DeadLetter]) -> None:
    verdict.doubled += _repeated(letter.poison_id for letter in dead_letters if letter.poison_id)
    found = {letter.poison_id for letter in dead_letters}
    verdict.poison_found = len(found & poison.keys())
    verdict.poison_missing = [
        f"{one.id} ({one.kind})" for one in poison.values() if one.is_delivered and one.id not in found
    ]
    for letter in dead_letters:
        one = poison.get(letter.poison_id)
        if one is None:
            verdict.wrongly_dead.append(f"{letter.partition}/{letter.offset}")
        elif (letter.key, letter.value_digest, letter.stage) != (one.key, one.value_digest, STAGES[one.kind]):
            verdict.poison_altered.append(f"{one.id} ({one.kind})")


def _steps_back(steps: Sequence[Step]) -> list[str]:
    found = []
    reached: dict[int, int] = defaultdict(int)
    for step in steps:
        if step.departed != reached[step.partition] or step.reached <= step.departed:
            found.append(
                f"partition {step.partition}: {step.departed} to {step.reached}, after {reached[step.partition]}"
            )
        reached[step.partition] = step.reached
    return found


def _repeated(ids: Iterable[str]) -> list[str]:
    return sorted(one for one, times in Counter(ids).items() if times > 1)


def not_stored(reached: Mapping[int, int], ends: Mapping[int, int]) -> Collection[str]:
    """Partitions of which something is not stored yet."""
    return [
        f"partition {number}: stored up to {reached.get(number, 0)} of {end}"
        for number, end in sorted(ends.items())
        if reached.get(number, 0) < end
    ]
