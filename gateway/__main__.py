"""`python -m gateway`: read the settings, then serve."""

import asyncio
import sys

import uvloop

from gateway import config, process
from runtime import logs
from runtime.settings import InvalidSetting


def main() -> int:
    """The process's exit code. 2 for a wrong setting, which one line on standard error names."""
    try:
        settings = config.from_environment()
        logs.configure(settings.settings.log_format, settings.settings.log_level)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(process.run(settings))
    except InvalidSetting as error:
        print(f"gateway: {error}", file=sys.stderr)  # noqa: T201 before logs are configured
        return 2


if __name__ == "__main__":
    sys.exit(main())
