"""librdkafka's options from the environment: KAFKA_LINGER_MS becomes linger.ms, handed on as it is."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final, TypeAlias

from confluent_kafka import KafkaException

from runtime import secret_files
from runtime.settings import InvalidSetting

Options: TypeAlias = dict[str, str | int | float | bool]

PREFIX: Final = "KAFKA_"
_SECRET: Final = ("password", "secret", "key.pem", "jaas", "oauthbearer.config")
"""In the names of options whose values nobody may read in a log."""
_ALIASES: Final = {
    "acks": "request.required.acks",
    "bootstrap.servers": "metadata.broker.list",
    "compression.type": "compression.codec",
    "delivery.timeout.ms": "message.timeout.ms",
    "linger.ms": "queue.buffering.max.ms",
    "max.in.flight": "max.in.flight.requests.per.connection",
    "retries": "message.send.max.retries",
}
"""Names that librdkafka takes, and those by which it calls them in its errors."""


def client_options(environ: Mapping[str, str], *, kept: Iterable[str]) -> Options:
    """The options that `KAFKA_*` variables set, and `KAFKA_*_FILE` variables by the name of a file.

    `kept` names options that the caller's promises rest on, which nobody may set. Names and values are checked by
    librdkafka when the client is made: https://github.com/confluentinc/librdkafka/blob/master/CONFIGURATION.md

    Raises:
        InvalidSetting: a variable sets an option that is kept, or is empty.
    """
    untouchable = {_ALIASES.get(option, option) for option in kept}
    options: Options = {}
    for name, value in environ.items():
        if not name.startswith(PREFIX):
            continue
        if name.endswith(secret_files.SUFFIX):
            value = _from_file(name, environ)  # noqa: PLW2901 the file stands for the variable
        option = name.removeprefix(PREFIX).removesuffix(secret_files.SUFFIX).lower().replace("_", ".")
        if _ALIASES.get(option, option) in untouchable:
            raise InvalidSetting(f"{name} cannot be set: what this process promises rests on its own {option}")
        if not value:
            raise InvalidSetting(f"{name} is empty")
        options[option] = value
    return options


def _from_file(name: str, environ: Mapping[str, str]) -> str:
    try:
        return secret_files.value_of(name, environ)
    except secret_files.UnreadableSecret as error:
        raise InvalidSetting(str(error)) from error


@contextmanager
def naming_variables(options: Mapping[str, object]) -> Iterator[None]:
    """Wrap the making of a client: an option that librdkafka refuses is a setting's fault.

    Raises:
        InvalidSetting: names the variable, and says why in librdkafka's words.
    """
    try:
        yield
    except KafkaException as error:
        reason = _without_secrets(error.args[0].str().strip(), options)
        found = re.search(r'"([a-z0-9._]+)"', reason)
        refused = found.group(1) if found else ""
        option = next((name for name in options if refused in (name, _ALIASES.get(name))), refused)
        raise InvalidSetting(f"{PREFIX}{option.upper().replace('.', '_') or '*'}: {reason}") from error


def _without_secrets(reason: str, options: Mapping[str, object]) -> str:
    for name, value in options.items():
        if any(word in name for word in _SECRET) and value:
            reason = reason.replace(str(value), "***")
    return reason
