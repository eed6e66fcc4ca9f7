"""What a merge looks up: owners above owners, hospital names, addresses shared by many, linked trials."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import zipcodes

from finder.documents import OrganizationKind
from finder.text import fold
from ingest.addresses import address
from ingest.display import city_name, organization_name
from ingest.staging import Staging

# A building or telephone listed by more groups than this is a tower or a switchboard, no tie by itself.
# Of 2,096 buildings in the 2017 radiology extract 99.9 % serve one to three groups (own count, 2026-11-23).
MAX_GROUPS_AT_ONE_PLACE = 3
MAX_PEOPLE_ON_ONE_PHONE = 30


class Link(NamedTuple):
    """One organization above something, with the source that says so."""

    kind: OrganizationKind
    id: str
    name: str
    source: str
    as_of: str | None

    @property
    def key(self) -> str:
        """The tie key of this organization, also its document id: `system:HSI00000531`."""
        return f"{self.kind.value}:{self.id}"


class Named(NamedTuple):
    """A name, with place and source, of an organization that a file lists by number."""

    name: str
    city: str | None
    state: str | None
    zip: str | None
    phone: str | None
    source: str
    as_of: str | None


class Center(NamedTuple):
    """One NCI-designated cancer center with the point that NCI gives for it."""

    name: str
    city: str | None
    state: str | None
    zip: str | None
    point: tuple[float, float] | None
    designation: str | None
    url: str | None
    as_of: str | None

    @property
    def id(self) -> str:
        """Name and ZIP folded into one word: a center may have several places, each known by its own."""
        return fold(f"{self.name} {self.zip or ''}").replace(" ", "-")


@dataclass(frozen=True, slots=True)
class Reference:
    """The small tables, whole in memory: about 10,000 hospitals, 1,000 systems, 300,000 groups nationally.

    `hospital_links` and `group_links` give the systems and owners above one; a number that is a key with an
    empty tuple is known to have none that year, one that is absent is unknown.
    """

    hospitals: Mapping[str, Named]
    hospital_links: Mapping[str, tuple[Link, ...]]
    group_links: Mapping[str, tuple[Link, ...]]
    systems: Mapping[str, Named]
    system_owners: Mapping[str, tuple[Link, ...]]
    groups: Mapping[str, Named]
    plans: Mapping[str, str]
    centers: tuple[Center, ...]
    cms_codes: Mapping[str, str]
    crowded_buildings: frozenset[str]
    crowded_phones: frozenset[str]


def reference(staging: Staging) -> Reference:
    """Read the reference tables of a staged data set; of several years of a linkage the newest counts."""
    owners = _system_owners(staging)
    buildings, phones = _crowded(staging)
    return Reference(
        hospitals=_hospitals(staging),
        hospital_links=_hospital_links(staging, owners),
        group_links=_group_links(staging, owners),
        systems=_systems(staging),
        system_owners=owners,
        groups=_groups(staging),
        plans={
            str(i): str(n) for i, n in staging.rows("SELECT plan_id, max(name) FROM plans GROUP BY 1") if n
        },
        centers=_centers(staging),
        cms_codes=_cms_codes(staging),
        crowded_buildings=buildings,
        crowded_phones=phones,
    )


def _newest(table: str, key: str, columns: str) -> str:
    """A query for the rows of the newest file that lists a key, in a fixed order."""
    return (
        f"SELECT DISTINCT {key}, {columns}, as_of FROM {table} WHERE {key} IS NOT NULL"  # noqa: S608 - own names
        f" QUALIFY coalesce(as_of, '') = max(coalesce(as_of, '')) OVER (PARTITION BY {key}) ORDER BY ALL"
    )


def _hospitals(staging: Staging) -> dict[str, Named]:
    found: dict[str, Named] = {}
    for table, name, phone, source in (
        ("system_hospitals", "hospital_name", "NULL::VARCHAR AS phone", "health_systems"),
        ("hospitals", "name", "phone", "hospitals"),
    ):
        for ccn, title, city, state, zip_code, number, as_of in staging.rows(
            _newest(table, "ccn", f"{name}, city, state, zip, {phone}")
        ):
            if ccn and title:
                shown = organization_name(title)
                found[ccn] = Named(shown, city_name(city), state, zip_code, number, source, as_of)
    return found


def _systems(staging: Staging) -> dict[str, Named]:
    found: dict[str, Named] = {}
    for table, name, place in (
        ("system_groups", "system_name", "NULL::VARCHAR AS city, NULL::VARCHAR AS state"),
        ("system_hospitals", "system_name", "NULL::VARCHAR AS city, NULL::VARCHAR AS state"),
        ("health_systems", "name", "city, state"),
    ):
        for system_id, title, city, state, as_of in staging.rows(
            _newest(table, "system_id", f"{name}, {place}")
        ):
            if system_id and title:
                found[system_id] = Named(
                    organization_name(title), city_name(city), state, None, None, "health_systems", as_of
                )
    return found


def _groups(staging: Staging) -> dict[str, Named]:
    found: dict[str, Named] = {}
    for table, source in (("system_groups", "health_systems"), ("clinicians", "clinicians")):
        for group_id, name, as_of in staging.rows(_newest(table, "group_id", "group_name")):
            if group_id and name:
                found[group_id] = Named(organization_name(name), None, None, None, None, source, as_of)
    return found


def _system_owners(staging: Staging) -> dict[str, tuple[Link, ...]]:
    """The owner above a system, where all its hospitals that name an owner name the same one.

    AHRQ's 2023 hospital linkage gives a corporate parent per hospital; a system whose hospitals have several
    parents has no single owner, so its groups get none.
    """
    names: dict[str, dict[str, Link]] = defaultdict(dict)
    for system_id, owner_id, owner_name, as_of in staging.rows(
        _newest("system_hospitals", "system_id", "owner_id, owner_name")
    ):
        if system_id and owner_id:
            title = organization_name(owner_name or owner_id)
            names[system_id][owner_id] = Link(
                OrganizationKind.OWNER, owner_id, title, "health_systems", as_of
            )
    return {s: tuple(links.values()) for s, links in names.items() if len(links) == 1}


def _hospital_links(staging: Staging, owners: Mapping[str, tuple[Link, ...]]) -> dict[str, tuple[Link, ...]]:
    found: dict[str, dict[str, Link]] = defaultdict(dict)
    query = _newest("system_hospitals", "ccn", "system_id, system_name, owner_id, owner_name")
    for ccn, system_id, system_name, owner_id, owner_name, as_of in staging.rows(query):
        links = found[str(ccn)]
        for link in _links(system_id, system_name, owner_id, owner_name, as_of):
            links[link.key] = link
        for link in owners.get(system_id or "", ()):
            links[link.key] = link
    return {ccn: tuple(links[key] for key in sorted(links)) for ccn, links in found.items()}


def _group_links(staging: Staging, owners: Mapping[str, tuple[Link, ...]]) -> dict[str, tuple[Link, ...]]:
    found: dict[str, dict[str, Link]] = defaultdict(dict)
    query = _newest("system_groups", "group_id", "system_id, system_name")
    for group_id, system_id, system_name, as_of in staging.rows(query):
        links = found[str(group_id)]
        for link in (*_links(system_id, system_name, None, None, as_of), *owners.get(system_id or "", ())):
            links[link.key] = link
    return {group: tuple(links[key] for key in sorted(links)) for group, links in found.items()}


def _links(
    system_id: str | None,
    system_name: str | None,
    owner_id: str | None,
    owner_name: str | None,
    as_of: str | None,
) -> Iterable[Link]:
    if system_id:
        name = organization_name(system_name or system_id)
        yield Link(OrganizationKind.SYSTEM, system_id, name, "health_systems", as_of)
    if owner_id:
        name = organization_name(owner_name or owner_id)
        yield Link(OrganizationKind.OWNER, owner_id, name, "health_systems", as_of)


def _centers(staging: Staging) -> tuple[Center, ...]:
    """Every center once, as the newest file that lists it says; ordered by id."""
    found: dict[str, Center] = {}
    columns = "name, city, state, zip, lat, lon, center_type, url, as_of"
    for name, city, state, zip_code, lat, lon, designation, url, as_of in staging.rows(
        f"SELECT {columns} FROM nci_centers WHERE name IS NOT NULL"  # noqa: S608 - own names
        f" ORDER BY coalesce(as_of, ''), {columns}"
    ):
        point = (float(lat), float(lon)) if lat and lon else None
        center = Center(str(name), city, state, zip_code, point, designation, url, as_of)
        found[center.id] = center
    return tuple(found[key] for key in sorted(found))


def _cms_codes(staging: Staging) -> dict[str, str]:
    """Folded Medicare specialty name -> its first taxonomy code, from a staged crosswalk (may be empty)."""
    found: dict[str, str] = {}
    for name, code in staging.rows(
        "SELECT cms_name, min(taxonomy_code) FROM cms_crosswalk GROUP BY 1 ORDER BY 1"
    ):
        if name and code:
            found[fold(name.removeprefix("Physician/"))] = code
    return found


def _crowded(staging: Staging) -> tuple[frozenset[str], frozenset[str]]:
    """Buildings and telephones (faxes too) that too many groups or people list to be a tie by themselves."""
    groups: dict[str, set[str]] = defaultdict(set)
    for street, street_2, zip_code, group_ids in staging.rows(
        "SELECT street, street_2, zip, string_agg(DISTINCT group_id, ';') FROM clinicians"
        " WHERE group_id IS NOT NULL GROUP BY ALL"
    ):
        place = address(street, street_2, zip_code)
        if place:
            groups[f"{place.building}|{place.zip}"].update((group_ids or "").split(";"))
    buildings = frozenset(b for b, ids in groups.items() if len(ids) > MAX_GROUPS_AT_ONE_PLACE)
    phones = frozenset(
        str(row[0])
        for row in staging.rows(
            "SELECT phone FROM (SELECT phone, npi, group_id FROM clinicians"
            " UNION ALL SELECT unnest([phone, fax]), npi, NULL FROM nppes_people"
            " UNION ALL SELECT unnest([phone, fax]), npi, NULL FROM nppes_locations)"
            " WHERE phone IS NOT NULL GROUP BY phone"
            " HAVING count(DISTINCT group_id) > ? OR count(DISTINCT npi) > ?",
            [MAX_GROUPS_AT_ONE_PLACE, MAX_PEOPLE_ON_ONE_PHONE],
        )
    )
    return buildings, phones


@lru_cache(maxsize=1)
def zip_points() -> Mapping[str, tuple[float, float]]:
    """ZIP -> (latitude, longitude) of the middle of its area, from the offline `zipcodes` library."""
    return {z["zip_code"]: (float(z["lat"]), float(z["long"])) for z in zipcodes.list_all() if z["lat"]}
