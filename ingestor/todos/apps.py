"""The app as Django knows it."""

from django.apps import AppConfig


class TodosConfig(AppConfig):
    """The app `todos`: the tables that the ingestor writes."""

    name = "ingestor.todos"
    label = "todos"
