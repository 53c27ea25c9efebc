"""`python -m stack`: the commands."""

import json
import os
import signal
import sys

import click
from cryptography import x509
from rich.console import Console

from runtime.settings import InvalidSetting
from schemas.names import TOPIC
from stack import certificates, launcher, remote, supervisor, topic
from stack.display import ConsoleDisplay
from stack.embedded import Stack
from stack.errors import StackError, disk_full
from stack.interruption import interruptible
from stack.settings import StackSettings, read
from stack.state import Record, StateFolder
from stack.status import read_status

EXIT_NOT_ALL_RUN = 3
BROKERS = click.option(
    "--brokers",
    type=click.Choice(["1", "3"]),
    envvar="STACK_BROKERS",
    default="1",
    show_default=True,
    help="How many Kafka brokers to run.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def main(context: click.Context) -> None:
    """Real Kafka, schema registry and PostgreSQL on this machine, without Docker."""
    context.obj = read(os.environ)


@main.command()
@BROKERS
@click.option("--ephemeral", is_flag=True, help="On free ports, in the foreground; everything is deleted at the end.")
@click.pass_obj
def up(settings: StackSettings, brokers: str, *, ephemeral: bool) -> None:
    """Start the stack; returns when all of it serves."""
    console = Console()
    display = ConsoleDisplay(console)
    if ephemeral:
        _hold_ephemeral(int(brokers))
        return
    folder = StateFolder(settings.state_folder)
    if folder.is_taken():
        record = remote.running(folder)
        remote.require_whole(record)
        display.say("the stack already runs")
    else:
        Stack.persistent(folder, int(brokers), settings, display).fetch()
        record = remote.start_supervisor(folder, int(brokers), display)
    _show_addresses(console, record)


@main.command()
@click.pass_obj
def down(settings: StackSettings) -> None:
    """Stop the stack in order; its data stays."""
    stopped = remote.stop(StateFolder(settings.state_folder))
    click.echo("the stack is stopped" if stopped else "no stack runs in this checkout")


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def status(settings: StackSettings, *, as_json: bool) -> int:
    """Show what runs, where, since when, and its log. Exit code 0 when all runs, else 3."""
    seen = read_status(StateFolder(settings.state_folder), settings)
    if as_json:
        click.echo(json.dumps(seen.as_json(), indent=2))
    else:
        Console().print(seen.as_table())
    return 0 if seen.all_run else EXIT_NOT_ALL_RUN


@main.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def reset(settings: StackSettings, *, yes: bool) -> None:
    """Stop the stack and delete all its data."""
    folder = StateFolder(settings.state_folder)
    if not yes:
        click.confirm(f"Delete every topic, schema and row in {folder.path}?", abort=True)
    remote.stop(folder)
    folder.acquire()
    folder.remove()
    click.echo(f"{folder.path} is deleted")


@main.command("topic")
@click.option("--partitions", type=click.IntRange(1), default=topic.PARTITIONS, show_default=True)
@click.option("--replication-factor", type=click.IntRange(1), help="Copies of each partition.  [default: the brokers']")
@click.pass_obj
def create_topic(settings: StackSettings, partitions: int, replication_factor: int | None) -> None:
    """Create the topic todo-create if it is missing."""
    servers = settings.given.kafka_bootstrap_servers
    servers = servers or remote.running(StateFolder(settings.state_folder)).addresses.kafka_bootstrap_servers
    created = topic.create(
        servers, partitions=partitions, replication_factor=replication_factor or topic.BROKERS_DEFAULT
    )
    click.echo(f"topic {TOPIC} {'created' if created else 'exists'} on {servers}")


@main.command()
@click.option(
    "--caller", default="spiffe://todo/developer", show_default=True, help="Who the client certificate is of."
)
@click.pass_obj
def certs(settings: StackSettings, caller: str) -> None:
    """Make an authority and certificates for development, and say how to use them."""
    folder = settings.state_folder / "certs"
    authority = certificates.Authority.create(folder)
    server = authority.issue("server", certificates.SERVER, certificates.of_this_machine())
    client = authority.issue("client", certificates.CLIENT, [x509.UniformResourceIdentifier(caller)])
    click.echo(f"GATEWAY_TLS_CERT={server.certificate}")
    click.echo(f"GATEWAY_TLS_KEY={server.key}")
    click.echo(f"GATEWAY_TLS_CLIENT_CA={authority.path}")
    click.echo("GATEWAY_AUTH=mtls")
    click.echo(f"# grpcurl -cacert {authority.path} -cert {client.certificate} -key {client.key} localhost:50051 list")


@main.command()
@click.pass_obj
def run(settings: StackSettings) -> int:
    """Run the whole pipeline in the foreground until Ctrl-C."""
    return launcher.run(settings, Console())


@main.command(hidden=True)
@BROKERS
@click.pass_obj
def supervise(settings: StackSettings, brokers: str) -> None:
    """Be the process behind `up`."""
    supervisor.supervise(settings, int(brokers))


def execute() -> int:
    """Run the command line; its exit code. An error that is understood is told in one line, without a stack trace."""
    try:
        code = main(standalone_mode=False)
    except click.Abort:
        return 130
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (StackError, InvalidSetting) as error:
        click.echo(f"error: {error}", err=True)
        return 1
    except OSError as error:
        full = disk_full(error)
        if full is None:
            raise
        click.echo(f"error: {full}", err=True)
        return 1
    return code or 0


def _hold_ephemeral(brokers: int) -> None:
    with interruptible():
        try:
            with Stack.ephemeral(brokers, display=ConsoleDisplay(Console(stderr=True))) as stack:
                for name, value in stack.addresses.environment().items():
                    click.echo(f"{name}={value}")
                sys.stdout.flush()
                while True:
                    signal.pause()
        except KeyboardInterrupt:
            return


def _show_addresses(console: Console, record: Record) -> None:
    for name, value in record.addresses.environment().items():
        console.print(f"{name}={value}", markup=False, highlight=False, soft_wrap=True)
