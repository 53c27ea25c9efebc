"""The rules in the .proto: every violation is found, and limits count characters."""

import pytest

from gateway.validation import Rules
from todo.v1 import todo_service_pb2 as pb


@pytest.fixture(scope="module")
def rules() -> Rules:
    return Rules()


def broken_fields(rules: Rules, request: pb.CreateTodoRequest) -> list[str]:
    return sorted(violation.field for violation in rules.violations(request))


@pytest.mark.parametrize(
    "request_",
    [
        pb.CreateTodoRequest(todo=pb.Todo(title="x")),
        pb.CreateTodoRequest(todo=pb.Todo(title="🥛" * 200, description="é" * 4000), request_id="~ " * 32),
        pb.CreateTodoRequest(todo=pb.Todo(title="x", id="ignored", owner="ignored")),
    ],
)
def test_a_request_within_its_limits_breaks_no_rule(rules: Rules, request_: pb.CreateTodoRequest) -> None:
    assert broken_fields(rules, request_) == []


@pytest.mark.parametrize(
    ("request_", "fields"),
    [
        (pb.CreateTodoRequest(), ["todo"]),
        (pb.CreateTodoRequest(todo=pb.Todo()), ["todo.title"]),
        (pb.CreateTodoRequest(todo=pb.Todo(title=" \t\n\u00a0\u3000")), ["todo.title"]),
        (pb.CreateTodoRequest(todo=pb.Todo(title="x" * 201)), ["todo.title"]),
        (pb.CreateTodoRequest(todo=pb.Todo(title="a\0b")), ["todo.title"]),
        (pb.CreateTodoRequest(todo=pb.Todo(title="x", description="x" * 4001)), ["todo.description"]),
        (pb.CreateTodoRequest(todo=pb.Todo(title="x", description="\0")), ["todo.description"]),
        (pb.CreateTodoRequest(todo=pb.Todo(title="x"), request_id="x" * 65), ["request_id"]),
        (pb.CreateTodoRequest(todo=pb.Todo(title="x"), request_id="a\nb"), ["request_id"]),
        (pb.CreateTodoRequest(todo=pb.Todo(title="x"), request_id="é"), ["request_id"]),
    ],
)
def test_each_rule_names_its_field(rules: Rules, request_: pb.CreateTodoRequest, fields: list[str]) -> None:
    assert broken_fields(rules, request_) == fields


def test_five_faults_are_five_violations(rules: Rules) -> None:
    request = pb.CreateTodoRequest(todo=pb.Todo(title="\0" * 201, description="\0" + "x" * 4000), request_id="x" * 65)
    assert broken_fields(rules, request) == [
        "request_id", "todo.description", "todo.description", "todo.title", "todo.title",
    ]  # fmt: skip
