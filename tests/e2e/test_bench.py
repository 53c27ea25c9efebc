"""`python -m bench` from beginning to end, with the least that it can measure."""

import json
import os
import subprocess
import sys
from pathlib import Path


def bench(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "bench", *arguments]
    return subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=240, check=False
    )


def test_each_figure_is_printed_and_written_beside_its_baseline(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    done = bench("--rounds", "1", "--seconds", "0.3", "--events", "20000", "--json", str(file))
    assert done.returncode == 0, done.stderr
    figures = json.loads(file.read_text())["figures"]
    assert [figure["unit"] for figure in figures] == ["calls/s", "ms", "ms", "rows/s", "rows/s"]
    for figure in figures:
        assert figure["name"] in done.stdout
        assert figure["ratio"]["median"] > 0


def test_tables_that_are_not_its_own_are_left_alone() -> None:
    done = bench(DATABASE_URL="postgresql://somebody@localhost/else")
    assert done.returncode == 2
    assert "unset DATABASE_URL" in done.stderr
