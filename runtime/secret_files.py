"""Values that stand in files instead of in the environment, as orchestrators mount secrets: `NAME_FILE` is a path."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

SUFFIX: Final = "_FILE"


class UnreadableSecret(Exception):
    """The message names the variable and the file, never what it holds."""


def value_of(name: str, environ: Mapping[str, str]) -> str:
    """What the file that `name` (with its suffix) names holds, without the newline that editors put behind it.

    Raises:
        UnreadableSecret: there is no such file, or the value is in the environment too.
    """
    plain = name.removesuffix(SUFFIX)
    if plain in environ:
        raise UnreadableSecret(f"{plain} and {name} are both set")
    try:
        return Path(environ[name]).read_text(encoding="utf-8").removesuffix("\n").removesuffix("\r")
    except (OSError, UnicodeDecodeError) as error:
        said = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise UnreadableSecret(f"{name}: {environ[name]} cannot be read: {said}") from None
