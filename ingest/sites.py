"""Where a person sees patients: every address that a source gives, once, with what was corrected."""

from collections.abc import Iterable, Mapping, Sequence

import orjson

from finder.addresses import address
from finder.correctable import parts_of
from finder.documents import Said, Site, Value
from finder.text import fold
from finder.trust import (
    CORRECTION,
    LIKELY,
    Kind,
    confidences,
    fact,
    newest_of,
    of_others,
    outlives,
    said_by,
)  # fmt: skip
from ingest.corrected import corrections_of
from ingest.display import city_name, organization_name
from ingest.link import zip_points
from ingest.rows import CorrectionRow, PersonRows, newest

_US = {None, "US", "USA"}
MAX_SITES = 40


def sites_of(rows: PersonRows) -> tuple[Site, ...]:
    """Every address once: what was corrected first, then the one most likely right, of equal ones the newest.

    Of its telephones that one counts which is most likely right.
    """
    found: dict[str, list[Site]] = {}
    closed = corrections_of(rows, "site_closed")
    listed: Iterable[Site] = _all_sites(rows)
    if closed:
        listed = (site for site in listed if not any(_is_closed(site, each) for each in closed))
    for site in sorted(listed, key=lambda s: s.as_of or "", reverse=True):
        place = address(site.street, site.street_2, site.zip)
        key = place.key if place else fold(f"{site.street or ''} {site.zip or site.city or ''}")
        found.setdefault(key, []).append(site)
    numbers = _numbers(found) if len(found) > 1 else {}
    sites = [_joined(same, _elsewhere(key, numbers)) for key, same in found.items()]
    placed = _by_likelihood(sites)[:MAX_SITES]
    return tuple(_called(site, rows) for site in placed) if rows.corrections else tuple(placed)


def _by_likelihood(sites: list[Site]) -> list[Site]:
    if len(sites) < 2:
        return sites
    likely = confidences(Kind.LOCATION, {n: site.said for n, site in enumerate(sites)}, newest_of(sites))
    told = next((each for site in sites for each in site.said if each.source == CORRECTION), None)
    order = sorted(range(len(sites)), key=lambda n: (_turn(sites[n], told), -round(likely[n], 9), n))
    return [sites[n]._replace(is_unsure=True) if likely[n] < LIKELY else sites[n] for n in order]


def _turn(site: Site, told: Said | None) -> int:
    """Beside a correction what outlives it comes first, then what it says, then what it has replaced."""
    if told is None:
        return 0
    return 0 if any(outlives(*each, told) for each in site.said) else 1 if told in site.said else 2


def _numbers(found: Mapping[str, Sequence[Site]]) -> dict[str, list[tuple[str, Said]]]:
    """Telephone numbers that are listed at more than one address: at which, and who says so."""
    told: dict[str, list[tuple[str, Said]]] = {}
    for key, same in found.items():
        for site in same:
            if site.phone and site.said:
                told.setdefault(site.phone, []).append((key, site.said[0]))
    return {number: by for number, by in told.items() if len({key for key, _said in by}) > 1}


def _elsewhere(key: str, numbers: Mapping[str, Sequence[tuple[str, Said]]]) -> dict[str, list[Said]]:
    """Who lists a number at another address than this one, by number."""
    return {number: [said for other, said in by if other != key] for number, by in numbers.items()}


def _joined(same: Sequence[Site], elsewhere: Mapping[str, Sequence[Said]]) -> Site:
    """One site of several rows about one address, the newest first."""
    if len(same) == 1 and same[0].phone not in elsewhere:
        return same[0]
    said = tuple(dict.fromkeys(each for site in same for each in site.said))
    numbers = [Value(site.phone, site.sources[0], site.as_of) for site in same if site.said or not said]
    others = {number: of_others(by, said) for number, by in elsewhere.items()}
    phone = fact(numbers, Kind.CONTACT, others)
    return same[0]._replace(
        phone=phone.best.value if phone else None,
        phone_said=(Said(phone.best.source, phone.best.as_of), *phone.also) if phone else (),
        phone_differs=said_by(phone.others) if phone else (),
        phone_elsewhere=others.get(phone.best.value, ()) if phone else (),
        fax=next((site.fax for site in same if site.fax), None),
        sources=tuple(dict.fromkeys(source for site in same for source in site.sources)),
        said=said,
    )


def _is_closed(site: Site, told: CorrectionRow) -> bool:
    """Whether a correction says that nobody is seen there any more, and no later word says otherwise."""
    place = parts_of(told.value)
    return _is_at(site, place) and not outlives(site.sources[0], site.as_of, told)


def _is_at(site: Site, place: list[str]) -> bool:
    """Whether a site is at a street and ZIP; in any suite of the house unless the street names one."""
    street, zip_code = place
    one, other = address(street, None, zip_code), address(site.street, site.street_2, site.zip)
    if one is None or other is None:
        return site.zip == zip_code and fold(site.street or "") == fold(street)
    return one.building_key == other.building_key and (not one.suite or one.suite == other.suite)


def _called(site: Site, rows: PersonRows) -> Site:
    """The site with the numbers that were corrected: for the whole person, then for this place."""
    numbers: dict[str, str | None] = {"phone": site.phone, "fax": site.fax}
    sources = site.sources
    for field in numbers:
        told = [(parts_of(each.value), each) for each in corrections_of(rows, field)]
        for parts, each in sorted(told, key=lambda pair: len(pair[0])):
            is_meant = len(parts) == 1 or _is_at(site, parts[1:])
            if is_meant and not outlives(site.sources[0], site.as_of, each):
                numbers[field] = parts[0]
                sources = tuple(dict.fromkeys((*sources, CORRECTION)))
                if field == "phone":
                    site = site._replace(
                        phone_said=(Said(CORRECTION, each.as_of),), phone_differs=(), phone_elsewhere=()
                    )
    return site._replace(phone=numbers["phone"], fax=numbers["fax"], sources=sources)


def _all_sites(rows: PersonRows) -> Iterable[Site]:
    """Every row with an address. What a later row of the same file's publisher replaced is a place of before:
    nobody says it any more (`said` is empty), which counts against it.
    """
    people, clinicians = newest(rows.nppes_people), newest(rows.clinicians)
    for told in corrections_of(rows, "site"):
        street, city, state, zip_code, *phone = parts_of(told.value)
        yield _site(CORRECTION, told.as_of, street, None, city, state, zip_code, phone[0] if phone else None)
    for row in rows.clinicians:
        listed = _site(
            "clinicians", row.as_of, row.street, row.street_2, row.city, row.state, row.zip, row.phone
        )
        yield listed if row in clinicians else listed._replace(said=())
    for person in rows.nppes_people:
        if person.country in _US:
            own = _site("nppes", person.as_of, person.street, person.street_2, person.city, person.state,
                        person.zip, person.phone, person.fax)  # fmt: skip
            yield own if person in people else own._replace(said=())
    for place in rows.nppes_locations:
        if place.country in _US:
            yield _site("nppes", place.as_of, place.street, place.street_2, place.city, place.state,
                        place.zip, place.phone, place.fax)  # fmt: skip
    for payer in rows.qhp_people:
        for entry in orjson.loads(payer.addresses) if payer.addresses else ():
            lines = (entry.get(part) for part in ("street", "street_2", "city", "state", "zip", "phone"))
            yield _site("qhp_providers", payer.as_of, *lines)
    if not (rows.clinicians or rows.nppes_people or rows.qhp_people):
        for billed in rows.procedures[-1:]:
            yield _site("procedures", billed.as_of, billed.street, billed.street_2, billed.city, billed.state,
                        billed.zip, None)  # fmt: skip


def _site(
    source: str, as_of: str | None, street: str | None, street_2: str | None, city: str | None,
    state: str | None, zip_code: str | None, phone: str | None, fax: str | None = None,
) -> Site:  # fmt: skip
    point = zip_points().get(zip_code) if zip_code else None
    said = (Said(source, as_of),)
    return Site(
        organization_name(street) if street else None, street_2, city_name(city), state, zip_code,
        phone or None, fax or None, point, "zip" if point else None, (source,), as_of, said,
        said if phone else (),
    )  # fmt: skip
