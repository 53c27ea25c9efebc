from stack import settings
from stack.layout import fixed
from stack.ports import HIGHEST_FREE_PORT, companion


def test_one_broker_is_where_the_readme_says() -> None:
    layout = fixed(settings.read({}), 1)
    assert layout.bootstrap_servers == "127.0.0.1:9092"
    assert (layout.registry_port, layout.postgres_port) == (8081, 5432)


def test_a_cluster_takes_the_ports_that_follow() -> None:
    layout = fixed(settings.read({"STACK_KAFKA_PORT": "7001"}), 3)
    assert layout.bootstrap_servers == "127.0.0.1:7001,127.0.0.1:7002,127.0.0.1:7003"
    assert [node.controller_port for node in layout.nodes] == [17001, 17002, 17003]


def test_a_companion_of_any_port_is_a_port() -> None:
    assert all(0 < companion(port) <= 65535 for port in (1, HIGHEST_FREE_PORT - 1, HIGHEST_FREE_PORT, 65535))
