"""The pages of help around a visit: short texts, sourced facts, and a checklist that fills in the search."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from finder.criteria import SearchCriteria
from finder.guidance import (
    Collector,
    Emergency,
    FactTopic,
    HelpFact,
    LinkTopic,
    Outcome,
    OutsideLink,
    RecordKind,
    Tick,
)
from finder.i18n import mark
from finder.vocabulary import resolve
from finder.web import respond
from finder.web.forms import SearchForm, form_of
from finder.web.headers import own_forms_only
from finder.web.kept import opened
from finder.web.site import site

help_pages = Blueprint("help", __name__)


@dataclass(frozen=True, slots=True)
class Topic:
    """One page of help: the last part of its address, which never names an illness, its title, and what it
    is good for."""

    slug: str
    title: str
    says: str


# Own wording, 2026-11-28; in the order of the way that a patient goes.
TOPICS = (
    Topic("when", mark("When to ask for a second opinion"), mark("Tick what fits. We fill in the search.")),
    Topic("emergency", mark("When not to wait"), mark("Signs that need help at once.")),
    Topic("telling", mark("How to tell your doctor"), mark("Words you can use.")),
    Topic("records", mark("What to bring"), mark("Letters, tests and pictures, and who has them.")),
    Topic("questions", mark("Questions to ask"), mark("For each visit, ready to print.")),
    Topic("insurer", mark("What to ask your plan"), mark("Before you go. And what Medicare pays.")),
    Topic("costs", mark("Copies, travel and bills"), mark("What copies may cost, and who helps.")),
    Topic("differ", mark("When two opinions differ"), mark("How to find a third doctor.")),
    Topic("distance", mark("Opinion far, care near"), mark("How two places can work as one.")),
    Topic("others", mark("Other patients, and rankings"), mark("Sites of others, and what they see.")),
    Topic("figures", mark("How often opinions change"), mark("What studies found.")),
)
_TOPIC: Mapping[str, Topic] = {topic.slug: topic for topic in TOPICS}
# Own wording, 2026-11-28.
COLLECTORS: Mapping[Collector, str] = {
    Collector.YOU: mark("You have it at home, or write it."),
    Collector.OFFICE: mark("Ask the office of the doctor you saw."),
    Collector.HOSPITAL: mark("Ask the records desk of the hospital."),
    Collector.PATHOLOGY: mark(
        "Ask the lab that looked at the sample. The new doctor’s office can often do it."
    ),
    Collector.IMAGING: mark("Ask the place that took the pictures."),
    Collector.LAB: mark("Ask the lab, or the office that sent you there."),
}


@dataclass(frozen=True, slots=True)
class IndexPage:
    """The list of all pages of help."""

    topics: tuple[Topic, ...]


@dataclass(frozen=True, slots=True)
class TextPage:
    """A page that only says something; like every page of help it names its topic and the others."""

    topic: Topic
    others: tuple[Topic, ...]


@dataclass(frozen=True, slots=True)
class WhenPage:
    """The checklist; `is_empty` where it was sent without a tick."""

    topic: Topic
    others: tuple[Topic, ...]
    ticks: tuple[Tick, ...]
    is_empty: bool


@dataclass(frozen=True, slots=True)
class FilledPage:
    """The search form as the checklist filled it in; `ticked` are its lines."""

    form: SearchForm
    ticked: tuple[Tick, ...]


@dataclass(frozen=True, slots=True)
class EmergencyPage:
    """Signs that call for help now."""

    topic: Topic
    others: tuple[Topic, ...]
    emergencies: tuple[Emergency, ...]
    facts: tuple[HelpFact, ...]


@dataclass(frozen=True, slots=True)
class RecordsPage:
    """What to collect; `token` is the search that the reader came from, `kinds` then those that fit it."""

    topic: Topic
    others: tuple[Topic, ...]
    kinds: tuple[RecordKind, ...]
    collectors: Mapping[Collector, str]
    token: str | None


@dataclass(frozen=True, slots=True)
class FactsPage:
    """A text with the facts that belong to it."""

    topic: Topic
    others: tuple[Topic, ...]
    facts: tuple[HelpFact, ...]


@dataclass(frozen=True, slots=True)
class CostsPage:
    """The rules for copies, and sites of others that help with costs."""

    topic: Topic
    others: tuple[Topic, ...]
    facts: tuple[HelpFact, ...]
    lodging: tuple[OutsideLink, ...]
    travel: tuple[OutsideLink, ...]
    bills: tuple[OutsideLink, ...]


@dataclass(frozen=True, slots=True)
class OthersPage:
    """Sites of others: communities and rankings."""

    topic: Topic
    others: tuple[Topic, ...]
    communities: tuple[OutsideLink, ...]
    rankings: tuple[OutsideLink, ...]
    facts: tuple[HelpFact, ...]


@dataclass(frozen=True, slots=True)
class FiguresPage:
    """How often opinions changed something."""

    topic: Topic
    others: tuple[Topic, ...]
    outcomes: tuple[Outcome, ...]


@help_pages.get("/help")
def index() -> Response:
    """All pages of help around a visit."""
    return respond.page("help/index.html", IndexPage(TOPICS))


@help_pages.get("/help/when")
def when() -> Response:
    """A checklist: when to ask for a second opinion."""
    return _when(is_empty=False)


@help_pages.post("/help/when")
@own_forms_only
def ticked() -> ResponseReturnValue:
    """The ticked lines, sealed and redirected to the search form that they fill in."""
    sent = set(request.form.getlist("tick"))
    known = [tick.tick_id for tick in site().guidance.checklist if tick.tick_id in sent]
    if not known:
        return _when(is_empty=True)
    return redirect(url_for("help.filled", token=site().seals.seal({"ticked": known})), 303)


@help_pages.get("/help/when/<token>")
def filled(token: str) -> Response:
    """The search form as a sealed checklist fills it in."""
    here = site()
    known = here.seals.open(token).get("ticked", [])
    lines = tuple(tick for tick in here.guidance.checklist if tick.tick_id in known)
    form = form_of(here.guidance.prefill(known), here.languages)
    return respond.page("help/filled.html", FilledPage(form, lines))


@help_pages.get("/help/emergency")
def emergency() -> Response:
    """Signs that need help at once, each with its source."""
    told = site().guidance
    facts = told.facts_on(FactTopic.EMERGENCY)
    return respond.page("help/emergency.html", EmergencyPage(*_around("emergency"), told.emergencies, facts))


@help_pages.get("/help/records")
def records() -> Response:
    """What to collect for the visit, for every kind of illness."""
    return _records(site().guidance.kinds, None)


@help_pages.get("/results/<token>/records")
def records_of_results(token: str) -> Response:
    """What to collect for the illness of a sealed search."""
    here = site()
    criteria = SearchCriteria.from_args(opened(token))
    concept_id = resolve(criteria.words, here.context.vocabulary).concept_id
    line = here.context.line_of(concept_id) if concept_id else frozenset[str]()
    return _records(here.guidance.kinds_for(line), token)


@help_pages.get("/help/insurer")
def insurer() -> Response:
    """What to ask the plan, and what Medicare pays of second and third opinions."""
    return _facts("insurer", FactTopic.MEDICARE)


@help_pages.get("/help/costs")
def costs() -> Response:
    """What copies of records may cost, and who helps with travel, lodging and bills."""
    told = site().guidance
    topics = (LinkTopic.LODGING, LinkTopic.TRAVEL, LinkTopic.BILLS)
    content = CostsPage(
        *_around("costs"), told.facts_on(FactTopic.COPIES), *(told.links_on(topic) for topic in topics)
    )
    return respond.page("help/costs.html", content)


@help_pages.get("/help/others")
def others() -> Response:
    """Sites of others, labelled: communities of patients, and rankings."""
    told = site().guidance
    lists = (told.links_on(LinkTopic.COMMUNITY), told.links_on(LinkTopic.RANKING))
    content = OthersPage(*_around("others"), *lists, told.facts_on(FactTopic.RATINGS))
    return respond.page("help/others.html", content)


@help_pages.get("/help/figures")
def figures() -> Response:
    """How often second opinions changed something, by study."""
    return respond.page("help/figures.html", FiguresPage(*_around("figures"), site().guidance.outcomes))


@help_pages.get("/help/telling")
def telling() -> Response:
    """How to tell the doctor: words for each situation."""
    return _text("telling")


@help_pages.get("/help/questions")
def questions() -> Response:
    """Questions for the first doctor, the second, the surgeon, and before tests."""
    return _text("questions")


@help_pages.get("/help/differ")
def differ() -> Response:
    """What to do when two opinions differ."""
    return _facts("differ", FactTopic.THIRD)


@help_pages.get("/help/distance")
def distance() -> Response:
    """How an opinion from far away and care near home work together."""
    return _facts("distance", FactTopic.DISTANCE)


def _around(slug: str) -> tuple[Topic, tuple[Topic, ...]]:
    return _TOPIC[slug], tuple(topic for topic in TOPICS if topic.slug != slug)


def _text(slug: str) -> Response:
    return respond.page(f"help/{slug}.html", TextPage(*_around(slug)))


def _facts(slug: str, topic: FactTopic) -> Response:
    return respond.page(f"help/{slug}.html", FactsPage(*_around(slug), site().guidance.facts_on(topic)))


def _when(*, is_empty: bool) -> Response:
    content = WhenPage(*_around("when"), site().guidance.checklist, is_empty)
    return respond.page("help/when.html", content, 400 if is_empty else 200)


def _records(kinds: tuple[RecordKind, ...], token: str | None) -> Response:
    return respond.page("help/records.html", RecordsPage(*_around("records"), kinds, COLLECTORS, token))
