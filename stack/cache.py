"""The user's cache of verified Java artifacts, shared by every checkout."""

import contextlib
import fcntl
import json
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

from stack.artifacts import Artifact, locked
from stack.display import Display
from stack.download import fetch, sha256_of


class Cache:
    """Artifacts in a folder. Several processes may use one folder at once: who finds something missing locks it."""

    def __init__(self, folder: Path, display: Display, *, repository_url: str = "") -> None:
        self._folder = folder
        self._display = display
        self._repository_url = repository_url

    def jars(self, part: str) -> list[Path]:
        """The part's jar files, each verified by its sha256 now; what is missing or broken is fetched.

        Raises:
            ArtifactUnavailable, ArtifactCorrupt, OSError: see `stack.download.fetch`.
        """
        artifacts = locked(part)
        folder = self._folder / "jars"
        if self._broken(artifacts, folder):
            with self._locked():
                self._fetch(self._broken(artifacts, folder), folder, part)
        return [folder / artifact.file_name for artifact in artifacts]

    def unpacked(self, part: str) -> Path:
        """The folder that the part's only artifact, a tar.gz, unpacks to.

        The archive is verified before it is unpacked; of each unpacked file, size and time are compared with what was
        written then. When one differs, the archive is fetched again.
        """
        (artifact,) = locked(part)
        folder = self._folder / "unpacked" / f"{artifact.name}-{artifact.version}-{artifact.sha256[:12]}"
        if not _is_whole(folder):
            with self._locked():
                if not _is_whole(folder):
                    self._unpack(artifact, folder, part)
        return folder

    def _broken(self, artifacts: tuple[Artifact, ...], folder: Path) -> tuple[Artifact, ...]:
        return tuple(artifact for artifact in artifacts if not _is_intact(artifact, folder / artifact.file_name))

    def _fetch(self, artifacts: tuple[Artifact, ...], folder: Path, part: str) -> None:
        if not artifacts:
            return
        folder.mkdir(parents=True, exist_ok=True)
        count = f"{len(artifacts)} files" if len(artifacts) > 1 else "1 file"
        total_bytes = sum(artifact.size_bytes for artifact in artifacts)
        with (
            tempfile.TemporaryDirectory(prefix="fetching-", dir=self._folder) as workplace,
            self._display.downloading(f"fetching {part}, {count}", total_bytes) as advance,
        ):
            fetch(artifacts, Path(workplace), advance, repository_url=self._repository_url)
            for artifact in artifacts:
                (Path(workplace) / artifact.file_name).replace(folder / artifact.file_name)

    def _unpack(self, artifact: Artifact, folder: Path, part: str) -> None:
        with tempfile.TemporaryDirectory(prefix="fetching-", dir=self._folder) as text:
            workplace = Path(text)
            self._fetch((artifact,), workplace, part)
            self._display.say(f"unpacking {part}")
            with tarfile.open(workplace / artifact.file_name) as archive:
                # The archive is verified, so this is only about warnings: 3.11.4 brought filters, 3.12 asks for one.
                archive.extraction_filter = getattr(tarfile, "data_filter", None)
                archive.extractall(workplace / "unpacked")  # noqa: S202
            _write_inventory(workplace / "unpacked")
            folder.parent.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(folder, ignore_errors=True)
            (workplace / "unpacked").replace(folder)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            for leftover in self._folder.glob("fetching-*"):  # of a process that was killed while it held the lock
                shutil.rmtree(leftover, ignore_errors=True)
            yield


def _is_intact(artifact: Artifact, file: Path) -> bool:
    try:
        return file.stat().st_size == artifact.size_bytes and sha256_of(file) == artifact.sha256
    except OSError:
        return False


def _inventory(folder: Path) -> dict[str, list[int]]:
    files = sorted(file for file in folder.rglob("*") if file.is_file() and file.name != "inventory.json")
    stats = {file.relative_to(folder).as_posix(): file.stat() for file in files}
    return {name: [stat.st_size, stat.st_mtime_ns] for name, stat in stats.items()}


def _write_inventory(folder: Path) -> None:
    (folder / "inventory.json").write_text(json.dumps(_inventory(folder)), encoding="utf-8")


def _is_whole(folder: Path) -> bool:
    try:
        return bool(json.loads((folder / "inventory.json").read_text(encoding="utf-8")) == _inventory(folder))
    except (OSError, ValueError):
        return False
