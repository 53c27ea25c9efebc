"""The event contract: what a `TodoCreated` is, how it looks on the wire, and what the registry knows of it.

Both services import this package; it imports nothing of theirs.
"""
