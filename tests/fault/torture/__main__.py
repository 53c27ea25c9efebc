"""`python -m tests.fault.torture`: a stack of its own, hurt at random. Exit code 1 for a broken promise."""

import json
import os
import random
import shutil
import sys
import tempfile
from pathlib import Path

import click
from rich.console import Console

from stack import StackError, settings
from stack.interruption import interruptible
from tests.fault.torture import picture, report, schedule, system
from tests.fault.torture.brokers import ReplicasBehind
from tests.fault.torture.progress import Progress
from tests.fault.torture.run import Run

_LINE_CHARACTERS = 120
_BROKEN_OFF = 3
_INTERRUPTED = 130
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--kills", default=100, show_default=True, type=click.IntRange(0, 100_000), help="How many kills -9.")
@click.option("--seed", type=int, help="Repeats the plan of an earlier run. [default: a new one, printed]")
@click.option("--seconds", type=click.FloatRange(1, 86_400), help="Plan no fault later than this, and load until then.")
@click.option("--json", "json_file", type=_FILE, help="Write all figures and happenings there.")
@click.option("--picture", "picture_file", type=_FILE, help="Write throughput, lag and faults over time there (SVG).")
@click.option("--logs", type=click.Path(file_okay=False, path_type=Path), help="Keep the log of every part there.")
@click.option("--ingestor", "ingestors", multiple=True, default=("ingestor",), help="Module run as ingestor, in turn.")
def main(
    *,
    kills: int,
    seed: int | None,
    seconds: float | None,
    json_file: Path | None,
    picture_file: Path | None,
    logs: Path | None,
    ingestors: tuple[str, ...],
) -> None:
    """Kill, freeze and restart every part at random under load, and see that no acknowledged todo is lost or doubled.

    Pauses and orderly restarts come on top of the kills; 1,000 kills take some 35 minutes on two cores. The stack is
    started for the run and deleted afterwards; a run that finds something keeps its logs and says where.
    """
    if given := settings.read(os.environ).given.environment():
        raise click.UsageError(f"this kills servers, so it runs on a stack of its own only; unset {', '.join(given)}")
    console = Console() if sys.stdout.isatty() else Console(width=_LINE_CHARACTERS)
    seed = random.SystemRandom().randrange(1_000_000) if seed is None else seed
    faults = schedule.plan(seed, kills, seconds)
    console.print(f"seed {seed}", highlight=False)
    folder = logs or Path(tempfile.mkdtemp(prefix="torture-"))
    folder.mkdir(parents=True, exist_ok=True)
    is_clean = False
    try:
        with interruptible(), Progress(console) as progress:
            progress.phase("starting three brokers, PostgreSQL, the registry, two gateways and three ingestors")
            with system.running(folder, ingestors) as hurt:
                try:
                    outcome = Run(hurt, seed, faults, seconds if seconds is not None else 0, progress).outcome()
                    is_clean = outcome.is_clean
                finally:
                    if logs is not None or not is_clean:
                        _keep_logs(hurt, folder)
    except KeyboardInterrupt:
        console.print("interrupted: all parts were stopped, and nothing was judged")
        sys.exit(_INTERRUPTED)
    except (StackError, ReplicasBehind) as error:
        console.print(f"the run was broken off: {error}", highlight=False, soft_wrap=True, markup=False)
        console.print(f"logs: {folder}", highlight=False, soft_wrap=True)
        sys.exit(_BROKEN_OFF)
    report.show(outcome, console)
    if json_file is not None:
        json_file.write_text(json.dumps(outcome.as_json(), indent=1) + "\n", encoding="utf-8")
    if picture_file is not None:
        picture_file.write_text(picture.svg(outcome) + "\n", encoding="utf-8")
    if is_clean:
        if logs is None:
            shutil.rmtree(folder)
        console.print("Every acknowledged todo is exactly one row.")
        return
    console.print(
        f"PROMISE BROKEN. Repeat it with: make torture KILLS={kills} SEED={seed}\nlogs: {folder}", soft_wrap=True
    )
    sys.exit(1)


def _keep_logs(hurt: system.System, folder: Path) -> None:
    for path in hurt.logs.values():
        if path.exists() and path.parent != folder:
            shutil.copy(path, folder)


if __name__ == "__main__":
    main()
