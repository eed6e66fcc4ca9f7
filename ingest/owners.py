"""Who owns whom, level by level: from hospitals and groups up to systems, owners and their owners."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from finder.centers import Family, FamilyKind
from finder.documents import OrganizationKind
from finder.text import fold
from ingest.display import organization_name
from ingest.staging import Staging


class Link(NamedTuple):
    """One organization above something, with the source that says so.

    `below` is the tie key one step nearer to the thing; None where the link leads up from the thing itself.
    """

    kind: OrganizationKind
    id: str
    name: str
    source: str
    as_of: str | None
    below: str | None = None

    @property
    def key(self) -> str:
        """The tie key of this organization, also its document id: `system:HSI00000531`."""
        return f"{self.kind.value}:{self.id}"


Links = Mapping[str, tuple[Link, ...]]
_NUMBERED = (FamilyKind.HOSPITAL, FamilyKind.GROUP)


@dataclass(frozen=True, slots=True)
class Owners:
    """Every owner above hospitals (by CCN), groups (by PAC ID), systems, and by folded name NCI centers and
    medical schools.

    Nearest first. A number that is a key with an empty tuple is listed without an owner, so it is known to
    have none in that year; one that is absent is unknown.
    """

    hospitals: Links
    groups: Links
    systems: Links
    centers: Links
    schools: Links


@dataclass(frozen=True, slots=True)
class _Above:
    """Parents by system id, and the ids that somebody names as an owner."""

    parents: Mapping[str, tuple[Link, ...]]
    owner_ids: frozenset[str]

    def chain(self, first: Iterable[Link]) -> tuple[Link, ...]:
        """The given links and everything above them, nearest first, each once.

        The corporate parent of one system may itself be a system with hospitals of its own, and a parent
        above it: AHRQ numbers both alike, so the chain goes on from the parent's own rows.
        """
        found: dict[str, Link] = {}
        waiting = list(first)
        while waiting:
            link = waiting.pop(0)
            if link.key in found:
                continue
            found[link.key] = link
            if link.kind is OrganizationKind.SYSTEM and link.id in self.owner_ids:
                waiting.append(link._replace(kind=OrganizationKind.OWNER, below=link.key))
            waiting += [up._replace(below=link.key) for up in self.parents.get(link.id, ())]
        return tuple(found.values())


def owners(staging: Staging, families: Sequence[Family] = ()) -> Owners:
    """Work out all owners from the staged linkages; `families` says of what the linkage lacks who owns it."""
    hospitals, named = _hospitals(staging), _parents(staging)
    ids = {link.id for links in named.values() for link in links}
    ids |= {link.id for links in hospitals.values() for link in links if link.kind is OrganizationKind.OWNER}
    above = _Above(named, frozenset(ids))
    groups = _groups(staging)
    by_kind: dict[FamilyKind, dict[str, tuple[Link, ...]]] = defaultdict(dict)
    for family in families:
        link = Link(
            OrganizationKind.SYSTEM, family.system_id, family.system_name, family.source_id, family.as_of
        )
        number = family.member_id if family.kind in _NUMBERED else fold(family.member_id)
        by_kind[family.kind][number] = (link,)
    return Owners(
        hospitals=_climbed({**by_kind[FamilyKind.HOSPITAL], **hospitals}, above),
        groups=_climbed({**by_kind[FamilyKind.GROUP], **groups}, above),
        systems={system: above.chain(links) for system, links in sorted(named.items())},
        centers=_climbed(by_kind[FamilyKind.CANCER_CENTER], above),
        schools=_climbed(by_kind[FamilyKind.MEDICAL_SCHOOL], above),
    )


def _climbed(first: Mapping[str, tuple[Link, ...]], above: _Above) -> Links:
    return {number: above.chain(first[number]) for number in sorted(first)}


def newest(table: str, key: str, columns: str) -> str:
    """A query for the rows of the newest file that lists a key, in a fixed order."""
    return (
        f"SELECT DISTINCT {key}, {columns}, as_of FROM {table} WHERE {key} IS NOT NULL"  # noqa: S608 - own names
        f" QUALIFY coalesce(as_of, '') = max(coalesce(as_of, '')) OVER (PARTITION BY {key}) ORDER BY ALL"
    )


def _owner(owner_id: str, name: str | None, as_of: str | None) -> Link:
    title = organization_name(name or owner_id)
    return Link(OrganizationKind.OWNER, owner_id, title, "health_systems", as_of)


def _system(system_id: str, name: str | None, as_of: str | None) -> Link:
    title = organization_name(name or system_id)
    return Link(OrganizationKind.SYSTEM, system_id, title, "health_systems", as_of)


def _parents(staging: Staging) -> dict[str, tuple[Link, ...]]:
    """The owner above a system, where all its hospitals that name an owner name the same one.

    AHRQ's 2023 hospital linkage gives a corporate parent per hospital; a system whose hospitals have several
    parents has no single owner, so its groups get none.
    """
    named: dict[str, dict[str, Link]] = defaultdict(dict)
    for system_id, owner_id, owner_name, as_of in staging.rows(
        newest("system_hospitals", "system_id", "owner_id, owner_name")
    ):
        if system_id and owner_id and owner_id != system_id:
            named[system_id][owner_id] = _owner(owner_id, owner_name, as_of)
    return {system: tuple(links.values()) for system, links in named.items() if len(links) == 1}


def _hospitals(staging: Staging) -> dict[str, tuple[Link, ...]]:
    """System and corporate parent that the linkage itself gives for a hospital."""
    found: dict[str, dict[str, Link]] = defaultdict(dict)
    query = newest("system_hospitals", "ccn", "system_id, system_name, owner_id, owner_name")
    for ccn, system_id, system_name, owner_id, owner_name, as_of in staging.rows(query):
        links = found[str(ccn)]
        below = None
        if system_id:
            link = _system(system_id, system_name, as_of)
            links[link.key], below = link, link.key
        if owner_id:
            owner = _owner(owner_id, owner_name, as_of)._replace(below=below)
            links[owner.key] = owner
    return {ccn: _systems_first(links) for ccn, links in found.items()}


def _groups(staging: Staging) -> dict[str, tuple[Link, ...]]:
    """The system of a group, and the one owner of all groups that bill under one tax number.

    The owner's id is the lowest PAC ID under the number: a tax number goes into no index.
    """
    found: dict[str, dict[str, Link]] = defaultdict(dict)
    under: dict[str, dict[str, tuple[str | None, str | None]]] = defaultdict(dict)
    query = newest("system_groups", "group_id", "system_id, system_name, tin, group_name")
    for group_id, system_id, system_name, tin, name, as_of in staging.rows(query):
        links = found[str(group_id)]
        if system_id:
            link = _system(system_id, system_name, as_of)
            links[link.key] = link
        if tin:
            under[tin][str(group_id)] = (name, as_of)
    for members in under.values():
        if len(members) > 1:
            lowest = min(members)
            for group_id, (_own_name, as_of) in members.items():
                name = f"{members[lowest][0] or lowest} (one tax number)"
                owner = _owner(f"tax-number-of-{lowest}", name, as_of)
                found[group_id][owner.key] = owner
    return {group: _systems_first(links) for group, links in found.items()}


def _systems_first(links: Mapping[str, Link]) -> tuple[Link, ...]:
    return tuple(sorted(links.values(), key=lambda link: (link.kind is OrganizationKind.OWNER, link.key)))
