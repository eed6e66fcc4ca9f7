"""A merged person becomes a specialist: specialties, evidence of focus, tie keys, networks, attributes."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from finder.documents import Evidence, EvidenceKind, Fact, Specialist, Value
from finder.documents import Trial as TrialOfPerson
from finder.specialties import Kept, Specialties, Specialty
from finder.text import fold
from finder.trust import fact
from finder.vocabulary import Vocabulary
from ingest.investigators import Investigators
from ingest.link import Reference
from ingest.merge import LeftOut, Membership, Person, listed_hospitals
from ingest.rows import NetworkMember, QhpNetwork, newest
from ingest.ties import hospital_name, kinds_known, ties_of

# Evidence values are shares of 1 by own judgment of 2026-11-23, to be fitted to judgments later:
# the first focus that a roster declares counts whole, each further one a fifth less, never under 0.2.
ROSTER_STEP = 0.2
ROSTER_LEAST = 0.2
# Services a year that give half of the full value; a busy focus has hundreds, a sideline a dozen.
PROCEDURE_HALF_SERVICES = 50.0
# One trial as investigator gives half, two three quarters, and so on; a sub-investigator half of that.
TRIAL_SHARE = 0.5
SUB_INVESTIGATOR = "SUB_INVESTIGATOR"
# A HIOS plan number begins with the five digits of its issuer, then the state (CMS, QHP provider schema).
_HIOS_PLAN = re.compile(r"(\d{5})[A-Z]{2}\d{7}")


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Everything that enriching looks up, read once for a run; `concepts_in` finds concepts in free text."""

    vocabulary: Vocabulary
    concepts_in: Callable[[str], tuple[str, ...]]
    specialties: Specialties
    reference: Reference
    investigators: Investigators
    is_demonstration: bool


def enriched(person: Person, known: Knowledge) -> Specialist | LeftOut:
    """The specialist of a person, or why the person is left out: no kept kind of clinician."""
    coded = _coded(person, known)
    if not coded and not _is_unlabelled_physician(person):
        return LeftOut("not a kind of clinician that is kept" if person.codes or person.cms_names
                       else "no specialty known and no physician by credential")  # fmt: skip
    evidence, trials = _evidence(person, known)
    ties = ties_of(person, trials, known.reference)
    specialties = tuple(dict.fromkeys(s.specialty_id for s, _value in coded))
    return Specialist(
        npi=person.npi,
        name=person.name,
        name_folded=person.name_folded,
        credentials=person.credentials,
        specialties=specialties,
        taxonomies=tuple(c.code for c in person.codes),
        roles=tuple(dict.fromkeys(s.role.value for s, _value in coded)),
        is_candidate=any(s.kept is Kept.CANDIDATE for s, _value in coded),
        concepts=_with_broader({e.concept for e in evidence}, known.vocabulary),
        evidence=evidence,
        sites=person.sites,
        licence_states=person.licence_states,
        network_keys=_networks(person),
        languages=_languages(person),
        ages=_ages(person, [s for s, _value in coded]),
        accepting=_best(person.facts, "accepting"),
        attributes=_attributes(person),
        tie_keys=tuple(sorted(ties)),
        tie_kinds_known=kinds_known(person, known.reference),
        ties={key: ties[key] for key in sorted(ties)},
        trials=trials,
        facts=_facts(person, coded, known.reference),
        is_demonstration=known.is_demonstration,
    )


def _is_unlabelled_physician(person: Person) -> bool:
    return not person.codes and not person.cms_names and person.is_physician_by_credential


def _coded(person: Person, known: Knowledge) -> list[tuple[Specialty, Value]]:
    """Kept specialties with where they come from: NPPES codes first, then CMS names by crosswalk."""
    found: list[tuple[Specialty, Value]] = []
    for code, source, as_of in person.codes:
        specialty = known.specialties.of_code(code)
        if specialty:
            found.append((specialty, Value(specialty.label, source, as_of)))
    for name, source, as_of in person.cms_names:
        taxonomy = known.specialties.code_of_cms_name(name) or known.reference.cms_codes.get(fold(name))
        specialty = known.specialties.of_code(taxonomy) if taxonomy else None
        if specialty:
            found.append((specialty, Value(specialty.label, source, as_of)))
    return found


def _facts(person: Person, coded: list[tuple[Specialty, Value]], reference: Reference) -> dict[str, Fact]:
    facts = dict(person.facts)
    if coded:
        first = coded[0][1]
        others = fact(value for _s, value in coded)
        losers = [v for v in (others.best, *others.others) if v.value != first.value] if others else []
        facts["specialty"] = Fact(first, tuple(losers))
    told = {"networks": _network_values(person, reference), "hospitals": _hospital_values(person, reference)}
    for name, values in told.items():
        if won := fact(values):
            facts[name] = won
    return facts


def _hospital_values(person: Person, reference: Reference) -> list[Value]:
    """The hospitals that each source lists for itself, so that no list borrows the date of another."""
    listed: dict[tuple[str, str | None], dict[str, Membership]] = defaultdict(dict)
    for hospital in listed_hospitals(person.rows):
        listed[hospital.source, hospital.as_of].setdefault(hospital.id, hospital)
    return [
        Value([hospital_name(found[key], reference) for key in sorted(found)], source, as_of)
        for (source, as_of), found in listed.items()
    ]


def _network_values(person: Person, reference: Reference) -> list[Value]:
    """The plans and networks that the newest files name, one value a source and date."""
    named: dict[tuple[str, str | None], set[str]] = defaultdict(set)
    for plan in _current_plans(person):
        if plan.plan_id:
            named["qhp_providers", plan.as_of].add(reference.plans.get(plan.plan_id, plan.plan_id))
    for member in _current_members(person):
        if member.network_id:
            named["tic_networks", member.as_of].add(member.network_name or member.network_id)
    return [Value(sorted(names), source, as_of) for (source, as_of), names in named.items()]


def _evidence(person: Person, known: Knowledge) -> tuple[tuple[Evidence, ...], tuple[TrialOfPerson, ...]]:
    trials, by_trial = _trial_evidence(person, known)
    found = [*_roster_evidence(person, known), *_procedure_evidence(person, known), *by_trial]
    return tuple(sorted(found, key=lambda e: (e.concept, e.kind))), trials


def _roster_evidence(person: Person, known: Knowledge) -> list[Evidence]:
    found: dict[str, Evidence] = {}
    for roster in newest(person.rows.rosters):
        terms = [t.strip() for t in (roster.clinical_focus or "").split(";") if t.strip()]
        for position, term in enumerate(terms):
            value = max(ROSTER_LEAST, 1.0 - ROSTER_STEP * position)
            for concept in known.concepts_in(term):
                if concept not in found or found[concept].value < value:
                    says = f"{roster.institution or 'The institution'} lists “{term}” as a clinical focus"
                    found[concept] = Evidence(concept, EvidenceKind.ROSTER, value, roster.as_of, says)
    return list(found.values())


def _procedure_evidence(person: Person, known: Knowledge) -> list[Evidence]:
    """From the services of the newest year: those of several years are no services in a year."""
    services: dict[str, float] = defaultdict(float)
    plain: dict[str, float] = defaultdict(float)
    as_of: str | None = None
    for row in newest(person.rows.procedures):
        count = _number(row.services)
        for concept, weight in known.vocabulary.procedure_concepts(row.hcpcs or ""):
            services[concept] += weight * count
            plain[concept] += count
        as_of = max(as_of or "", row.as_of or "") or None
    return [
        Evidence(
            concept, EvidenceKind.PROCEDURE, weighted / (weighted + PROCEDURE_HALF_SERVICES), as_of,
            f"{plain[concept]:,.0f} related services for Medicare patients in a year",
        )
        for concept, weighted in services.items()
        if weighted > 0
    ]  # fmt: skip


def _trial_evidence(person: Person, known: Knowledge) -> tuple[tuple[TrialOfPerson, ...], list[Evidence]]:
    trials: list[TrialOfPerson] = []
    left: dict[str, float] = defaultdict(lambda: 1.0)
    count: dict[str, int] = defaultdict(int)
    newest: dict[str, str | None] = {}
    for nct, role in known.investigators.by_npi.get(person.npi, ()):
        told = known.investigators.trials[nct]
        trials.append(TrialOfPerson(nct, told.title, told.status, role.lower(), "trials", told.as_of))
        share = TRIAL_SHARE * (0.5 if role == SUB_INVESTIGATOR else 1.0)
        for concept in {c for words in told.conditions for c in known.concepts_in(words)}:
            left[concept] *= 1.0 - share
            count[concept] += 1
            newest[concept] = max(newest.get(concept) or "", told.as_of or "") or None
    evidence = [
        Evidence(
            concept, EvidenceKind.TRIAL, 1.0 - rest, newest[concept],
            f"investigator of {count[concept]} clinical trial{'s' if count[concept] > 1 else ''} on this",
        )
        for concept, rest in left.items()
    ]  # fmt: skip
    return tuple(trials), evidence


def _with_broader(concepts: Iterable[str], vocabulary: Vocabulary) -> tuple[str, ...]:
    found: set[str] = set()
    for concept in concepts:
        found.add(concept)
        found.update(vocabulary.ancestors(concept))
    return tuple(sorted(found))


def _number(text: str | None) -> float:
    return float(text) if text else 0.0


def _networks(person: Person) -> tuple[str, ...]:
    keys = {row.plan_id for row in _current_plans(person) if row.plan_id}
    keys |= {row.network_id for row in _current_members(person) if row.network_id}
    return tuple(sorted(keys))


def _current_plans(person: Person) -> list[QhpNetwork]:
    """The rows of each issuer's newest date: a plan that its issuer no longer lists has gone."""
    by_issuer: dict[str, list[QhpNetwork]] = defaultdict(list)
    for row in person.rows.qhp_networks:
        hios = _HIOS_PLAN.match(row.plan_id or "")
        by_issuer[hios[1] if hios else ""].append(row)
    return [row for rows in by_issuer.values() for row in newest(rows)]


def _current_members(person: Person) -> list[NetworkMember]:
    """The row of each network's newest date."""
    by_network: dict[str, list[NetworkMember]] = defaultdict(list)
    for row in person.rows.network_members:
        by_network[row.network_id or ""].append(row)
    return [row for rows in by_network.values() for row in newest(rows)]


def _best(facts: Mapping[str, Fact], name: str) -> str | None:
    return str(facts[name].best.value) if name in facts else None


def _languages(person: Person) -> tuple[str, ...]:
    told = person.facts.get("languages")
    values = (told.best, *told.others) if told else ()
    return tuple(sorted({language for value in values for language in value.value}))


def _ages(person: Person, specialties: list[Specialty]) -> tuple[str, ...]:
    if "ages" in person.facts:
        return tuple(person.facts["ages"].best.value)
    found = {s.ages.value for s in specialties if s.ages.value != "any"}
    return tuple(sorted(found))


def _attributes(person: Person) -> tuple[str, ...]:
    facts = person.facts
    found: list[str] = []
    if "academic_title" in facts:
        found.append("academic")
    if _best(facts, "accepts_second_opinions") == "yes":
        found.append("second_opinions")
    if _best(facts, "virtual") == "yes":
        found.append("virtual")
    if _best(facts, "telehealth") == "yes":
        found.append("telehealth")
    return tuple(found)
