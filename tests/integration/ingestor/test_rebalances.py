"""Instances come and go while records arrive, in both group protocols."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from schemas.events import TodoCreated
from tests.fakes.events import an_event
from tests.integration.ingestor.house import House, until
from tests.processes import ServiceProcess

BOTH = pytest.mark.parametrize("protocol", ["classic", "consumer"])


@contextmanager
def steady_load(house: House) -> Iterator[list[TodoCreated]]:
    """Some hundred events a second, until the block ends; gives those that the brokers have."""
    produced: list[TodoCreated] = []
    done = threading.Event()

    def produce() -> None:
        while not done.wait(0.05):
            events = [an_event() for _ in range(20)]
            house.produce(events)
            produced.extend(events)

    thread = threading.Thread(target=produce)
    thread.start()
    try:
        yield produced
    finally:
        done.set()
        thread.join()


def assigned(process: ServiceProcess) -> set[int]:
    """The partitions that an instance holds, by what it has logged last."""
    held = [line["held"] for line in process.lines if "held" in line]
    return set(held[-1]) if held else set()


def share_all(*processes: ServiceProcess) -> bool:
    """Whether each holds some partition, and together they hold all."""
    parts = [assigned(process) for process in processes]
    return all(parts) and sum(map(len, parts)) == len(set().union(*parts)) == 6


@BOTH
def test_a_rolling_restart_of_three_loses_and_doubles_nothing(house: House, protocol: str) -> None:
    with ExitStack() as running, ExitStack() as load:
        produced = load.enter_context(steady_load(house))

        def started() -> ServiceProcess:
            return running.enter_context(house.ingestor(KAFKA_GROUP_PROTOCOL=protocol))

        instances = [started() for _ in range(3)]
        until(lambda: share_all(*instances), "three share the partitions")
        for number in range(3):
            instances[number].terminate()
            assert instances[number].exit_code() == 0
            instances[number] = started()
            until(lambda: share_all(*instances), "three share the partitions again")
        load.close()
        house.until_stored(len(produced))
    assert house.ids() == {event.id for event in produced}
    assert (house.count(), house.count("dead_letter")) == (len(produced), 0)


@BOTH
def test_a_partition_that_stays_is_not_taken_away_when_another_instance_comes(house: House, protocol: str) -> None:
    with house.ingestor(KAFKA_GROUP_PROTOCOL=protocol) as first:
        until(lambda: assigned(first) == set(range(6)), "one holds all")
        with house.ingestor(KAFKA_GROUP_PROTOCOL=protocol) as second:
            until(lambda: share_all(first, second), "two share the partitions")
            removed = {number for line in first.lines for number in line.get("removed", [])}
            assert removed == assigned(second)


def test_what_a_killed_instance_held_is_stored_on_by_the_other_one(house: House) -> None:
    with house.ingestor() as victim, house.ingestor() as heir:
        with steady_load(house) as produced:
            until(lambda: share_all(victim, heir), "two share the partitions")
            victim.kill()
            until(lambda: assigned(heir) == set(range(6)), "the other one holds all")
        house.until_stored(len(produced))
    assert house.ids() == {event.id for event in produced}
    assert house.count("dead_letter") == 0
