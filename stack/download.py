"""Fetching artifacts from the Maven repository that jgo knows."""

import hashlib
import logging
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from stack.artifacts import Artifact
from stack.errors import ArtifactCorrupt, ArtifactUnavailable

PARALLEL_DOWNLOADS: Final = 6
ATTEMPTS: Final = 3
RETRY_SECONDS: Final = 1.0
TIMEOUT_SECONDS: Final = 30

Advance = Callable[[int], None]


def fetch(artifacts: Sequence[Artifact], folder: Path, advance: Advance, *, repository_url: str = "") -> None:
    """Download the artifacts side by side into `folder`, each under its `file_name`.

    A file appears under its name only when its sha256 is right; a failed download is tried three times.

    Raises:
        ArtifactUnavailable: the repository cannot be reached or does not have the file.
        ArtifactCorrupt: what the repository sends is not the file of the lock.
        OSError: the file system refuses it, for instance because it is full.
    """
    # jgo warns on its own about a checksum; ours is checked below and is an error.
    logging.getLogger("jgo").setLevel(logging.ERROR)
    with ThreadPoolExecutor(PARALLEL_DOWNLOADS, thread_name_prefix="download") as pool:
        largest_first = sorted(artifacts, key=lambda artifact: -artifact.size_bytes)
        futures = [pool.submit(_fetch_one, artifact, folder, advance, repository_url) for artifact in largest_first]
        try:
            for future in futures:
                future.result()
        except BaseException:
            pool.shutdown(cancel_futures=True, wait=False)
            raise


def sha256_of(file: Path) -> str:
    """The file's sha256 in hexadecimal."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _fetch_one(artifact: Artifact, folder: Path, advance: Advance, repository_url: str) -> None:
    attempt = 1
    while True:
        # jgo writes under the final name as the bytes come, so each attempt has a folder of its own.
        workplace = Path(tempfile.mkdtemp(prefix="attempt-", dir=folder))
        try:
            received = _Received(advance)
            file = _download(artifact, workplace, received, repository_url)
            _verify(file, artifact)
            file.replace(folder / artifact.file_name)
        except (ArtifactCorrupt, ArtifactUnavailable):
            received.take_back()
            if attempt == ATTEMPTS:
                raise
            time.sleep(attempt * RETRY_SECONDS)
            attempt += 1
        else:
            return
        finally:
            shutil.rmtree(workplace, ignore_errors=True)


def _verify(file: Path, artifact: Artifact) -> None:
    if sha256_of(file) != artifact.sha256:
        raise ArtifactCorrupt(
            f"{artifact.coordinates} as downloaded is not the file that artifacts.lock names; "
            "a proxy or mirror may have changed it: try again, or use another network"
        )


class _Received:
    """Counts the bytes of one attempt, in jgo's form of a progress callback."""

    def __init__(self, advance: Advance) -> None:
        self._advance = advance
        self._bytes = 0

    @contextmanager
    def __call__(self, _file_name: str, _total_bytes: int) -> Iterator[Advance]:
        yield self._add

    def take_back(self) -> None:
        self._add(-self._bytes)

    def _add(self, count: int) -> None:
        self._bytes += count
        self._advance(count)


def _download(artifact: Artifact, workplace: Path, received: _Received, repository_url: str) -> Path:
    # Imported here: a start that finds everything in the cache needs neither.
    import requests  # noqa: PLC0415
    from jgo.constants import MAVEN_CENTRAL_URL  # noqa: PLC0415
    from jgo.maven import MavenContext, PythonResolver  # noqa: PLC0415

    maven = MavenContext(
        resolver=PythonResolver(progress_callback=received),
        repo_cache=workplace,
        local_repos=[],
        remote_repos={"central": repository_url or MAVEN_CENTRAL_URL},
        timeout=TIMEOUT_SECONDS,
    )
    component = maven.project(artifact.group, artifact.name).at_version(artifact.version)
    try:
        return component.artifact(classifier=artifact.classifier, packaging=artifact.packaging).resolve()
    except (requests.RequestException, RuntimeError) as error:
        raise ArtifactUnavailable(
            f"{artifact.coordinates} could not be downloaded ({_first_line(error)}); is there a network, "
            "and does it need HTTPS_PROXY or STACK_MAVEN_REPOSITORY_URL?"
        ) from error


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:200]
