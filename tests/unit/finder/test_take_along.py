"""Files to take along: cells that are no formulas, a PDF of any text, the lists around a visit."""

import io
from pathlib import Path

import pytest
from pypdf import PdfReader

from finder.blocks import Block, Kind
from finder.criteria import SearchCriteria
from finder.errors import InputErrors, SourceError
from finder.i18n import english, speaking
from finder.visit import VisitPart, load_visit
from finder.web.pdf import pdf
from finder.web.printed import Sheet, SheetPage, printed_opinions
from finder.web.spreadsheet import safe_cell
from tests.factories import an_npi


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\0=", "＝"])
def test_a_cell_that_begins_like_a_formula_is_text(start: str) -> None:
    assert safe_cell(f"{start}1+1").startswith("'")


@pytest.mark.parametrize("text", ["Jane O'Neil", "(410) 555-0100", "", "a=b"])
def test_other_cells_stay_as_they_are(text: str) -> None:
    assert safe_cell(text) == text


def test_no_mark_of_english_words_reaches_a_cell_nor_hides_a_formula() -> None:
    with speaking("es"):
        assert safe_cell(f"Trabaja en {english('Mercy')}") == "Trabaja en Mercy"
        assert safe_cell(english("=1+1")) == "'=1+1"


def a_sheet(*texts: str, language: str = "en") -> Sheet:
    blocks = (Block(Kind.TITLE, "My list"), *(Block(Kind.TEXT, text) for text in texts))
    return Sheet("My list", language, False, False, "footer", (SheetPage(language, blocks),))


def test_text_is_never_read_as_markup() -> None:
    wild = '#panic("x") *bold* $1+1$ <label> @ref \\ // é ñ ¿'
    assert wild in PdfReader(io.BytesIO(pdf(a_sheet(wild)))).pages[0].extract_text()


def test_the_pdf_keeps_to_the_standard_for_accessible_documents_in_the_reader_s_language() -> None:
    made = PdfReader(io.BytesIO(pdf(a_sheet("¿Qué tengo?", language="es"))))
    root = made.trailer["/Root"]
    assert root["/Lang"] == "es"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"pdfuaid:part" in root["/Metadata"].get_object().get_data()


def test_a_letter_that_the_font_lacks_leaves_a_tagged_pdf() -> None:
    made = PdfReader(io.BytesIO(pdf(a_sheet("李 Exampleton"))))
    root = made.trailer["/Root"]
    assert "/StructTreeRoot" in root
    assert b"pdfuaid:part" not in root["/Metadata"].get_object().get_data()


def test_the_sheet_for_two_opinions_is_a_table_with_heads() -> None:
    made = pdf(printed_opinions(["What if we wait?"], is_large=False))
    tags = str(PdfReader(io.BytesIO(made)).trailer["/Root"]["/StructTreeRoot"]["/ParentTree"])
    assert made.startswith(b"%PDF")
    assert tags
    said = PdfReader(io.BytesIO(made)).pages[0].extract_text()
    assert said.index("First doctor") < said.index("Second doctor") < said.index("What if we wait?")


def test_every_list_around_a_visit_has_lines_and_a_wrong_row_is_refused(tmp_path: Path) -> None:
    assert all(load_visit()[part] for part in VisitPart)
    wrong = tmp_path / "visit.csv"
    wrong.write_text("part,text,as_of,source\noffice,Ask,yesterday,own wording\n")
    with pytest.raises(SourceError, match="'yesterday' is not a day"):
        load_visit(wrong)


def test_what_is_kept_rides_along_and_changes_no_search() -> None:
    kept = (an_npi(1), "2nd-md")
    criteria = SearchCriteria.from_args({"words": "gout", "kept": [*kept, kept[0]]})
    assert criteria.kept == kept
    assert SearchCriteria.from_args(criteria.to_args()) == criteria
    assert criteria.fingerprint() == SearchCriteria("gout").fingerprint()
    for wrong in (["x y"], ["12345"], [an_npi(number) for number in range(13)]):
        with pytest.raises(InputErrors, match="kept"):
            SearchCriteria.from_args({"words": "gout", "kept": wrong})
