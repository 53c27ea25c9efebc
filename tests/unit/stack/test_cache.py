import hashlib
import io
import tarfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from stack import cache
from stack.artifacts import Artifact
from stack.cache import Cache
from stack.display import QuietDisplay
from stack.download import Advance

JAR = b"a jar"


def archive() -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, content in (("quarkus-run.jar", b"run"), ("lib/part.jar", b"part")):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return packed.getvalue()


class Repository:
    """A Maven repository in memory that counts what is fetched from it."""

    def __init__(self) -> None:
        self.contents = {"kafka": JAR, "registry": archive()}
        self.fetched: list[str] = []

    def locked(self, part: str) -> tuple[Artifact, ...]:
        content = self.contents[part]
        packaging = {"kafka": "jar", "registry": "tar.gz"}[part]
        return (Artifact("g", part, "1", packaging, "", hashlib.sha256(content).hexdigest(), len(content)),)

    def fetch(self, artifacts: Sequence[Artifact], folder: Path, advance: Advance, *, repository_url: str) -> None:
        assert repository_url == ""
        for artifact in artifacts:
            self.fetched.append(artifact.name)
            (folder / artifact.file_name).write_bytes(self.contents[artifact.name])
            advance(artifact.size_bytes)


@pytest.fixture
def repository(monkeypatch: pytest.MonkeyPatch) -> Repository:
    repository = Repository()
    monkeypatch.setattr(cache, "locked", repository.locked)
    monkeypatch.setattr(cache, "fetch", repository.fetch)
    return repository


@pytest.fixture
def downloads(tmp_path: Path, repository: Repository) -> Cache:
    assert repository.fetched == []
    return Cache(tmp_path / "cache", QuietDisplay())


def test_what_is_in_the_cache_is_not_fetched_again(downloads: Cache, repository: Repository) -> None:
    first = downloads.jars("kafka"), downloads.unpacked("registry")
    assert (downloads.jars("kafka"), downloads.unpacked("registry")) == first
    assert repository.fetched == ["kafka", "registry"]


@pytest.mark.parametrize("broken", [b"", JAR[:-1], b"A jar"], ids=["emptied", "truncated", "changed"])
def test_a_broken_jar_is_found_and_fetched_again(downloads: Cache, repository: Repository, broken: bytes) -> None:
    (jar,) = downloads.jars("kafka")
    jar.write_bytes(broken)
    assert downloads.jars("kafka") == [jar]
    assert jar.read_bytes() == JAR
    assert repository.fetched == ["kafka", "kafka"]


def test_an_unpacked_file_that_was_changed_in_place_is_replaced(downloads: Cache, repository: Repository) -> None:
    part = downloads.unpacked("registry") / "lib" / "part.jar"
    part.write_bytes(b"trap")
    downloads.unpacked("registry")
    assert part.read_bytes() == b"part"
    assert repository.fetched == ["registry", "registry"]


def test_an_unpacked_file_that_is_missing_is_replaced(downloads: Cache) -> None:
    part = downloads.unpacked("registry") / "lib" / "part.jar"
    part.unlink()
    downloads.unpacked("registry")
    assert part.read_bytes() == b"part"


def test_what_a_killed_process_left_in_the_cache_is_swept(downloads: Cache, tmp_path: Path) -> None:
    leftover = tmp_path / "cache" / "fetching-killed"
    leftover.mkdir(parents=True)
    downloads.jars("kafka")
    assert not leftover.exists()


def test_nothing_but_whole_files_is_left_when_fetching_fails(
    downloads: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_artifacts: Sequence[Artifact], folder: Path, _advance: Advance, *, repository_url: str) -> None:
        (folder / "half").write_text(repository_url)
        raise OSError("no space")

    monkeypatch.setattr(cache, "fetch", fail)
    with pytest.raises(OSError, match="no space"):
        downloads.jars("kafka")
    assert [file for file in (tmp_path / "cache").rglob("*") if file.is_file()] == [tmp_path / "cache" / "lock"]
