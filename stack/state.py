"""The folder of one stack: its data, its logs, and the record of who runs it."""

import fcntl
import json
import shutil
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Final

from stack.addresses import Addresses
from stack.errors import AlreadyRunning

EPHEMERAL: Final = "todo-stack-"


@dataclass(frozen=True)
class ServiceRecord:
    """One service as it was last seen. `since` is ISO 8601 in UTC, empty before the first start."""

    name: str
    address: str
    pid: int | None
    since: str
    log: str


@dataclass(frozen=True)
class Record:
    """What a running stack says about itself. `phase` is starting, ready or failed; `message` is the error then."""

    pid: int
    phase: str
    message: str = ""
    brokers: int = 1
    addresses: Addresses = field(default_factory=lambda: Addresses("", "", ""))
    services: tuple[ServiceRecord, ...] = ()


class StateFolder:
    """A folder that at most one process at a time runs a stack in; the kernel frees it when that process is gone."""

    def __init__(self, path: Path, lock: IO[str] | None = None) -> None:
        self.path = path
        self.logs = path / "logs"
        self._lock = lock

    def acquire(self) -> None:
        """Take the folder, which is made when missing.

        Raises:
            AlreadyRunning: another process has it.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        self._lock = _locked(self.path / "lock")

    def release(self) -> None:
        """Give the folder free. Does nothing when this object does not have it."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def is_taken(self) -> bool:
        """Whether a process runs a stack in it."""
        if not (self.path / "lock").exists():
            return False
        try:
            self.acquire()
        except AlreadyRunning:
            return True
        self.release()
        return False

    def write(self, record: Record) -> None:
        """Replace the record, whole or not at all."""
        new = self.path / "record.new"
        new.write_text(json.dumps(asdict(record), indent=2), encoding="utf-8")
        new.replace(self.path / "record.json")

    def read(self) -> Record | None:
        """The record of the process that has the folder, or had it last; None when there is none."""
        try:
            fields = json.loads((self.path / "record.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        fields["addresses"] = Addresses(**fields["addresses"])
        fields["services"] = tuple(ServiceRecord(**service) for service in fields["services"])
        return Record(**fields)

    def remove(self) -> None:
        """Delete everything in it, the folder too, and give it free."""
        shutil.rmtree(self.path, ignore_errors=True)
        self.release()


def ephemeral() -> StateFolder:
    """A new folder among the system's temporary ones, taken. Folders that killed processes left there are deleted."""
    temporary = Path(tempfile.gettempdir())
    for leftover in temporary.glob(f"{EPHEMERAL}*"):
        _delete_if_left(StateFolder(leftover))
    # Taken before it bears its name: another process's search for leftovers must not find it free.
    new = Path(tempfile.mkdtemp(prefix="new-", dir=temporary))
    lock = _locked(new / "lock")
    folder = temporary / f"{EPHEMERAL}{new.name.removeprefix('new-')}"
    new.replace(folder)
    folder.chmod(0o711)  # PostgreSQL's user passes through it when root starts the stack
    return StateFolder(folder, lock)


def _locked(file: Path) -> IO[str]:
    lock = file.open("w", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise AlreadyRunning("a stack runs already in this checkout; see: python -m stack status") from error
    return lock


def _delete_if_left(folder: StateFolder) -> None:
    try:
        if not folder.is_taken():
            folder.remove()
    except OSError:  # another user's
        return
