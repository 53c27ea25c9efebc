"""The ingestor's settings. Each is read from the environment variable of its name, here and nowhere else.

This is also the module that Django reads. What depends on the environment is computed when Django first asks for it
(PEP 562), so that importing this module reads nothing and fails for nothing.
"""

import os
import secrets
from functools import cache
from typing import Any, Final

import dj_database_url
from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from ingestor import subscription
from runtime import kafka, settings
from runtime.logs import LogFormat
from runtime.registry import RegistrySettings
from runtime.settings import InvalidSetting

INSTALLED_APPS = ["ingestor.todos"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LOGGING_CONFIG = None  # runtime.logs configures the logs of every process
DEBUG = False


class IngestorSettings(RegistrySettings):
    """Settings named `INGESTOR_*`, and the addresses of the parts."""

    model_config = SettingsConfigDict(env_prefix="INGESTOR_", frozen=True)

    database_url: SecretStr = Field(
        SecretStr(""),
        validation_alias="DATABASE_URL",
        description="Where the rows go: postgresql://user:password@host:port/name. Every command that stores needs it.",
    )
    batch_max_records: int = Field(5_000, ge=1, le=100_000, description="Most records that one transaction stores.")
    poll_timeout_seconds: float = Field(
        10.0, gt=0, le=60, description="How long a pass waits for a first record, in seconds."
    )
    bad_share_limit: float = Field(
        0.5, gt=0, le=1, description="Share of bad records in a batch above which the process stops; 1 never stops."
    )
    bad_share_min_records: int = Field(
        100, ge=1, description="Batches with fewer records than this never stop the process, however bad."
    )
    database_timeout_seconds: float = Field(
        30.0,
        ge=1,
        le=240,
        description="How long a silent database is waited for, in seconds a statement.",
    )
    health_port: int = Field(
        0,
        ge=0,
        le=65535,
        description="Port on loopback that answers health probes over HTTP (see `python -m ingestor health`); 0: none.",
    )
    log_payloads: bool = Field(
        False, description="Let logs and dead letters' messages show what records hold. For debugging only."
    )
    log_format: LogFormat = Field(
        LogFormat.AUTO, description="auto (a person at a terminal, JSON elsewhere), console, json."
    )
    log_level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="DEBUG, INFO, WARNING or ERROR.")
    secret_key: SecretStr = Field(
        default_factory=lambda: SecretStr(secrets.token_urlsafe(50)),
        description="Django's SECRET_KEY; a random one for each process when unset, since nothing is signed yet.",
    )


@cache
def from_environment() -> IngestorSettings:
    """The settings of this process, read once.

    Raises:
        InvalidSetting: names each variable that is wrong.
    """
    return settings.load(IngestorSettings, os.environ)


def databases(configured: IngestorSettings) -> dict[str, Any]:
    """Django's DATABASES.

    Raises:
        InvalidSetting: DATABASE_URL is missing, or no address of a PostgreSQL database.
    """
    url = configured.database_url.get_secret_value()
    if not url:
        raise InvalidSetting("DATABASE_URL is not set; it is like postgresql://user:password@host:5432/name")
    try:
        parsed: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=None, conn_health_checks=True))
    except ValueError as error:  # its message may hold the password
        raise InvalidSetting("DATABASE_URL: not a database's address") from error
    if parsed.get("ENGINE") != "django.db.backends.postgresql" or not parsed.get("NAME"):
        raise InvalidSetting("DATABASE_URL: must be like postgresql://user:password@host:5432/name")
    parsed["OPTIONS"] = {**_CONNECTION, **parsed.get("OPTIONS", {})}
    return {"default": parsed}


def consumer() -> kafka.Options:
    """The Kafka consumer's options, with what `KAFKA_*` variables set.

    Raises:
        InvalidSetting: a variable sets what our promises rest on.
    """
    return subscription.consumer_options(os.environ)


_CONNECTION: Final = {
    "application_name": "todo-ingestor",
    "connect_timeout": 5,  # seconds
}
_COMPUTED: Final = ("DATABASES", "SECRET_KEY")


def __getattr__(name: str) -> Any:  # noqa: ANN401 each setting of Django's has a type of its own
    if name == "DATABASES":
        try:
            return databases(from_environment())
        except InvalidSetting:
            return {}  # commands that need no database work; the others find none, and __main__ says why
    if name == "SECRET_KEY":
        return from_environment().secret_key.get_secret_value()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*globals(), *_COMPUTED]
