"""`python -m stack run`: the whole pipeline in the foreground."""

import subprocess
import time
from contextlib import ExitStack
from functools import partial
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from stack import programs, remote
from stack.addresses import Addresses
from stack.display import ConsoleDisplay
from stack.embedded import Stack
from stack.errors import AlreadyRunning, DiedWhileRunning, StepFailed
from stack.follower import Follower
from stack.interruption import interruptible
from stack.logfile import last_words
from stack.nursery import Nursery
from stack.parallel import together
from stack.service import Service
from stack.settings import StackSettings
from stack.state import StateFolder

POLL_SECONDS: Final = 0.1
STYLES: Final = ("cyan", "magenta", "green", "yellow")
STEP_TIMEOUT_SECONDS: Final = 120


def run(settings: StackSettings, console: Console) -> int:
    """Start what is missing, show the addresses and then the services' logs, until Ctrl-C or SIGTERM: exit code 0.

    A stack that `up` started is used, and left running.

    Raises:
        StackError: something could not be started, or ended by itself; all else was stopped in order.
    """
    with interruptible(), ExitStack() as cleanup:
        try:
            _Launch(settings, console, cleanup).run()
        except KeyboardInterrupt:
            console.print("\nstopping")
            cleanup.close()
            console.print("stopped")
    return 0


class _Launch:
    def __init__(self, settings: StackSettings, console: Console, cleanup: ExitStack) -> None:
        self._settings = settings
        self._console = console
        self._display = ConsoleDisplay(console)
        self._cleanup = cleanup
        self._folder = StateFolder(settings.state_folder)
        self._own_stack: Stack | None = None

    def run(self) -> None:
        addresses = self._stack_addresses()
        environment = programs.program_environment(addresses, for_person=self._console.is_terminal)
        for step in programs.STEPS:
            self._run_step(step, environment)
        nursery = Nursery()
        self._cleanup.callback(nursery.close)
        blueprints = programs.blueprints(addresses, environment, self._folder.logs)
        services = [Service(blueprint, nursery) for blueprint in blueprints]
        for service in reversed(services):
            self._cleanup.callback(service.stop)
        follower = Follower({service.name: service.log_path for service in services})
        together([partial(self._start, service) for service in services], partial(_kill, services, nursery))
        self._show(addresses, services)
        self._follow(follower, services)

    def _stack_addresses(self) -> Addresses:
        try:
            self._folder.acquire()
        except AlreadyRunning:
            record = remote.running(self._folder)
            remote.require_whole(record)
            self._display.say("using the stack that runs already")
            return record.addresses
        self._cleanup.callback(self._folder.release)
        stack = Stack.persistent(self._folder, self._settings.brokers, self._settings, self._display)
        self._cleanup.callback(stack.stop)
        self._own_stack = stack
        self._folder.write(stack.record("starting"))
        stack.start()
        self._folder.write(stack.record("ready"))
        return stack.addresses

    def _run_step(self, step: programs.Step, environment: dict[str, str]) -> None:
        self._display.say(step.title)
        done = subprocess.run(
            programs.command(step.arguments),
            cwd=programs.CHECKOUT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=STEP_TIMEOUT_SECONDS,
        )
        if done.returncode != 0:
            command = "python -m " + " ".join(step.arguments)
            raise StepFailed(f"{command} failed (exit code {done.returncode}). It says:\n{last_words(done.stdout)}")

    def _start(self, service: Service) -> None:
        self._display.say(f"starting {service.name}")
        service.start()
        self._display.say(f"{service.name} is ready")

    def _show(self, addresses: Addresses, services: list[Service]) -> None:
        table = Table(show_header=False, title="ready", title_justify="left")
        table.add_row("Kafka", addresses.kafka_bootstrap_servers)
        table.add_row("schema registry", addresses.schema_registry_url)
        table.add_row("PostgreSQL", addresses.database_url)
        for service in services:
            if service.address:
                table.add_row(service.name, service.address)
        self._console.print(table)
        self._display.say("Create a todo (Ctrl-C here stops everything):\n")
        self._display.say(f"  {programs.EXAMPLE.format(address=services[0].address)}\n")

    def _follow(self, follower: Follower, services: list[Service]) -> None:
        styles = dict(zip((service.name for service in services), STYLES, strict=False))
        own = self._own_stack
        watched = [*services, *([own.service(name) for name in own.services] if own else [])]
        width = max(len(name) for name in styles)
        while True:
            for name, line in follower.new_lines():
                prefix = (f"{name:<{width}} | ", styles[name])
                self._console.print(Text.assemble(prefix, Text.from_ansi(line)), soft_wrap=True)
            for service in watched:
                if not service.is_running:
                    log = f"Its log, {service.log_path}, ends with:\n{service.last_words()}"
                    raise DiedWhileRunning(f"{service.name} ended by itself. {log}")
            time.sleep(POLL_SECONDS)


def _kill(services: list[Service], nursery: Nursery) -> None:
    for service in services:
        service.kill()
    nursery.close()
