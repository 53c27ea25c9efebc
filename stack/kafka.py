"""Apache Kafka in KRaft mode: one broker, or a cluster of three."""

import shutil
import subprocess
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from stack import java
from stack.cache import Cache
from stack.errors import DiedAtStart, OtherClusterSize
from stack.handshake import is_serving
from stack.logfile import last_words
from stack.ports import LOOPBACK
from stack.service import FULL_DISK, Blueprint

LOGGING: Final = Path(__file__).with_name("kafka-log4j2.yaml")
FORMAT_TIMEOUT_SECONDS: Final = 60
JVM: Final = ("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow")
HEAP: Final = ("-Xms256m", "-Xmx512m", "-XX:+UseG1GC")
MAXIMUM_OF_IN_SYNC: Final = 2


@dataclass(frozen=True)
class Node:
    """One broker, which is a controller too."""

    id: int
    port: int
    controller_port: int

    @property
    def name(self) -> str:
        """As the user sees it."""
        return f"kafka-{self.id}"

    @property
    def address(self) -> str:
        """Where clients reach it."""
        return f"{LOOPBACK}:{self.port}"


def blueprints(nodes: Sequence[Node], state: Path, logs: Path, cache: Cache, variable: str) -> list[Blueprint]:
    """How to run the cluster whose data is in `state`, which is made when it is new. Takes a second for a new one.

    Raises:
        OtherClusterSize: the data is of a cluster of another size.
        DiedAtStart: the data folder could not be formatted.
    """
    classpath = ":".join(str(jar) for jar in cache.jars("kafka"))
    cluster_id = _cluster_id(state, len(nodes))
    return [_blueprint(node, nodes, state / node.name, logs, classpath, cluster_id, variable) for node in nodes]


def _blueprint(
    node: Node, nodes: Sequence[Node], folder: Path, logs: Path, classpath: str, cluster_id: str, variable: str
) -> Blueprint:
    folder.mkdir(parents=True, exist_ok=True)
    program = (java.executable(), *JVM, "-cp", classpath)
    _format(program, node, nodes, folder, cluster_id)
    properties = folder / "server.properties"
    properties.write_text(_properties(node, nodes, folder / "data"), encoding="utf-8")
    options = (*HEAP, f"-Dkafka.logs.dir={folder}", f"-Dlog4j2.configurationFile={LOGGING}")
    return Blueprint(
        name=node.name,
        address=node.address,
        command=(*program[:1], *options, *program[1:], "kafka.Kafka", str(properties)),
        folder=folder,
        log_path=logs / f"{node.name}.log",
        is_ready=lambda: is_serving(node.port),
        ports={node.port: variable, node.controller_port: variable},
    )


def _cluster_id(state: Path, size: int) -> str:
    """The cluster's id, chosen when the state is new."""
    state.mkdir(parents=True, exist_ok=True)
    file = state / "cluster"
    if not file.exists():
        new = state / "cluster.new"
        new.write_text(f"{urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip('=')} {size}", encoding="utf-8")
        new.replace(file)
    cluster_id, known_size = file.read_text(encoding="utf-8").rsplit(maxsplit=1)
    if int(known_size) != size:
        raise OtherClusterSize(
            f"the state holds a Kafka cluster of {known_size}; start that (--brokers {known_size}), "
            "or begin anew: python -m stack reset"
        )
    return cluster_id


def _format(program: tuple[str, ...], node: Node, nodes: Sequence[Node], folder: Path, cluster_id: str) -> None:
    """Make the data folder, whole or not at all: a kill in between leaves `data.new` behind, which is made again."""
    data, new = folder / "data", folder / "data.new"
    if data.exists():
        return
    shutil.rmtree(new, ignore_errors=True)
    properties = folder / "format.properties"
    properties.write_text(_properties(node, nodes, new), encoding="utf-8")
    done = subprocess.run(
        [*program, "kafka.tools.StorageTool", "format", "-t", cluster_id, "-c", str(properties)],
        capture_output=True,
        text=True,
        timeout=FORMAT_TIMEOUT_SECONDS,
        check=False,
    )
    output = done.stdout + done.stderr
    if done.returncode != 0:
        hint = "; the disk is full: free some space" if FULL_DISK in output else ""
        raise DiedAtStart(f"{node.name} could not make its data folder{hint}. It says:\n{last_words(output)}")
    new.replace(data)


def _properties(node: Node, nodes: Sequence[Node], data: Path) -> str:
    replication_factor = len(nodes)
    settings = {
        "process.roles": "broker,controller",
        "node.id": node.id,
        "controller.quorum.voters": ",".join(f"{n.id}@{LOOPBACK}:{n.controller_port}" for n in nodes),
        "controller.listener.names": "CONTROLLER",
        "listeners": f"PLAINTEXT://{node.address},CONTROLLER://{LOOPBACK}:{node.controller_port}",
        "advertised.listeners": f"PLAINTEXT://{node.address}",
        "inter.broker.listener.name": "PLAINTEXT",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "log.dirs": data,
        # A topic that is missing is an error of whoever deploys, to be seen and not to be healed with wrong settings.
        "auto.create.topics.enable": "false",
        "offsets.topic.num.partitions": 8,
        "offsets.topic.replication.factor": replication_factor,
        "transaction.state.log.replication.factor": replication_factor,
        "transaction.state.log.min.isr": min(replication_factor, MAXIMUM_OF_IN_SYNC),
        "share.coordinator.state.topic.replication.factor": replication_factor,
        "share.coordinator.state.topic.min.isr": min(replication_factor, MAXIMUM_OF_IN_SYNC),
        "default.replication.factor": replication_factor,
        "min.insync.replicas": min(replication_factor, MAXIMUM_OF_IN_SYNC),
        # A dead broker's partitions move, and a dead consumer's are given away, in seconds: people and tests wait.
        "broker.session.timeout.ms": 3000,
        "broker.heartbeat.interval.ms": 500,
        "group.initial.rebalance.delay.ms": 0,
        "group.min.session.timeout.ms": 1000,
        "group.consumer.min.session.timeout.ms": 1000,
        "group.consumer.min.heartbeat.interval.ms": 100,
        "log.retention.hours": -1,
    }
    return "".join(f"{name}={value}\n" for name, value in settings.items())
