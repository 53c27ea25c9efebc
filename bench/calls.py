"""How fast calls are answered: acknowledged by the brokers, beside an empty handler on the same kind of server."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Final

from bench import load, programs
from bench.comparison import Comparison
from todo.v1 import todo_service_pb2 as pb

CREATE_TODO: Final = "/todo.v1.TodoService/CreateTodo"
CONCURRENCY: Final = 64
STEPS_OF_A_ROUND: Final = 4
_REQUEST: Final = pb.CreateTodoRequest(
    todo=pb.Todo(title="Buy milk and bread, and be back by six", description="d" * 200)
)
_WARM_UP_SECONDS: Final = 1.0
_BASELINE: Final = "an empty handler on the same server"


def measure(
    environment: Mapping[str, str], *, rounds: int, seconds: float, step: Callable[[str], None]
) -> list[Comparison]:
    """Throughput under 64 concurrent calls, and the latency of a lone one. `step` is told what is done next.

    Raises:
        LoadFailed, ProgramFailed: a server did not answer.
    """
    many: dict[str, list[load.Load]] = {"empty": [], "gateway": []}
    lone: dict[str, list[load.Load]] = {"empty": [], "gateway": []}
    with ExitStack() as stack:
        ports = {
            "empty": _start(stack, "bench.empty", {}),
            "gateway": _start(stack, "gateway", {**environment, "GATEWAY_PORT": "0", "GATEWAY_LOG_FORMAT": "json"}),
        }
        for port in ports.values():
            _load(port, CONCURRENCY, _WARM_UP_SECONDS)
        for number in range(rounds):
            for name, port in ports.items():
                step(f"round {number + 1}: {CONCURRENCY} callers at once, {name}")
                many[name].append(_load(port, CONCURRENCY, seconds))
            for name, port in ports.items():
                step(f"round {number + 1}: one caller, {name}")
                lone[name].append(_load(port, 1, seconds))
    return [_throughput(many), _latency(lone, 50), _latency(lone, 99)]


def _start(stack: ExitStack, module: str, environment: Mapping[str, str]) -> int:
    process = stack.enter_context(programs.running(module, environment=environment))
    return int(programs.logged(process, "serving")["port"])


def _load(port: int, concurrency: int, seconds: float) -> load.Load:
    return load.run(port, CREATE_TODO, _REQUEST.SerializeToString(), concurrency=concurrency, seconds=seconds)


def _throughput(loads: Mapping[str, list[load.Load]]) -> Comparison:
    return Comparison(
        name=f"CreateTodo, {CONCURRENCY} callers at once",
        unit="calls/s",
        meaning="calls answered OK, each after the brokers have acknowledged its event (acks=all, idempotent)",
        baseline_name=_BASELINE,
        ours=[one.calls_per_second for one in loads["gateway"]],
        baseline=[one.calls_per_second for one in loads["empty"]],
    )


def _latency(loads: Mapping[str, list[load.Load]], percent: int) -> Comparison:
    return Comparison(
        name=f"CreateTodo, one caller, p{percent}",
        unit="ms",
        meaning=f"{percent} % of the calls of one caller, one after the other, take no longer than this",
        baseline_name=_BASELINE,
        ours=[one.percentile_ms(percent) for one in loads["gateway"]],
        baseline=[one.percentile_ms(percent) for one in loads["empty"]],
    )
