"""A merged person becomes a specialist: specialties, tie keys, networks, attributes."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache

from finder.documents import Fact, Specialist, Value
from finder.specialties import Kept, Specialties, Specialty
from finder.text import fold
from finder.trust import CORRECTION, Kind, fact, kept_first, outlives
from ingest.approach import approach_evidence
from ingest.corrected import corrected
from ingest.evidence import evidence_of, listed_concepts, main_concepts, proven_concepts
from ingest.knowledge import Knowledge
from ingest.link import Reference
from ingest.merge import LeftOut, Membership, Person
from ingest.rows import NetworkMember, QhpNetwork, newest
from ingest.ties import hospital_name, kinds_known, ties_of

# A HIOS plan number begins with the five digits of its issuer, then the state (CMS, QHP provider schema).
_HIOS_PLAN = re.compile(r"(\d{5})[A-Z]{2}\d{7}")

_NOT_KEPT = "not a kind of clinician that is kept"
_NOTHING_KNOWN = "no specialty known and no physician by credential"
_Coded = tuple[Specialty, Value]

# What a roster says of how an opinion is given, each an attribute where it says yes.
_OPINION = ("opinion_only", "calls_back", "written_report", "multidisciplinary_board")


def enriched(person: Person, known: Knowledge) -> Specialist | LeftOut:
    """The specialist of a person, or why the person is left out: no kept kind of clinician."""
    main, coded = _main_specialty(person, known)
    if not coded and not _is_unlabelled_physician(person):
        return LeftOut(_NOT_KEPT if person.codes or person.cms_names else _NOTHING_KNOWN)
    evidence, trials = evidence_of(person, coded, known)
    ties = dict(sorted(ties_of(person, trials, known.reference).items()))
    specialties = tuple(dict.fromkeys(s.specialty_id for s, _value in coded))
    plans, members = _current_plans(person), _current_members(person)
    facts = _facts(person, main, _network_values(plans, members, known), known.reference)
    return Specialist(
        npi=person.npi,
        name=person.name,
        name_folded=person.name_folded,
        credentials=person.credentials,
        specialties=specialties,
        main_specialties=narrowest(specialties, known.specialties),
        taxonomies=tuple(c.code for c in person.codes),
        roles=tuple(dict.fromkeys(s.role.value for s, _value in coded)),
        is_candidate=any(s.kept is Kept.CANDIDATE for s, _value in coded) and not _has_stopped(person),
        concepts=listed_concepts(evidence, known.above),
        main_concepts=main_concepts(evidence, known.above),
        proven_concepts=proven_concepts(evidence, known),
        evidence=evidence,
        sites=person.sites,
        licence_states=person.licence_states,
        network_keys=_networks(plans, members),
        languages=_languages(person),
        ages=_ages(person, [s for s, _value in coded]),
        accepting=_best(person.facts, "accepting"),
        attributes=_attributes(facts),
        approach=approach_evidence(person, known),
        tie_keys=tuple(ties),
        tie_kinds_known=kinds_known(person, known.reference),
        ties=ties,
        trials=trials,
        program_ids=_programs(ties, known),
        facts=facts,
        is_demonstration=known.is_demonstration,
    )


def _programs(ties: Iterable[str], known: Knowledge) -> tuple[str, ...]:
    """The second-opinion programs of the hospitals and systems that the person is tied to."""
    return tuple(sorted({each for key in ties for each in known.programs.get(key, ())}))


def narrowest(specialty_ids: tuple[str, ...], specialties: Specialties) -> tuple[str, ...]:
    """Get the specialties that no other one of them narrows: a heart surgeon's board in general surgery is
    the way there, and says nothing of what the person does now.
    """
    if len(specialty_ids) < 2:
        return specialty_ids
    above = {broader for each in specialty_ids for broader in specialties.lineage(each)[1:]}
    return tuple(each for each in specialty_ids if each not in above)


def _is_unlabelled_physician(person: Person) -> bool:
    return not person.codes and not person.cms_names and person.is_physician_by_credential


def _coded(person: Person, known: Knowledge) -> list[_Coded]:
    """Kept specialties with where they come from: NPPES codes first, then CMS names by crosswalk."""
    found: list[_Coded] = []
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


def _corrected(person: Person, told: list[_Coded], specialties: Specialties) -> list[_Coded]:
    """The specialties of a correction, in its order; none without one, or where one of `told` outlives it."""
    found = corrected(person.rows, "specialty")
    if found is None or any(outlives(value.source, value.as_of, found) for _s, value in told):
        return []
    known = (specialties.by_id[each] for each in found.value if each in specialties.by_id)
    return [(each, Value(each.label, CORRECTION, found.as_of)) for each in known]


def _main_specialty(person: Person, known: Knowledge) -> tuple[Fact | None, list[_Coded]]:
    """The specialty that counts, by all who say one, and the specialties of the person: what payers list adds
    to these only where it outdoes what registry and clinician file say. A wider word for it is no other one.
    """
    told, specialties = _coded(person, known), known.specialties
    coded = _corrected(person, told, specialties) or told
    if not coded:
        return None, []
    listed = _listed_by_payers(person, coded, specialties)
    above = specialties.lineage(coded[0][0].specialty_id)[1:]
    rivals = [value for each, value in (*coded, *told, *listed) if each.specialty_id not in above]
    main = kept_first(rivals, Kind.SPECIALTY)
    labels = {value.value for _s, value in coded}
    agreed = [each for each in listed if each[1].value == main.best.value and each[1].value not in labels]
    return main, [*coded, *agreed[:1]]


def _listed_by_payers(person: Person, coded: list[_Coded], specialties: Specialties) -> list[_Coded]:
    """The specialties under which payers list the person, without those that only say less than others."""
    above = {wider for each, _value in coded for wider in specialties.lineage(each.specialty_id)[1:]}
    return [
        (specialty, Value(specialty.label, "qhp_providers", row.as_of))
        for row in person.rows.qhp_people
        for words in (row.specialties or "").split(";")
        if (specialty := specialties.named(words)) and specialty.specialty_id not in above
    ]


def _has_stopped(person: Person) -> bool:
    """Whether a correction says that the person sees no patients any more; colleagues stay colleagues."""
    return _best(person.facts, "practises") == "no"


def _facts(
    person: Person, specialty: Fact | None, networks: list[Value], reference: Reference
) -> dict[str, Fact]:
    facts = dict(person.facts)
    if specialty:
        facts["specialty"] = specialty
    told = {"networks": networks, "hospitals": _hospital_values(person, reference),
            "teaching_hospital": _teaching_values(person, reference)}  # fmt: skip
    for name, values in told.items():
        if won := fact(values):
            facts[name] = won
    return facts


def _hospital_values(person: Person, reference: Reference) -> list[Value]:
    """The hospitals that each source lists for itself, so that no list borrows the date of another."""
    listed: dict[tuple[str, str | None], dict[str, Membership]] = defaultdict(dict)
    for hospital in person.listed_hospitals:
        listed[hospital.source, hospital.as_of].setdefault(hospital.id, hospital)
    return [
        Value([hospital_name(found[key], reference) for key in sorted(found)], source, as_of)
        for (source, as_of), found in listed.items()
    ]


def _network_values(plans: list[QhpNetwork], members: list[NetworkMember], known: Knowledge) -> list[Value]:
    """The plans and networks that the newest files name, one value a source and date."""
    named: dict[tuple[str, str | None], set[str]] = defaultdict(set)
    for plan in plans:
        if plan.plan_id:
            named["qhp_providers", plan.as_of].add(known.reference.plans.get(plan.plan_id, plan.plan_id))
    for member in members:
        if member.network_id:
            named["tic_networks", member.as_of].add(member.network_name or member.network_id)
    return [Value(sorted(names), source, as_of) for (source, as_of), names in named.items()]


def _networks(plans: list[QhpNetwork], members: list[NetworkMember]) -> tuple[str, ...]:
    keys = {row.plan_id for row in plans if row.plan_id}
    keys |= {row.network_id for row in members if row.network_id}
    return tuple(sorted(keys))


def _current_plans(person: Person) -> list[QhpNetwork]:
    """The rows of each issuer's newest date: a plan that its issuer no longer lists has gone."""
    by_issuer: dict[str, list[QhpNetwork]] = defaultdict(list)
    for row in person.rows.qhp_networks:
        by_issuer[_issuer(row.plan_id or "")].append(row)
    return [row for rows in by_issuer.values() for row in newest(rows)]


@lru_cache(maxsize=20_000)
def _issuer(plan_id: str) -> str:
    hios = _HIOS_PLAN.match(plan_id)
    return hios[1] if hios else ""


def _current_members(person: Person) -> list[NetworkMember]:
    """The row of each network's newest date."""
    by_network: dict[str, list[NetworkMember]] = defaultdict(list)
    for row in person.rows.network_members:
        by_network[row.network_id or ""].append(row)
    return [row for rows in by_network.values() for row in newest(rows)]


def _best(facts: Mapping[str, Fact], name: str) -> str | None:
    return str(facts[name].best.value) if name in facts else None


def _languages(person: Person) -> tuple[str, ...]:
    """Whatever any source names; after a correction, which names all of them, no more than that."""
    told = person.facts.get("languages")
    values = (told.best, *told.others) if told else ()
    if values and values[0].source == CORRECTION:
        values = values[:1]
    return tuple(sorted({language for value in values for language in value.value}))


def _ages(person: Person, specialties: list[Specialty]) -> tuple[str, ...]:
    if "ages" in person.facts:
        return tuple(person.facts["ages"].best.value)
    found = {s.ages.value for s in specialties if s.ages.value != "any"}
    return tuple(sorted(found))


def _teaching_values(person: Person, reference: Reference) -> list[Value]:
    """The hospitals of the person that AHRQ calls major teaching hospitals."""
    teaching = [h.id for h in person.hospitals if h.id in reference.teaching_hospitals]
    years = {ccn: reference.teaching_hospitals[ccn] for ccn in teaching}
    names = {ccn: reference.hospitals[ccn].name for ccn in teaching if ccn in reference.hospitals}
    return [Value(list(names.values()), "health_systems", max(years[ccn] for ccn in names))] if names else []


def _attributes(facts: Mapping[str, Fact]) -> tuple[str, ...]:
    found: list[str] = ["teaching_hospital"] if "teaching_hospital" in facts else []
    if "academic_title" in facts:
        found.append("academic")
    if _best(facts, "accepts_second_opinions") == "yes":
        found.append("second_opinions")
    elif _best(facts, "accepts_second_opinions") == "no":
        found.append("no_second_opinions")
    if _best(facts, "virtual") == "yes":
        found.append("virtual")
    if _best(facts, "telehealth") == "yes":
        found.append("telehealth")
    return (*found, *(name for name in _OPINION if _best(facts, name) == "yes"))
