"""An ingestor that moves the position in a transaction of its own, before the rows, and is killed in between."""

import os
import signal
import sys
from itertools import count
from typing import Final

import django

from ingestor.__main__ import main

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ingestor.settings")
django.setup()

from ingestor.todos.batch import Batch, Stored  # noqa: E402 the models need Django
from ingestor.todos.offsets import Offsets  # noqa: E402
from ingestor.todos.store import TodoStore  # noqa: E402
from schemas.names import TOPIC  # noqa: E402

_FATAL_BATCH: Final = 10

_numbers = count(1)
_honest_save = TodoStore.save


def save(self: TodoStore, batch: Batch) -> Stored:
    """Store as always, but one batch in two transactions, of which the second never comes."""
    if next(_numbers) == _FATAL_BATCH:
        Offsets(TOPIC).move(batch.moves)
        os.kill(os.getpid(), signal.SIGKILL)
    return _honest_save(self, batch)


if __name__ == "__main__":
    TodoStore.save = save  # type: ignore[method-assign]  # this is what is broken here
    sys.exit(main(["python -m ingestor", *sys.argv[1:]]))
