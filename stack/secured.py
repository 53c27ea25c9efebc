"""A second listener of the broker, as brokers of others have it: SASL over TLS. For tests of clients."""

from dataclasses import dataclass
from pathlib import Path

from stack.ports import LOOPBACK


@dataclass(frozen=True)
class SecuredListener:
    """Where a broker listens with SASL_SSL (PLAIN), and for whom.

    Attributes:
        keystore: a PEM file of a private key (PKCS #8) and its certificate chain.
    """

    port: int
    keystore: Path
    user: str
    password: str

    @property
    def address(self) -> str:
        """Where clients reach it."""
        return f"{LOOPBACK}:{self.port}"

    def added_to(self, settings: dict[str, object]) -> dict[str, object]:
        """A broker's settings with this listener."""
        listener = f"SASL_SSL://{self.address}"
        login = "org.apache.kafka.common.security.plain.PlainLoginModule"
        return {
            **settings,
            "listeners": f"{settings['listeners']},{listener}",
            "advertised.listeners": f"{settings['advertised.listeners']},{listener}",
            "listener.security.protocol.map": f"{settings['listener.security.protocol.map']},SASL_SSL:SASL_SSL",
            "sasl.enabled.mechanisms": "PLAIN",
            "listener.name.sasl_ssl.plain.sasl.jaas.config": f'{login} required user_{self.user}="{self.password}";',
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": self.keystore,
        }
