from pathlib import Path

import pytest

from stack import kafka
from stack.errors import OtherClusterSize
from stack.kafka import Node

NODES = tuple(Node(number, 9091 + number, 19091 + number) for number in (1, 2, 3))


def properties(cluster: tuple[Node, ...]) -> dict[str, str]:
    lines = kafka._properties(cluster[0], cluster, Path("/data")).splitlines()
    return dict(line.split("=", 1) for line in lines)


def test_a_cluster_acknowledges_what_two_of_three_have() -> None:
    settings = properties(NODES)
    assert settings["default.replication.factor"] == "3"
    assert settings["offsets.topic.replication.factor"] == "3"
    assert settings["min.insync.replicas"] == "2"
    assert settings["controller.quorum.voters"] == "1@127.0.0.1:19092,2@127.0.0.1:19093,3@127.0.0.1:19094"


def test_a_lone_broker_needs_no_other() -> None:
    settings = properties(NODES[:1])
    assert settings["default.replication.factor"] == "1"
    assert settings["min.insync.replicas"] == "1"


def test_everything_listens_on_loopback_and_no_topic_makes_itself() -> None:
    settings = properties(NODES)
    assert settings["listeners"] == "PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:19092"
    assert settings["auto.create.topics.enable"] == "false"


def test_a_cluster_is_not_started_on_the_data_of_one_of_another_size(tmp_path: Path) -> None:
    (tmp_path / "kafka-1" / "data").mkdir(parents=True)
    (tmp_path / "formatted").touch()
    kafka._require_same_size(tmp_path, 1)
    with pytest.raises(OtherClusterSize, match="--brokers 1"):
        kafka._require_same_size(tmp_path, 3)


def test_new_ids_differ_and_are_no_options() -> None:
    ids = {kafka._new_id() for _ in range(100)}
    assert len(ids) == 100
    assert {len(new) for new in ids} == {22}
    assert {new[0] for new in ids} == {"i"}
