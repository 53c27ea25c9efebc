"""Settings from the environment: built once, frozen, and a wrong one is one line that names it."""

import difflib
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_settings import BaseSettings

from runtime import secret_files

Settings = TypeVar("Settings", bound=BaseSettings)


class InvalidSetting(Exception):
    """The environment holds a value that the process cannot start with. The message names the variable."""


def load(model: type[Settings], environ: Mapping[str, str]) -> Settings:
    """The model's settings, read from the process's environment, and from the files that `NAME_FILE` variables name.

    `environ` is searched for names with the model's prefix that are no setting of it: a misspelt one must not be
    ignored in silence.

    Raises:
        InvalidSetting: names each variable that is missing, misspelt or has a value out of its bounds.
    """
    _refuse_unknown_names(model, environ)
    try:
        return model(**_from_files(model, environ))
    except ValidationError as error:
        raise InvalidSetting("; ".join(_sentence(model, detail) for detail in error.errors())) from error


def variable(model: type[BaseSettings], field: str) -> str:
    """The environment variable that a field is read from."""
    info = model.model_fields.get(field)
    if info is None or isinstance(info.validation_alias, str):
        return str(info.validation_alias) if info else field
    return f"{model.model_config.get('env_prefix', '')}{field}".upper()


def _from_files(model: type[BaseSettings], environ: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for field, info in model.model_fields.items():
        name = variable(model, field) + secret_files.SUFFIX
        if name in environ:
            try:
                values[info.validation_alias if isinstance(info.validation_alias, str) else field] = (
                    secret_files.value_of(name, environ)
                )
            except secret_files.UnreadableSecret as error:
                raise InvalidSetting(str(error)) from error
    return values


def _refuse_unknown_names(model: type[BaseSettings], environ: Mapping[str, str]) -> None:
    prefix = model.model_config.get("env_prefix", "")
    known = [variable(model, field) for field in model.model_fields]
    known += [name + secret_files.SUFFIX for name in known]
    for name in environ:
        if prefix and name.startswith(prefix) and name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise InvalidSetting(f"{name} is not a setting{hint}")


def _sentence(model: type[BaseSettings], detail: Any) -> str:  # noqa: ANN401 pydantic's ErrorDetails
    message = str(detail["msg"]).removeprefix("Value error, ")
    if not detail["loc"]:  # a rule between settings names them itself
        return message
    name = variable(model, str(detail["loc"][0]))
    return f"{name} is not set" if detail["type"] == "missing" else f"{name}: {message}"
