"""`python -m ingestor health`: does the ingestor of this machine serve? For container engines and orchestrators."""

import sys
import urllib.error
import urllib.request
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from ingestor import settings
from ingestor.probe import LOOPBACK

ANSWER_SECONDS = 3.0


class Command(BaseCommand):
    """Asks the `ingest` process that has the same INGESTOR_HEALTH_PORT."""

    help = "Say whether the ingestor that answers on INGESTOR_HEALTH_PORT serves; exit code 1 when it does not."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take --live."""
        parser.add_argument(
            "--live", action="store_true", help="Ask only whether it makes progress, though it may wait for something."
        )

    def handle(self, *_args: object, live: bool, **_options: object) -> None:
        """Print its answer. Exit code 0 when it is well, 1 when it is not or nobody answers.

        Raises:
            CommandError: no port is set.
        """
        port = settings.from_environment().health_port
        if not port:
            raise CommandError("INGESTOR_HEALTH_PORT is not set; set it for this command and for `ingest`")
        address = f"http://{LOOPBACK}:{port}/{'livez' if live else 'readyz'}"
        # A proxy is for other machines.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(address, timeout=ANSWER_SECONDS) as answer:
                self.stdout.write(answer.read().decode())
        except urllib.error.HTTPError as error:
            self.stdout.write(error.read().decode())
            sys.exit(1)
        except OSError:
            self.stdout.write(f"nobody answers at {address}")
            sys.exit(1)
