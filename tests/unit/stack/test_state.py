import tempfile
from pathlib import Path

import pytest

from stack import state
from stack.addresses import Addresses
from stack.errors import AlreadyRunning
from stack.state import Record, ServiceRecord, StateFolder

RECORD = Record(
    pid=7,
    phase="ready",
    brokers=3,
    addresses=Addresses("k:1", "http://r", "postgresql://d"),
    services=(ServiceRecord("kafka-1", "k:1", 8, "2026-01-02T03:04:05+00:00", "/logs/kafka-1.log"),),
)


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    StateFolder(tmp_path).write(RECORD)
    assert StateFolder(tmp_path).read() == RECORD


def test_a_folder_that_never_ran_a_stack_has_no_record(tmp_path: Path) -> None:
    assert StateFolder(tmp_path / "new").read() is None


def test_one_process_at_a_time_has_a_folder(tmp_path: Path) -> None:
    first, second = StateFolder(tmp_path), StateFolder(tmp_path)
    first.acquire()
    with pytest.raises(AlreadyRunning, match="python -m stack status"):
        second.acquire()
    assert second.is_taken()
    first.release()
    assert not second.is_taken()
    second.acquire()
    second.release()


def test_ephemeral_folders_of_killed_processes_are_deleted_and_those_in_use_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path))
    used, left = state.ephemeral(), state.ephemeral()
    left.release()
    new = state.ephemeral()
    assert set(tmp_path.iterdir()) == {used.path, new.path}
    used.remove()
    new.remove()
    assert list(tmp_path.iterdir()) == []
