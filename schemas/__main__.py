"""`python -m schemas register | check`: the deploy steps of the event contract."""

import sys
from collections.abc import Callable
from typing import TextIO, TypeAlias

import click

from schemas import avro, registration
from schemas.errors import IncompatibleSchema, InvalidSchemaFile, SchemaError
from schemas.names import COMPATIBILITY, SUBJECT
from schemas.registry import SchemaRegistry

Connect: TypeAlias = Callable[[], SchemaRegistry]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--registry",
    envvar="SCHEMA_REGISTRY_URL",
    show_envvar=True,
    default="http://127.0.0.1:8081",
    show_default=True,
    help="The schema registry's address.",
)
@click.option("--user-info", envvar="SCHEMA_REGISTRY_BASIC_AUTH_USER_INFO", show_envvar=True, help="user:password.")
@click.option(
    "--user-info-file",
    envvar="SCHEMA_REGISTRY_BASIC_AUTH_USER_INFO_FILE",
    show_envvar=True,
    type=click.File(encoding="utf-8"),
    help="A file that holds user:password.",
)
@click.option("--ca", envvar="SCHEMA_REGISTRY_SSL_CA_LOCATION", show_envvar=True, help="PEM file of authorities.")
@click.option("--certificate", envvar="SCHEMA_REGISTRY_SSL_CERTIFICATE_LOCATION", show_envvar=True, help="PEM file.")
@click.option("--key", envvar="SCHEMA_REGISTRY_SSL_KEY_LOCATION", show_envvar=True, help="PEM file.")
@click.pass_context
def main(
    context: click.Context,
    *,
    registry: str,
    user_info: str | None,
    user_info_file: TextIO | None,
    ca: str | None,
    certificate: str | None,
    key: str | None,
) -> None:
    """The event contract and the schema registry."""
    options = {
        "basic.auth.user.info": user_info_file.read().strip() if user_info_file else user_info,
        "ssl.ca.location": ca,
        "ssl.certificate.location": certificate,
        "ssl.key.location": key,
    }
    context.obj = lambda: SchemaRegistry(registry, {name: value for name, value in options.items() if value})


@main.command()
@click.pass_obj
def register(connect: Connect) -> None:
    """Put this release's schema into the registry; running it again changes nothing."""
    with connect() as registry:
        registered = registration.register(registry)
    click.echo(f"subject {registered.subject}  id {registered.id}  version {registered.version}  {COMPATIBILITY}")


@main.command()
@click.option("--offline", is_flag=True, help="Check the files only; ask no registry.")
@click.pass_obj
def check(connect: Connect, *, offline: bool) -> None:
    """Check that the schema parses and can live beside every registered version.

    Exit codes: 0 it can, 1 it cannot, 2 nobody could say.
    """
    avro.todo_created()
    if offline:
        click.echo("schemas/todo_created.avsc is an Avro schema")
        return
    with connect() as registry:
        report = registration.check(registry)
    known = ", ".join(str(version) for version in report.versions) or "none yet"
    click.echo(f"schemas/todo_created.avsc is {COMPATIBILITY} with every version of {SUBJECT} ({known})")


def _run() -> int:
    try:
        main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return 130
    except SchemaError as error:
        click.echo(f"error: {error}", err=True)
        return 1 if isinstance(error, IncompatibleSchema | InvalidSchemaFile) else 2
    return 0


if __name__ == "__main__":
    sys.exit(_run())
