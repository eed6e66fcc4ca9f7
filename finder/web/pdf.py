"""Writes a printed sheet as a tagged PDF: headings, lists and tables can be read aloud and jumped between."""

from pathlib import Path
from typing import Literal

import orjson
import typst

from finder.i18n import unquoted
from finder.web.printed import Sheet

TEMPLATE = Path(__file__).resolve().parents[2] / "templates" / "printed" / "sheet.typ"
STANDARD: Literal["ua-1"] = "ua-1"  # PDF/UA-1 (ISO 14289-1), the standard for accessible PDF


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
