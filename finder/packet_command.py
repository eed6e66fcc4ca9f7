"""The command `finder packet`, which joins the command line by entry point: only it needs the typesetter."""

import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click
import orjson

from finder import search
from finder.cli import configured, connected, told
from finder.errors import FieldError, InputErrors
from finder.guidance import load_guidance
from finder.packet_wording import load_wording
from finder.web.packet_files import file_of, kind_of


@click.command()
@click.argument("npi", nargs=-1, required=True)
@click.option(
    "--facts",
    type=click.File("rb"),
    required=True,
    help="JSON with what you would type: diagnosis, question, findings, first, sent, referrer ...; - reads it"
    " from standard input.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The file to write: .pdf, .html, or .json for FHIR.",
)
@told
def packet(npi: tuple[str, ...], facts: Any, out: Path) -> None:
    """Write a referral packet for one to three specialists, by NPI; nothing of it is kept elsewhere.

    The file can be read by you alone. Name no patient in the facts.
    """
    kind = kind_of(out.suffix.removeprefix("."))
    args = {**facts_of_json(facts.read()), "npi": list(npi)}
    config = configured()
    client, context = connected(config), search.load_context()
    guidance = load_guidance(context.vocabulary.concepts)
    found = search.packet_from_args(
        client, config.index_prefix, args, context, guidance, load_wording(), date.today()
    )
    made = file_of(found, kind, datetime.now(UTC))
    handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        os.fchmod(handle, 0o600)  # also where the file was there before
        file.write(made.content)
    click.echo(f"{out}: {len(found.pages)} parts, for {len(found.ground.people)} specialist(s)")


def facts_of_json(text: bytes) -> dict[str, Any]:
    """The JSON object of a file of facts. Raises InputErrors on `facts` for anything else."""
    try:
        facts = orjson.loads(text)
    except orjson.JSONDecodeError:
        facts = None
    if not isinstance(facts, dict):
        raise InputErrors([FieldError("facts", "must be a JSON object")])
    return facts
