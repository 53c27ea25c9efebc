"""The load's client against the server that it is meant for."""

from collections.abc import Iterator

import pytest

from bench import calls, load, programs
from bench.load import LoadFailed
from todo.v1 import todo_service_pb2 as pb

REQUEST = pb.CreateTodoRequest(todo=pb.Todo(title="Buy milk")).SerializeToString()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with programs.running("bench.empty", environment={}) as process:
        yield int(programs.logged(process, "serving")["port"])


@pytest.mark.parametrize("concurrency", [1, 64])
def test_every_call_is_answered_and_timed(port: int, concurrency: int) -> None:
    answered = load.run(port, calls.CREATE_TODO, REQUEST, concurrency=concurrency, seconds=0.3)
    assert len(answered.durations_ms) > concurrency
    assert 0 < answered.percentile_ms(50) <= answered.percentile_ms(99) <= 300


def test_calls_wait_while_the_server_takes_no_more_bytes(port: int) -> None:
    large = pb.CreateTodoRequest(todo=pb.Todo(title="t", description="d" * 15_000)).SerializeToString()
    answered = load.run(port, calls.CREATE_TODO, large, concurrency=16, seconds=0.3)
    assert len(answered.durations_ms) > 16


def test_a_call_that_is_not_answered_ok_ends_the_load(port: int) -> None:
    with pytest.raises(LoadFailed, match="not answered OK"):
        load.run(port, "/todo.v1.TodoService/Nothing", REQUEST, concurrency=4, seconds=0.3)


def test_a_program_that_ends_early_is_quoted() -> None:
    with (
        programs.running("gateway", environment={"GATEWAY_PORT": "many"}) as process,
        pytest.raises(programs.ProgramFailed, match="GATEWAY_PORT"),
    ):
        programs.logged(process, "serving")
