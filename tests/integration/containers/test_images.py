"""The Dockerfile's install steps, run in a clean virtual environment: what each image holds, and what it lacks."""

import pytest

from tests import compose, dockerfile
from tests.dockerfile import Image


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Image:
    return Image.build("gateway", tmp_path_factory.mktemp("gateway"))


@pytest.fixture(scope="module")
def ingestor(tmp_path_factory: pytest.TempPathFactory) -> Image:
    return Image.build("ingestor", tmp_path_factory.mktemp("ingestor"))


@pytest.mark.parametrize("module", ["django", "apscheduler", "psycopg2", "ingestor", "stack"])
def test_the_gateways_image_lacks(gateway: Image, module: str) -> None:
    assert not gateway.can_import(module)


@pytest.mark.parametrize("module", ["grpc", "gateway", "todo", "stack"])
def test_the_ingestors_image_lacks(ingestor: Image, module: str) -> None:
    assert not ingestor.can_import(module)


def test_the_gateways_image_runs_the_gateway(gateway: Image) -> None:
    done = gateway.run("-m", "gateway", GATEWAY_HOST="0.0.0.0")
    assert (done.returncode, done.stderr) == (
        2,
        "gateway: GATEWAY_HOST is not loopback; without TLS that needs GATEWAY_INSECURE=1\n",
    )


def test_the_gateways_image_runs_its_health_check(gateway: Image) -> None:
    done = gateway.run("-m", "gateway.healthcheck", GATEWAY_PORT="1")
    assert (done.returncode, done.stderr) == (1, "")
    assert "nobody answers at 127.0.0.1:1" in done.stdout


def test_the_gateways_image_runs_the_deploy_step_of_the_schema(gateway: Image) -> None:
    done = gateway.run("-m", "schemas", "check", "--offline")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("service", ["ingestor", "migrate"])
def test_the_ingestors_image_runs_what_compose_asks_of_it(ingestor: Image, service: str) -> None:
    _, *arguments = compose.command(compose.services()[service], dockerfile.command("ingestor"))
    done = ingestor.run(*arguments)
    assert done.returncode == 2
    assert done.stderr.startswith("error: DATABASE_URL is not set")
    assert ingestor.run(*arguments, "--help").returncode == 0
