"""A database of our own with the tables, in the stack's server, and Django pointed at it."""

import os
from collections.abc import Iterator
from contextlib import closing
from uuid import uuid4

import django
import psycopg2
import pytest
from django.core.management import call_command
from django.db import connections

from stack import Stack

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ingestor.settings")
django.setup()


def new_database(url: str) -> str:
    """Make an empty database in the server at this address; gives the new one's address."""
    server, _, _ = url.rpartition("/")
    name = f"ingestor_{uuid4().hex[:12]}"
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        connection.cursor().execute(f'CREATE DATABASE "{name}"')
    return f"{server}/{name}"


def point_django_at(url: str) -> None:
    """From now on Django's default connection, in every thread, leads there."""
    from ingestor.settings import IngestorSettings, databases  # noqa: PLC0415 needs Django to be set up

    configured = databases(IngestorSettings.model_validate({"DATABASE_URL": url}))
    connections["default"].close()
    connections.settings = connections.configure_settings(configured)
    del connections["default"]


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
