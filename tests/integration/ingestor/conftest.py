"""A database of our own with the tables, in the stack's server, and a house whose parts may be killed."""

import os
from collections.abc import Iterator

import django
import pytest
from django.core.management import call_command
from django.db import connections

from stack import Stack
from tests.integration.ingestor.database import new_database, point_django_at
from tests.integration.ingestor.house import House

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ingestor.settings")
django.setup()


@pytest.fixture(scope="session")
def migrated_url(stack: Stack) -> str:
    """The address of a database with our tables."""
    url = new_database(stack.addresses.database_url)
    point_django_at(url)
    call_command("migrate", verbosity=0)
    return url


@pytest.fixture
def database(migrated_url: str) -> Iterator[str]:
    """The same, empty, and Django's default connection."""
    point_django_at(migrated_url)
    with connections["default"].cursor() as cursor:
        cursor.execute("TRUNCATE todo, dead_letter, ingest_offset")
    yield migrated_url
    connections["default"].close()


@pytest.fixture(scope="module")
def own_stack() -> Iterator[Stack]:
    """A stack whose parts a test may kill, as long as it starts them again."""
    with Stack.ephemeral() as running:
        yield running


@pytest.fixture
def house(own_stack: Stack) -> House:
    """A new topic, and a new database with the tables."""
    made = House.on(own_stack)
    made.delete_topic()
    made.create_topic()
    point_django_at(made.url)
    call_command("migrate", verbosity=0)
    connections["default"].close()
    return made
