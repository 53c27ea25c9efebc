"""docker-compose.yml and .env.example as data. What Docker Compose itself would say, nobody says here."""

import re
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML

ROOT: Final = Path(__file__).parent.parent
FILE: Final = ROOT / "docker-compose.yml"
OUR_IMAGES: Final = ("todo-gateway", "todo-ingestor")
_VARIABLE: Final = re.compile(r"\$\{(\w+)(:[?-][^}]*)?\}")

Service = dict[str, Any]


def services() -> dict[str, Service]:
    """Every service with its merged keys."""
    loaded: dict[str, dict[str, Service]] = YAML(typ="safe").load(FILE.read_text(encoding="utf-8"))
    return loaded["services"]


def ours() -> dict[str, Service]:
    """The services that run an image of ours."""
    return {name: service for name, service in services().items() if service["image"] in OUR_IMAGES}


def variables() -> dict[str, set[str]]:
    """The variables that the user's environment gives, each with the ways in which it is asked for (`:-9092`, `:?`)."""
    found: dict[str, set[str]] = {}
    for name, way in _VARIABLE.findall(FILE.read_text(encoding="utf-8")):
        found.setdefault(name, set()).add(way)
    return found


def environment(service: Service) -> dict[str, str]:
    """What a service's process sees when the user has set nothing but a password."""
    return {name: _VARIABLE.sub(_unset, value) for name, value in service.get("environment", {}).items()}


def command(service: Service, image_command: list[str]) -> list[str]:
    """What a service runs: its own command, or its image's."""
    words: list[str] = [*service.get("entrypoint", []), *service.get("command", image_command)]
    return words


def _unset(variable: re.Match[str]) -> str:
    way = variable.group(2) or ""
    return way.removeprefix(":-") if way.startswith(":-") else "secret"
