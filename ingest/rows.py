"""The staged columns that a merge reads, table by table, as named tuples."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from ingest.display import organization_name

Text = str | None
_Row = TypeVar("_Row", bound=tuple[Any, ...])


class NppesPerson(NamedTuple):
    """A row of nppes_people."""

    npi: str
    as_of: Text
    last_name: Text
    first_name: Text
    middle_name: Text
    suffix: Text
    credential: Text
    other_last_name: Text
    other_first_name: Text
    sex: Text
    street: Text
    street_2: Text
    city: Text
    state: Text
    zip: Text
    country: Text
    phone: Text
    fax: Text
    deactivated_on: Text
    reactivated_on: Text
    sole_proprietor: Text
    taxonomies: Text


class NppesDeactivated(NamedTuple):
    """A row of nppes_deactivated; `as_of` is the date of the file that says so."""

    npi: str
    as_of: Text
    deactivated_on: Text


class NppesLocation(NamedTuple):
    """A row of nppes_locations."""

    npi: str
    as_of: Text
    street: Text
    street_2: Text
    city: Text
    state: Text
    zip: Text
    country: Text
    phone: Text
    fax: Text


class Clinician(NamedTuple):
    """A row of clinicians: one person, one group, one address."""

    npi: str
    as_of: Text
    last_name: Text
    first_name: Text
    middle_name: Text
    suffix: Text
    sex: Text
    credential: Text
    school: Text
    graduation_year: Text
    specialty: Text
    secondary_specialties: Text
    telehealth: Text
    group_name: Text
    group_id: Text
    group_size: Text
    street: Text
    street_2: Text
    city: Text
    state: Text
    zip: Text
    phone: Text
    hospital_ccns: Text
    hospital_names: Text


class FacilityAffiliation(NamedTuple):
    """A row of facility_affiliations."""

    npi: str
    as_of: Text
    last_name: Text
    first_name: Text
    facility_type: Text
    ccn: Text


class Procedure(NamedTuple):
    """A row of procedures."""

    npi: str
    as_of: Text
    last_name: Text
    first_name: Text
    middle_name: Text
    credential: Text
    sex: Text
    street: Text
    street_2: Text
    city: Text
    state: Text
    zip: Text
    specialty: Text
    hcpcs: Text
    services: Text
    beneficiaries: Text


class QhpPerson(NamedTuple):
    """A row of qhp_people."""

    npi: str
    as_of: Text
    last_name: Text
    first_name: Text
    middle_name: Text
    specialties: Text
    accepting: Text
    languages: Text
    addresses: Text


class QhpNetwork(NamedTuple):
    """A row of qhp_networks."""

    npi: str
    as_of: Text
    plan_id: Text
    tier: Text
    years: Text


class NetworkMember(NamedTuple):
    """A row of network_members."""

    npi: str
    as_of: Text
    network_id: Text
    network_name: Text


class Roster(NamedTuple):
    """A row of rosters."""

    npi: str
    as_of: Text
    first_name: Text
    last_name: Text
    institution: Text
    institution_ccn: Text
    practice_group: Text
    sole_practice: Text
    academic_title: Text
    academic_institution: Text
    clinical_focus: Text
    accepts_second_opinions: Text
    accepts_for: Text
    sees_own_system_patients: Text
    languages: Text
    virtual: Text
    ages: Text
    residency_institution: Text
    residency_specialty: Text
    residency_year: Text
    referral_partners: Text
    second_opinion_programs: Text
    approach: Text
    opinion_only: Text
    calls_back: Text
    written_report: Text
    multidisciplinary_board: Text

    @property
    def residency(self) -> str | None:
        """Place, field and last year of a training; None unless all are there, as classmates share all."""
        told = (self.residency_institution, self.residency_specialty, self.residency_year)
        return f"{organization_name(told[0])}, {told[1]}, {told[2]}" if told[0] and all(told) else None


class CorrectionRow(NamedTuple):
    """A row of corrections: what an admin found to be right, as `correctable.correct_value` writes it."""

    npi: str
    as_of: str
    field: str
    value: str


TABLES: dict[str, type] = {
    "nppes_people": NppesPerson,
    "nppes_deactivated": NppesDeactivated,
    "nppes_locations": NppesLocation,
    "clinicians": Clinician,
    "facility_affiliations": FacilityAffiliation,
    "procedures": Procedure,
    "qhp_people": QhpPerson,
    "qhp_networks": QhpNetwork,
    "network_members": NetworkMember,
    "rosters": Roster,
    "corrections": CorrectionRow,
}


def newest(rows: list[_Row]) -> list[_Row]:
    """The rows of the newest date, in their order; rows of one table, whose second column is `as_of`."""
    if len(rows) < 2 or len({row[1] for row in rows}) == 1:
        return rows
    date = max(row[1] or "" for row in rows)
    return [row for row in rows if (row[1] or "") == date]


@dataclass(slots=True)
class PersonRows:
    """Every staged row of one NPI; lists are named like the staging tables, rows in an order of their own."""

    npi: str
    nppes_people: list[NppesPerson] = field(default_factory=list)
    nppes_deactivated: list[NppesDeactivated] = field(default_factory=list)
    nppes_locations: list[NppesLocation] = field(default_factory=list)
    clinicians: list[Clinician] = field(default_factory=list)
    facility_affiliations: list[FacilityAffiliation] = field(default_factory=list)
    procedures: list[Procedure] = field(default_factory=list)
    qhp_people: list[QhpPerson] = field(default_factory=list)
    qhp_networks: list[QhpNetwork] = field(default_factory=list)
    network_members: list[NetworkMember] = field(default_factory=list)
    rosters: list[Roster] = field(default_factory=list)
    corrections: list[CorrectionRow] = field(default_factory=list)
