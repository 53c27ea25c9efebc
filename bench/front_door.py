"""`python -m bench.front_door`: batches beside single calls, five times too much load, and a rolling restart."""

import asyncio
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from subprocess import Popen
from typing import Any, Final

import click
import psutil
import uvloop

from bench import programs
from bench.callers import Answers, Callers
from bench.calls import CREATE_TODO
from bench.programs import ProgramFailed
from schemas import registration
from schemas.registry import SchemaRegistry
from stack import Stack, StackError
from stack.ports import free_ports
from todo.v1 import todo_service_pb2 as pb

BATCH_CREATE_TODOS: Final = "/todo.v1.TodoService/BatchCreateTodos"
SERVICE_CONFIG: Final = Path(__file__).parent.parent / "protos" / "todo" / "v1" / "service_config.json"
BATCH: Final = 1000
CONCURRENCY: Final = 64
"""Callers that a gateway answers at its best; more only wait longer."""
TIMES: Final = 5
_REQUEST: Final = pb.CreateTodoRequest(
    todo=pb.Todo(title="Buy milk and bread, and be back by six", description="d" * 200)
)
_ONE: Final = _REQUEST.SerializeToString()
_MANY: Final = pb.BatchCreateTodosRequest(requests=[_REQUEST] * BATCH).SerializeToString()
_SETTLE_SECONDS: Final = 1.0


class Gateways:
    """Gateways of ours on a stack, started and ended as their users do."""

    def __init__(self, environment: Mapping[str, str], stack: ExitStack) -> None:
        self._environment = environment
        self._stack = stack

    def start(self, port: int, **settings: str) -> "Popen[str]":
        """A gateway that serves on that port."""
        environment = {**self._environment, **settings, "GATEWAY_PORT": str(port), "GATEWAY_LOG_FORMAT": "json"}
        process = self._stack.enter_context(programs.running("gateway", environment=environment))
        programs.logged(process, "serving")
        return process


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--rounds", default=3, show_default=True, type=click.IntRange(1, 100), help="How often each is measured.")
@click.option("--seconds", default=3.0, show_default=True, type=click.FloatRange(0.2, 60), help="Length of a load.")
def main(rounds: int, seconds: float) -> None:
    """Measure what a stock client sees of the gateway, on a stack that is started for it."""
    with Stack.ephemeral(parts={"kafka", "registry"}) as stack, ExitStack() as processes:
        with SchemaRegistry(stack.addresses.schema_registry_url) as registry:
            registration.register(registry)
        gateways = Gateways(stack.addresses.environment(), processes)
        for measure in (batches, overload, rolling_restart):
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                print(runner.run(measure(gateways, rounds, seconds)), flush=True)


async def batches(gateways: Gateways, rounds: int, seconds: float) -> str:
    """Todos a second, one a call and a thousand a call, in turns."""
    (port,) = free_ports(1)
    gateways.start(port)
    single, many = Callers(CREATE_TODO, _ONE, callers=CONCURRENCY), Callers(BATCH_CREATE_TODOS, _MANY, callers=2)
    ours, baseline = [], []
    for _ in range(rounds):
        baseline.append((await _run(single, port, seconds)).ok_per_second)
        ours.append((await _run(many, port, seconds)).ok_per_second * BATCH)
    ratio = median(mine / other for mine, other in zip(ours, baseline, strict=True))
    return (
        f"batch: {median(ours):,.0f} todos/s by {BATCH} a call, {median(baseline):,.0f} one a call: {ratio:.1f} times"
    )


async def overload(gateways: Gateways, rounds: int, seconds: float) -> str:
    """Calls answered OK a second, and memory, at the load that is best and at five times as many callers."""
    (port,) = free_ports(1)
    process = psutil.Process(gateways.start(port, GATEWAY_MAX_CALLS=str(CONCURRENCY)).pid)
    best, too_many = (Callers(CREATE_TODO, _ONE, callers=CONCURRENCY * times) for times in (1, TIMES))
    await _run(best, port, seconds)
    peak, goodput, refused, memory = [], [], 0, [_megabytes(process)]
    for _ in range(rounds):
        peak.append((await _run(best, port, seconds)).ok_per_second)
        answers = await _run(too_many, port, seconds)
        goodput.append(answers.ok_per_second)
        refused += answers.by_status["RESOURCE_EXHAUSTED"]
        memory.append(_megabytes(process))
    ratio = median(mine / other for mine, other in zip(goodput, peak, strict=True))
    return (
        f"overload: {median(goodput):,.0f} calls/s at {TIMES} times the callers, {median(peak):,.0f} at the best load: "
        f"{ratio:.2f} of it; {refused:,} calls refused; memory {memory[0]:.0f} MB before, {max(memory):.0f} MB at most"
    )


async def rolling_restart(gateways: Gateways, _: int, seconds: float) -> str:
    """Calls that failed while both of two gateways were replaced under load."""
    ports = free_ports(2)
    running = [gateways.start(port, GATEWAY_DRAIN_DELAY_SECONDS="1") for port in ports]
    options = [("grpc.service_config", SERVICE_CONFIG.read_text(encoding="utf-8"))]
    over = asyncio.Event()
    target = "ipv4:" + ",".join(f"127.0.0.1:{port}" for port in ports)
    load = asyncio.create_task(Callers(CREATE_TODO, _ONE, callers=CONCURRENCY, options=options).run(target, until=over))
    for process, port in zip(running, ports, strict=True):
        await asyncio.sleep(seconds)
        process.terminate()
        await asyncio.to_thread(process.wait)
        await asyncio.to_thread(gateways.start, port)
    await asyncio.sleep(seconds)
    over.set()
    answers: Answers = await load
    return (
        f"rolling restart: {answers.by_status['OK']:,} calls answered OK over two restarts, {answers.failed} failed"
        f"{_named(answers)}"
    )


def _named(answers: Answers) -> str:
    failed = {name: count for name, count in answers.by_status.items() if name != "OK"}
    return f" {failed}" if failed else ""


async def _run(callers: Callers, port: int, seconds: float) -> Answers:
    answers = await callers.run(f"127.0.0.1:{port}", seconds=seconds)
    await asyncio.sleep(_SETTLE_SECONDS)
    return answers


def _megabytes(process: Any) -> float:  # noqa: ANN401 psutil has no annotations
    return float(process.memory_info().rss) / 1_000_000


if __name__ == "__main__":
    try:
        main()
    except (ProgramFailed, StackError) as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(1)
