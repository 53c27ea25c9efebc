"""The deploy step: is this release's schema fit for the registry, and the act of putting it there."""

from dataclasses import dataclass

from schemas import avro
from schemas.errors import IncompatibleSchema
from schemas.names import COMPATIBILITY, SUBJECT
from schemas.registry import RegisteredSchema, SchemaRegistry


@dataclass(frozen=True, slots=True)
class Report:
    """What a check compared: the versions that the registry holds, all of them compatible with ours."""

    versions: list[int]


def check(registry: SchemaRegistry) -> Report:
    """Whether this release's schema can live beside every registered version.

    Raises:
        InvalidSchemaFile: the file in this tree is no Avro schema.
        IncompatibleSchema: names the versions that it cannot live beside.
        RegistryUnavailable, RegistryRefused: nobody could say.
    """
    avro.todo_created()
    text = avro.todo_created_text()
    versions = registry.versions(SUBJECT)
    clashing = [version for version in versions if not registry.is_compatible(SUBJECT, text, version)]
    if clashing:
        listed = ", ".join(str(version) for version in clashing)
        raise IncompatibleSchema(f"schemas/todo_created.avsc is not {COMPATIBILITY} with {SUBJECT} version {listed}")
    return Report(versions)


def register(registry: SchemaRegistry) -> RegisteredSchema:
    """Put this release's schema into the registry. Running it again changes nothing.

    The compatibility level is set before the first version, so that no version ever stands without it.

    Raises:
        InvalidSchemaFile, IncompatibleSchema, RegistryUnavailable, RegistryRefused: nothing was registered.
    """
    avro.todo_created()
    registry.set_compatibility(SUBJECT, COMPATIBILITY)
    return registry.register(SUBJECT, avro.todo_created_text())
