"""The wheel that pyproject.toml describes."""

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=60)
    (wheel,) = folder.glob("*.whl")
    with ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.mark.parametrize(
    "file",
    [
        "gateway/__main__.py",
        "ingestor/__main__.py",
        "runtime/settings.py",
        "schemas/todo_created.avsc",
        "todo/v1/todo_service_pb2.py",
        "todo/v1/todo_service_pb2.pyi",
        "todo/v1/todo_service_pb2_grpc.py",
        "buf/validate/validate_pb2.py",
        "buf/validate/validate_pb2.pyi",
    ],
)
def test_the_wheel_holds(files: set[str], file: str) -> None:
    assert file in files


def test_the_wheel_holds_neither_tests_nor_the_embedded_stack(files: set[str]) -> None:
    rooms = {file.partition("/")[0] for file in files}
    assert rooms.isdisjoint({"tests", "stack", "bench"})
