"""A stock client with the published service config and no code for retries loses no call."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from gateway import identity
from schemas.names import TOPIC
from stack import Stack
from tests import processes
from tests.processes import ServiceProcess
from tests.reflection import ReflectionClient

SERVICE_CONFIG = Path(__file__).parents[3] / "protos" / "todo" / "v1" / "service_config.json"
CALLERS = 8
EARLY = b"\x0a\x07\x12\x05early\x12\x05early"
"""A CreateTodoRequest with title and request_id `early`: reflection does not wait for a gateway that is starting."""


PATIENCE_SECONDS = 120
"""Longer than the published deadline: how long a broker takes to start is the machine's affair."""


def stock_client(address: str) -> ReflectionClient:
    config = SERVICE_CONFIG.read_text(encoding="utf-8").replace('"timeout": "30s"', f'"timeout": "{PATIENCE_SECONDS}s"')
    return ReflectionClient(address, options=[("grpc.service_config", config)])


def test_calls_ride_out_a_restart_of_the_broker(own_stack: Stack) -> None:
    broker = own_stack.service("kafka-1")
    patient = {**own_stack.addresses.environment(), "GATEWAY_PUBLISH_TIMEOUT_SECONDS": str(PATIENCE_SECONDS)}
    with processes.gateway(patient) as (_, address), ThreadPoolExecutor(CALLERS) as pool:
        client = stock_client(address)
        client.create_todo({"title": "before"}, request_id="before", timeout=None)
        broker.stop()
        calls = {
            request_id: pool.submit(client.create_todo, {"title": "meanwhile"}, request_id, timeout=None)
            for request_id in (f"restart-{number}" for number in range(CALLERS * 4))
        }
        broker.start()
        answered = {request_id: call.result(PATIENCE_SECONDS)["todo"]["id"] for request_id, call in calls.items()}
        client.close()
    assert answered == {request_id: str(identity.todo_id("", request_id)) for request_id in calls}


def test_a_call_to_a_gateway_that_is_starting_is_retried_until_it_serves(own_stack: Stack) -> None:
    addresses = own_stack.addresses
    admin = AdminClient({"bootstrap.servers": addresses.kafka_bootstrap_servers})
    admin.delete_topics([TOPIC])[TOPIC].result(30)
    with ServiceProcess(["gateway"], {**addresses.environment(), "GATEWAY_PORT": "0"}) as gateway:
        client = stock_client(f"127.0.0.1:{gateway.logged('listening')['port']}")
        gateway.logged("waiting", "run: python -m stack topic")
        with ThreadPoolExecutor(1) as pool:
            call = pool.submit(client.raw, "/todo.v1.TodoService/CreateTodo", EARLY, timeout=None)
            admin.create_topics([NewTopic(TOPIC, num_partitions=3)])[TOPIC].result(30)
            assert str(identity.todo_id("", "early")).encode() in call.result(PATIENCE_SECONDS)
        client.close()
