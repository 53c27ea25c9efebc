import os

import psutil
import psycopg2
import pytest

from stack import Stack, identity, postgres
from stack.identity import Identity


def ways() -> list[Identity]:
    """Each way in which this user can run PostgreSQL here."""
    if os.geteuid() != 0:
        return [identity.OWN]
    initdb = postgres._programs() / "initdb"
    return [way for way in (identity.namespaced(), identity.unprivileged()) if identity._runs(way, initdb)]


@pytest.mark.parametrize("way", ways(), ids=lambda way: way.prefix[0].rsplit("/")[-1] if way.prefix else str(way.uid))
def test_postgres_runs_in_every_way_that_this_user_has(way: Identity, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "for_postgres", lambda _program: way)
    with Stack.ephemeral(parts={"postgres"}) as stack:
        connection = psycopg2.connect(stack.addresses.database_url)
        with connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE written (word text)")
        connection.close()
        server = stack.service("postgres")
        server.kill()
        server.start()
        if way.uid != identity.SAME_USER:
            assert psutil.Process(server.pid).uids().effective == way.uid
