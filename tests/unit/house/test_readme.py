"""What the README says is what the code does."""

import re
from pathlib import Path

import pytest
from pydantic_settings import BaseSettings

from gateway.config import GatewaySettings
from ingestor.settings import IngestorSettings
from runtime import settings

HOUSE = Path(__file__).parents[3]
README = (HOUSE / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("model", [GatewaySettings, IngestorSettings])
def test_every_setting_of_a_service_stands_in_the_readme(model: type[BaseSettings]) -> None:
    missing = [name for field in model.model_fields if f"`{(name := settings.variable(model, field))}`" not in README]
    assert missing == []


def test_every_setting_of_the_stack_stands_in_the_readme() -> None:
    read = set(re.findall(r"\bSTACK_[A-Z_]+\b", (HOUSE / "stack" / "settings.py").read_text(encoding="utf-8")))
    assert read
    assert read <= set(re.findall(r"\bSTACK_[A-Z_]+\b", README))


def test_every_room_stands_in_the_readme() -> None:
    rooms = {path.parent.name for path in HOUSE.glob("*/__init__.py")} | {"protos", "tests"}
    assert {room for room in rooms if f"`{room}/`" not in README} == set()


def test_every_file_that_a_document_names_is_there() -> None:
    for document in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"):
        text = (HOUSE / document).read_text(encoding="utf-8")
        named = set(re.findall(r"`((?:[a-z_]+/)+[a-z_0-9]+\.(?:py|md|proto|avsc))`", text))
        assert named
        assert {name for name in named if not (HOUSE / name).exists()} == set(), document
