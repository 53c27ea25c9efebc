from tests.fault.torture.diary import Happening
from tests.fault.torture.schedule import Fault, Kind
from tests.fault.torture.stalls import Stall, longest, stalls


def happening(part: str, began_at: float, repaired_at: float) -> Happening:
    return Happening(Fault(0, part, part, Kind.KILL, 1), began_at, repaired_at)


def test_a_stall_lasts_until_calls_and_batches_both_go_on() -> None:
    found = stalls([happening("postgres", 1, 2)], acknowledged=[1.5, 2.5], stored=[0.5, 5])
    assert found == [Stall(3, "postgres, kill -9", is_undisturbed=True)]


def test_a_repair_after_which_nothing_went_on_has_no_length() -> None:
    assert stalls([happening("postgres", 1, 2)], acknowledged=[3], stored=[1]) == []


def test_a_fault_that_begins_meanwhile_disturbs() -> None:
    found = stalls([happening("postgres", 1, 2), happening("registry", 3, 4)], acknowledged=[6], stored=[6])
    assert [stall.is_undisturbed for stall in found] == [False, True]


def test_a_fault_that_still_lasts_at_the_repair_disturbs() -> None:
    found = stalls([happening("postgres", 1, 2), happening("registry", 0.5, 2.5)], acknowledged=[2.2], stored=[2.2])
    assert [stall.is_undisturbed for stall in found] == [False]


def test_a_fault_that_is_over_disturbs_nothing() -> None:
    found = stalls([happening("postgres", 1, 2), happening("registry", 5, 6)], acknowledged=[4, 8], stored=[3, 9])
    assert longest(found, undisturbed=True) == Stall(3, "registry, kill -9", is_undisturbed=True)
    assert all(stall.is_undisturbed for stall in found)
