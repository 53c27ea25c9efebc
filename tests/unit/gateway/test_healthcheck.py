import pytest

from gateway import healthcheck
from gateway.config import GatewaySettings


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "127.0.0.1:50051"),
        ("0.0.0.0", "127.0.0.1:50051"),
        ("[::]", "[::1]:50051"),
        ("10.0.0.7", "10.0.0.7:50051"),
    ],
)
def test_a_gateway_is_asked_at_an_address_that_can_be_dialled(host: str, address: str) -> None:
    assert healthcheck.address(GatewaySettings(host=host, insecure=True)) == address
