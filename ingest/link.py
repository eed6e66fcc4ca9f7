"""What a merge looks up: owners above owners, names of organizations, crowded places, trials' ends."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from sys import intern
from typing import NamedTuple

import zipcodes

from finder.centers import Family, FamilyKind, by_key, load_families
from finder.text import fold
from ingest.crowds import crowds
from ingest.display import city_name, organization_name
from ingest.owners import Link, newest, owners
from ingest.staging import Staging

__all__ = ["Center", "Link", "Named", "Reference", "Referral", "reference", "trial_ends", "zip_points"]


class Named(NamedTuple):
    """A name, with place and source, of an organization that a file lists by number."""

    name: str
    city: str | None
    state: str | None
    zip: str | None
    phone: str | None
    source: str
    as_of: str | None


class Referral(NamedTuple):
    """One of two people says in a roster that patients are sent; it holds for both. `said_by` is the
    institution whose roster it is.
    """

    partner: str
    said_by: str
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

    `..._links` and `system_owners` give every owner above one, nearest first; a number that is a key with an
    empty tuple is known to have none that year, one that is absent is unknown. `crowded_...` are as in
    `Crowds`. `aliases` are other names by document id, `trial_ends` the ends of linked trials,
    `families` the facts of centers.csv by document id of what they are about, `referrals` the partners of an
    NPI, `program_names` (id, name) of a second-opinion program by folded id and by folded name,
    `teaching_hospitals` the year in which AHRQ calls a hospital a major teaching one, by CCN.
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
    crowded_suites: frozenset[str] = frozenset()
    center_links: Mapping[str, tuple[Link, ...]] = field(default_factory=dict)
    school_links: Mapping[str, tuple[Link, ...]] = field(default_factory=dict)
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    trial_ends: Mapping[str, str] = field(default_factory=dict)
    families: Mapping[str, Family] = field(default_factory=dict)
    referrals: Mapping[str, tuple[Referral, ...]] = field(default_factory=dict)
    program_names: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    teaching_hospitals: Mapping[str, str] = field(default_factory=dict)


def reference(staging: Staging) -> Reference:
    """Read the reference tables of a staged data set; of several years of a linkage the newest counts."""
    families = load_families()
    above, crowded = owners(staging, families), crowds(staging)
    hospitals, groups = _hospitals(staging), _groups(staging)
    return Reference(
        hospitals=hospitals,
        hospital_links=above.hospitals,
        group_links=above.groups,
        systems={**_family_systems(families, hospitals, groups), **_systems(staging)},
        system_owners=above.systems,
        groups=groups,
        plans={
            str(i): str(n) for i, n in staging.rows("SELECT plan_id, max(name) FROM plans GROUP BY 1") if n
        },
        centers=_centers(staging),
        cms_codes=_cms_codes(staging),
        crowded_buildings=crowded.buildings,
        crowded_phones=crowded.phones,
        crowded_suites=crowded.suites,
        center_links=above.centers,
        school_links=above.schools,
        aliases=_aliases(staging, hospitals, groups),
        referrals=_referrals(staging),
        families=by_key(families),
        teaching_hospitals=_teaching_hospitals(staging),
    )


def _teaching_hospitals(staging: Staging) -> dict[str, str]:
    rows = staging.rows(newest("system_hospitals", "ccn", "major_teaching"))
    return {ccn: as_of for ccn, is_major, as_of in rows if ccn and is_major == "1" and as_of}


def _hospitals(staging: Staging) -> dict[str, Named]:
    found: dict[str, Named] = {}
    for table, name, phone, source in (
        ("system_hospitals", "hospital_name", "NULL::VARCHAR AS phone", "health_systems"),
        ("hospitals", "name", "phone", "hospitals"),
    ):
        for ccn, title, city, state, zip_code, number, as_of in staging.rows(
            newest(table, "ccn", f"{name}, city, state, zip, {phone}")
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
            newest(table, "system_id", f"{name}, {place}")
        ):
            if system_id and title:
                found[system_id] = Named(
                    organization_name(title), city_name(city), state, None, None, "health_systems", as_of
                )
    return found


def _groups(staging: Staging) -> dict[str, Named]:
    found: dict[str, Named] = {}
    for table, source in (("system_groups", "health_systems"), ("clinicians", "clinicians")):
        for group_id, name, as_of in staging.rows(newest(table, "group_id", "group_name")):
            if group_id and name:
                found[group_id] = Named(organization_name(name), None, None, None, None, source, as_of)
    return found


def _family_systems(
    families: Iterable[Family], hospitals: Mapping[str, Named], groups: Mapping[str, Named]
) -> dict[str, Named]:
    """Systems of which only centers.csv tells that a listed hospital or group belongs to them."""
    return {
        f.system_id: Named(f.system_name, None, None, None, None, f.source_id, f.as_of)
        for f in families
        if (f.kind is FamilyKind.HOSPITAL and f.member_id in hospitals)
        or (f.kind is FamilyKind.GROUP and f.member_id in groups)
    }


def _aliases(
    staging: Staging, hospitals: Mapping[str, Named], groups: Mapping[str, Named]
) -> dict[str, tuple[str, ...]]:
    """Every other name under which a file lists a group or hospital, folded: former names among them."""
    found: dict[str, set[str]] = defaultdict(set)
    for kind, named, table, number, name in (
        ("group", groups, "clinicians", "group_id", "group_name"),
        ("group", groups, "system_groups", "group_id", "group_name"),
        ("hospital", hospitals, "hospitals", "ccn", "name"),
        ("hospital", hospitals, "system_hospitals", "ccn", "hospital_name"),
    ):
        query = f"SELECT DISTINCT {number}, {name} FROM {table}"  # noqa: S608 - own names
        for key, title in staging.rows(query):
            if key and title and key in named and fold(title) != fold(named[key].name):
                found[f"{kind}:{key}"].add(fold(title))
    return {key: tuple(sorted(names - {""})) for key, names in found.items()}


def _referrals(staging: Staging) -> dict[str, tuple[Referral, ...]]:
    """Partners by NPI, from the newest roster rows of either side; a pair is told once, by its newest row."""
    found: dict[str, dict[str, Referral]] = defaultdict(dict)
    query = newest("rosters", "npi", "referral_partners, institution")
    for npi, partners, institution, as_of in staging.rows(query):
        said_by = organization_name(institution) if institution else "one of them"
        for partner in map(intern, filter(None, (partners or "").split(";"))):
            me = intern(str(npi))
            for one, other in ((me, partner), (partner, me)):
                known = found[one].get(other)
                if one != other and (known is None or (known.as_of or "") < (as_of or "")):
                    found[one][other] = Referral(other, said_by, as_of)
    return {npi: tuple(told[key] for key in sorted(told)) for npi, told in found.items()}


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


def trial_ends(staging: Staging, numbers: Iterable[str]) -> dict[str, str]:
    """NCT number -> day or month of the end of a trial, past or expected, as its newest record says."""
    wanted = frozenset(numbers)
    query = newest("trials", "nct_number", "end_date")
    return {str(nct): end for nct, end, _as_of in staging.rows(query) if end and nct in wanted}


_ZIP_POINTS: dict[str, tuple[float, float]] = {}


def zip_points() -> Mapping[str, tuple[float, float]]:
    """ZIP -> (latitude, longitude) of the middle of its area, from the offline `zipcodes` library."""
    if not _ZIP_POINTS:
        listed = zipcodes.list_all()
        _ZIP_POINTS.update({z["zip_code"]: (float(z["lat"]), float(z["long"])) for z in listed if z["lat"]})
    return _ZIP_POINTS


def remember_zip_points(points: Mapping[str, tuple[float, float]]) -> None:
    """Take the points that another process has read: the library takes a second."""
    _ZIP_POINTS.update(points)
