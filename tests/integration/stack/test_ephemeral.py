import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg2
import pytest
from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.schema_registry import Schema, SchemaRegistryClient

from stack import Stack
from stack.errors import NotReadyInTime, UnknownService

TOPIC = "todo-create"


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """A stack of this module's own: its tests kill parts."""
    with Stack.ephemeral() as running:
        yield running


def produce(stack: Stack, value: bytes) -> None:
    reports: list[object] = []
    producer = Producer({"bootstrap.servers": stack.addresses.kafka_bootstrap_servers, "acks": "all"})
    producer.produce(TOPIC, value, on_delivery=lambda error, _message: reports.append(error))
    producer.flush(30)
    assert reports == [None]


def consume(stack: Stack, count: int) -> set[bytes | str | None]:
    consumer = Consumer(
        {
            "bootstrap.servers": stack.addresses.kafka_bootstrap_servers,
            "group.id": "reader",
            "auto.offset.reset": "earliest",
        }
    )
    consumer.subscribe([TOPIC])
    try:
        return {message.value() for message in consumer.consume(count, timeout=30)}
    finally:
        consumer.close()


def test_the_topic_is_there_with_six_partitions(stack: Stack) -> None:
    admin = AdminClient({"bootstrap.servers": stack.addresses.kafka_bootstrap_servers})
    assert len(admin.list_topics(timeout=10).topics[TOPIC].partitions) == 6


def test_every_service_runs_with_a_log_under_its_name(stack: Stack) -> None:
    assert stack.services == ("registry", "kafka-1", "postgres")
    for name in stack.services:
        assert stack.service(name).is_running
        assert stack.service(name).log_path.exists()
    with pytest.raises(UnknownService, match="kafka-2; it runs: registry, kafka-1, postgres"):
        stack.service("kafka-2")


def test_pids_are_those_of_the_services_themselves(stack: Stack) -> None:
    names = {name: psutil.Process(stack.service(name).pid).name() for name in stack.services}
    assert names == {"registry": "java", "kafka-1": "java", "postgres": "postgres"}


def test_rows_survive_a_kill_of_postgres(stack: Stack) -> None:
    with psycopg2.connect(stack.addresses.database_url) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE kept (word text)")
        cursor.execute("INSERT INTO kept VALUES ('milk')")
    connection.close()
    stack.service("postgres").kill()
    assert not stack.service("postgres").is_running
    stack.service("postgres").start()
    with psycopg2.connect(stack.addresses.database_url) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT word FROM kept")
        assert cursor.fetchall() == [("milk",)]
    connection.close()


def test_the_database_user_owns_its_database_and_is_no_superuser(stack: Stack) -> None:
    connection = psycopg2.connect(stack.addresses.database_url)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False, True)
        cursor.execute("SHOW server_version")
        assert str(cursor.fetchone()).startswith("('18.")
    connection.close()


def test_a_schema_survives_a_kill_of_the_registry(stack: Stack) -> None:
    schema = Schema('{"type": "record", "name": "Kept", "fields": []}', "AVRO")
    with SchemaRegistryClient({"url": stack.addresses.schema_registry_url}) as client:
        schema_id = client.register_schema("kept-value", schema)
    stack.service("registry").kill()
    stack.service("registry").start()
    with SchemaRegistryClient({"url": stack.addresses.schema_registry_url}) as client:
        assert client.get_latest_version("kept-value").schema_id == schema_id


def test_messages_survive_a_kill_and_an_orderly_stop_of_the_broker(stack: Stack) -> None:
    produce(stack, b"one")
    stack.service("kafka-1").kill()
    stack.service("kafka-1").start()
    produce(stack, b"two")
    stack.service("kafka-1").stop()
    stack.service("kafka-1").start()
    assert consume(stack, 2) == {b"one", b"two"}


def test_a_paused_service_answers_when_it_is_resumed(stack: Stack) -> None:
    postgres = stack.service("postgres")
    postgres.pause()
    assert psutil.Process(postgres.pid).status() == psutil.STATUS_STOPPED
    assert postgres.is_running
    postgres.resume()
    psycopg2.connect(stack.addresses.database_url, connect_timeout=10).close()


def test_a_service_outlives_the_thread_that_started_it(stack: Stack) -> None:
    postgres = stack.service("postgres")
    postgres.stop()
    thread = threading.Thread(target=postgres.start)
    thread.start()
    thread.join()
    psycopg2.connect(stack.addresses.database_url).close()
    assert postgres.is_running


def test_only_the_parts_that_are_asked_for_start_and_nothing_of_them_is_left() -> None:
    with Stack.ephemeral(parts={"postgres"}) as stack:
        assert stack.services == ("postgres",)
        assert list(stack.addresses.environment()) == ["DATABASE_URL"]
        folder = stack.service("postgres").log_path.parents[1]
        pid = stack.service("postgres").pid
        assert folder.exists()
    assert not folder.exists()
    assert pid is not None
    assert not psutil.pid_exists(pid)


def test_a_server_that_the_environment_gives_is_used_and_gets_the_topic(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in stack.addresses.environment().items():
        monkeypatch.setenv(name, value)
    with Stack.ephemeral() as other:
        assert other.addresses == stack.addresses
        assert other.services == ()
    assert stack.service("kafka-1").is_running


def test_a_start_that_is_not_ready_in_time_is_ended(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    postgres = stack.service("postgres")
    postgres.stop()
    clock = iter(range(0, 10_000, 50))
    with monkeypatch.context() as patched:
        patched.setattr(time, "monotonic", lambda: next(clock))
        with pytest.raises(NotReadyInTime, match="postgres was not ready in 60 s"):
            postgres.start()
    assert not postgres.is_running
    postgres.start()


def test_a_stale_lock_file_whose_pid_is_anothers_now_does_not_stop_postgres(stack: Stack) -> None:
    postgres = stack.service("postgres")
    postgres.kill()
    lock = postgres.log_path.parents[1] / "postgres" / "data" / "postmaster.pid"
    lines = lock.read_text().splitlines()
    lock.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    postgres.start()
    assert Path(lock).read_text().splitlines()[0] == str(postgres.pid)
