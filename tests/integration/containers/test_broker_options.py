"""The broker's options in docker-compose.yml, asked of the Kafka release that the embedded stack runs."""

import os
import re
import subprocess

from stack import java, settings
from stack.cache import Cache
from stack.display import QuietDisplay
from tests import compose


def test_kafka_knows_every_option_that_compose_sets() -> None:
    jars = Cache(settings.read(os.environ).cache_folder, QuietDisplay()).jars("kafka")
    documentation = subprocess.run(
        [java.executable(), "-cp", ":".join(map(str, jars)), "kafka.server.KafkaConfig"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout
    known = set(re.findall(r'id="brokerconfigs_([a-z0-9._]+)"', documentation))
    broker = compose.services()["kafka"]["environment"]
    # How the image names them: docker/examples/README.md in apache/kafka.
    options = {name.removeprefix("KAFKA_").lower().replace("_", ".") for name in broker}
    assert options <= known
