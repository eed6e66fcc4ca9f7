"""Names from capitals."""

import pytest

from ingest.display import city_name, organization_name, person_name


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("DRS GROOVER CHRISTIE AND MERRITT PC", "Drs Groover Christie and Merritt PC"),
        ("ST JOSEPH'S HOSPITAL OF ATLANTA", "St Joseph's Hospital of Atlanta"),
        ("MCLEOD REGIONAL, INC", "McLeod Regional, Inc"),
        ("Johns Hopkins Health System", "Johns Hopkins Health System"),
    ],
)
def test_organizations_in_capitals_get_title_case(given: str, shown: str) -> None:
    assert organization_name(given) == shown


def test_people_keep_their_apostrophes_hyphens_and_suffixes() -> None:
    assert person_name("SEAN", "P", "O'BRIEN", "JR.") == "Sean P. O'Brien Jr."
    assert person_name("KAREN", None, "MCDONALD-SMITH", "III") == "Karen McDonald-Smith III"


def test_a_missing_city_stays_missing() -> None:
    assert city_name(None) is None
