"""Databases of our own in the stack's server, and Django pointed at them."""

from contextlib import closing
from uuid import uuid4

import psycopg2
from django.db import connections

from ingestor.settings import IngestorSettings, databases


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
    configured = databases(IngestorSettings.model_validate({"DATABASE_URL": url}))
    connections["default"].close()
    connections.settings = connections.configure_settings(configured)
    del connections["default"]
