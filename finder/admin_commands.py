"""The commands `finder admin ...`: who may sign in to the admin pages; nobody may until one is created."""

import getpass
import socket
import sys
from datetime import UTC, datetime

import click

from finder import admins, runs
from finder.cli import configured, connected, told

PASSWORD_STDIN = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input instead of asking twice."
)


@click.group()
def admin() -> None:
    """Who may sign in to the admin pages (/admin); without anybody these do not exist."""


@admin.command()
@click.argument("name")
@PASSWORD_STDIN
@told
def create(name: str, password_stdin: bool) -> None:
    """Make an admin; asks twice for a password of at least 12 characters."""
    config = configured()
    client = connected(config)
    password, who, now = _password(password_stdin), _whoever(), datetime.now(UTC)
    admins.create(client, config.index_prefix, name, password, who, now)
    runs.note(client, config.index_prefix, None, f"made {name} an admin", now, who)
    click.echo(f"{name} can sign in at /admin")


@admin.command()
@click.argument("name")
@PASSWORD_STDIN
@told
def reset(name: str, password_stdin: bool) -> None:
    """Give an admin another password: whoever is signed in with the old one is signed out."""
    config = configured()
    client = connected(config)
    admins.reset(client, config.index_prefix, name, _password(password_stdin))
    runs.note(
        client, config.index_prefix, None, f"set a new password of {name}", datetime.now(UTC), _whoever()
    )
    click.echo(f"{name} has a new password; sessions with the old one have ended")


@admin.command()
@click.argument("name")
@told
def remove(name: str) -> None:
    """Make somebody no admin any more, signed out at once."""
    config = configured()
    client = connected(config)
    admins.remove(client, config.index_prefix, name)
    runs.note(client, config.index_prefix, None, f"removed the admin {name}", datetime.now(UTC), _whoever())
    click.echo(f"{name} is no admin any more")


@admin.command(name="list")
@told
def list_command() -> int:
    """List the admins, and who made them when."""
    config = configured()
    found = admins.admins(connected(config), config.index_prefix)
    for one in found:
        click.echo(f"{one.name}  {one.created}  by {one.by}")
    return 0 if found else 1


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    asked: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return asked


def _whoever() -> str:
    return f"{getpass.getuser()}@{socket.gethostname()}"
