"""The torture itself, short; and that it finds out an ingestor that breaks the protocol."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.fault.torture.schedule import Kind

HONEST = "ingestor"
PARTS = {"kafka", "postgres", "registry", "gateway", "ingestor"}


def torture(folder: Path, *arguments: str) -> tuple[subprocess.CompletedProcess[str], dict[str, Any]]:
    file = folder / "torture.json"
    command = [
        sys.executable,
        "-m",
        "tests.fault.torture",
        "--seed",
        "22",
        "--json",
        str(file),
        "--logs",
        str(folder),
        *arguments,
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)
    return done, json.loads(file.read_text()) if file.exists() else {}


@pytest.mark.timeout(300)
def test_what_was_acknowledged_is_one_row_whatever_is_killed(tmp_path: Path) -> None:
    picture = tmp_path / "torture.svg"
    done, figures = torture(tmp_path, "--kills", "24", "--picture", str(picture))
    assert done.returncode == 0, done.stdout + done.stderr
    assert figures["wrong"] == {}
    assert figures["acknowledged"] == figures["requests"] == figures["rows"] > 0
    assert figures["poison_found"] == sum(figures["poison"].values()) == figures["dead_letters"] > 0
    hurt = {(kind.value, part.partition("-")[0]) for kind in Kind for part in figures["faults"][kind.value]}
    assert hurt >= {(kind.value, part) for kind in Kind for part in PARTS}
    assert len(figures["happenings"]) >= 20
    assert picture.read_text().count("<title>") == len(figures["happenings"])


def test_a_position_that_is_moved_before_the_rows_loses_them(tmp_path: Path) -> None:
    broken = "tests.fault.broken.offset_first"
    done, figures = torture(tmp_path, "--kills", "0", "--seconds", "15", "--ingestor", broken)
    assert done.returncode == 1, done.stdout + done.stderr
    assert figures["wrong"]["lost"]
    assert figures["wrong"]["lost"][0] in done.stdout
    assert len(figures["wrong"]["lost"]) == figures["acknowledged"] - figures["rows"]


def test_an_ingestor_without_a_fence_moves_a_position_back(tmp_path: Path) -> None:
    broken = ("--ingestor", "tests.fault.broken.unfenced", "--ingestor", HONEST, "--ingestor", HONEST)
    done, figures = torture(tmp_path, "--kills", "0", "--seconds", "30", *broken)
    assert done.returncode == 1, done.stdout + done.stderr
    assert figures["wrong"].keys() == {"stepped back"}
    assert figures["wrong"]["stepped back"][0] in done.stdout
