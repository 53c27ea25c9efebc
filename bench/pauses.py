"""`python -m bench.pauses`: how long a partition stands still when an instance is killed, stops, starts or joins."""

import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from enum import StrEnum
from statistics import median
from typing import Final

import click
from rich.console import Console
from rich.table import Table

from bench import programs
from bench.standstill import Positions, StoodStill, trickle
from schemas import registration
from schemas.registry import SchemaRegistry
from stack import Stack

WATCH_SECONDS: Final = 8.0
_STATIC: Final = "KAFKA_GROUP_INSTANCE_ID"


class Membership(StrEnum):
    """How instances are members of the group."""

    CLASSIC = "classic"
    CLASSIC_STATIC = "classic-static"
    KIP_848 = "kip-848"
    KIP_848_STATIC = "kip-848-static"

    def settings(self, instance: int) -> dict[str, str]:
        """The variables of one instance."""
        settings = {"KAFKA_GROUP_PROTOCOL": "consumer"} if self.startswith("kip") else {}
        return {**settings, _STATIC: f"bench-{instance}"} if self.endswith("static") else settings


class Event(StrEnum):
    """What befalls an instance while events keep coming."""

    KILL_HEIR = "kill -9, another goes on"
    KILL_RESTART = "kill -9, the same starts again"
    SIGTERM = "SIGTERM, another goes on"
    JOIN = "another joins"


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--rounds", default=3, show_default=True, type=click.IntRange(1, 20), help="How often each is measured.")
@click.option(
    "--membership",
    "memberships",
    multiple=True,
    type=click.Choice([membership.value for membership in Membership]),
    default=[Membership.CLASSIC.value],
    show_default=True,
    help="May be given several times.",
)
def main(rounds: int, memberships: tuple[str, ...]) -> None:
    """Measure pauses on a stack of its own: a minute a round for `classic`, several for `kip-848`."""
    console = Console()
    table = Table(title=f"longest pause of a partition, seconds: median (lowest to highest) of {rounds} rounds")
    table.add_column("what happens")
    for membership in memberships:
        table.add_column(membership, justify="right")
    for event in Event:
        cells = []
        for name in memberships:
            pauses = []
            for number in range(rounds):
                with console.status(f"{event.value}, {name}, round {number + 1}"):
                    pauses.append(_measured(Membership(name), event))
            cells.append(f"{median(pauses):.1f} ({min(pauses):.1f} to {max(pauses):.1f})")
        table.add_row(event.value, *cells)
    console.print(table)


def _measured(membership: Membership, event: Event) -> float:
    """One stack a measurement: a killed static member stays in its group for as long as its session."""
    with Stack.ephemeral() as stack, ExitStack() as running:
        addresses = stack.addresses
        with SchemaRegistry(addresses.schema_registry_url) as registry:
            schema_id = registration.register(registry).id
        programs.run("ingestor", "migrate", environment=addresses.environment())
        running.enter_context(trickle(addresses.kafka_bootstrap_servers, schema_id))
        positions = Positions(addresses)
        running.callback(positions.close)

        def begin(instance: int) -> "subprocess.Popen[str]":
            settings = {**addresses.environment(), **membership.settings(instance)}
            return running.enter_context(programs.running("ingestor", "ingest", environment=settings))

        first = begin(0)
        programs.logged(first, "partitions assigned")
        if event in {Event.KILL_HEIR, Event.SIGTERM}:
            programs.logged(begin(1), "partitions assigned")
        positions.watch_until(_after(WATCH_SECONDS))
        if event is Event.SIGTERM:
            first.terminate()
        elif event is not Event.JOIN:
            first.kill()
        if event is Event.KILL_RESTART:
            begin(0)
        elif event is Event.JOIN:
            begin(1)
        return max(positions.watch_until(_after(WATCH_SECONDS)).values())


def _after(seconds: float) -> Callable[[], bool]:
    over = time.monotonic() + seconds
    return lambda: time.monotonic() >= over


if __name__ == "__main__":
    try:
        main()
    except (programs.ProgramFailed, StoodStill) as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(1)
