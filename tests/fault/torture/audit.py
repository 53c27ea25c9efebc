"""What the database says afterwards, and every step that the positions took."""

from dataclasses import dataclass
from typing import Any, Final

import psycopg2

from tests.fault.torture.poison import HEADER

_INSTALL: Final = """
    CREATE TABLE torture_step (
        id bigserial PRIMARY KEY, partition int NOT NULL, topic_id uuid NOT NULL,
        departed bigint NOT NULL, reached bigint NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp());
    CREATE FUNCTION torture_note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO torture_step (partition, topic_id, departed, reached)
        VALUES (NEW.partition, NEW.topic_id, OLD.next_offset, NEW.next_offset);
        RETURN NULL;
    END $$;
    CREATE TRIGGER torture_note AFTER UPDATE ON ingest_offset FOR EACH ROW EXECUTE FUNCTION torture_note()"""
_STEPS: Final = "SELECT partition, departed, reached, extract(epoch FROM at)::float8 FROM torture_step ORDER BY id"
_ROWS: Final = "SELECT id::text, title, description FROM todo"
_DEAD_LETTERS: Final = """
    SELECT partition, "offset", stage, key, encode(sha256(value), 'hex'), convert_from(decode(coalesce(
        (SELECT pair ->> 1 FROM jsonb_array_elements(headers) AS pair WHERE pair ->> 0 = %s), ''), 'base64'), 'UTF8')
    FROM dead_letter"""


@dataclass(frozen=True, slots=True)
class Step:
    """One move of a partition's position, as it was committed."""

    partition: int
    departed: int
    reached: int
    at: float


@dataclass(frozen=True, slots=True)
class Row:
    """A stored todo."""

    id: str
    title: str
    description: str


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A stored dead letter. `poison_id` is empty when it is none of ours."""

    partition: int
    offset: int
    stage: str
    key: bytes
    value_digest: str
    poison_id: str


class Audit:
    """Reads the tables of a database that serves."""

    def __init__(self, database_url: str) -> None:
        self._database_url = database_url

    def install(self) -> None:
        """Have the database itself write down each step of each position, in the step's own transaction.

        The position's row is locked meanwhile, so the notes of one partition stand in the order of the commits.
        """
        self._run(_INSTALL)

    def steps(self) -> list[Step]:
        return [Step(*row) for row in self._run(_STEPS)]

    def reached(self) -> dict[int, int]:
        """By partition, up to where it is stored."""
        return dict(self._run("SELECT partition, next_offset FROM ingest_offset"))

    def rows(self) -> list[Row]:
        return [Row(*row) for row in self._run(_ROWS)]

    def dead_letters(self) -> list[DeadLetter]:
        found = self._run(_DEAD_LETTERS, (HEADER,))
        return [
            DeadLetter(partition, offset, stage, bytes(key or b""), value_digest or "", poison_id)
            for partition, offset, stage, key, value_digest, poison_id in found
        ]

    def _run(self, statement: str, parameters: tuple[Any, ...] | None = None) -> list[tuple[Any, ...]]:
        connection = psycopg2.connect(self._database_url, connect_timeout=10)
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(statement, parameters)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()
