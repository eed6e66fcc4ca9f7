"""The page of one person as one dataclass: every fact with its source and date, losing values included."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from finder.centers import Family
from finder.criteria import SearchCriteria
from finder.documents import EvidenceKind
from finder.evidence_words import EvidenceWords, sentence
from finder.explanations import Explained
from finder.i18n import gettext, mark
from finder.languages import Languages
from finder.web.acceptance import acceptance_of
from finder.web.cited import Cited, Citing
from finder.web.correcting import CorrectionForm
from finder.web.facts_shown import FACTS, label_of_fact, text_of_fact
from finder.web.focus_shown import FocusGroup, focus_groups
from finder.web.programs_page import ProgramShown
from finder.web.proof_shown import PairProof, proof_section
from finder.web.results_page import Badge, Why, badge_of, why_of
from finder.web.sides_shown import KINDS, Sides, sides_of
from finder.web.standing_shown import ASK_FOR_OFFICE, ASK_FOR_PHONE, notes_on
from finder.web.trials_shown import OPEN, status_shown

ROLES: Mapping[str, str] = {
    "principal_investigator": mark("leads it"),
    "sub_investigator": mark("takes part as investigator"),
}
NETWORKS = "networks"
DIRECTORY = "qhp_providers"  # the source that lists people by plan, and their offices
ACCEPTANCE = "sees_own_system_patients"
_PLACES = ("group:", "system:", "hospital:")
_SHOWN_APART = (NETWORKS,)  # facts with a section of their own


@dataclass(frozen=True, slots=True)
class FactShown:
    """One fact: the value that won and those that lost; `best` is None where nobody publishes it."""

    label: str
    best: Cited | None
    others: tuple[Cited, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SiteRow:
    """One place of practice."""

    lines: tuple[str, ...]
    phone: str | None
    cited: Cited
    notes: tuple[str, ...] = ()
    phone_notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Networks:
    """Plans and networks that list the person. `named` are the offices that the plans' own directory names,
    by `cited`, `unnamed` those that it does not; both empty where no such directory lists the person.
    """

    plans: tuple[Cited, ...]
    named: tuple[str, ...]
    unnamed: tuple[str, ...]
    cited: Cited | None


@dataclass(frozen=True, slots=True)
class OrganizationRow:
    """One organization of the person; `via` names the step in between."""

    kind: str
    name: str
    via: str | None
    cited: Cited


@dataclass(frozen=True, slots=True)
class TrialRow:
    """One clinical trial."""

    number: str
    title: str
    status: str
    is_open: bool
    role: str
    cited: Cited


@dataclass(frozen=True, slots=True)
class Proof:
    """For the search that the reader came from (`token`): why this person, how independent, what is open.

    `badge` is None where no doctor already seen was named; `pairs` hold every tie with its chains, `sides`
    what was compared.
    """

    token: str
    badge: Badge | None
    why: Why
    unknown: tuple[str, ...]
    pairs: tuple[PairProof, ...] = ()
    sides: tuple[Sides, ...] = ()


@dataclass(frozen=True, slots=True)
class SpecialistPage:
    """Everything known of one person, with the proof for one search where there is one.

    `designations` are what hospitals of the person are
    designated as, `programs` the online programs of the own institutions.
    """

    npi: str
    name: str
    credentials: str | None
    specialty: str
    facts: tuple[FactShown, ...]
    sites: tuple[SiteRow, ...]
    organizations: tuple[OrganizationRow, ...]
    designations: tuple[Cited, ...]
    networks: Networks | None
    trials: tuple[TrialRow, ...]
    focus: tuple[FocusGroup, ...]
    programs: tuple[ProgramShown, ...]
    correction: CorrectionForm
    proof: Proof | None


def specialist_page(
    document: Mapping[str, Any],
    citing: Citing,
    words: EvidenceWords,
    languages: Languages,
    correction: CorrectionForm,
    *,
    families: Mapping[str, Family],
    programs: tuple[ProgramShown, ...] = (),
    proof: Proof | None = None,
) -> SpecialistPage:
    """Get the page of one document of the specialists."""
    facts = document.get("facts", {})
    order = [name for name in FACTS if name in facts] + sorted(set(facts) - set(FACTS))
    return SpecialistPage(
        npi=document["npi"],
        name=document["name"],
        credentials=document.get("credentials"),
        specialty=text_of_fact(facts.get("specialty", {}).get("value", ""), "specialty", languages),
        facts=(
            *(_fact(name, facts[name], citing, languages) for name in order if name not in _SHOWN_APART),
            *_acceptance(facts, document.get("ties", {}), families),
        ),
        sites=tuple(site_row(site, citing) for site in document.get("sites", ())),
        organizations=tuple(_organizations(document.get("ties", {}), citing)),
        designations=tuple(_designations(document.get("evidence", ()), words, citing)),
        networks=_networks(facts.get(NETWORKS), document.get("sites", ()), citing),
        trials=_trials(document.get("trials", ()), citing),
        focus=focus_groups(document.get("evidence", ()), words, citing),
        programs=programs,
        correction=correction,
        proof=proof,
    )


def proof_of(told: Explained, criteria: SearchCriteria, token: str, citing: Citing) -> Proof:
    """Get the proof of one person for a search; without understood words it only leads back."""
    if told.result is None:
        return Proof(token, None, Why("", (), ()), ())
    badge = badge_of(told.result.verdict.value) if criteria.has_prior else None
    pairs, sides = proof_section(told.pairs, citing), tuple(sides_of(each, citing) for each in told.pairs)
    return Proof(token, badge, why_of(told.result), told.result.unknown, pairs, sides)


def _fact(name: str, fact: Mapping[str, Any], citing: Citing, languages: Languages) -> FactShown:
    best, *others = [
        citing.cited(text_of_fact(v.get("value"), name, languages), v.get("source", ""), v.get("as_of"))
        for v in (fact, *fact.get("others", ()))
    ]
    return FactShown(label_of_fact(name), best, tuple(others), notes_on(fact.get("standing")))


def site_row(site: Mapping[str, Any], citing: Citing) -> SiteRow:
    """Get one place of practice as carried in a document, with its source and date."""
    town = ", ".join(filter(None, (site.get("city"), " ".join(_present(site, "state", "zip")))))
    lines = (*_present(site, "street", "street_2"), *([town] if town else []))
    cited = citing.cited("", site.get("sources", ()), site.get("as_of"))
    notes = (
        notes_on(site.get("standing"), ASK_FOR_OFFICE),
        notes_on(site.get("phone_standing"), ASK_FOR_PHONE),
    )
    return SiteRow(lines, site.get("phone"), cited, *notes)


def _organizations(ties: Mapping[str, Mapping[str, Any]], citing: Citing) -> Iterator[OrganizationRow]:
    for wanted, label in KINDS.items():
        for key, tie in sorted(ties.items()):
            if key.partition(":")[0] == wanted:
                cited = citing.cited(tie["label"], tie.get("source", ""), tie.get("as_of"))
                yield OrganizationRow(gettext(label), tie["label"], tie.get("via"), cited)


def _designations(
    evidence: Sequence[Mapping[str, Any]], words: EvidenceWords, citing: Citing
) -> Iterator[Cited]:
    """What hospitals of the person are designated as, each sentence once."""
    centers = (piece for piece in evidence if piece["kind"] == EvidenceKind.CENTER.value)
    for says, piece in {sentence(piece, words): piece for piece in centers}.items():
        yield citing.cited(says, piece.get("source", ""), piece.get("as_of"))


def _acceptance(
    facts: Mapping[str, Any], ties: Iterable[str], families: Mapping[str, Family]
) -> Iterator[FactShown]:
    """What the places of the person publish of patients of their own system, where the roster is silent."""
    places = [key for key in ties if key.startswith(_PLACES)]
    if ACCEPTANCE not in facts and places:
        best, *others = acceptance_of(places, families) or (None,)
        yield FactShown(label_of_fact(ACCEPTANCE), best, tuple(filter(None, others)))


def _networks(
    fact: Mapping[str, Any] | None, sites: Sequence[Mapping[str, Any]], citing: Citing
) -> Networks | None:
    """Every plan and network of every source: one file does not speak against another. Only directories of
    plans name offices.
    """
    if fact is None:
        return None
    told = (fact, *fact.get("others", ()))
    directory = next((each for each in told if each.get("source") == DIRECTORY), None)
    named: list[str] = []
    unnamed: list[str] = []
    for site in sites if directory else ():
        where = ", ".join(site_row(site, citing).lines)
        (named if DIRECTORY in site.get("sources", ()) else unnamed).append(where)
    cited = citing.cited("", DIRECTORY, directory.get("as_of")) if directory else None
    return Networks(tuple(_plans(told, citing)), tuple(named), tuple(unnamed), cited)


def _plans(told: Iterable[Mapping[str, Any]], citing: Citing) -> Iterator[Cited]:
    for each in told:
        value = each.get("value")
        for name in value if isinstance(value, list | tuple) else (value,):
            yield citing.cited(str(name), each.get("source", ""), each.get("as_of"))


def _trials(trials: Sequence[Mapping[str, Any]], citing: Citing) -> tuple[TrialRow, ...]:
    """Those open for patients first."""
    rows = [_trial(trial, citing) for trial in trials]
    return tuple(sorted(rows, key=lambda row: not row.is_open))


def _trial(trial: Mapping[str, Any], citing: Citing) -> TrialRow:
    role = str(trial.get("role") or "")
    return TrialRow(
        number=trial["nct_number"],
        title=trial["title"],
        status=status_shown(trial),
        is_open=trial.get("status") in OPEN,
        role=gettext(ROLES[role]) if role in ROLES else role.replace("_", " "),
        cited=citing.cited("", trial.get("source", ""), trial.get("as_of")),
    )


def _present(fields: Mapping[str, Any], *names: str) -> tuple[str, ...]:
    return tuple(str(fields[name]) for name in names if fields.get(name))
