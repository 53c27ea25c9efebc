"""`python -m bench`: start a stack of its own, measure, print the figures."""

import json
import os
import platform
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import click
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from bench import calls, rows
from bench.comparison import Comparison
from bench.events import TopicNotFilled
from bench.load import LoadFailed
from bench.programs import ProgramFailed
from schemas import registration
from schemas.registry import SchemaRegistry
from stack import Stack, StackError, settings


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--rounds", default=5, show_default=True, type=click.IntRange(1, 100), help="How often each is measured.")
@click.option("--seconds", default=3.0, show_default=True, type=click.FloatRange(0.2, 60), help="Length of a load.")
@click.option(
    "--events",
    default=100_000,
    show_default=True,
    type=click.IntRange(rows.FEWEST_EVENTS, 2_000_000),
    help="Rows that are stored in a round.",
)
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write all samples there.")
def main(rounds: int, seconds: float, events: int, json_file: Path | None) -> None:
    """Measure the gateway and the ingestor beside the least that their work could cost.

    Three minutes with the defaults, on a stack that is started for it and deleted afterwards.
    """
    if given := settings.read(os.environ).given.environment():
        raise click.UsageError(
            f"this empties tables and fills topics, so it runs on a stack of its own only; unset {', '.join(given)}"
        )
    console = Console()
    columns = (TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("starting the stack", total=rounds * (rows.STEPS_OF_A_ROUND + calls.STEPS_OF_A_ROUND))

        def step(description: str) -> None:
            progress.update(task, description=description, advance=1)

        with Stack.ephemeral() as stack:
            comparisons = _measure(stack, rounds, seconds, events, step)
    console.print(_table(comparisons))
    for one in comparisons:
        console.print(f"{one.name}: {one.meaning}. Baseline: {one.baseline_name}.", highlight=False, soft_wrap=True)
    if json_file:
        report = {"machine": _machine(), "rounds": rounds, "figures": [one.as_json() for one in comparisons]}
        json_file.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def _measure(stack: Stack, rounds: int, seconds: float, events: int, step: Callable[[str], None]) -> list[Comparison]:
    """Rows first: what the gateway is given afterwards stays in the topic."""
    with SchemaRegistry(stack.addresses.schema_registry_url) as registry:
        schema_id = registration.register(registry).id
    stored = rows.measure(stack.addresses, schema_id, rounds=rounds, count=events, step=step)
    return [*calls.measure(stack.addresses.environment(), rounds=rounds, seconds=seconds, step=step), *stored]


def _table(comparisons: Sequence[Comparison]) -> Table:
    table = Table(title=f"medians of {len(comparisons[0].ours)} rounds, run in turns")
    table.add_column("figure")
    for header in ("ours", "baseline", "ratio", "its spread"):
        table.add_column(header, justify="right", no_wrap=True)
    for one in comparisons:
        table.add_row(
            one.name,
            _number(median(one.ours), one.unit),
            _number(median(one.baseline), one.unit),
            f"{median(one.ratios):.2f}",
            f"{min(one.ratios):.2f} to {max(one.ratios):.2f}",
        )
    return table


def _number(value: float, unit: str) -> str:
    return f"{value:.2f} {unit}" if unit == "ms" else f"{value:,.0f} {unit}"


def _machine() -> dict[str, Any]:
    return {"cpus": os.cpu_count(), "architecture": platform.machine(), "python": platform.python_version()}


if __name__ == "__main__":
    try:
        main()
    except (LoadFailed, ProgramFailed, StackError, TopicNotFilled, rows.RowsMissing) as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(1)
