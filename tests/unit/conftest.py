"""A unit test that touches a socket fails at once."""

import pytest_socket


def pytest_runtest_setup() -> None:
    pytest_socket.disable_socket(allow_unix_socket=True)  # an event loop wakes itself through a socket pair
