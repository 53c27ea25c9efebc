"""The process behind `up`: parent of the parts, until it is told to stop or is killed."""

import contextlib
import time
from typing import Final

from rich.console import Console

from stack.display import ConsoleDisplay
from stack.embedded import Stack
from stack.errors import StackError, disk_full
from stack.interruption import interruptible
from stack.settings import StackSettings
from stack.state import StateFolder

POLL_SECONDS: Final = 0.5


def supervise(settings: StackSettings, brokers: int) -> None:
    """Start the stack of the state folder, keep its record true, and stop it in order at SIGTERM. Blocks.

    What it says goes to standard output, which `up` shows as long as it waits.

    Raises:
        StackError: the stack could not be started; the record says why, too.
    """
    folder = StateFolder(settings.state_folder)
    folder.acquire()
    stack = Stack.persistent(folder, brokers, settings, ConsoleDisplay(Console()))
    with interruptible():
        try:
            folder.write(stack.record("starting"))
            stack.start()
            watch(folder, stack)
        except KeyboardInterrupt:
            stack.stop()
            with contextlib.suppress(OSError):
                folder.write(stack.record("stopped"))
        except (StackError, OSError) as error:
            told = (isinstance(error, OSError) and disk_full(error)) or error
            with contextlib.suppress(OSError):  # on a full disk, `up` finds out by itself
                folder.write(stack.record("failed", str(told)))
            raise
        finally:
            stack.kill()
            folder.release()


def watch(folder: StateFolder, stack: Stack) -> None:
    """Write the record whenever what runs changes. Never returns."""
    known = None
    while True:
        record = stack.record("ready")
        if record != known:
            with contextlib.suppress(OSError):  # a disk that is full now ends nothing; it is tried again
                folder.write(record)
                known = record
        time.sleep(POLL_SECONDS)
