"""The rules in the .proto: every violation is found, and limits count characters."""

import protovalidate
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.validation import MOST_IN_A_BATCH, Rules
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


RULES = Rules()
VALIDATOR = protovalidate.Validator()


@given(
    st.text(max_size=3) | st.integers(195, 205).map("x".__mul__),
    st.sampled_from(["", "d", "\0", "a\nb", "x" * 4000, "x" * 4001]),
    st.text(max_size=2) | st.integers(60, 70).map("r".__mul__),
)
@example("\x85", "", "\x7f")
@example("\u200b", "", "\x1f")
@example("\u2028", "", "é")
def test_the_shortcut_finds_what_the_rules_in_the_proto_find(title: str, description: str, request_id: str) -> None:
    request = pb.CreateTodoRequest(todo=pb.Todo(title=title, description=description), request_id=request_id)
    found = [violation.proto.rule_id for violation in VALIDATOR.collect_violations(request)]
    assert [violation.rule for violation in RULES.violations(request)] == found


def batch(size: int, **bad: pb.CreateTodoRequest) -> pb.BatchCreateTodosRequest:
    requests = [pb.CreateTodoRequest(todo=pb.Todo(title="x"), request_id=f"r{number}") for number in range(size)]
    for place, request in bad.items():
        requests[int(place.removeprefix("at_"))] = request
    return pb.BatchCreateTodosRequest(requests=requests)


def broken_in(rules: Rules, request: pb.BatchCreateTodosRequest) -> list[str]:
    return [violation.field for violation in rules.batch_violations(request)]


def test_a_batch_has_from_one_to_a_thousand_requests(rules: Rules) -> None:
    assert broken_in(rules, batch(1)) == broken_in(rules, batch(1000)) == []
    assert broken_in(rules, batch(0)) == broken_in(rules, batch(1001)) == ["requests"]
    assert "not 1001" in rules.batch_violations(batch(1001))[0].description


def test_the_proto_says_the_same_limits_of_a_batch(rules: Rules) -> None:
    field = pb.BatchCreateTodosRequest.DESCRIPTOR.fields_by_name["requests"]
    (rule,) = [value for key, value in field.GetOptions().ListFields() if key.full_name == "buf.validate.field"]
    assert (rule.repeated.min_items, rule.repeated.max_items) == (1, MOST_IN_A_BATCH)


def test_one_bad_request_among_a_thousand_is_named(rules: Rules) -> None:
    assert broken_in(rules, batch(1000, at_17=pb.CreateTodoRequest(todo=pb.Todo(title="\0")))) == [
        "requests[17].todo.title"
    ]


def test_a_request_id_that_stands_twice_is_named_at_both_places(rules: Rules) -> None:
    again = pb.CreateTodoRequest(todo=pb.Todo(title="y"), request_id="r2")
    violations = rules.batch_violations(batch(6, at_5=again))
    assert [violation.field for violation in violations] == ["requests[2].request_id", "requests[5].request_id"]
    assert "requests[5]" in violations[0].description
    assert "requests[2]" in violations[1].description


def test_requests_without_a_request_id_are_todos_of_their_own(rules: Rules) -> None:
    nameless = pb.CreateTodoRequest(todo=pb.Todo(title="x"))
    assert broken_in(rules, batch(3, at_0=nameless, at_1=nameless)) == []
