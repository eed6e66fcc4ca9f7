"""The answer to a referring physician as one dataclass: own ties, names, and what stands beside them."""

from dataclasses import dataclass

from finder.answers import Result
from finder.colleague_answers import Colleague, Colleagues
from finder.criteria import SearchCriteria
from finder.i18n import gettext, mark
from finder.in_common import Beside, Matter, Told
from finder.web.cited import Cited, Citing
from finder.web.colleagues_form import ColleaguesForm, colleagues_form_of
from finder.web.filters import miles, phone
from finder.web.language import at
from finder.web.programs_page import ProgramShown, programs_shown
from finder.web.results_page import (
    Badge,
    Heading,
    Why,
    address_of,
    asked_of,
    badge_of,
    heading_of,
    why_of,
)
from finder.web.site import Site

MOST_PROGRAMS = 4
# Own wording, 2026-11-28.
KINDS = {"group": mark("Practice group"), "system": mark("Health system"), "hospital": mark("Hospital")}
SIGNS = {"yes": "good", "no": "bad"}


@dataclass(frozen=True, slots=True)
class Stated:
    """One statement with its source; `label` is what it is about."""

    label: str
    cited: Cited


@dataclass(frozen=True, slots=True)
class BesideShown:
    """One thing of both, with the statements behind it; `proofs` are the physician's and the specialist's,
    a single one where the sentence says it all and both are from one source and day.
    """

    sentence: str
    proofs: tuple[Cited, ...]
    is_one: bool


@dataclass(frozen=True, slots=True)
class MatterShown:
    """One thing that a physician weighs, as somebody published it."""

    label: str
    sign: str
    by: str
    cited: Cited


@dataclass(frozen=True, slots=True)
class ColleagueCard:
    """One specialist; `far`, `call` and `about` are texts of its lines and links, `silent` names what nobody
    published.
    """

    result: Result
    url: str
    badge: Badge
    why: Why
    systems: str
    place: str
    phone: str | None
    far: str
    call: str
    about: str
    common: tuple[BesideShown, ...]
    apart: tuple[BesideShown, ...]
    matters: tuple[MatterShown, ...]
    silent: str


@dataclass(frozen=True, slots=True)
class OwnShown:
    """The referring physician as known here."""

    name: str
    npi: str
    specialty: str | None
    places: tuple[Stated, ...]
    not_known: tuple[str, ...]
    practice: tuple[Cited, ...]
    is_comparable: bool


@dataclass(frozen=True, slots=True)
class ColleaguesPage:
    """Everything that the page shows; `token` is the sealed search, `packet` the address of its papers.

    `beside` are single people, each under its title and a sentence on why.
    """

    found: Colleagues
    token: str
    heading: Heading
    asked: str
    form: ColleaguesForm
    own: OwnShown | None
    names: tuple[ColleagueCard, ...]
    others: tuple[ColleagueCard, ...]
    beside: tuple[tuple[str, str, ColleagueCard], ...]
    programs: tuple[ProgramShown, ...]
    left_out: int
    packet: str
    results: str


def colleagues_page(
    found: Colleagues, criteria: SearchCriteria, token: str, here: Site, plan: str | None
) -> ColleaguesPage:
    """Get the page for an answer; `plan` is the name of the plan."""
    citing = here.citing()
    names = {prior.npi: prior.name for prior in found.results.prior if prior.npi}

    def card(each: Colleague) -> ColleagueCard:
        return _card(each, token, citing)

    return ColleaguesPage(
        found=found,
        token=token,
        heading=heading_of(found.results),
        asked=asked_of(criteria, plan, here),
        form=colleagues_form_of({**criteria.to_args(), "plan": plan}, here.languages, names=names),
        own=_own(found, citing),
        names=tuple(map(card, found.names)),
        others=tuple(map(card, found.others)),
        beside=tuple((title, why, card(one)) for title, why, one in _beside(found)),
        programs=programs_shown(found.programs[:MOST_PROGRAMS], here.today()),
        left_out=found.results.excluded.total,
        packet=at(f"/results/{token}/packet"),
        results=at(f"/results/{token}"),
    )


def _beside(found: Colleagues) -> list[tuple[str, str, Colleague]]:
    titles = (
        (gettext("Near the patient’s home"),
         gettext("The nearest one who mainly treats this and has no tie."), found.near_home),
        (gettext("At a teaching hospital"),
         gettext("The best one at a major teaching hospital (AHRQ) who is not named above."),
         found.teaching),
        (gettext("If you and the other doctor disagree"),
         gettext("To break the tie: independent of all of you."), found.tie_breaker),
        (gettext("More like you, but not independent"), found.pulled_apart or "", found.tied),
    )  # fmt: skip
    return [(title, why, one) for title, why, one in titles if one]


def _own(found: Colleagues, citing: Citing) -> OwnShown | None:
    own = found.own
    if own is None:
        return None
    return OwnShown(
        name=own.name,
        npi=own.npi,
        specialty=own.specialty,
        places=tuple(Stated(gettext(KINDS[kind]), _cited(told, citing)) for kind, told in own.places),
        not_known=tuple(gettext(KINDS[kind]) for kind in own.not_known),
        practice=tuple(_cited(told, citing) for told in own.practice),
        is_comparable=own.is_comparable,
    )


def _card(each: Colleague, token: str, citing: Citing) -> ColleagueCard:
    result, away = each.result, each.result.distance_miles
    site = result.nearest_site
    number = site.phone if site else None
    return ColleagueCard(
        result=result,
        url=at(f"/results/{token}/specialists/{result.npi}"),
        badge=badge_of(result.verdict.value),
        why=why_of(result),
        systems="; ".join(each.systems),
        place=", ".join(address_of(site)) if site else "",
        phone=number,
        far="" if away is None else gettext("%(miles)s away", miles=miles(away)),
        call=gettext("Call %(number)s", number=phone(number)) if number else "",
        about=gettext("All facts about %(name)s", name=result.name),
        common=tuple(_of_both(beside, citing) for beside in each.common),
        apart=tuple(_of_both(beside, citing) for beside in each.apart),
        matters=tuple(_matter(matter, citing) for matter in each.matters if matter.source),
        silent=", ".join(matter.label for matter in each.matters if not matter.source),
    )


def _of_both(beside: Beside, citing: Citing) -> BesideShown:
    own, other = _cited(beside.own, citing), _cited(beside.other, citing)
    is_one = beside.is_counted and (own.source, own.as_of) == (other.source, other.as_of)
    return BesideShown(beside.sentence, (own,) if is_one else (own, other), is_one)


def _matter(matter: Matter, citing: Citing) -> MatterShown:
    cited = citing.cited(matter.says, matter.source or "", matter.as_of)
    return MatterShown(matter.label, SIGNS[matter.answer], matter.by or cited.source, cited)


def _cited(told: Told, citing: Citing) -> Cited:
    return citing.cited(told.says, told.source, told.as_of)
