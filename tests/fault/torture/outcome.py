"""The figures of a run."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tests.fault.torture.course import Course
from tests.fault.torture.diary import Happening, OwnEnd
from tests.fault.torture.schedule import Kind
from tests.fault.torture.stalls import Stall
from tests.fault.torture.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that a report needs. Times are those of the wall clock."""

    seed: int
    began_at: float
    load_ended_at: float
    ended_at: float
    calls: int
    statuses: Counter[str]
    requests: int
    acknowledged: int
    rows: int
    dead_letters: int
    poison: Counter[str]
    """How many records of each kind the brokers took."""
    verdict: Verdict
    not_stored: Sequence[str]
    """Partitions that were not read to their end in time."""
    happenings: Sequence[Happening]
    own_ends: Sequence[OwnEnd]
    longest_stall: Stall | None
    longest_undisturbed_stall: Stall | None
    undisturbed_repairs: int
    drain_seconds: float
    course: Course

    @property
    def is_clean(self) -> bool:
        """Whether every promise was kept."""
        return not (self.verdict.faults or self.not_stored)

    def faults_by(self, kind: Kind) -> Counter[str]:
        """How many faults of a kind hit each part."""
        return Counter(one.fault.part for one in self.happenings if one.fault.kind is kind)

    def as_json(self) -> dict[str, Any]:
        """Everything, in types that JSON has."""
        stalls = {"any": self.longest_stall, "undisturbed": self.longest_undisturbed_stall}
        return {
            "seed": self.seed,
            "clean": self.is_clean,
            "seconds": round(self.ended_at - self.began_at, 1),
            "calls": self.calls,
            "statuses": dict(self.statuses),
            "requests": self.requests,
            "acknowledged": self.acknowledged,
            "rows": self.rows,
            "dead_letters": self.dead_letters,
            "poison": dict(self.poison),
            "poison_found": self.verdict.poison_found,
            "wrong": self.verdict.faults,
            "not_stored": list(self.not_stored),
            "faults": {kind.value: dict(self.faults_by(kind)) for kind in Kind},
            "ended_by_themselves": [asdict(one) for one in self.own_ends],
            "longest_stall": {name: asdict(stall) for name, stall in stalls.items() if stall is not None},
            "undisturbed_repairs": self.undisturbed_repairs,
            "drain_seconds": round(self.drain_seconds, 1),
            "course": self.course.as_json(),
            "happenings": [
                {
                    "part": one.fault.part,
                    "kind": one.fault.kind.value,
                    "planned": one.fault.at_seconds,
                    "began": round(one.began_at - self.began_at, 3),
                    "repaired": round(one.repaired_at - self.began_at, 3),
                }
                for one in self.happenings
            ],
        }
