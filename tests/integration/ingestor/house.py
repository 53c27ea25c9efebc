"""Ingestors as processes, on a stack whose parts may be killed, with a topic and a database that nobody else uses."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any, Final
from uuid import UUID

import psutil
import psycopg2
from confluent_kafka import ConsumerGroupTopicPartitions, Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic
from confluent_kafka.schema_registry import SchemaRegistryClient

from schemas import registration
from schemas.codec import EventEncoder
from schemas.events import TodoCreated
from schemas.names import SUBJECT, TOPIC
from schemas.registry import SchemaRegistry
from stack import Stack
from tests.integration.ingestor.database import new_database
from tests.processes import ServiceProcess

LONG_SECONDS: Final = 60.0
PARTITIONS: Final = 6


def until(is_so: Callable[[], object], what: str, timeout_seconds: float = LONG_SECONDS) -> None:
    """Wait for a condition; fail, saying which, when it does not come."""
    deadline = time.monotonic() + timeout_seconds
    while not is_so():
        assert time.monotonic() < deadline, f"not within {timeout_seconds} s: {what}"
        time.sleep(0.02)


class House:
    """Puts records into the topic, starts ingestors, and looks into the tables."""

    def __init__(self, stack: Stack, url: str) -> None:
        self.stack = stack
        self.url = url
        self.environment = {**stack.addresses.environment(), "DATABASE_URL": url}
        bootstrap_servers = stack.addresses.kafka_bootstrap_servers
        self.admin = AdminClient({"bootstrap.servers": bootstrap_servers, "log_level": 0})
        self.producer = Producer({"bootstrap.servers": bootstrap_servers, "enable.idempotence": True, "log_level": 0})
        with SchemaRegistry(stack.addresses.schema_registry_url) as registry:
            self.schema_id = registration.register(registry).id
        self._encoder = EventEncoder(self.schema_id)

    @classmethod
    def on(cls, stack: Stack) -> "House":
        """A house with an empty database, without tables."""
        return cls(stack, new_database(stack.addresses.database_url))

    @contextmanager
    def ingestor(self, **settings: str) -> Iterator[ServiceProcess]:
        """A process that is told to stop at the end, if it still runs, so that it leaves the group at once."""
        with ServiceProcess(["ingestor", "ingest"], {**self.environment, **settings}) as process:
            yield process
            process.terminate()
            process.exit_code()

    def encoded(self, event: TodoCreated) -> bytes:
        return self._encoder.encode(event)

    def produce(self, events: Iterable[TodoCreated]) -> None:
        """Put events into the topic, keyed as the gateway does."""
        for number, event in enumerate(events):
            self.producer.produce(TOPIC, key=str(event.id), value=self.encoded(event))
            if number % 1000 == 0:
                self.producer.poll(0)
        assert self.producer.flush(LONG_SECONDS) == 0

    def produce_raw(self, value: bytes | None, headers: Mapping[str, bytes] | None = None) -> None:
        """Put any bytes into the topic."""
        self.producer.produce(TOPIC, key=b"\xffraw", value=value, headers=list((headers or {}).items()))
        assert self.producer.flush(LONG_SECONDS) == 0

    def delete_topic(self) -> None:
        self.admin.delete_topics([TOPIC])[TOPIC].result(LONG_SECONDS)
        until(lambda: TOPIC not in self.admin.list_topics(timeout=LONG_SECONDS).topics, "the topic is gone")

    def create_topic(self) -> None:
        self.admin.create_topics([NewTopic(TOPIC, num_partitions=PARTITIONS)])[TOPIC].result(LONG_SECONDS)

    def execute(self, *statements: str) -> None:
        """Run statements in one session, each in a transaction of its own."""
        with closing(psycopg2.connect(self.url)) as connection, connection.cursor() as cursor:
            connection.autocommit = True
            for statement in statements:
                cursor.execute(statement)

    @contextmanager
    def frozen_database(self) -> Iterator[None]:
        """The server and the processes that serve its clients stand still, and their connections stay open."""
        postgres = psutil.Process(self.stack.service("postgres").pid)
        family = [postgres, *postgres.children()]
        for process in family:
            process.suspend()
        try:
            yield
        finally:
            for process in family:
                process.resume()

    def forget_subject(self) -> None:
        """Let the registry lose the events' subject, with all its versions."""
        with SchemaRegistryClient({"url": self.stack.addresses.schema_registry_url}) as client:
            client.delete_subject(SUBJECT)
            client.delete_subject(SUBJECT, permanent=True)

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        with closing(psycopg2.connect(self.url)) as connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()

    def ids(self) -> set[UUID]:
        return {UUID(row[0]) for row in self.query("SELECT id::text FROM todo")}

    def count(self, table: str = "todo") -> int:
        return int(self.query(f"SELECT count(*) FROM {table}")[0][0])  # noqa: S608 a table's name

    def stored_records(self) -> int:
        return int(self.query("SELECT coalesce(sum(next_offset), 0) FROM ingest_offset")[0][0])

    def offsets(self) -> dict[int, int]:
        return dict(self.query("SELECT partition, next_offset FROM ingest_offset"))

    def group_offsets(self) -> dict[int, int]:
        request = self.admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions("todo")])
        found = request["todo"].result(LONG_SECONDS).topic_partitions or []
        return {partition.partition: partition.offset for partition in found if partition.offset >= 0}

    def until_stored(self, records: int) -> None:
        until(lambda: self.stored_records() >= records, f"{records} records are stored")
