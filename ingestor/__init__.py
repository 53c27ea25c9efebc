"""The read side's writer: polls the topic, decodes, stores rows and offsets in one transaction.

A Django project; `python -m ingestor <command>` runs its management commands. The write path never imports grpc.
"""
