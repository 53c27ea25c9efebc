from pathlib import Path

from stack.artifacts import Artifact, locked

KAFKA = "a" * 64
REGISTRY = "b" * 64


def test_the_lock_names_the_broker_and_the_registry() -> None:
    assert len(locked("kafka")) == 46
    assert [artifact.coordinates for artifact in locked("registry")] == ["io.apicurio:apicurio-registry-app:3.3.3"]


def test_every_artifact_is_locked_to_one_sha256_and_a_file_name_of_its_own() -> None:
    artifacts = locked("kafka") + locked("registry")
    assert all(len(artifact.sha256) == 64 and artifact.size_bytes > 0 for artifact in artifacts)
    assert len({artifact.file_name for artifact in artifacts}) == len(artifacts)


def test_lines_of_a_section_are_read_with_packaging_and_classifier(tmp_path: Path) -> None:
    lock = tmp_path / "artifacts.lock"
    lock.write_text(f"# a comment\n[kafka]\n# why\ng:a:1 {KAFKA} 5\n[registry]\ng:b:2:tar.gz:all {REGISTRY} 7\n")
    assert locked("kafka", lock) == (Artifact("g", "a", "1", "jar", "", KAFKA, 5),)
    (registry,) = locked("registry", lock)
    assert registry == Artifact("g", "b", "2", "tar.gz", "all", REGISTRY, 7)
    assert registry.file_name == "g.b-2-all.tar.gz"
