from collections import Counter, defaultdict

import pytest

from tests.fault.torture import schedule
from tests.fault.torture.schedule import ACTIVE_SECONDS, LULL_SECONDS, Fault, Kind


def test_a_seed_gives_the_same_plan_again() -> None:
    assert schedule.plan(7, 50) == schedule.plan(7, 50)
    assert schedule.plan(7, 50) != schedule.plan(8, 50)


@pytest.mark.parametrize("kills", [0, 1, 30, 1000])
def test_a_plan_has_as_many_kills_as_were_asked_for(kills: int) -> None:
    planned = Counter(fault.kind for fault in schedule.plan(7, kills))
    assert planned[Kind.KILL] == kills


def test_a_longer_plan_begins_as_a_shorter_one() -> None:
    short = schedule.plan(7, 30)
    assert schedule.plan(7, 100)[: len(short)] == short


def test_no_fault_is_planned_behind_the_given_seconds() -> None:
    assert max(fault.at_seconds for fault in schedule.plan(7, 1000, seconds=60)) <= 60


def test_every_part_is_killed_paused_and_restarted_in_a_long_plan() -> None:
    done: dict[str, set[Kind]] = defaultdict(set)
    for fault in schedule.plan(7, 1000):
        done[fault.part].add(fault.kind)
    assert done == {part: set(Kind) for lane in schedule.LANES for part in lane.parts}


def test_a_thousand_kills_are_planned_within_forty_minutes() -> None:
    for seed in range(20):
        assert schedule.plan(seed, 1000)[-1].at_seconds < 40 * 60


def test_pauses_outlast_the_sessions_of_brokers_and_of_ingestors() -> None:
    longest: dict[str, float] = defaultdict(float)
    for fault in schedule.plan(7, 1000):
        if fault.kind is Kind.PAUSE:
            longest[fault.lane] = max(longest[fault.lane], fault.down_seconds)
    assert longest["brokers"] > 3
    assert longest["ingestor-1"] > 6


def test_nothing_is_hurt_in_a_lull() -> None:
    def is_in_lull(fault: Fault) -> bool:
        return fault.at_seconds % (ACTIVE_SECONDS + LULL_SECONDS) > ACTIVE_SECONDS

    assert not [fault for fault in schedule.plan(7, 1000) if is_in_lull(fault)]
