"""`python -m ingestor <command>`: the project's management commands. What is wrong with a setting is one line."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db.utils import OperationalError

from ingestor import settings
from runtime.settings import InvalidSetting

USAGE_ERROR = 2


def main(arguments: list[str]) -> int:
    """Run one command and give its exit code: 2 for a setting, 1 for a database that cannot be reached."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ingestor.settings")
    try:
        _run(arguments)
    except InvalidSetting as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201 a command's own output
        return USAGE_ERROR
    except OperationalError as error:
        reason = " ".join(str(error).split())
        print(f"error: the database (DATABASE_URL) does not serve: {reason}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


def _run(arguments: list[str]) -> None:
    try:
        execute_from_command_line(arguments)
    except ImproperlyConfigured:
        settings.databases(settings.from_environment())  # a command that needs the database found none: say why
        raise


if __name__ == "__main__":
    sys.exit(main(["python -m ingestor", *sys.argv[1:]]))
