"""The Dockerfile as data, and its steps run without a container engine."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
FILE: Final = ROOT / "Dockerfile"
PLACES: Final = ("/opt/venv", "/app", "/tmp/requirements.txt")
"""Where the images keep what the steps make; each is moved below a folder when the steps are run."""


@dataclass(frozen=True)
class Step:
    """One instruction of a stage: `COPY`, and the words behind it."""

    instruction: str
    arguments: str

    @property
    def sources(self) -> list[str]:
        """The paths in this checkout that a COPY takes."""
        words = self.arguments.split()
        return [] if self.instruction != "COPY" or words[0].startswith("--from") else words[:-1]


def stages() -> dict[str, list[Step]]:
    """The steps of each stage; the first is its FROM."""
    text = FILE.read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    found: dict[str, list[Step]] = {}
    stage = ""
    for line in lines:
        instruction, _, arguments = line.partition(" ")
        if instruction == "FROM":
            stage = arguments.split()[-1]
        if stage:
            found.setdefault(stage, []).append(Step(instruction, " ".join(arguments.split())))
    return found


def steps(target: str) -> list[Step]:
    """All steps that make a stage, those of the stages before it first."""
    known = stages()
    if target not in known:
        return []
    begin, *rest = known[target]
    before = [begin.arguments.split()[0]]
    before += [step.arguments.split()[0].removeprefix("--from=") for step in rest if "--from=" in step.arguments]
    return [step for stage in before for step in steps(stage)] + rest


def command(target: str) -> list[str]:
    """What a container of the target runs."""
    words: list[str] = json.loads(next(step.arguments for step in steps(target)[::-1] if step.instruction == "CMD"))
    return words


@dataclass(frozen=True)
class Image:
    """A folder that holds what an image would hold of ours, made by the Dockerfile's own steps."""

    folder: Path

    @classmethod
    def build(cls, target: str, folder: Path) -> "Image":
        """Run the target's steps below a folder. Only users are not made, and pip keeps its cache."""
        for step in steps(target):
            if step.instruction == "RUN" and "useradd" not in step.arguments:
                _run(_moved(step.arguments, folder), folder)
            for source in step.sources:
                _copy(ROOT / source, Path(_moved(step.arguments.split()[-1], folder)))
        return cls(folder)

    def run(self, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        """Run the image's `python` with these arguments, and an environment of nothing but these variables."""
        return subprocess.run(
            [self.folder / "opt/venv/bin/python", *arguments],
            env={"PYTHONPATH": str(self.folder / "app"), **environment},
            cwd=self.folder / "app",
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def can_import(self, module: str) -> bool:
        """Whether the image holds a module or package of this name."""
        done = self.run("-c", f"import importlib.util as u, sys; sys.exit(u.find_spec({module!r}) is None)")
        return done.returncode == 0


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)


def _moved(text: str, folder: Path) -> str:
    for place in PLACES:
        text = text.replace(place, f"{folder}{place}")
    return text


def _run(command: str, folder: Path) -> None:
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PIP_ONLY_BINARY": ":all:",
    }
    done = subprocess.run(
        ["/bin/sh", "-ec", command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
