"""Models can be imported only after Django is set up. No database is named, so none can be reached."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ingestor.settings")
django.setup()
