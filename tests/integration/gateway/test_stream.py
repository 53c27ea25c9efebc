"""StreamCreateTodos as a stock client sees it."""

import threading
from collections.abc import Iterator
from typing import Any

import grpc
import pytest

from gateway import identity
from stack import Stack
from tests import processes
from tests.reflection import ReflectionClient, as_call, details
from tests.waiting import until

MANY = 20_000


class Importer:
    """Sends many todos over one stream, and notes how many the library took and what was answered."""

    def __init__(self, client: ReflectionClient, name: str, size: int = 0) -> None:
        self.sent = 0
        self.answers: dict[int, dict[str, Any]] = {}
        self.client = client
        self._name = name
        self._todo = {"title": "x", "description": "d" * size}

    def request_id(self, number: int) -> str:
        return f"{self._name}-{number}"

    def requests(self) -> Iterator[dict[str, Any]]:
        for number in range(MANY):
            if number not in self.answers:
                self.sent += 1
                yield {"number": number, "request": {"todo": self._todo, "request_id": self.request_id(number)}}

    def run(self) -> None:
        """Until every request is answered, or the stream breaks, which raises grpc.RpcError."""
        for answer in self.client.stream("todo.v1.TodoService", "StreamCreateTodos", self.requests()):
            self.answers[int(answer.get("number", 0))] = answer

    def all_are_created(self) -> bool:
        return len(self.answers) == MANY and all(
            answer["created"]["todo"]["id"] == str(identity.todo_id("", self.request_id(number)))
            for number, answer in self.answers.items()
        )


@pytest.fixture
def client(stack: Stack) -> Iterator[ReflectionClient]:
    with processes.gateway(stack.addresses.environment()) as (_, address):
        client = ReflectionClient(address)
        yield client
        client.close()


def test_many_todos_over_one_stream_are_each_answered_by_their_number(client: ReflectionClient) -> None:
    importer = Importer(client, "many")
    importer.run()
    assert importer.all_are_created()


def test_a_bad_request_is_answered_and_the_stream_goes_on(client: ReflectionClient) -> None:
    requests = [
        {"number": 1, "request": {"todo": {"title": "good"}}},
        {"number": 2, "request": {"todo": {"title": ""}}},
        {"number": 3, "request": {"todo": {"title": "good"}}},
    ]
    answers = {
        int(answer["number"]): answer
        for answer in client.stream("todo.v1.TodoService", "StreamCreateTodos", iter(requests))
    }
    assert answers.keys() == {1, 2, 3}
    assert answers[2]["status"]["code"] == grpc.StatusCode.INVALID_ARGUMENT.value[0]
    assert {"created" in answers[number] for number in (1, 3)} == {True}


def test_bytes_that_are_no_message_end_the_stream_with_their_status(client: ReflectionClient) -> None:
    call: Any = client.channel.stream_stream("/todo.v1.TodoService/StreamCreateTodos", None, None)
    with pytest.raises(grpc.RpcError) as caught:
        list(call(iter([b"\xff\xff"]), timeout=30))
    assert details(caught.value)["reason"] == "todo.v1/MALFORMED_REQUEST"


def test_a_slow_log_holds_the_client_back_and_loses_nothing(own_stack: Stack) -> None:
    broker = own_stack.service("kafka-1")
    with processes.gateway(own_stack.addresses.environment()) as (_, address):
        client = ReflectionClient(address)
        client.create_todo({"title": "warm"})
        importer = Importer(client, "slow", size=2_000)  # 40 MB: more than connections hold by themselves
        broker.pause()
        running = threading.Thread(target=importer.run)
        running.start()
        until(lambda: importer.sent >= 400)
        sent = -1
        while sent != importer.sent:  # until nothing more goes in
            sent = importer.sent
            running.join(0.5)
        assert sent < MANY
        assert importer.answers == {}
        broker.resume()
        running.join(120)
        client.close()
    assert importer.all_are_created()


def test_a_stream_that_a_stopping_gateway_ends_goes_on_at_the_next(stack: Stack) -> None:
    environment = stack.addresses.environment()
    with processes.gateway(environment) as (first, address):
        client = ReflectionClient(address)
        importer = Importer(client, "moved")
        broken: list[grpc.RpcError] = []

        def run() -> None:
            try:
                importer.run()
            except grpc.RpcError as error:
                broken.append(error)

        running = threading.Thread(target=run)
        running.start()
        until(lambda: importer.answers)
        first.terminate()
        running.join(60)
        assert first.exit_code() == 0, first.text
        client.close()
    assert as_call(broken[0]).code() == grpc.StatusCode.UNAVAILABLE
    assert details(broken[0])["reason"] == "todo.v1/GATEWAY_STOPPING"
    with processes.gateway(environment) as (_, address):
        client = ReflectionClient(address)
        importer.client = client
        importer.run()
        client.close()
    assert importer.all_are_created()
