"""Clients, as programs to read and to copy from."""
