"""librdkafka's options from the environment: KAFKA_LINGER_MS becomes linger.ms, handed on as it is."""

from collections.abc import Iterable, Mapping
from typing import Final

from runtime.settings import InvalidSetting

PREFIX: Final = "KAFKA_"


def client_options(environ: Mapping[str, str], *, kept: Iterable[str]) -> dict[str, str | int | float | bool]:
    """The options that `KAFKA_*` variables set.

    `kept` names options that the caller's promises rest on, which nobody may set. Names and values are checked by
    librdkafka when the client is made: see https://github.com/confluentinc/librdkafka/blob/master/CONFIGURATION.md

    Raises:
        InvalidSetting: a variable sets an option that is kept, or is empty.
    """
    kept = frozenset(kept)
    options: dict[str, str | int | float | bool] = {}
    for name, value in environ.items():
        if not name.startswith(PREFIX):
            continue
        option = name.removeprefix(PREFIX).lower().replace("_", ".")
        if option in kept:
            raise InvalidSetting(f"{name} cannot be set: what this process promises rests on its own {option}")
        if not value:
            raise InvalidSetting(f"{name} is empty")
        options[option] = value
    return options


def variable(option: str) -> str:
    """The environment variable that sets a librdkafka option."""
    return PREFIX + option.upper().replace(".", "_")
