"""How long nothing went on after a repair."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from tests.fault.torture.diary import Happening


@dataclass(frozen=True, slots=True)
class Stall:
    """The time from a repair until a call was acknowledged and a batch was stored again, both."""

    seconds: float
    after: str
    """The part that was repaired, and from what."""
    is_undisturbed: bool
    """Whether all other parts served at the repair, and nothing was hurt until things went on."""


def stalls(happenings: Sequence[Happening], acknowledged: Sequence[float], stored: Sequence[float]) -> list[Stall]:
    """One for each repair after which both went on. Times may come in any order."""
    acknowledged, stored = sorted(acknowledged), sorted(stored)
    found = []
    for happening in happenings:
        repaired_at = happening.repaired_at
        ends = [times[at] for times in (acknowledged, stored) if (at := bisect_right(times, repaired_at)) < len(times)]
        if repaired_at and len(ends) == 2:
            goes_on_at = max(ends)
            others = [one for one in happenings if one is not happening]
            disturbed = any(
                one.began_at < goes_on_at and (one.repaired_at > repaired_at or not one.repaired_at) for one in others
            )
            fault = happening.fault
            found.append(Stall(goes_on_at - repaired_at, f"{fault.part}, {fault.kind.value}", not disturbed))
    return found


def longest(found: Sequence[Stall], *, undisturbed: bool) -> Stall | None:
    """The longest, of all or of the undisturbed ones."""
    fitting = [stall for stall in found if stall.is_undisturbed or not undisturbed]
    return max(fitting, key=lambda stall: stall.seconds, default=None)
