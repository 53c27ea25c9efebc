"""The deploy step, as its command and on a real registry."""

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest
from confluent_kafka.schema_registry import Schema, SchemaRegistryClient

from schemas import avro, registration
from schemas.codec import EventDecoder
from schemas.errors import IncompatibleSchema, RegistryUnavailable, SchemaNotRegistered, UnknownSchemaId
from schemas.names import SUBJECT
from schemas.registry import SchemaRegistry
from stack import Stack


@pytest.fixture
def url() -> Iterator[str]:
    """A registry of the test's own: a deleted subject's version numbers go on, so emptying one is not enough."""
    with Stack.ephemeral(parts={"registry"}) as stack:
        yield stack.addresses.schema_registry_url


def command(url: str, name: str, *options: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "schemas", "--registry", url, name, *options]
    return subprocess.run(line, capture_output=True, text=True, check=False, timeout=60)


def test_the_schema_is_registered_once_and_with_its_compatibility_level(url: str) -> None:
    for _ in range(2):
        done = command(url, "register")
        assert (done.returncode, done.stdout.split()[:2]) == (0, ["subject", "todo-create-value"])
        assert done.stdout.split()[4:] == ["version", "1", "FULL_TRANSITIVE"]
    client = SchemaRegistryClient({"url": url})
    assert client.get_versions(SUBJECT) == [1]
    assert client.get_compatibility(SUBJECT) == "FULL_TRANSITIVE"
    client.close()


def test_a_schema_written_otherwise_is_the_same_version(url: str) -> None:
    with SchemaRegistry(url) as registry:
        registered = registration.register(registry)
        respelt = json.dumps(json.loads(avro.todo_created_text()), indent=7)
        assert registry.lookup(SUBJECT, respelt) == registered


def test_check_passes_before_and_after_registering(url: str) -> None:
    assert command(url, "check").returncode == 0
    assert command(url, "register").returncode == 0
    done = command(url, "check")
    assert (done.returncode, done.stdout.strip().endswith("(1)")) == (0, True)


def test_an_incompatible_subject_is_named_and_nothing_is_registered(url: str) -> None:
    client = SchemaRegistryClient({"url": url})
    other = '{"type": "record", "name": "todo.v1.TodoCreated", "fields": [{"name": "count", "type": "int"}]}'
    client.register_schema(SUBJECT, Schema(other, "AVRO"))
    done = command(url, "check")
    assert done.returncode == 1
    assert done.stderr == "error: schemas/todo_created.avsc is not FULL_TRANSITIVE with todo-create-value version 1\n"
    with SchemaRegistry(url) as registry, pytest.raises(IncompatibleSchema):
        registration.register(registry)
    assert client.get_versions(SUBJECT) == [1]
    client.close()


def test_what_the_registry_does_not_hold_is_told_apart(url: str) -> None:
    with SchemaRegistry(url) as registry:
        with pytest.raises(SchemaNotRegistered):
            registry.lookup(SUBJECT, avro.todo_created_text())
        with pytest.raises(UnknownSchemaId):
            EventDecoder(registry.schema_by_id).decode(b"\x00\x00\x0f\x42\x3f")
        assert registry.versions(SUBJECT) == []


def test_a_registry_that_is_away_is_unavailable() -> None:
    with SchemaRegistry("http://127.0.0.1:1", max_retries=0) as registry, pytest.raises(RegistryUnavailable):
        registry.schema_by_id(1)
    done = command("http://127.0.0.1:1", "check")
    assert done.returncode == 2
    assert done.stderr.startswith("error: the registry at http://127.0.0.1:1 does not answer")


def test_the_files_alone_can_be_checked() -> None:
    assert command("http://127.0.0.1:1", "check", "--offline").returncode == 0
