"""Writes a printed sheet as a tagged PDF: headings, lists and tables can be read aloud and jumped between."""

import re
from pathlib import Path
from typing import Literal

import orjson
import typst

from finder.blocks import Block, Kind
from finder.i18n import unquoted
from finder.web.printed import Sheet, SheetPage

TEMPLATE = Path(__file__).resolve().parents[2] / "templates" / "printed" / "sheet.typ"
STANDARD: Literal["ua-1"] = "ua-1"  # PDF/UA-1 (ISO 14289-1), the standard for accessible PDF
RARE = 0x250  # letters from here on may be in no font; those of Europe are in it
MOST_LACKING = 12
_NAMED = re.compile(r'the text `"(.*?)"` could not be displayed')


def pdf(sheet: Sheet) -> bytes:
    """Get a sheet as PDF/UA-1. A letter that the built-in font lacks shows as a box, in a tagged PDF that
    claims no standard.

    Text reaches the typesetter as data and is never read as its markup; nothing is written to disk.
    """
    told = {"data": unquoted(orjson.dumps(sheet).decode())}
    try:
        return _compiled(told, STANDARD)
    except typst.TypstError:
        return _compiled(told, None)


def lacking(sheet: Sheet) -> tuple[str, ...]:
    """Get letters of a sheet that no built-in font has, MOST_LACKING at most; they show as boxes.

    The typesetter names one of them each time that it is asked to keep to the standard, so it is asked about
    the rare letters alone.
    """
    rare = sorted({c for c in orjson.dumps(sheet).decode() if ord(c) >= RARE})
    found: list[str] = []
    while rare and len(found) < MOST_LACKING:
        blocks = (Block(Kind.TITLE, "?"), Block(Kind.TEXT, " ".join(rare)))
        asked = Sheet("?", "en", False, False, "", (SheetPage("en", blocks),))
        try:
            _compiled({"data": orjson.dumps(asked).decode()}, STANDARD)
        except typst.TypstError as problem:
            told = _NAMED.search(str(problem))
            named = set(told[1]) if told else set(rare)
            found += [c for c in rare if c in named]
            rare = [c for c in rare if c not in named]
        else:
            break
    return tuple(found[:MOST_LACKING])


def _compiled(told: dict[str, str], standard: Literal["ua-1"] | None) -> bytes:
    made = typst.compile(
        str(TEMPLATE),
        root=str(TEMPLATE.parent),
        ignore_system_fonts=True,  # the same sheet on every server
        sys_inputs=told,
        pdf_standards=standard,
    )
    assert isinstance(made, bytes)  # one document, not a list of pages
    return made
