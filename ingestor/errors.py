"""What can go wrong while storing, grouped by what the caller must do. See also `schemas.errors`."""


class WorldFault(Exception):
    """Something beside the records is at fault: wait and try again. The message says what, and what to run."""


class BrokersUnavailable(WorldFault):
    """No broker answers, or one answers that it cannot serve now."""


class TopicMissing(WorldFault):
    """The brokers answer, and have no such topic."""


class SubjectMissing(WorldFault):
    """The registry answers, and holds no version of the events' subject."""


class Superseded(Exception):
    """Another instance has moved a position of this batch: roll it back whole and read the positions again."""


class LooksLikeBadDeploy(Exception):
    """Too much of a batch is bad to be bad records: stop before anything is written."""


class ConsumerUnusable(Exception):
    """The Kafka client has met an error that it cannot go on from: stop."""
