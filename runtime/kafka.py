"""librdkafka's options from the environment: KAFKA_LINGER_MS becomes linger.ms, handed on as it is."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from confluent_kafka import KafkaException

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


@contextmanager
def client_errors_name_variables() -> Iterator[None]:
    """Wrap the making of a client: an option that librdkafka refuses is a setting's fault.

    Raises:
        InvalidSetting: names the variable, in librdkafka's words.
    """
    try:
        yield
    except KafkaException as error:
        reason = error.args[0].str()
        named = re.search(r'"([a-z0-9._]+)"', reason)
        name = variable(named.group(1)) if named else f"{PREFIX}*"
        raise InvalidSetting(f"{name}: {reason}") from error
