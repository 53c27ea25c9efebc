"""The names that producers, consumers and the registry agree on. Other programs rely on them: never change one."""

from typing import Final

TOPIC: Final = "todo-create"
SUBJECT: Final = "todo-create-value"
"""TopicNameStrategy: the value's subject is the topic's name and `-value`."""
COMPATIBILITY: Final = "FULL_TRANSITIVE"
