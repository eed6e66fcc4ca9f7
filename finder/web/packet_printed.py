"""A packet on paper: its pages as a sheet for the PDF, and as one HTML file that needs nothing else."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from finder import i18n
from finder.blocks import Block, Kind
from finder.i18n import ENGLISH
from finder.packet import Packet, Page
from finder.packet_wording import PacketReader, Part
from finder.web.pdf import TEMPLATE, lacking, pdf
from finder.web.printed import Sheet, SheetPage
from finder.web.style import STYLE

# Own wording, 2026-11-28.
TITLE = "Referral packet"  # tells nothing of the patient: files and windows show it
FOOTER = "Health information. For the people named in this packet only."
LACKING = (
    "This file cannot show these letters, and boxes stand in their place: %s. Please ask for the print page."
)
_APART = (Part.COVER, Part.FIRST)


def packet_pdf(packet: Packet, readers: Sequence[PacketReader] = tuple(PacketReader)) -> bytes:
    """Get the pages for some readers as a tagged PDF, whose first page names letters that it cannot show."""
    sheet = _sheet(packet.pages_for(*readers))
    letters = lacking(sheet)
    if letters:
        first, *others = sheet.pages
        note = Block(Kind.STRONG, LACKING % " ".join(f"U+{ord(each):04X}" for each in letters))
        noted = replace(first, blocks=(first.blocks[0], note, *first.blocks[1:]))
        sheet = replace(sheet, pages=(noted, *others))
    return pdf(sheet)


def lacking_letters(packet: Packet) -> tuple[str, ...]:
    """Get letters of a packet that its PDF cannot show."""
    return lacking(_sheet(packet.pages))


def packet_html(packet: Packet) -> str:
    """Get the whole packet as one HTML page to keep or print, without scripts or anything from elsewhere."""
    page = _environment().get_template("printed/packet.html")
    return i18n.unquoted(page.render(packet=packet, style=Markup(STYLE), title=TITLE))  # noqa: S704 - our own file


def _sheet(pages: Sequence[Page]) -> Sheet:
    told = tuple(SheetPage(page.language, page.blocks, page.part in _APART) for page in pages)
    return Sheet(TITLE, ENGLISH, False, False, FOOTER, told)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATE.parents[1]), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
