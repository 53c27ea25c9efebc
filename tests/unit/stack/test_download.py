import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from stack import download
from stack.artifacts import Artifact
from stack.errors import ArtifactCorrupt, ArtifactUnavailable

RIGHT = b"right"
ARTIFACT = Artifact("g", "a", "1", "jar", "", hashlib.sha256(RIGHT).hexdigest(), len(RIGHT))

Answer = bytes | Exception
Serve = Callable[..., None]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Serve:
    def serve(*answers: Answer) -> None:
        remaining = list(answers)

        def answer(artifact: Artifact, workplace: Path, received: Callable[..., object], repository_url: str) -> Path:
            assert callable(received)
            assert repository_url == ""
            content = remaining.pop(0)
            if isinstance(content, Exception):
                raise content
            file = workplace / artifact.name
            file.write_bytes(content)
            return file

        monkeypatch.setattr(download, "_download", answer)

    monkeypatch.setattr(download, "RETRY_SECONDS", 0.0)
    return serve


def test_a_file_appears_under_its_name_and_alone(serve: Serve, tmp_path: Path) -> None:
    serve(RIGHT)
    download.fetch([ARTIFACT], tmp_path, lambda _count: None)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {"g.a-1.jar": RIGHT}


def test_a_broken_download_is_tried_again(serve: Serve, tmp_path: Path) -> None:
    serve(RIGHT[:-1], ArtifactUnavailable("reset by peer"), RIGHT)
    download.fetch([ARTIFACT], tmp_path, lambda _count: None)
    assert (tmp_path / ARTIFACT.file_name).read_bytes() == RIGHT


def test_a_file_that_stays_wrong_is_refused_and_not_kept(serve: Serve, tmp_path: Path) -> None:
    serve(b"wrong", b"wrong", b"wrong")
    with pytest.raises(ArtifactCorrupt, match=r"g:a:1 as downloaded is not the file that artifacts\.lock names"):
        download.fetch([ARTIFACT], tmp_path, lambda _count: None)
    assert list(tmp_path.iterdir()) == []


def test_a_repository_that_stays_away_is_told(serve: Serve, tmp_path: Path) -> None:
    serve(*(ArtifactUnavailable("g:a:1 could not be downloaded") for _ in range(3)))
    with pytest.raises(ArtifactUnavailable, match="g:a:1 could not be downloaded"):
        download.fetch([ARTIFACT], tmp_path, lambda _count: None)


def test_a_full_disk_is_not_tried_again(serve: Serve, tmp_path: Path) -> None:
    serve(OSError(28, "No space left on device"))
    with pytest.raises(OSError, match="No space left on device"):
        download.fetch([ARTIFACT], tmp_path, lambda _count: None)
