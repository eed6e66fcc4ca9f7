"""The people of the reader's list as contacts for a telephone: vCard 4.0 (RFC 6350)."""

import vobject
from nameparser import HumanName
from vobject.vcard import Address, Name

from finder.blocks import DEMONSTRATION
from finder.i18n import gettext
from finder.web.filters import day, phone
from finder.web.shortlist_page import PersonShown, ShortlistPage
from finder.web.specialist_page import SiteRow


def contacts(page: ShortlistPage) -> bytes:
    """Get one card a person, with every office. A card says nothing of the search: telephones share contacts
    with other programs.
    """
    return "".join(_card(person, page.is_demonstration) for person in page.people).encode()


def _card(person: PersonShown, is_demonstration: bool) -> str:
    card = vobject.vCard()
    card.add("version").value = "4.0"
    card.add("fn").value = ", ".join(filter(None, (person.name, person.credentials)))
    name = HumanName(person.name)
    card.add("n").value = Name(
        family=name.last, given=name.first, additional=name.middle, suffix=person.credentials or ""
    )
    if person.specialty:
        card.add("title").value = person.specialty
    for office in person.offices:
        _add_office(card, office)
    notes = [gettext(DEMONSTRATION)] if is_demonstration else []
    notes += [gettext("NPI number %(npi)s.", npi=person.npi)]
    card.add("note").value = " ".join((*notes, *dict.fromkeys(map(_dated, person.offices))))
    return str(card.serialize())


def _add_office(card: vobject.base.Component, office: SiteRow) -> None:
    *street, town = office.lines or ("",)
    city, _, rest = town.rpartition(", ")
    state, _, code = rest.partition(" ")
    address = card.add("adr")
    address.value = Address(street=", ".join(street), city=city, region=state, code=code, country="USA")
    address.type_param = "work"
    if office.phone:
        number = card.add("tel")  # as text: not every telephone reads the address form of 4.0
        number.value = phone(office.phone)
        number.type_param = "work"


def _dated(office: SiteRow) -> str:
    return gettext(
        "%(place)s: %(source)s, %(day)s.",
        place=", ".join(office.lines),
        source=office.cited.source,
        day=day(office.cited.as_of),
    )
