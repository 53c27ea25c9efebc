"""What the environment says about the embedded stack."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from stack.addresses import Addresses
from stack.errors import InvalidStackSetting

HIGHEST_PORT = 65535


@dataclass(frozen=True)
class StackSettings:
    """Settings of the embedded stack, read once.

    Attributes:
        given: servers to be used instead of being started (KAFKA_BOOTSTRAP_SERVERS, SCHEMA_REGISTRY_URL, DATABASE_URL).
        kafka_port: the first broker's port (STACK_KAFKA_PORT); the other brokers take the ports after it.
        brokers: how many Kafka brokers `run` starts, 1 or 3 (STACK_BROKERS).
        registry_port: the schema registry's port (STACK_REGISTRY_PORT).
        postgres_port: PostgreSQL's port (STACK_POSTGRES_PORT).
        cache_folder: where downloads are kept (STACK_CACHE_DIR; else the user's cache folder).
        state_folder: where the persistent stack keeps its data (STACK_STATE_DIR; else `.stack` in the checkout).
        maven_repository_url: a mirror of Maven Central (STACK_MAVEN_REPOSITORY_URL; empty: Maven Central).
    """

    given: Addresses
    kafka_port: int
    brokers: int
    registry_port: int
    postgres_port: int
    cache_folder: Path
    state_folder: Path
    maven_repository_url: str


def read(environ: Mapping[str, str]) -> StackSettings:
    """The settings that the variables describe.

    Raises:
        InvalidStackSetting: names the variable whose value is no port.
    """
    return StackSettings(
        given=Addresses(
            kafka_bootstrap_servers=environ.get("KAFKA_BOOTSTRAP_SERVERS", ""),
            schema_registry_url=environ.get("SCHEMA_REGISTRY_URL", ""),
            database_url=environ.get("DATABASE_URL", ""),
        ),
        kafka_port=_port(environ, "STACK_KAFKA_PORT", 9092),
        brokers=_brokers(environ),
        registry_port=_port(environ, "STACK_REGISTRY_PORT", 8081),
        postgres_port=_port(environ, "STACK_POSTGRES_PORT", 5432),
        cache_folder=_cache_folder(environ),
        state_folder=_state_folder(environ),
        maven_repository_url=environ.get("STACK_MAVEN_REPOSITORY_URL", "").rstrip("/"),
    )


def _port(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= HIGHEST_PORT:
        raise InvalidStackSetting(f"{name} must be a port, 1 to {HIGHEST_PORT}, but is {text!r}")
    return int(text)


def _brokers(environ: Mapping[str, str]) -> int:
    text = environ.get("STACK_BROKERS") or "1"
    if text not in {"1", "3"}:
        raise InvalidStackSetting(f"STACK_BROKERS must be 1 or 3, but is {text!r}")
    return int(text)


def _cache_folder(environ: Mapping[str, str]) -> Path:
    if chosen := environ.get("STACK_CACHE_DIR"):
        return Path(chosen).expanduser().absolute()
    if base := environ.get("XDG_CACHE_HOME"):
        return Path(base).expanduser().absolute() / "todo-pipeline"
    return Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "todo-pipeline"


def _state_folder(environ: Mapping[str, str]) -> Path:
    if chosen := environ.get("STACK_STATE_DIR"):
        return Path(chosen).expanduser().absolute()
    return Path(__file__).absolute().parent.parent / ".stack"
