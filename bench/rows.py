"""How fast events become rows: the ingestor and its store, beside a plain COPY of the same rows."""

import time
from collections.abc import Callable
from typing import Final

from bench import events, programs
from bench.comparison import Comparison
from bench.database import BATCH, Database
from stack import Addresses

STEPS_OF_A_ROUND: Final = 3
FEWEST_EVENTS: Final = 4 * BATCH
_LOOK_SECONDS: Final = 0.01
_PATIENCE_SECONDS: Final = 120
_BASELINE: Final = "COPY of the same rows into a table of the same shape"


class RowsMissing(Exception):
    """The ingestor did not store what is in the topic."""


def measure(
    addresses: Addresses, schema_id: int, *, rounds: int, count: int, step: Callable[[str], None]
) -> list[Comparison]:
    """Rows a second of the whole ingestor, of its store alone, and of COPY. `step` is told what is done next.

    All commit after every 5,000 rows, into tables that were emptied before. The topic must hold no record that is not
    stored, and is filled with `count` events for every round.

    Raises:
        TopicNotFilled, RowsMissing, ProgramFailed: there is nothing to compare.
    """
    environment = addresses.environment()
    programs.run("ingestor", "migrate", environment=environment)
    database = Database(addresses.database_url)
    copied: list[float] = []
    stored: list[float] = []
    ingested: list[float] = []
    for number in range(rounds):
        made = events.made(count)
        database.empty()
        step(f"round {number + 1}: {count:,} rows, COPY")
        copied.append(database.copied_per_second(made))
        database.empty()
        step(f"round {number + 1}: {count:,} rows, the store alone")
        django = {**environment, "DJANGO_SETTINGS_MODULE": "ingestor.settings"}
        stored.append(float(programs.run("bench.storing", str(count), environment=django)))
        database.empty()
        step(f"round {number + 1}: {count:,} rows, the ingestor")
        begin = database.stored_position()
        events.fill_topic(addresses.kafka_bootstrap_servers, schema_id, made)
        with programs.running("ingestor", "ingest", environment=environment):
            ingested.append(_ingested_per_second(database, begin, begin + count))
        if (rows := database.rows()) != count:
            raise RowsMissing(f"{count} events gave {rows} rows")
    database.close()
    return [
        Comparison(
            name="ingestor, topic to rows",
            unit="rows/s",
            meaning="from the first commit to the last, one process: poll, decode, store, commit the group's offsets",
            baseline_name=_BASELINE,
            ours=ingested,
            baseline=copied,
        ),
        Comparison(
            name="ingestor, store alone",
            unit="rows/s",
            meaning="events in memory to committed rows: bulk_create without conflicts, and the positions",
            baseline_name=_BASELINE,
            ours=stored,
            baseline=copied,
        ),
    ]


def _ingested_per_second(database: Database, begin: int, end: int) -> float:
    """Watch the stored positions. Start-up and joining the group are over when the first batch is committed."""
    first_position, first_time = begin, 0.0
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        position, now = database.stored_position(), time.perf_counter()
        if first_position == begin:
            first_position, first_time = position, now
        if position == end and first_position < end:
            return (end - first_position) / (now - first_time)
        if position == end:
            raise RowsMissing("all was stored in one commit: measure more events")
        time.sleep(_LOOK_SECONDS)
    raise RowsMissing(f"{position - begin} of {end - begin} events were stored in {_PATIENCE_SECONDS} s")
