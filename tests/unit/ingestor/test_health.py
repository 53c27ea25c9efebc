"""What the log says while something is missing."""

from collections.abc import Iterator

import pytest
import structlog
from structlog.testing import capture_logs

from ingestor.health import Condition, Health
from tests.fakes.clock import FakeClock


@pytest.fixture
def lines() -> Iterator[list[structlog.types.EventDict]]:
    with capture_logs() as captured:
        yield captured


def test_a_fault_is_said_once_then_every_thirty_seconds(lines: list[structlog.types.EventDict]) -> None:
    clock = FakeClock()
    health = Health(structlog.stdlib.get_logger(), clock)
    for _ in range(70):
        health.waits_for("no database")
        clock.advance(1.0)
    assert [(line["event"], line["for_seconds"]) for line in lines] == [
        ("waiting", 0.0),
        ("waiting", 30.0),
        ("waiting", 60.0),
    ]


def test_another_fault_is_said_at_once_and_the_end_of_both_with_their_length(
    lines: list[structlog.types.EventDict],
) -> None:
    clock = FakeClock()
    health = Health(structlog.stdlib.get_logger(), clock)
    health.goes_on()
    health.waits_for("no database")
    clock.advance(2.0)
    health.waits_for("no broker")
    clock.advance(3.0)
    conditions = [health.condition]
    health.goes_on()
    health.goes_on()
    conditions.append(health.condition)
    assert conditions == [Condition("no broker", since=0.0), Condition("", since=5.0)]
    assert [line.get("reason") for line in lines] == [None, "no database", "no broker", None]
    assert lines[-1]["waited_seconds"] == 5.0
