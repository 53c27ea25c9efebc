"""What can go wrong with an event or with the registry, grouped by what the caller must do."""


class SchemaError(Exception):
    """The root of every error of this package."""


class UndecodableEvent(SchemaError):
    """The record's value can never be decoded, however often it is read. A fault of the record, not of the world."""


class NotConfluentFraming(UndecodableEvent):
    """The value does not begin with the magic byte 0 and a 4-byte schema id."""


class UnknownSchemaId(UndecodableEvent):
    """The registry answers, and knows no schema with the id that the value names."""


class BodyDoesNotFit(UndecodableEvent):
    """The Avro body does not fit its writer's schema, breaks off, or goes on after its end."""


class RegistryUnavailable(SchemaError):
    """The registry cannot be reached or does not answer as a registry. Waiting can mend it; no record is to blame."""


class RegistryRefused(SchemaError):
    """The registry answered with an error that a retry does not mend."""


class SchemaNotRegistered(SchemaError):
    """The subject is missing, or holds no version that equals this program's schema."""


class IncompatibleSchema(SchemaError):
    """The schema cannot live beside a version that is registered already."""


class InvalidSchemaFile(SchemaError):
    """The schema file is not JSON, or not an Avro schema."""
