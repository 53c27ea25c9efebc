"""Apache Kafka in KRaft mode: one broker, or a cluster of three."""

import re
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
from stack.secured import SecuredListener
from stack.service import FULL_DISK, Blueprint

LOGGING: Final = Path(__file__).with_name("kafka-log4j2.yaml")
FORMAT_TIMEOUT_SECONDS: Final = 60
JVM: Final = ("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow")
# A program of one second gains nothing from a second compiler, and three brokers on a small machine start in half the
# time without it. A lone broker keeps it: it is the one that is measured.
ONE_OF_SEVERAL: Final = ("-XX:TieredStopAtLevel=1",)
SHORT_LIVED: Final = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
HEAP: Final = ("-Xms256m", "-Xmx512m", "-XX:+UseG1GC")
MAXIMUM_OF_IN_SYNC: Final = 2


@dataclass(frozen=True)
class Node:
    """One broker, which is a controller too."""

    id: int
    port: int
    controller_port: int
    secured: SecuredListener | None = None

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

    `variable` is the environment variable that moves the ports, "" for none.

    Raises:
        OtherClusterSize: the data is of a cluster of another size.
        DiedAtStart: the data folder could not be formatted.
    """
    classpath = ":".join(str(jar) for jar in cache.jars("kafka"))
    java_program = (java.executable(), *JVM, "-cp", classpath)
    _require_same_size(state, len(nodes))
    for node in nodes:
        folder = state / node.name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "server.properties").write_text(_properties(node, nodes, folder / "data"), encoding="utf-8")
    _format(java_program, nodes, state)
    return [
        _blueprint(node, state / node.name, logs, cluster_size=len(nodes), java_program=java_program, variable=variable)
        for node in nodes
    ]


def _blueprint(
    node: Node, folder: Path, logs: Path, *, cluster_size: int, java_program: Sequence[str], variable: str
) -> Blueprint:
    compiler = ONE_OF_SEVERAL if cluster_size > 1 else ()
    options = (*HEAP, *compiler, f"-Dkafka.logs.dir={folder}", f"-Dlog4j2.configurationFile={LOGGING}")
    return Blueprint(
        name=node.name,
        address=node.address,
        command=(*java_program, *options, "kafka.Kafka", str(folder / "server.properties")),
        folder=folder,
        log_path=logs / f"{node.name}.log",
        is_ready=lambda: is_serving(node.port),
        ports={node.port: variable, node.controller_port: variable},
    )


def _require_same_size(state: Path, size: int) -> None:
    known_size = len(list(state.glob("kafka-*/data")))
    if known_size not in {0, size} and (state / "formatted").exists():
        raise OtherClusterSize(
            f"the state holds a Kafka cluster of {known_size}; start that (--brokers {known_size}), "
            "or begin anew: python -m stack reset"
        )


def _format(java_program: Sequence[str], nodes: Sequence[Node], state: Path) -> None:
    """Make the data folders of all nodes. A kill in between leaves no `formatted` behind, and all are made again.

    Kafka's tool, which takes a second of two cores, makes the first; the others differ from it in their ids only.
    """
    formatted = state / "formatted"
    if formatted.exists():
        return
    folders = [state / node.name / "data" for node in nodes]
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
    first, *others = zip(nodes, folders, strict=True)
    _run_format(java_program, state / first[0].name / "server.properties")
    for node, folder in others:
        shutil.copytree(first[1], folder)
        identity = folder / "meta.properties"
        text = re.sub("^node.id=.*$", f"node.id={node.id}", identity.read_text(encoding="utf-8"), flags=re.MULTILINE)
        text = re.sub("^directory.id=.*$", f"directory.id={_new_id()}", text, flags=re.MULTILINE)
        identity.write_text(text, encoding="utf-8")
    formatted.touch()


def _run_format(java_program: Sequence[str], properties: Path) -> None:
    done = subprocess.run(
        [*java_program, *SHORT_LIVED, "kafka.tools.StorageTool", "format", "-t", _new_id(), "-c", str(properties)],
        capture_output=True,
        text=True,
        timeout=FORMAT_TIMEOUT_SECONDS,
        check=False,
    )
    output = done.stdout + done.stderr
    if done.returncode != 0:
        hint = "; the disk is full: free some space" if FULL_DISK in output else ""
        raise DiedAtStart(f"kafka could not make its data folder{hint}. It says:\n{last_words(output)}")


def _new_id() -> str:
    """An id as Kafka writes them; one that begins with a dash would look like an option to its tools."""
    return "i" + urlsafe_b64encode(uuid.uuid4().bytes).decode()[1:22]


def _properties(node: Node, nodes: Sequence[Node], data: Path) -> str:
    replication_factor = len(nodes)
    settings: dict[str, object] = {
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
    if node.secured:
        settings = node.secured.added_to(settings)
    return "".join(f"{name}={value}\n" for name, value in settings.items())
