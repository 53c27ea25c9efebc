"""Which fault hits which part, and when: made from the seed alone."""

import heapq
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from typing import Final

from tests.fault.torture import chance


class Kind(StrEnum):
    """What is done to a part."""

    KILL = "kill -9"
    PAUSE = "pause"
    """SIGSTOP, and SIGCONT later."""
    RESTART = "restart"
    """An orderly stop, then a start."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. The part comes back `down_seconds` after it went."""

    at_seconds: float
    lane: str
    part: str
    kind: Kind
    down_seconds: float


@dataclass(frozen=True, slots=True)
class Lane:
    """Parts of which one at a time is hurt, how often on average, and how long one is frozen at most."""

    name: str
    parts: tuple[str, ...]
    cycle_seconds: float
    longest_pause_seconds: float


BROKERS: Final = ("kafka-1", "kafka-2", "kafka-3")
GATEWAYS: Final = ("gateway-1", "gateway-2")
INGESTORS: Final = ("ingestor-1", "ingestor-2", "ingestor-3")
LANES: Final = (
    Lane("brokers", BROKERS, 20, 8),  # above their session of 3 s: a leader that comes back as a follower
    Lane("postgres", ("postgres",), 6, 5),
    Lane("registry", ("registry",), 30, 5),
    *(Lane(name, (name,), 7, 6) for name in GATEWAYS),
    *(Lane(name, (name,), 18, 10) for name in INGESTORS),  # above their session of 6 s: zombies
)
"""Gaps in which each part comes back and works for a while on two cores, and 1,000 kills take some 35 minutes.

Ingestors have the longest: a group that loses a member more often than a session lasts never agrees on who reads what.
"""

ACTIVE_SECONDS: Final = 80.0
LULL_SECONDS: Final = 12.0
"""After so much unrest, a time in which nothing is hurt: how long the system takes to go on shows only then."""

_SHORTEST_PAUSE_SECONDS: Final = 0.5
_LONGEST_DOWN_SECONDS: Final = 1.5
_OPENING_CYCLE_SECONDS: Final = 14.0
"""So that a short run, too, does everything to everything."""
_DECK: Final = (*[Kind.KILL] * 8, Kind.PAUSE, Kind.RESTART)


def plan(seed: int, kills: int, seconds: float | None = None) -> list[Fault]:
    """The faults in the order of their times: until there are so many kills -9, or so many seconds have passed.

    The same arguments always give the same plan. Each lane begins with one fault of every kind.
    """
    lanes = [_faults(lane, chance.from_seed(seed, lane.name)) for lane in LANES]
    planned: list[Fault] = []
    left = kills
    for fault in heapq.merge(*lanes, key=lambda fault: fault.at_seconds):
        if left == 0 or (seconds is not None and fault.at_seconds > seconds):
            return planned
        planned.append(fault)
        left -= fault.kind is Kind.KILL
    return planned


def _faults(lane: Lane, random_: random.Random) -> Iterator[Fault]:
    """The faults of one lane, without an end."""
    active_seconds = 0.0
    for number, kind in enumerate(_kinds(random_)):
        cycle_seconds = min(lane.cycle_seconds, _OPENING_CYCLE_SECONDS) if number < len(Kind) else lane.cycle_seconds
        active_seconds += random_.uniform(0.5, 1.5) * cycle_seconds
        longest = lane.longest_pause_seconds if kind is Kind.PAUSE else _LONGEST_DOWN_SECONDS
        shortest = _SHORTEST_PAUSE_SECONDS if kind is Kind.PAUSE else 0.0
        yield Fault(
            at_seconds=round(_around_lulls(active_seconds), 3),
            lane=lane.name,
            part=random_.choice(lane.parts),
            kind=kind,
            down_seconds=round(random_.uniform(shortest, longest), 3),
        )


def _kinds(random_: random.Random) -> Iterator[Kind]:
    yield from _shuffled(tuple(Kind), random_)
    for _ in count():
        yield from _shuffled(_DECK, random_)


def _shuffled(kinds: Sequence[Kind], random_: random.Random) -> list[Kind]:
    return random_.sample(kinds, len(kinds))


def _around_lulls(active_seconds: float) -> float:
    return active_seconds + active_seconds // ACTIVE_SECONDS * LULL_SECONDS
