"""Where the three parts are reached."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Addresses:
    """Addresses as the services read them. A part that is neither started nor given has the empty string."""

    kafka_bootstrap_servers: str
    schema_registry_url: str
    database_url: str

    def environment(self) -> dict[str, str]:
        """The variables that the services read, without those that have no value."""
        variables = {
            "KAFKA_BOOTSTRAP_SERVERS": self.kafka_bootstrap_servers,
            "SCHEMA_REGISTRY_URL": self.schema_registry_url,
            "DATABASE_URL": self.database_url,
        }
        return {name: value for name, value in variables.items() if value}
