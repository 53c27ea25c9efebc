"""An ingestor that moves positions without looking where they are, and that sleeps with a batch in its hand.

While it is frozen others take its partitions over and store on. Awake again, it stores its old batch.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from itertools import count
from typing import Final

import django

from ingestor.__main__ import main

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ingestor.settings")
django.setup()

from django.db import connection  # noqa: E402 the models need Django

from ingestor.todos.batch import Batch, Move, Stored  # noqa: E402
from ingestor.todos.offsets import Offsets  # noqa: E402
from ingestor.todos.store import TodoStore  # noqa: E402
from schemas.names import TOPIC  # noqa: E402

_SLEEPY_BATCH: Final = 10
_SLEEP_SECONDS: Final = 12.0
"""Longer than a session of the group, 6 s, and than what the others need to store on."""
_WAKE: Final = """
import os, signal, sys, time
sleeper, seconds = int(sys.argv[1]), float(sys.argv[2])
time.sleep(seconds)
if os.getppid() == sleeper:
    os.kill(sleeper, signal.SIGCONT)
"""

_numbers = count(1)
_honest_save = TodoStore.save


def move(self: Offsets, moves: Sequence[Move]) -> None:
    """Write down where the batch ends, wherever the position is."""
    with connection.cursor() as cursor:
        for step in moves:
            cursor.execute(
                "UPDATE ingest_offset SET next_offset = %s WHERE topic = %s AND partition = %s",
                [step.next_offset, TOPIC, step.expected.partition],
            )


def save(self: TodoStore, batch: Batch) -> Stored:
    """Store as always, but sleep before one batch."""
    if next(_numbers) == _SLEEPY_BATCH:
        with subprocess.Popen([sys.executable, "-c", _WAKE, str(os.getpid()), str(_SLEEP_SECONDS)]):
            os.kill(os.getpid(), signal.SIGSTOP)
    return _honest_save(self, batch)


if __name__ == "__main__":
    Offsets.move = move  # type: ignore[method-assign]  # this is what is broken here
    TodoStore.save = save  # type: ignore[method-assign]
    sys.exit(main(["python -m ingestor", *sys.argv[1:]]))
