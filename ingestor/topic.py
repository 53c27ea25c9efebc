"""The topic as the brokers know it: whether it is there, and which one of that name it is."""

from typing import Final
from uuid import UUID

from confluent_kafka import KafkaError, KafkaException, TopicCollection, Uuid
from confluent_kafka.admin import AdminClient

from ingestor.errors import BrokersUnavailable, TopicMissing

ANSWER_TIMEOUT_SECONDS: Final = 5.0
_HALF: Final = (1 << 64) - 1


class Topic:
    """One topic's name, and the id that tells it from one that was made again (KIP-516)."""

    def __init__(self, admin: AdminClient, name: str) -> None:
        self._admin = admin
        self.name = name

    def id(self) -> UUID:
        """The id of the topic that has this name now. Blocks for at most 5 s.

        Raises:
            TopicMissing: there is none.
            BrokersUnavailable: nobody could say.
        """
        request = self._admin.describe_topics(TopicCollection([self.name]), request_timeout=ANSWER_TIMEOUT_SECONDS)
        try:
            description = request[self.name].result()
        except KafkaException as error:
            raise self._condition(error.args[0]) from error
        return _standard(description.topic_id)

    def _condition(self, error: KafkaError) -> TopicMissing | BrokersUnavailable:
        if error.code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
            return TopicMissing(f"the topic {self.name} does not exist; run: python -m stack topic")
        return BrokersUnavailable(f"the brokers (KAFKA_BOOTSTRAP_SERVERS) do not serve: {error.str()}")


def _standard(kafka_id: Uuid) -> UUID:
    high = kafka_id.get_most_significant_bits()  # type: ignore[attr-defined]  # its stubs lack both
    low = kafka_id.get_least_significant_bits()  # type: ignore[attr-defined]
    return UUID(int=(high & _HALF) << 64 | (low & _HALF))
