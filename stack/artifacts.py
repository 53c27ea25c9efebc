"""The Java artifacts of the stack, as artifacts.lock names them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

LOCK_FILE: Final = Path(__file__).with_name("artifacts.lock")
DEFAULT_PACKAGING: Final = "jar"


@dataclass(frozen=True)
class Artifact:
    """One file of a Maven repository, with the sha256 and the size in bytes that it must have."""

    group: str
    name: str
    version: str
    packaging: str
    classifier: str
    sha256: str
    size_bytes: int

    @property
    def coordinates(self) -> str:
        """The artifact as Maven names it."""
        return f"{self.group}:{self.name}:{self.version}"

    @property
    def file_name(self) -> str:
        """A file name that no other artifact of the lock has."""
        suffix = f"-{self.classifier}" if self.classifier else ""
        return f"{self.group}.{self.name}-{self.version}{suffix}.{self.packaging}"


def locked(part: str, lock_file: Path = LOCK_FILE) -> tuple[Artifact, ...]:
    """The artifacts of one section (`kafka`, `registry`) of the lock file."""
    section = ""
    artifacts: list[Artifact] = []
    for line in lock_file.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif section == part and line and not line.startswith("#"):
            artifacts.append(_parsed(line))
    return tuple(artifacts)


def _parsed(line: str) -> Artifact:
    coordinates, sha256, size_bytes = line.split()
    group, name, version, *variant = coordinates.split(":")
    packaging, classifier = variant or (DEFAULT_PACKAGING, "")
    return Artifact(group, name, version, packaging, classifier, sha256, int(size_bytes))
