"""Organizations and places as documents: groups, systems, owners, hospitals, and every ZIP code area."""

from collections.abc import Iterator

import zipcodes

from finder.documents import Fact, Organization, OrganizationKind, Place, Value
from finder.text import fold
from ingest.link import Link, Named, Reference, zip_points


def organizations(reference: Reference, is_demonstration: bool) -> Iterator[Organization]:
    """Every organization of the reference tables, by kind and number; `owner_ids` name all owners above."""
    kinds = (
        (OrganizationKind.GROUP, reference.groups, reference.group_links),
        (OrganizationKind.HOSPITAL, reference.hospitals, reference.hospital_links),
        (OrganizationKind.SYSTEM, reference.systems, reference.system_owners),
    )
    for kind, named, links in kinds:
        for number in sorted(named):
            yield _organization(kind, number, named[number], links.get(number), reference, is_demonstration)
    owners = {
        link.id: link
        for links in _all_links(reference)
        for link in links
        if link.kind is OrganizationKind.OWNER
    }
    for number in sorted(owners):
        link = owners[number]
        named_owner = Named(link.name, None, None, None, None, link.source, link.as_of)
        above = reference.system_owners.get(number, ())
        yield _organization(OrganizationKind.OWNER, number, named_owner, above, reference, is_demonstration)
    yield from _centers(reference, is_demonstration)


def _centers(reference: Reference, is_demonstration: bool) -> Iterator[Organization]:
    """NCI-designated cancer centers."""
    for center in reference.centers:
        said = {
            "name": center.name, "designation": center.designation, "city": center.city,
            "state": center.state, "zip": center.zip, "url": center.url,
        }  # fmt: skip
        yield Organization(
            id=f"{OrganizationKind.CANCER_CENTER.value}:{center.id}", kind=OrganizationKind.CANCER_CENTER,
            name=center.name, name_folded=fold(center.name), points=(center.point,) if center.point else (),
            owner_ids=tuple(link.key for link in reference.center_links.get(fold(center.name), ())),
            facts={k: Fact(Value(v, "nci_centers", center.as_of)) for k, v in said.items() if v},
            is_demonstration=is_demonstration,
        )  # fmt: skip


def _all_links(reference: Reference) -> Iterator[tuple[Link, ...]]:
    yield from reference.hospital_links.values()
    yield from reference.group_links.values()


def _organization(
    kind: OrganizationKind,
    number: str,
    named: Named,
    links: tuple[Link, ...] | None,
    reference: Reference,
    is_demonstration: bool,
) -> Organization:
    key, point = f"{kind.value}:{number}", zip_points().get(named.zip or "")
    place = {"city": named.city, "state": named.state, "zip": named.zip, "phone": named.phone}
    facts = {k: Fact(Value(v, named.source, named.as_of)) for k, v in place.items() if v}
    facts["name"] = Fact(Value(named.name, named.source, named.as_of))
    if kind in (OrganizationKind.GROUP, OrganizationKind.HOSPITAL) and links is not None:
        facts["in_linkage"] = Fact(_in_linkage(links))
    if family := reference.families.get(key):
        facts["sees_own_patients"] = Fact(
            Value(family.sees_own_patients.value.replace("_", " "), family.source_id, family.as_of)
        )
    return Organization(
        id=key, kind=kind, name=named.name, name_folded=fold(named.name),
        aliases=reference.aliases.get(key, ()), owner_ids=tuple(link.key for link in links or ()),
        points=(point,) if point else (), facts=facts, is_demonstration=is_demonstration,
    )  # fmt: skip


def _in_linkage(links: tuple[Link, ...]) -> Value:
    """Says that the linkage lists a group or hospital: with a system, or with a blank, which means none."""
    systems = [link for link in links if link.kind is OrganizationKind.SYSTEM]
    if systems:
        return Value("with a system", systems[0].source, systems[0].as_of)
    return Value("without a system", "health_systems", None)


def places() -> Iterator[Place]:
    """Every ZIP code area with a point, from the offline `zipcodes` library, in the order of the codes."""
    points = zip_points()
    for area in sorted(zipcodes.list_all(), key=lambda z: str(z["zip_code"])):
        code, city, state = area["zip_code"], area["city"].title(), area["state"]
        if code in points:
            cities = " ".join([area["city"], *area["acceptable_cities"], state, code])
            words = dict.fromkeys(fold(cities).split())
            yield Place(code, f"{city}, {state} {code}", " ".join(words), state, points[code])
