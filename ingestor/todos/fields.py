"""Fields for columns that are written by the thousand.

Django prepares each value of each row for the database in some calls of its own. What an event carries is already what
psycopg2 takes, so these fields hand it on as it is: a seventh of the ingestor's own time less.

The fields of django-stubs are generic and those of Django are not, hence the ignored type arguments.
"""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


class _HandedOn:
    """Gives the database what the instance holds. Values must be of the type that psycopg2 adapts to the column."""

    attname: str

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:  # noqa: ANN401 Django's
        return getattr(model_instance, self.attname)

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:  # noqa: ANN401 Django's
        return value


class UUIDField(_HandedOn, models.UUIDField):  # type: ignore[type-arg]
    """A `uuid`; takes `uuid.UUID`."""


class CharField(_HandedOn, models.CharField):  # type: ignore[type-arg]
    """A `varchar` with a limit; takes `str`."""


class TextField(_HandedOn, models.TextField):  # type: ignore[type-arg]
    """A `text`; takes `str`."""


class DateTimeField(_HandedOn, models.DateTimeField):  # type: ignore[type-arg]
    """A `timestamptz`; takes an aware `datetime`."""
