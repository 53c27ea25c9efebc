"""What a client sees of the gateway process, through reflection alone."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import grpc
import pytest

from gateway import identity
from schemas.position import LogPosition
from stack import Addresses, Stack
from tests import health, processes
from tests.reflection import ReflectionClient, as_call, details

CREATE_TODO = "/todo.v1.TodoService/CreateTodo"


@pytest.fixture(scope="module")
def client(stack: Stack) -> Iterator[ReflectionClient]:
    with processes.gateway(stack.addresses.environment()) as (process, address):
        client = ReflectionClient(address)
        yield client
        client.close()
        process.terminate()
        assert process.exit_code() == 0


def failure(client: ReflectionClient, method: str, body: bytes) -> grpc.StatusCode:
    with pytest.raises(grpc.RpcError) as caught:
        client.raw(method, body)
    return as_call(caught.value).code()


def test_the_services_are_found_by_reflection(client: ReflectionClient) -> None:
    assert {"todo.v1.TodoService", "grpc.health.v1.Health"} <= set(client.services())


def test_a_todo_is_answered_with_its_id_and_its_place_in_the_log(client: ReflectionClient) -> None:
    answer = client.create_todo({"title": "Buy milk", "description": "2 l", "id": "mine", "owner": "me"})
    todo = answer["todo"]
    assert (todo["title"], todo["description"]) == ("Buy milk", "2 l")
    assert UUID(todo["id"]).version == 7
    assert "owner" not in todo
    assert datetime.fromisoformat(todo["create_time"]) <= datetime.now(UTC)
    position = LogPosition.from_token(answer["consistency_token"])
    assert position.topic_id.int != 0
    assert position.offset >= 0


def test_a_retry_with_its_request_id_gets_the_same_id_and_partition(client: ReflectionClient) -> None:
    answers = [client.create_todo({"title": "once"}, request_id="order-7") for _ in range(3)]
    assert {answer["todo"]["id"] for answer in answers} == {str(identity.todo_id("", "order-7"))}
    assert len({LogPosition.from_token(answer["consistency_token"]).partition for answer in answers}) == 1


def test_a_call_with_faults_names_every_field(client: ReflectionClient) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        client.create_todo({"title": "\0" * 201, "description": "\0" + "x" * 4000}, request_id="x" * 65)
    found = details(caught.value)
    assert found["code"] == grpc.StatusCode.INVALID_ARGUMENT.value[0]
    assert found["reason"] == "todo.v1/INVALID_REQUEST"
    assert found["fields"] == ["request_id", "todo.description", "todo.title"]
    assert "retry_seconds" not in found


@pytest.mark.parametrize(
    ("method", "body", "status"),
    [
        (CREATE_TODO, b"\xff\xff\xff\xff", grpc.StatusCode.INVALID_ARGUMENT),
        (CREATE_TODO, b"\x0a\x05\x12\x03\xed\xa0\x80", grpc.StatusCode.INVALID_ARGUMENT),
        (CREATE_TODO, b"", grpc.StatusCode.INVALID_ARGUMENT),
        (CREATE_TODO, b"\x0a\x05\x12\x03a\x00b", grpc.StatusCode.INVALID_ARGUMENT),
        (CREATE_TODO, b"\x12\x82\x80\x80\x02" + b"x" * 5_242_880, grpc.StatusCode.RESOURCE_EXHAUSTED),
        ("/todo.v1.TodoService/NoSuchMethod", b"", grpc.StatusCode.UNIMPLEMENTED),
        ("/no.such.Service/CreateTodo", b"", grpc.StatusCode.UNIMPLEMENTED),
    ],
    ids=["no protobuf", "lone surrogate", "nothing", "NUL", "5 MB", "unknown method", "unknown service"],
)
def test_a_hostile_request_gets_the_right_status_and_a_healthy_server(
    client: ReflectionClient, method: str, body: bytes, status: grpc.StatusCode
) -> None:
    assert failure(client, method, body) == status
    assert client.create_todo({"title": "still here"})["todo"]["id"]


def test_metadata_that_is_too_large_is_refused_and_the_server_stays_healthy(client: ReflectionClient) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        client.create_todo({"title": "x"}, metadata=(("x-large", "x" * 100_000),))
    assert as_call(caught.value).code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert client.create_todo({"title": "still here"})["todo"]["id"]


def test_bytes_that_are_no_message_show_nothing_of_python(client: ReflectionClient) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        client.raw(CREATE_TODO, b"\xff\xff\xff\xff")
    said = as_call(caught.value).details() or ""
    assert "the request is not a message of this method" in said
    assert "Error" not in said


@pytest.mark.parametrize("service", ["", "todo.v1.TodoService"])
def test_health_is_serving(client: ReflectionClient, service: str) -> None:
    assert health.is_serving(client.channel, service)


def test_a_second_gateway_on_the_same_port_stops_with_one_line(addresses: Addresses) -> None:
    with processes.gateway(addresses.environment()) as (_, address):
        port = address.rpartition(":")[2]
        with processes.ServiceProcess(["gateway"], {**addresses.environment(), "GATEWAY_PORT": port}) as second:
            assert second.exit_code() == 2
            assert second.raw[-1].startswith("gateway: GATEWAY_HOST, GATEWAY_PORT: cannot listen on 127.0.0.1:")
            assert "Traceback" not in second.text


def test_a_wrong_setting_stops_the_process_with_one_line() -> None:
    with processes.ServiceProcess(["gateway"], {"KAFKA_NO_SUCH_OPTION": "1"}) as process:
        assert process.exit_code() == 2
        assert process.raw == ['gateway: KAFKA_NO_SUCH_OPTION: No such configuration property: "no.such.option"\n']
