"""Addresses and telephone numbers that so many practices list that they are no tie by themselves."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from finder.addresses import Address, address
from ingest.staging import Staging

# A building, suite or telephone listed by more practices than this is a tower, a main address or a
# switchboard. Of 2,096 buildings in the 2017 radiology extract 99.9 % serve one to three groups (own count,
# 2026-11-23).
MAX_PRACTICES_AT_ONE_PLACE = 3
MAX_PEOPLE_ON_ONE_PHONE = 30


@dataclass(frozen=True, slots=True)
class Crowds:
    """`buildings` as `building|zip`, `suites` as the whole key of an address, `phones` as ten digits."""

    buildings: frozenset[str] = frozenset()
    suites: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()


def crowds(staging: Staging) -> Crowds:
    """Count practices per place: in a building each group and each person without one, in a suite the groups.

    People who practise alone and share one room do share it. A practice counts at a building once, however
    many suites it has there. Only what the clinician file lists is counted, since it alone says who works in
    which group; telephones count in NPPES too, by people.
    """
    buildings: dict[str, set[str]] = defaultdict(set)
    for place, practices in _listed(staging, "coalesce(group_id, npi)"):
        buildings[place.building_key].update(practices)
    crowded = _crowded(buildings)
    buildings.clear()
    suites: dict[str, set[str]] = defaultdict(set)
    for place, practices in _listed(staging, "group_id"):  # again, so that only towers keep their suites
        if place.building_key in crowded:
            suites[place.key].update(practices)
    return Crowds(crowded, _crowded(suites), _phones(staging))


def _listed(staging: Staging, practice: str) -> Iterator[tuple[Address, list[str]]]:
    query = f"SELECT street, street_2, zip, string_agg(DISTINCT {practice}, ';') FROM clinicians GROUP BY ALL"  # noqa: S608 - own names
    for street, street_2, zip_code, practices in staging.rows(query):
        place = address(street, street_2, zip_code)
        if place and practices:
            yield place, practices.split(";")


def _crowded(practices: dict[str, set[str]]) -> frozenset[str]:
    return frozenset(key for key, ids in practices.items() if len(ids) > MAX_PRACTICES_AT_ONE_PLACE)


def _phones(staging: Staging) -> frozenset[str]:
    """Telephones, faxes too, of too many groups or people."""
    return frozenset(
        str(row[0])
        for row in staging.rows(
            "SELECT phone FROM (SELECT phone, npi, group_id FROM clinicians"
            " UNION ALL SELECT unnest([phone, fax]), npi, NULL FROM nppes_people"
            " UNION ALL SELECT unnest([phone, fax]), npi, NULL FROM nppes_locations)"
            " WHERE phone IS NOT NULL GROUP BY phone"
            " HAVING count(DISTINCT group_id) > ? OR count(DISTINCT npi) > ?",
            [MAX_PRACTICES_AT_ONE_PLACE, MAX_PEOPLE_ON_ONE_PHONE],
        )
    )
