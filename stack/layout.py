"""Which port each part listens on."""

from dataclasses import dataclass

from stack.kafka import Node
from stack.ports import companion, free_ports
from stack.secured import SecuredListener
from stack.settings import StackSettings


@dataclass(frozen=True)
class Layout:
    """The ports of a stack, and the variables that move them ("" where nothing does)."""

    nodes: tuple[Node, ...]
    registry_port: int
    registry_management_port: int
    postgres_port: int
    kafka_variable: str = ""
    registry_variable: str = ""
    postgres_variable: str = ""

    @property
    def bootstrap_servers(self) -> str:
        """All brokers, as Kafka clients want them."""
        return ",".join(node.address for node in self.nodes)


def fixed(settings: StackSettings, brokers: int) -> Layout:
    """The known ports, or what the settings make of them; internal listeners are 10,000 away."""
    ports = [settings.kafka_port + index for index in range(brokers)]
    return Layout(
        nodes=tuple(Node(id_, port, companion(port)) for id_, port in enumerate(ports, start=1)),
        registry_port=settings.registry_port,
        registry_management_port=companion(settings.registry_port),
        postgres_port=settings.postgres_port,
        kafka_variable="STACK_KAFKA_PORT",
        registry_variable="STACK_REGISTRY_PORT",
        postgres_variable="STACK_POSTGRES_PORT",
    )


def free(brokers: int, secured: SecuredListener | None = None) -> Layout:
    """Ports on which nothing listens now. The first broker has the secured listener too, if there is one."""
    registry, management, postgres, *kafka = free_ports(3 + 2 * brokers)
    pairs = zip(kafka[::2], kafka[1::2], strict=True)
    nodes = tuple(
        Node(id_, port, controller, secured if id_ == 1 else None)
        for id_, (port, controller) in enumerate(pairs, start=1)
    )
    return Layout(nodes, registry, management, postgres)
