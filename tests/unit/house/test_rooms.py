"""The rules of the house that no linter knows."""

import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).parents[3]
ROOMS = ("gateway", "ingestor", "runtime", "schemas", "stack")
ALL = (*ROOMS, "bench", "tests")
READERS_OF_THE_ENVIRONMENT = ("gateway/config.py", "ingestor/settings.py", "stack/")
NO_NOUNS = {"utils", "util", "common", "helpers", "helper", "base", "manager", "misc"}


def modules(rooms: tuple[str, ...]) -> Iterator[Path]:
    for room in rooms:
        yield from (path.relative_to(ROOT) for path in (ROOT / room).rglob("*.py"))


def lines(path: Path) -> int:
    return len((ROOT / path).read_text(encoding="utf-8").splitlines())


def reads_environment(path: Path) -> bool:
    """Whether a module takes anything out of os.environ. Setting a default for a library is not reading."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    defaults = {
        id(node.func.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "setdefault"
    }
    imported = {
        name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "os"
        for name in node.names
    }
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and id(node) not in defaults}
    return bool((imported | attributes) & {"environ", "environb", "getenv"})


@pytest.mark.parametrize("path", list(modules(ROOMS)), ids=str)
def test_the_environment_is_read_in_one_place_a_process(path: Path) -> None:
    if not path.as_posix().startswith(READERS_OF_THE_ENVIRONMENT):
        assert not reads_environment(path)


@pytest.mark.parametrize("path", list(modules(ALL)), ids=str)
def test_a_module_of_more_than_250_lines_is_a_room_to_split(path: Path) -> None:
    assert lines(path) <= 250


@pytest.mark.parametrize("room", ROOMS)
def test_most_modules_of_a_room_are_short(room: str) -> None:
    assert median(map(lines, modules((room,)))) < 100


@pytest.mark.parametrize("path", list(modules(ALL)), ids=str)
def test_a_module_is_named_for_what_it_is(path: Path) -> None:
    assert not NO_NOUNS & {*path.with_suffix("").parts}
