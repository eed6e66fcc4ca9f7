"""The reader's own list as one dataclass: people with proof, offices and gaps, programs, what to do next."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from finder.criteria import SearchCriteria
from finder.documents import EvidenceKind
from finder.evidence_words import EvidenceWords, sentence
from finder.guidance import RecordKind
from finder.i18n import gettext
from finder.independence import worst
from finder.reasons import specialty_shown
from finder.shortlist import KeptPerson, Shortlist
from finder.visit import VisitPart
from finder.web.cited import Citing
from finder.web.facts_shown import declined
from finder.web.filters import day
from finder.web.language import at
from finder.web.programs_page import ProgramShown, programs_shown
from finder.web.proof_shown import PairProof, proof_section
from finder.web.results_page import ACCEPTING, Badge, Why, asked_of, badge_of, why_of
from finder.web.site import Site
from finder.web.specialist_page import SiteRow, site_row


@dataclass(frozen=True, slots=True)
class PersonShown:
    """One person of the list. `third` are the doctors already seen and this person: a third opinion must be
    independent of them all.
    """

    npi: str
    name: str
    credentials: str | None
    specialty: str | None
    url: str
    badge: Badge | None
    why: Why
    pairs: tuple[PairProof, ...]
    offices: tuple[SiteRow, ...]
    known: tuple[str, ...]
    unknown: tuple[str, ...]
    third: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShortlistPage:
    """The list under its sealed search `token`; `gone` counts entries that the directory has no more."""

    token: str
    asked: str
    priors: tuple[str, ...]
    people: tuple[PersonShown, ...]
    programs: tuple[ProgramShown, ...]
    gone: int
    as_of: str | None
    is_demonstration: bool
    is_large: bool
    visit: Mapping[VisitPart, tuple[str, ...]]
    records: tuple[RecordKind, ...]


def shortlist_page(
    found: Shortlist,
    criteria: SearchCriteria,
    token: str,
    here: Site,
    plan: str | None,
    *,
    is_large: bool = False,
) -> ShortlistPage:
    """Get the page of a list; `plan` is the name of the plan that was asked for."""
    return ShortlistPage(
        token=token,
        asked=asked_of(criteria, plan, here),
        priors=tuple(prior.name for prior in found.prior),
        people=tuple(_person(kept, criteria, token, here, plan) for kept in found.people),
        programs=programs_shown(found.programs, here.today()),
        gone=len(found.gone),
        as_of=found.source.as_of,
        is_demonstration=found.source.is_demonstration,
        is_large=is_large,
        visit=here.visit,
        records=_records(found, here),
    )


def _records(found: Shortlist, here: Site) -> tuple[RecordKind, ...]:
    """What to bring for the illness; for every illness where it is not understood."""
    concept_id = found.understood.concept_id
    line = here.context.line_of(concept_id) if concept_id else frozenset[str]()
    return here.guidance.kinds_for(line)


def _person(
    kept: KeptPerson, criteria: SearchCriteria, token: str, here: Site, plan: str | None
) -> PersonShown:
    told, result = kept.document, kept.result
    citing = Citing(here.sources, here.today().year)
    verdict = worst([pair.verdict for pair in kept.pairs])
    specialty = result.specialty if result else specialty_shown(told, None, here.context.words)
    return PersonShown(
        npi=told["npi"],
        name=told["name"],
        credentials=told.get("credentials"),
        specialty=specialty,
        url=at(f"/results/{token}/specialists/{told['npi']}"),
        badge=badge_of(verdict.value) if kept.pairs else None,
        why=why_of(result) if result else Why(_focus(told, here.context.words.evidence), (), ()),
        pairs=proof_section(kept.pairs, citing),
        offices=tuple(site_row(site, citing) for site in told.get("sites", ())),
        known=tuple(_known(kept, here, plan)),
        unknown=tuple(_unknown(kept, plan)),
        third=(*criteria.prior_npis, told["npi"]),
    )


def _focus(document: Mapping[str, Any], words: EvidenceWords) -> str:
    """The strongest sentence on what a person mainly treats; empty where nothing proves it."""
    pieces = [e for e in document.get("evidence", ()) if e["kind"] == EvidenceKind.MAINLY.value]
    return sentence(max(pieces, key=lambda each: each["value"]), words) if pieces else ""


def _known(kept: KeptPerson, here: Site, plan: str | None) -> Iterator[str]:
    """What helps to decide whom to call first."""
    told = kept.document
    if plan and kept.is_listed:
        as_of = day(told["facts"].get("networks", {}).get("as_of"))
        yield gettext("Listed by %(plan)s (%(day)s). Ask if that holds at this address", plan=plan, day=as_of)
    if told.get("accepting") in ACCEPTING:
        yield gettext(ACCEPTING[told["accepting"]])
    if no := declined(told["facts"]):
        yield no
    if spoken := told.get("languages"):
        names = ", ".join(here.languages.name(code) for code in spoken)
        yield gettext("Speaks %(languages)s", languages=names)


def _unknown(kept: KeptPerson, plan: str | None) -> Iterator[str]:
    if plan and not kept.is_listed:
        yield gettext("whether %(plan)s is taken: its file does not list this doctor", plan=plan)
    if kept.result:
        yield from kept.result.unknown
    else:
        yield gettext("how well this doctor fits: your search is not clear to us yet")
