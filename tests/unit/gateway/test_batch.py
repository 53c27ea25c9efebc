"""BatchCreateTodos: all or the names of those that are not known to be stored."""

from collections.abc import Sequence
from typing import cast

import pytest

from gateway import errors
from gateway.callers import Context
from gateway.service import TodoService
from gateway.validation import Rules
from schemas.position import LogPosition
from tests.fakes.publisher import FakePublisher
from todo.v1 import todo_service_pb2 as pb


class CallOfNobody:
    """The parts of a call's context that the service looks at."""

    def invocation_metadata(self) -> Sequence[tuple[str, str]]:
        return ()

    def time_remaining(self) -> float | None:
        return None


CONTEXT = cast("Context", CallOfNobody())


@pytest.fixture
def publisher() -> FakePublisher:
    return FakePublisher()


@pytest.fixture
def service(publisher: FakePublisher) -> TodoService:
    return TodoService(publisher, Rules(), publish_timeout_seconds=0.01)


def batch_of(*titles: str) -> pb.BatchCreateTodosRequest:
    return pb.BatchCreateTodosRequest(requests=[pb.CreateTodoRequest(todo=pb.Todo(title=title)) for title in titles])


async def test_todos_and_tokens_come_in_the_order_of_the_requests(
    service: TodoService, publisher: FakePublisher
) -> None:
    answer = await service.BatchCreateTodos(batch_of("a", "b", "c"), CONTEXT)
    assert [todo.title for todo in answer.todos] == ["a", "b", "c"]
    assert [LogPosition.from_token(token).offset for token in answer.consistency_tokens] == [0, 1, 2]
    assert [str(event.id) for event, _ in publisher.published] == [todo.id for todo in answer.todos]


async def test_one_violation_and_nothing_is_published(service: TodoService, publisher: FakePublisher) -> None:
    with pytest.raises(errors.InvalidRequest) as caught:
        await service.BatchCreateTodos(batch_of("a", "", "c"), CONTEXT)
    assert [violation.field for violation in caught.value.violations] == ["requests[1].todo.title"]
    assert publisher.published == []


async def test_a_batch_that_is_stored_in_part_names_those_not_known_to_be(
    service: TodoService, publisher: FakePublisher
) -> None:
    publisher.refused = {"b": errors.BrokersUnavailable("away"), "d": errors.OutcomeUnknown("no answer")}
    with pytest.raises(errors.BatchIncomplete, match="2 of 4 todos are not known to be stored: no answer") as caught:
        await service.BatchCreateTodos(batch_of("a", "b", "c", "d"), CONTEXT)
    assert caught.value.unconfirmed == [1, 3]
    assert [event.title for event, _ in publisher.published] == ["a", "c"]


async def test_a_batch_of_which_nothing_is_stored_fails_as_a_single_call_does(
    service: TodoService, publisher: FakePublisher
) -> None:
    publisher.break_down()
    with pytest.raises(errors.BrokersUnavailable):
        await service.BatchCreateTodos(batch_of("a", "b"), CONTEXT)


async def test_one_unknown_outcome_among_failures_leaves_the_batchs_unknown(
    service: TodoService, publisher: FakePublisher
) -> None:
    publisher.refused = {"a": errors.BrokersUnavailable("away"), "b": errors.OutcomeUnknown("no answer")}
    with pytest.raises(errors.OutcomeUnknown):
        await service.BatchCreateTodos(batch_of("a", "b"), CONTEXT)
