"""The commands that this project adds to Django's."""
