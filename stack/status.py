"""What `status` shows."""

from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.box import SIMPLE
from rich.table import Table

from stack.addresses import Addresses
from stack.remote import is_alive
from stack.settings import StackSettings
from stack.state import StateFolder

GIVEN = "given by the environment"


@dataclass(frozen=True)
class Line:
    """One service, or one server that the environment gives. `since` is ISO 8601 in UTC."""

    name: str
    state: str
    address: str
    pid: int | None = None
    since: str = ""
    log: str = ""


@dataclass(frozen=True)
class Status:
    """The stack as it is now. `phase` is stopped, starting, ready or failed."""

    phase: str
    addresses: Addresses
    services: tuple[Line, ...]

    @property
    def all_run(self) -> bool:
        """Whether every part can be used."""
        return self.phase == "ready" and all(line.state != "stopped" for line in self.services)

    def as_json(self) -> dict[str, Any]:
        """The same as plain values."""
        return {"all_run": self.all_run, **asdict(self)}

    def as_table(self) -> Table:
        """The same for a person."""
        table = Table(title=f"stack: {self.phase}", title_justify="left", box=SIMPLE)
        for heading in ("service", "state", "address", "pid", "since", "log"):
            table.add_column(heading, overflow="fold")
        for line in self.services:
            since = datetime.fromisoformat(line.since).astimezone() if line.since else None
            table.add_row(
                line.name,
                line.state,
                line.address,
                str(line.pid or ""),
                since.strftime("%H:%M:%S, %b %d") if since else "",
                _from_here(line.log),
            )
        return table


def _from_here(path: str) -> str:
    here = f"{Path.cwd()}/"
    return path.removeprefix(here)


def read_status(folder: StateFolder, settings: StackSettings) -> Status:
    """Look at the record, the lock and the processes."""
    taken = folder.is_taken()
    record = folder.read()
    given = settings.given
    lines = [
        Line(name, GIVEN, address)
        for name, address in (
            ("kafka", given.kafka_bootstrap_servers),
            ("registry", given.schema_registry_url),
            ("postgres", given.database_url),
        )
        if address
    ]
    if record is None:
        return Status("stopped", given, tuple(lines))
    for service in record.services:
        alive = taken and is_alive(service)
        fields = asdict(service) | ({} if alive else {"pid": None, "since": ""})
        lines.append(Line(state="running" if alive else "stopped", **fields))
    return Status(record.phase if taken else "stopped", record.addresses, tuple(lines))
