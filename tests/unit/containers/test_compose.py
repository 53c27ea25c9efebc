"""What can be known of docker-compose.yml without a container engine."""

import importlib.util
import re

import pytest

from gateway import config
from gateway.config import GatewaySettings
from ingestor.settings import IngestorSettings, databases
from runtime import settings
from schemas.__main__ import main as schemas_command
from schemas.names import TOPIC
from stack import artifacts
from stack.topic import PARTITIONS
from tests import compose, dockerfile

SERVICES = compose.services()
OURS = compose.ours()
COMMANDS = {
    name: compose.command(service, dockerfile.command(service["build"]["target"])) for name, service in OURS.items()
}
EDGES = [
    (name, dependency, edge["condition"])
    for name, service in SERVICES.items()
    for dependency, edge in service.get("depends_on", {}).items()
]
ONE_SHOT = ("topic", "register", "migrate")


@pytest.mark.parametrize(("name", "dependency", "condition"), EDGES)
def test_a_dependency_is_waited_for_until_it_is_healthy_or_done(name: str, dependency: str, condition: str) -> None:
    if dependency in ONE_SHOT:
        assert condition == "service_completed_successfully"
    else:
        assert condition == "service_healthy"
        assert "test" in SERVICES[dependency]["healthcheck"], f"{dependency} can never be healthy for {name}"


@pytest.mark.parametrize("name", ONE_SHOT)
def test_a_deploy_step_is_not_started_again_after_its_success(name: str) -> None:
    assert "restart" not in SERVICES[name]


def test_the_services_wait_for_their_deploy_steps() -> None:
    assert {"topic", "register"} < SERVICES["gateway"]["depends_on"].keys()
    assert {"topic", "register", "migrate"} < SERVICES["ingestor"]["depends_on"].keys()


def test_the_gateway_starts_with_the_environment_that_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in compose.environment(SERVICES["gateway"]).items():
        monkeypatch.setenv(name, value)
    read = config.from_environment()
    assert (read.settings.host, read.settings.port) == ("0.0.0.0", 50051)
    assert read.producer_options["bootstrap.servers"] == "kafka:19092"


def test_the_gateway_reads_every_variable_that_it_is_given() -> None:
    known = {settings.variable(GatewaySettings, field) for field in GatewaySettings.model_fields}
    assert SERVICES["gateway"]["environment"].keys() <= known | {"KAFKA_BOOTSTRAP_SERVERS"}


@pytest.mark.parametrize("name", ["ingestor", "migrate"])
def test_the_ingestor_reads_every_variable_that_it_is_given(name: str) -> None:
    known = {settings.variable(IngestorSettings, field) for field in IngestorSettings.model_fields}
    assert SERVICES[name]["environment"].keys() <= known | {"KAFKA_BOOTSTRAP_SERVERS"}


@pytest.mark.parametrize("name", ["ingestor", "migrate"])
def test_the_ingestor_finds_the_database_that_compose_starts(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = compose.environment(SERVICES[name])
    monkeypatch.setenv("DATABASE_URL", environment["DATABASE_URL"])
    database = databases(settings.load(IngestorSettings, environment))["default"]
    server = compose.environment(SERVICES["postgres"])
    assert database["HOST"] == "postgres"
    assert database["NAME"] == server["POSTGRES_DB"]
    assert database["USER"] == server["POSTGRES_USER"]
    assert database["PASSWORD"] == server["POSTGRES_PASSWORD"]


def test_register_reads_every_variable_that_it_is_given() -> None:
    known = {parameter.envvar for parameter in schemas_command.params}
    assert SERVICES["register"]["environment"].keys() <= known


def test_the_gateway_is_killed_only_after_it_could_drain() -> None:
    drain_seconds = float(SERVICES["gateway"]["environment"]["GATEWAY_DRAIN_TIMEOUT_SECONDS"])
    assert float(SERVICES["gateway"]["stop_grace_period"].removesuffix("s")) > 2 * drain_seconds


@pytest.mark.parametrize("name", OURS)
def test_a_container_of_ours_can_write_nothing_and_may_do_nothing(name: str) -> None:
    assert OURS[name]["read_only"]
    assert OURS[name]["cap_drop"] == ["ALL"]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_a_module_of_ours(name: str) -> None:
    python, flag, module, *_ = COMMANDS[name]
    assert (python, flag) == ("python", "-m")
    assert importlib.util.find_spec(f"{module}.__main__") is not None


def test_register_runs_a_command_that_exists() -> None:
    assert COMMANDS["register"][3] in schemas_command.commands


def test_the_topic_is_made_as_the_embedded_stack_makes_it() -> None:
    command = compose.command(SERVICES["topic"], [])
    assert command[command.index("--topic") + 1] == TOPIC
    assert command[command.index("--partitions") + 1] == str(PARTITIONS)


def test_kafka_is_the_release_that_the_embedded_stack_runs() -> None:
    (version,) = {artifact.version for artifact in artifacts.locked("kafka") if artifact.name == "kafka-clients"}
    assert {SERVICES[name]["image"] for name in ("kafka", "topic")} == {f"apache/kafka:{version}"}


@pytest.mark.parametrize("name", SERVICES)
def test_a_port_is_published_on_loopback_only(name: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name].get("ports", []))


def test_the_database_has_no_password_unless_the_user_gives_one() -> None:
    (way,) = compose.variables()["POSTGRES_PASSWORD"]
    assert way.startswith(":?")
    assert re.search("^POSTGRES_PASSWORD=$", (compose.ROOT / ".env.example").read_text(), re.MULTILINE)


def test_the_example_names_every_variable_that_a_user_can_set_with_its_default() -> None:
    example = dict(re.findall(r"^#?([A-Z_]+)=(.*)$", (compose.ROOT / ".env.example").read_text(), re.MULTILINE))
    defaults = {name: way.removeprefix(":-") for name, ways in compose.variables().items() for way in ways}
    assert example == {**defaults, "POSTGRES_PASSWORD": ""}
