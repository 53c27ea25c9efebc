"""Two things measured in turns: what they cost, and the ratio."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True)
class Comparison:
    """One figure of ours beside its baseline: a sample of each from every round, in the order of the rounds."""

    name: str
    unit: str
    meaning: str
    baseline_name: str
    ours: Sequence[float]
    baseline: Sequence[float]

    @property
    def ratios(self) -> list[float]:
        """Ours to the baseline, round by round: what disturbs the machine for longer than a round cancels out."""
        return [ours / baseline for ours, baseline in zip(self.ours, self.baseline, strict=True)]

    def as_json(self) -> dict[str, Any]:
        """All samples, and what is said about them."""
        return {
            "name": self.name,
            "unit": self.unit,
            "meaning": self.meaning,
            "ours": {"median": median(self.ours), "samples": list(self.ours)},
            "baseline": {"name": self.baseline_name, "median": median(self.baseline), "samples": list(self.baseline)},
            "ratio": {"median": median(self.ratios), "lowest": min(self.ratios), "highest": max(self.ratios)},
        }
