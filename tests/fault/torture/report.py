"""The figures as a person reads them."""

from collections.abc import Iterator
from typing import Final

from rich.console import Console
from rich.table import Table

from tests.fault.torture.outcome import Outcome
from tests.fault.torture.schedule import Kind
from tests.fault.torture.stalls import Stall

_IDS_SHOWN: Final = 20


def show(outcome: Outcome, console: Console) -> None:
    """Print the figures, the faults by kind, and the ids of whatever went wrong."""
    table = Table(show_header=False, title=f"torture, seed {outcome.seed}", title_justify="left")
    for name, value in _figures(outcome):
        table.add_row(name, value)
    console.print(table)
    console.print(_faults(outcome))
    for name, ids in outcome.verdict.faults.items():
        more = f" and {len(ids) - _IDS_SHOWN} more" if len(ids) > _IDS_SHOWN else ""
        console.print(f"{name}: {', '.join(ids[:_IDS_SHOWN])}{more}", highlight=False, soft_wrap=True, markup=False)
    for line in outcome.not_stored:
        console.print(f"not stored: {line}", highlight=False, soft_wrap=True)
    for end in outcome.own_ends:
        console.print(f"{end.part} ended by itself:\n{end.last_words}", highlight=False, soft_wrap=True, markup=False)


def _figures(outcome: Outcome) -> Iterator[tuple[str, str]]:
    verdict = outcome.verdict
    yield "load and faults", f"{outcome.load_ended_at - outcome.began_at:.0f} s"
    yield "calls", f"{outcome.calls:,}"
    yield "todos asked for", f"{outcome.requests:,}"
    yield "acknowledged", f"{outcome.acknowledged:,}"
    yield "rows", f"{outcome.rows:,}"
    yield "lost", str(len(verdict.lost))
    yield "doubled", str(len(verdict.doubled))
    yield "altered", str(len(verdict.altered))
    yield "wrongly dead-lettered", str(len(verdict.wrongly_dead))
    yield "positions stepped back", str(len(verdict.stepped_back))
    yield "poison found", f"{verdict.poison_found:,} of {outcome.poison.total():,}, of {len(outcome.poison)} kinds"
    yield "longest stall after a repair", _stall(outcome.longest_undisturbed_stall)
    yield "the same, other parts being hurt", _stall(outcome.longest_stall)
    yield "repairs with nothing else hurt", str(outcome.undisturbed_repairs)
    yield "stored to the end of the log after", f"{outcome.drain_seconds:.1f} s"
    yield "answers", ", ".join(f"{status} {times:,}" for status, times in outcome.statuses.most_common())
    yield "ended by themselves", str(len(outcome.own_ends))


def _stall(stall: Stall | None) -> str:
    return f"{stall.seconds:.1f} s ({stall.after})" if stall is not None else "none was measured"


def _faults(outcome: Outcome) -> Table:
    by_kind = {kind: outcome.faults_by(kind) for kind in Kind}
    table = Table("part", *(kind.value for kind in Kind), "all", title="faults", title_justify="left")
    for part in sorted({part for counted in by_kind.values() for part in counted}):
        counts = [counted[part] for counted in by_kind.values()]
        table.add_row(part, *map(str, counts), str(sum(counts)))
    totals = [counted.total() for counted in by_kind.values()]
    table.add_row("all", *map(str, totals), str(sum(totals)))
    return table
