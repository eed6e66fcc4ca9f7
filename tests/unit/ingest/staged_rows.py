"""Valid staged rows for tests; a test states only what matters to it."""

from typing import Any

from ingest.rows import Clinician, FacilityAffiliation, NppesPerson, PersonRows, Procedure, QhpPerson, Roster

NPI = "1234567893"


def nppes(**given: Any) -> NppesPerson:
    """A registered internist in Baltimore."""
    values: dict[str, Any] = dict.fromkeys(NppesPerson._fields)
    values |= {
        "npi": NPI, "as_of": "2024-05-01", "last_name": "DOE", "first_name": "JANE", "credential": "M.D.",
        "street": "1 EXAMPLE ST", "city": "BALTIMORE", "state": "MD", "zip": "21287", "country": "US",
        "phone": "4105550100", "taxonomies": "207R00000X|MD|Y|D1",
    }  # fmt: skip
    return NppesPerson(**(values | given))


def clinician(**given: Any) -> Clinician:
    """A Medicare clinician of one group at one address."""
    values: dict[str, Any] = dict.fromkeys(Clinician._fields)
    values |= {
        "npi": NPI, "as_of": "2024", "last_name": "DOE", "first_name": "JANE",
        "specialty": "INTERNAL MEDICINE",
        "group_name": "EXAMPLE GROUP PC", "group_id": "0042001001", "street": "1 Example Street",
        "city": "BALTIMORE", "state": "MD", "zip": "21287", "phone": "4105550100",
    }  # fmt: skip
    return Clinician(**(values | given))


def affiliation(**given: Any) -> FacilityAffiliation:
    """An affiliation with one hospital."""
    values: dict[str, Any] = {"npi": NPI, "as_of": "2024", "last_name": "DOE", "first_name": "JANE",
                              "facility_type": "Hospital", "ccn": "990001"}  # fmt: skip
    return FacilityAffiliation(**(values | given))


def procedure(**given: Any) -> Procedure:
    """One line of billed services."""
    values: dict[str, Any] = dict.fromkeys(Procedure._fields)
    values |= {"npi": NPI, "as_of": "2024", "last_name": "DOE", "first_name": "JANE", "hcpcs": "47382",
               "services": "50", "specialty": "Vascular Surgery", "zip": "21287", "state": "MD"}  # fmt: skip
    return Procedure(**(values | given))


def payer(**given: Any) -> QhpPerson:
    """One entry of a plan's provider file."""
    values: dict[str, Any] = dict.fromkeys(QhpPerson._fields)
    values |= {"npi": NPI, "as_of": "2024-03-01", "last_name": "Doe", "first_name": "Jane"}
    return QhpPerson(**(values | given))


def roster(**given: Any) -> Roster:
    """One row of an institution's roster."""
    values: dict[str, Any] = dict.fromkeys(Roster._fields)
    values |= {"npi": NPI, "as_of": "2024-06-01", "first_name": "Jane", "last_name": "Doe",
               "institution": "Example Hospital"}  # fmt: skip
    return Roster(**(values | given))


def person_rows(*rows: Any) -> PersonRows:
    """The rows of one NPI, sorted into their tables."""
    found = PersonRows(NPI)
    tables = {
        NppesPerson: found.nppes_people, Clinician: found.clinicians, Procedure: found.procedures,
        FacilityAffiliation: found.facility_affiliations, QhpPerson: found.qhp_people, Roster: found.rosters,
    }  # fmt: skip
    for row in rows:
        tables[type(row)].append(row)
    return found
