"""The command line: search, look-ups and the local engine; `ingest` and `bench` join by entry point."""

import os
import re
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from functools import wraps
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, ParamSpec

import click
import orjson

from finder import local_node, search
from finder.config import Config
from finder.corrections import corrections
from finder.criteria import DEFAULT_SIZE, MAX_MILES, MAX_SIZE, SearchCriteria, SortAsked, WhyAsked
from finder.engine import SEARCH_SECONDS, check, connect
from finder.errors import FinderError, InputErrors
from finder.facets import FACETS
from finder.indexes import with_other_mapping
from finder.own_list import npis_of_file
from finder.print_colleagues import printed_colleagues
from finder.print_results import (
    printed_compared,
    printed_explained,
    printed_results,
    printed_specialist,
    printed_understood,
)
from finder.reads import Client, served
from finder.specialties import load_specialties
from finder.vocabulary import load_vocabulary, resolve

COMMANDS_ENTRY_POINT = "finder.commands"
P = ParamSpec("P")


class Commands(click.Group):
    """The group of commands; commands of other packages are found by entry point when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of own commands and of those that joined."""
        joined = [point.name for point in entry_points(group=COMMANDS_ENTRY_POINT)]
        return [*super().list_commands(ctx), *sorted(joined)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """An own command, else one that joined under that name."""
        own = super().get_command(ctx, cmd_name)
        if own is not None:
            return own
        for point in entry_points(group=COMMANDS_ENTRY_POINT, name=cmd_name):
            command: click.Command = point.load()
            return command
        return None


def told(function: Callable[P, int | None]) -> Callable[P, None]:
    """Decorates a command: our errors become one clear line each and an exit code, never a traceback."""

    @wraps(function)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            code = function(*args, **kwargs)
        except InputErrors as problem:
            for error in problem.errors:
                click.echo(f"{error.field}: {error.message}", err=True)
            sys.exit(problem.exit_code)
        except FinderError as problem:
            click.echo(problem.message, err=True)
            sys.exit(problem.exit_code)
        sys.exit(code or 0)

    return wrapped


class Teller:
    """Tells progress on standard error: in place on a terminal, elsewhere when the words change."""

    def __init__(self) -> None:
        self._words = ""

    def __call__(self, text: str) -> None:
        """Tell one step, such as `Starting the engine: 3 s`."""
        words = re.sub(r"[0-9]+", "", text)
        if words != self._words:
            click.echo(text, err=True)
        elif sys.stderr.isatty():
            click.echo(f"\x1b[1A\x1b[K{text}", err=True)  # one line up, cleared, written anew
        self._words = words


def configured() -> Config:
    """The settings of this process."""
    return Config.from_env(os.environ)


def connected(config: Config) -> Client:
    """A client for searching; the local engine is started where there is no other."""
    return connect(config, Teller(), request_timeout=SEARCH_SECONDS)


def as_json(answer: Any) -> str:
    """An answer as indented JSON; what is JSON text in it already is read first, to be indented as well."""
    return orjson.dumps(orjson.loads(orjson.dumps(answer)), option=orjson.OPT_INDENT_2).decode()


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Find an independent specialist for a second opinion, and see the proof.

    Exit codes: 0 done, 1 nothing found or gates refused, 2 bad input, 3 engine not reachable.
    """


def facet_options(function: Callable[P, None]) -> Callable[P, None]:
    """Decorates a command with one option for every filter of `facets.FACETS`."""
    for facet in reversed(FACETS):
        takes: dict[str, Any] = {"metavar": facet.metavar} if facet.metavar else {"is_flag": True}
        function = click.option(f"--{facet.name}", help=facet.help, **takes)(function)
    return function


def own_list_options(function: Callable[P, None]) -> Callable[P, None]:
    """Decorates a command with the options for people to leave out."""
    told = "A list of NPIs to leave out: one a line, or CSV with a column NPI."
    function = click.option("--never-file", type=click.File("rb"), help=told)(function)
    told = "Somebody of your own list to leave out; repeatable."
    return click.option("--never", metavar="NPI", multiple=True, help=told)(function)


def given_only(given: dict[str, Any]) -> dict[str, Any]:
    """The options that were given, as parameters."""
    if file := given.pop("never_file", None):
        given["never"] = (*given["never"], *npis_of_file(file.read()))
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in given.items()
        if value not in (None, (), False)
    }


@main.command(name="search")
@click.argument("words")
@click.option(
    "--near", metavar="ZIP|CITY", help="Where from: a 5-digit ZIP code, or a city such as 'Towson MD'."
)
@click.option("--within", metavar="MILES", help=f"How far, 1 to {MAX_MILES} miles; needs --near.")
@click.option("--seen", metavar="NPI", multiple=True, help="A doctor already seen; repeatable.")
@click.option(
    "--seen-name",
    metavar='"NAME, CITY ST"',
    multiple=True,
    help="A doctor already seen, by name; repeatable.",
)
@click.option(
    "--seen-org",
    metavar="ID|NAME",
    multiple=True,
    help="A group, hospital or health system already seen; repeatable.",
)
@own_list_options
@click.option(
    "--show-tied", is_flag=True, help="Show people with a tie, marked, instead of leaving them out."
)
@facet_options
@click.option("--facets", is_flag=True, help="Count how many there are by specialty, language and so on.")
@click.option(
    "--why",
    type=click.Choice([each.value for each in WhyAsked]),
    help="Why the opinion is sought; picks the set of ranking weights.",
)
@click.option("--profile", metavar="NAME", help="The named set of ranking weights, instead of --why.")
@click.option(
    "--sort",
    type=click.Choice([each.value for each in SortAsked]),
    help="What comes first: the best fit (without it) or the nearest; that needs --near.",
)
@click.option(
    "--no-diverse",
    is_flag=True,
    help="Keep the plain order, though the first five may all be of one health system.",
)
@click.option(
    "--generation", metavar="RUN", help="Search the generation of one run, before or after serving it."
)
@click.option("--size", metavar="N", help=f"Results a page, 1 to {MAX_SIZE}; {DEFAULT_SIZE} without it.")
@click.option("--next", "next_", metavar="TOKEN", help="The next page, by the token of the last answer.")
@click.option(
    "--json", "wants_json", is_flag=True, help="The answer as JSON (finder/contract/search.schema.json)."
)
@told
def search_command(wants_json: bool, next_: str | None, no_diverse: bool, **given: Any) -> int:
    """Find specialists for a condition in your own WORDS, independent of the doctors already seen.

    A doctor's name that fits several people is asked back: the answer lists them, and nobody is called
    independent until one is named by NPI.
    """
    asked = given_only({**given, "next": next_})
    criteria = SearchCriteria.from_args({**asked, "diverse": "no"} if no_diverse else asked)
    config = configured()
    results = search.find_specialists(
        connected(config), config.index_prefix, criteria, search.load_context(), date.today()
    )
    click.echo(as_json(results.to_json()) if wants_json else printed_results(results, criteria))
    return 0 if results.results else 1


@main.command()
@click.argument("words", required=False)
@click.option("--state", metavar="STATE", help="Where the patient lives: a two-letter code, such as MD.")
@click.option("--local-doctor", metavar="yes|no", help="Whether a doctor of your own can take part.")
@click.option("--no-charge", is_flag=True, help="Only programs with a published price of nothing.")
@click.option("--through-plan", is_flag=True, help="Only programs that a plan or an employer may pay for.")
@click.option("--ages", metavar="AGES", help="child or adult.")
@click.option("--sort", metavar="price|turnaround", help="What comes first; price unless you say.")
@click.option("--json", "wants_json", is_flag=True, help="The answer as JSON.")
@told
def programs(wants_json: bool, **given: Any) -> int:
    """List second-opinion programs for a condition in your own WORDS, published prices first.

    They answer by video, telephone or in writing. Each says whether it takes patients from the state, by its
    own rules and by what is known of the state's law. Without WORDS every program is listed.
    """
    asked = search.ProgramsAsked.from_args(given_only(given))
    config = configured()
    found = search.find_programs(connected(config), config.index_prefix, asked, search.load_context())
    if wants_json:
        click.echo(as_json(found.to_json()))
    else:
        from finder.print_programs import printed_programs  # brings Flask, which no other command needs

        click.echo(printed_programs(found, date.today()))
    return 0 if found.programs else 1


@main.command()
@click.argument("npi")
@click.argument("words")
@click.option("--near", metavar="ZIP|CITY", help="Where the patient lives; it limits nobody by itself.")
@click.option("--within", metavar="MILES", help=f"How far at most, 1 to {MAX_MILES} miles; needs --near.")
@click.option("--plan", metavar="ID", help="The patient's insurance plan.")
@click.option("--language", metavar="CODE", help="A language that the patient speaks, such as es.")
@click.option("--seen", metavar="NPI", multiple=True, help="Another doctor already seen; repeatable.")
@own_list_options
@click.option("--json", "wants_json", is_flag=True, help="The answer as JSON.")
@told
def colleagues(npi: str, wants_json: bool, **given: Any) -> int:
    """Name three specialists from three systems for WORDS to the referring physician with this NPI.

    They are independent of the physician and of the other doctors already seen, and those who work alike
    come first among equals.
    """
    criteria = search.colleagues_asked({**given_only(given), "referrer": npi})
    config = configured()
    client, context = connected(config), search.load_context()
    found = search.find_colleagues(client, config.index_prefix, criteria, context, date.today())
    click.echo(as_json(found.to_json()) if wants_json else printed_colleagues(found, criteria))
    return 0 if found.names else 1


@main.command()
@click.argument("npi")
@click.argument("words")
@click.option(
    "--near", metavar="ZIP|CITY", help="Where from: a 5-digit ZIP code, or a city such as 'Towson MD'."
)
@click.option("--profile", metavar="NAME", help="The named set of ranking weights.")
@click.option("--json", "wants_json", is_flag=True, help="The answer as JSON.")
@told
def explain(npi: str, wants_json: bool, **given: Any) -> int:
    """Explain how one specialist scores for a condition in your own WORDS: every part and its weight."""
    criteria = SearchCriteria.from_args(given_only(given))
    config = configured()
    client, context = connected(config), search.load_context()
    explained = search.explain(client, config.index_prefix, npi, criteria, context, date.today())
    click.echo(as_json(explained.to_json()) if wants_json else printed_explained(explained))
    return 0 if explained.result else 1


@main.command()
@click.argument("npi", nargs=-1, required=True)
@click.option("--json", "wants_json", is_flag=True, help="The answer as JSON.")
@told
def independence(npi: tuple[str, ...], wants_json: bool) -> None:
    """Say of two or more people, by NPI, whether they are independent of each other, and why."""
    config = configured()
    client, context = connected(config), search.load_context()
    compared = search.independence(client, config.index_prefix, npi, context, date.today())
    click.echo(as_json(compared.to_json()) if wants_json else printed_compared(compared))


@main.command()
@click.argument("npi")
@click.option("--json", "wants_json", is_flag=True, help="The document as JSON.")
@told
def specialist(npi: str, wants_json: bool) -> None:
    """Show everything that is known of one person, each fact with source and date."""
    config = configured()
    document = search.specialist(connected(config), config.index_prefix, npi, date.today())
    click.echo(as_json(document) if wants_json else printed_specialist(document))


@main.command()
@click.argument("words")
@click.option("--json", "wants_json", is_flag=True, help="The answer as JSON.")
@told
def understand(words: str, wants_json: bool) -> int:
    """Say what is understood of WORDS: the condition, its codes, and who treats it."""
    understood = resolve(words, load_vocabulary())
    labels = {each.specialty_id: each.label for each in load_specialties().by_id.values()}
    click.echo(as_json(understood.to_json()) if wants_json else printed_understood(understood, labels))
    return 0 if understood.concept_id else 1


@main.command(name="corrections")
@click.option("--size", type=click.IntRange(1, 1000), default=100, help="How many at most; 100 without it.")
@click.option("--json", "wants_json", is_flag=True, help="The reports as JSON.")
@told
def corrections_command(size: int, wants_json: bool) -> int:
    """List the mistakes that readers reported, the newest first."""
    config = configured()
    found = corrections(connected(config), config.index_prefix, size)
    if wants_json:
        click.echo(as_json([asdict(one) for one in found]))
    for one in () if wants_json else found:
        click.echo(f"{one.sent}  NPI {one.npi}  {one.about}")
        click.echo(f"  {one.text}")
        click.echo(f"  to check: {one.proof or 'nothing given'}")
    return 0 if found else 1


@main.command(name="check")
@told
def check_command() -> int:
    """Check settings, engine and served generation; 1 where that was built for another version."""
    config = configured()
    client = connected(config)
    status = check(client)
    click.echo(f"engine: Elasticsearch {status.version}, {status.health}, {status.nodes} node(s)")
    generation = served(client, config.index_prefix)
    click.echo(f"served: generation {generation.run_id}, newest file of {generation.as_of or 'unknown date'}")
    names = generation.specialists, generation.programs, generation.organizations, generation.places
    if other := with_other_mapping(config.index_prefix, names):
        click.echo(
            f"built for another version: {', '.join(other)}; `finder ingest run` builds everything anew"
        )
        return 1
    return 0


@main.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Instead of FINDER_PORT.")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes; gunicorn.conf.py says 2.")
@told
def serve(port: int | None, workers: int | None) -> None:
    """Serve the pages and the JSON API with gunicorn, until Ctrl-C."""
    config = configured()
    connected(config).close()  # the local engine is started here, once, and not by every worker
    address = f"{config.host}:{port or config.port}"
    click.echo(f"Serving on http://{address} (Ctrl-C stops)", err=True)
    root = Path(__file__).resolve().parent.parent
    command = [sys.executable, "-m", "gunicorn", "--chdir", str(root), "-c", str(root / "gunicorn.conf.py")]
    command += ["--bind", address, *(["--workers", str(workers)] if workers else []), "wsgi:app"]
    os.execv(sys.executable, command)  # noqa: S606 - becomes gunicorn, so that signals reach it


@main.group()
def engine() -> None:
    """The local Elasticsearch node, used where ELASTICSEARCH_URL is not set."""


@engine.command()
@told
def start() -> None:
    """Fetch the engine if needed, start it and wait until it is ready."""
    click.echo(local_node.ensure_node(configured(), Teller()))


@engine.command()
@told
def stop() -> None:
    """Stop the node that this FINDER_HOME started."""
    click.echo(
        "stopped" if local_node.stop_node(configured()) else "no engine of this FINDER_HOME is running"
    )


@engine.command(name="status")
@told
def status_command() -> int:
    """Tell whether the local node runs, and where."""
    status = local_node.node_status(configured())
    where = f" at {status.url}, process {status.pid}" if status.url else ""
    click.echo(f"{status.state.value}{where}")
    return 0 if status.url else 3
