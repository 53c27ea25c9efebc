"""The gateway waits for what it needs, says what to run, and serves by itself once it is there."""

from collections.abc import Iterator

import grpc
import pytest
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from schemas import registration
from schemas.names import TOPIC
from schemas.registry import SchemaRegistry
from stack import Stack
from tests import health
from tests.processes import ServiceProcess
from tests.reflection import ReflectionClient, details


@pytest.fixture(scope="module")
def empty_stack() -> Iterator[Stack]:
    """A stack of our own, whose topic is gone and whose registry holds no subject."""
    with Stack.ephemeral(parts={"kafka", "registry"}) as stack:
        admin = AdminClient({"bootstrap.servers": stack.addresses.kafka_bootstrap_servers})
        admin.delete_topics([TOPIC])[TOPIC].result(30)
        yield stack


def test_a_gateway_names_what_is_missing_and_serves_when_it_is_there(empty_stack: Stack) -> None:
    addresses = empty_stack.addresses
    with ServiceProcess(["gateway"], {**addresses.environment(), "GATEWAY_PORT": "0"}) as gateway:
        client = ReflectionClient(f"127.0.0.1:{gateway.logged('listening')['port']}")
        gateway.logged("waiting", "run: python -m schemas register")
        assert not health.is_serving(client.channel)
        with pytest.raises(grpc.RpcError) as caught:
            client.create_todo({"title": "too early"})
        assert details(caught.value)["code"] == grpc.StatusCode.UNAVAILABLE.value[0]
        assert details(caught.value)["reason"] == "todo.v1/GATEWAY_STARTING"
        assert details(caught.value)["retry_seconds"] == 1

        with SchemaRegistry(addresses.schema_registry_url) as registry:
            registration.register(registry)
        gateway.logged("waiting", "run: python -m stack topic")

        admin = AdminClient({"bootstrap.servers": addresses.kafka_bootstrap_servers})
        admin.create_topics([NewTopic(TOPIC, num_partitions=3)])[TOPIC].result(30)
        gateway.logged("serving")
        assert client.create_todo({"title": "in time"})["todo"]["id"]
        client.close()


def test_a_gateway_with_nothing_to_reach_names_the_setting() -> None:
    nowhere = {"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1", "SCHEMA_REGISTRY_URL": "http://127.0.0.1:1"}
    with ServiceProcess(["gateway"], {**nowhere, "GATEWAY_PORT": "0"}) as gateway:
        gateway.logged("waiting", "SCHEMA_REGISTRY_URL")
        gateway.terminate()
        assert gateway.exit_code() == 0
