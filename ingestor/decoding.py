"""Records to events; those that are none are set aside."""

from ingestor.consumer import Fetched
from ingestor.todos.batch import Batch, Delivery, Refusal
from schemas.codec import EventDecoder
from schemas.errors import UndecodableEvent


def decoded(fetched: Fetched, decoder: EventDecoder) -> Batch:
    """The batch that the records make.

    Raises:
        RegistryUnavailable: a schema id is new here and the registry does not answer.
    """
    deliveries = []
    refusals = []
    for record in fetched.records:
        try:
            event = decoder.decode(record.value())
        except UndecodableEvent as error:
            refusals.append(Refusal.undecodable(record, error))
        else:
            deliveries.append(Delivery(record, event))
    return Batch(deliveries, refusals, fetched.moves)
