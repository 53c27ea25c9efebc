"""BatchCreateTodos as a stock client sees it."""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import grpc
import pytest

from gateway import identity
from schemas.position import LogPosition
from stack import Stack
from tests import processes
from tests.reflection import ReflectionClient, details

Request = dict[str, Any]
METHOD = ("todo.v1.TodoService", "BatchCreateTodos")


@pytest.fixture(scope="module")
def address(stack: Stack) -> Iterator[str]:
    with processes.gateway(stack.addresses.environment()) as (_, address):
        yield address


def by_reflection(address: str, requests: list[Request]) -> dict[str, Any]:
    client = ReflectionClient(address)
    try:
        return client.call(*METHOD, {"requests": requests})
    finally:
        client.close()


def by_grpcurl(address: str, requests: list[Request]) -> dict[str, Any]:
    call = ["grpcurl", "-plaintext", "-d", "@", address, "/".join(METHOD)]
    body = json.dumps({"requests": requests}).encode()
    done = subprocess.run(call, input=body, capture_output=True, check=True, timeout=60)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


CLIENTS = [by_reflection, *([by_grpcurl] if shutil.which("grpcurl") else [])]


def a_batch(size: int, name: str) -> list[Request]:
    return [{"todo": {"title": f"{name} {number}"}, "request_id": f"{name}-{number}"} for number in range(size)]


@pytest.mark.parametrize("create", CLIENTS)
def test_a_thousand_todos_are_answered_in_order(
    create: Callable[[str, list[Request]], dict[str, Any]], address: str
) -> None:
    requests = a_batch(1000, "thousand")
    answer = create(address, requests)
    assert [todo["title"] for todo in answer["todos"]] == [request["todo"]["title"] for request in requests]
    assert [todo["id"] for todo in answer["todos"]] == [
        str(identity.todo_id("", request["request_id"])) for request in requests
    ]
    assert len({LogPosition.from_token(token) for token in answer["consistency_tokens"]}) == 1000


def test_a_retry_gets_the_same_ids(address: str) -> None:
    first, second = (by_reflection(address, a_batch(50, "twice")) for _ in range(2))
    assert [todo["id"] for todo in first["todos"]] == [todo["id"] for todo in second["todos"]]


@pytest.mark.parametrize(
    ("requests", "fields"),
    [
        ([], ["requests"]),
        (a_batch(1001, "many"), ["requests"]),
        ([*a_batch(999, "one bad"), {"todo": {"title": " "}}], ["requests[999].todo.title"]),
        (a_batch(2, "same") + a_batch(1, "same"), ["requests[0].request_id", "requests[2].request_id"]),
    ],
    ids=["none", "1,001", "one bad among 1,000", "a request_id twice"],
)
def test_a_bad_batch_is_refused_as_a_whole(address: str, requests: list[Request], fields: list[str]) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        by_reflection(address, requests)
    found = details(caught.value)
    assert found["code"] == grpc.StatusCode.INVALID_ARGUMENT.value[0]
    assert found["fields"] == fields


def test_a_thousand_bad_todos_are_told_in_a_trailer_that_a_client_accepts(address: str) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        by_reflection(address, [{"todo": {"title": ""}}] * 1000)
    assert details(caught.value)["reason"] == "todo.v1/INVALID_REQUEST"
