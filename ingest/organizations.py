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
            yield _organization(kind, number, named[number], links.get(number, ()), is_demonstration)
    owners = {
        link.id: link
        for links in _all_links(reference)
        for link in links
        if link.kind is OrganizationKind.OWNER
    }
    for number in sorted(owners):
        link = owners[number]
        named_owner = Named(link.name, None, None, None, None, link.source, link.as_of)
        yield _organization(OrganizationKind.OWNER, number, named_owner, (), is_demonstration)
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
            facts={k: Fact(Value(v, "nci_centers", center.as_of)) for k, v in said.items() if v},
            is_demonstration=is_demonstration,
        )  # fmt: skip


def _all_links(reference: Reference) -> Iterator[tuple[Link, ...]]:
    yield from reference.hospital_links.values()
    yield from reference.group_links.values()


def _organization(
    kind: OrganizationKind, number: str, named: Named, links: tuple[Link, ...], is_demonstration: bool
) -> Organization:
    place = {"city": named.city, "state": named.state, "zip": named.zip, "phone": named.phone}
    facts = {k: Fact(Value(v, named.source, named.as_of)) for k, v in place.items() if v}
    facts["name"] = Fact(Value(named.name, named.source, named.as_of))
    point = zip_points().get(named.zip or "")
    return Organization(
        id=f"{kind.value}:{number}", kind=kind, name=named.name, name_folded=fold(named.name),
        owner_ids=tuple(link.key for link in links), points=(point,) if point else (), facts=facts,
        is_demonstration=is_demonstration,
    )  # fmt: skip


def places() -> Iterator[Place]:
    """Every ZIP code area with a point, from the offline `zipcodes` library, in the order of the codes."""
    points = zip_points()
    for area in sorted(zipcodes.list_all(), key=lambda z: str(z["zip_code"])):
        code, city, state = area["zip_code"], area["city"].title(), area["state"]
        if code in points:
            cities = " ".join([area["city"], *area["acceptable_cities"], state, code])
            words = dict.fromkeys(fold(cities).split())
            yield Place(code, f"{city}, {state} {code}", " ".join(words), state, points[code])
