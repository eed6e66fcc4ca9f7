import csv
import io
import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finder.errors import SourceError
from ingest.files import InputFile
from ingest.sources.base import Column, CsvBatch, Level, folded_header, head_of, read_csv
from tests.unit.ingest.reading import written

AB = (Column("a", ("A",), is_required=True), Column("b", ("B", "Old B")))


def batches(path: Path, block_bytes: int = 1 << 20) -> list[CsvBatch]:
    return list(read_csv(InputFile.of(path), AB, block_bytes=block_bytes))


def cells(path: Path, block_bytes: int = 1 << 20) -> list[tuple[str | None, ...]]:
    frames = [batch.frame for batch in batches(path, block_bytes) if len(batch.frame)]
    frame = pd.concat(frames, ignore_index=True).astype(object) if frames else pd.DataFrame()
    return [tuple(row) for row in frame.where(frame.notna(), None).itertuples(index=False)]


def said(path: Path) -> list[tuple[int | None, str | None, str, Level, int]]:
    return [(i.row, i.field, i.reason, i.level, i.count) for batch in batches(path) for i in batch.issues]


def test_headers_are_compared_without_case_mark_and_extra_spaces() -> None:
    assert folded_header('\ufeff" Address-   Line 1 "') == "address- line 1"


def test_columns_are_found_by_any_known_name_in_any_order(tmp_path: Path) -> None:
    assert cells(written(tmp_path, "x.csv", " old b ,z,a", "2,9,1")) == [("1", "2")]


@pytest.mark.parametrize("mark", [",", "\t", ";", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_delimiters_and_encodings_are_recognised(tmp_path: Path, mark: str, encoding: str) -> None:
    path = written(tmp_path, "x.txt", f"A{mark}B{mark}x®", f"é{mark}2{mark}", encoding=encoding)
    assert cells(path) == [("é", "2")]
    assert not [line for line in said(path) if "®" not in str(line[1])]


def test_a_comma_inside_a_quoted_header_is_no_delimiter(tmp_path: Path) -> None:
    assert cells(written(tmp_path, "x.csv", '"x, y, z";"A";"B"', "0;1;2")) == [("1", "2")]


def test_words_for_nothing_are_missing(tmp_path: Path) -> None:
    path = written(tmp_path, "x.csv", "A,B", "Not Available,<UNAVAIL>", " Not Available , ", "x,")
    assert cells(path) == [(None, None), (None, None), ("x", None)]


def test_line_breaks_inside_quotes_belong_to_the_cell_in_blocks_of_any_size(tmp_path: Path) -> None:
    path = written(tmp_path, "x.csv", "A,B", *['"one\ntwo","""x"""'] * 50)
    assert cells(path, 200) == [("one\ntwo", '"x"')] * 50


def test_a_missing_required_column_stops_the_file_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"x\.csv, row 1, field A: this required column is missing"):
        batches(written(tmp_path, "x.csv", "C,B", "1,2"))


def test_unknown_and_missing_optional_columns_are_warned_of_once(tmp_path: Path) -> None:
    path = written(tmp_path, "x.csv", "A,C,D,E1", "1,2,3,4")
    found = [
        (issue.field, issue.reason, issue.level, issue.count)
        for batch in read_csv(InputFile.of(path), AB, ("e[0-9]",))
        for issue in batch.issues
    ]
    assert found == [
        ("c, d", "unknown column, not read", Level.WARNING, 2),
        ("B", "optional column is missing", Level.WARNING, 1),
    ]
    assert cells(path) == [("1", None)]


def test_a_row_with_a_wrong_number_of_fields_is_rejected_with_row_and_content(tmp_path: Path) -> None:
    path = written(tmp_path, "x.csv", "A,B", "1,2", "1,2,3", "4,5", "6")
    found = batches(path)
    assert cells(path) == [("1", "2"), ("4", "5")]
    assert [row for batch in found for row in batch.rows] == [2, 4]
    assert sum(batch.unreadable for batch in found) == 2
    issues = [issue for batch in found for issue in batch.issues]
    assert [(i.row, i.reason, i.level, i.content) for i in issues] == [
        (3, "has 3 fields where the header has 2", Level.REJECTED, {"row": "1,2,3"}),
        (5, "has 1 fields where the header has 2", Level.REJECTED, {"row": "6"}),
    ]


def test_row_numbers_stay_right_over_many_blocks_with_unreadable_rows(tmp_path: Path) -> None:
    lines = [f"{row},x" if row % 3 else f"{row}" for row in range(2, 400)]
    found = batches(written(tmp_path, "x.csv", "A,B", *lines), 256)
    assert len(found) > 5
    rows = [(int(row), int(a)) for batch in found for row, a in zip(batch.rows, batch.frame.get("a", ()))]  # noqa: B905
    assert rows == [(row, row) for row in range(2, 400) if row % 3]
    assert sum(batch.unreadable for batch in found) == sum(1 for row in range(2, 400) if row % 3 == 0)


def test_a_short_last_row_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"A,B\n1,2\n3\n")
    assert cells(path) == [("1", "2")]
    assert [line[:3] for line in said(path)] == [(3, None, "has 1 fields where the header has 2")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_file_cut_off_in_mid_row_is_stopped_and_names_the_row(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes("A,B\n1,2\n3".encode(encoding))
    with pytest.raises(SourceError, match="row 3: the file ends in the middle of this row"):
        batches(path)
    path.write_bytes("A,B\n1,2\n3,4".encode(encoding))
    assert cells(path) == [("1", "2"), ("3", "4")]


def test_a_value_too_long_to_be_one_is_dropped_and_told(tmp_path: Path) -> None:
    path = written(tmp_path, "x.csv", "A,B", "1,2", f"3,{'x' * 40_000}")
    assert cells(path) == [("1", "2"), ("3", None)]
    assert [line[:3] for line in said(path)] == [
        (3, "b", "has more than 32,767 characters: the value is dropped")
    ]


def test_a_row_longer_than_a_block_leaves_the_others_each_once(tmp_path: Path) -> None:
    rows = [f"{n},{n}" for n in range(2_000)]
    path = written(tmp_path, "x.csv", "A,B", *rows[:1_000], "1,2,3", f"3,{'x' * 40_000}", *rows[1_000:], "4")
    long = [
        *((str(n), str(n)) for n in range(1_000)),
        ("3", None),
        *((str(n), str(n)) for n in range(1_000, 2_000)),
    ]
    assert cells(path, 2_000) == cells(path) == long
    found = batches(path, 2_000)
    told = sorted((i.row, i.reason[:18]) for batch in found for i in batch.issues)
    assert told == [(1002, "has 3 fields where"), (1003, "has more than 32,7"), (2004, "has 1 fields where")]
    assert [row for batch in found for row in batch.rows] == [*range(2, 1002), *range(1003, 2004)]


@pytest.mark.parametrize("bad", ['3,"4', '"3,4'])
def test_a_quotation_mark_that_is_never_closed_stops_the_file(tmp_path: Path, bad: str) -> None:
    with pytest.raises(SourceError, match="row 3: a quotation mark is opened here and never closed"):
        batches(written(tmp_path, "x.csv", "A,B", "1,2", bad, "5,6", "7,8"))


def test_a_quotation_mark_never_closed_in_a_large_file_stops_it_too(tmp_path: Path) -> None:
    path = written(tmp_path, "x.csv", "A,B", "1,2", '3,"4', *["5,6"] * 5000)
    with pytest.raises(SourceError, match=r"x\.csv, row [0-9]+"):
        batches(path, 1000)


def test_bytes_that_are_no_text_of_the_encoding_stop_the_file(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"A,B\n\xff,2\n")
    with pytest.raises(SourceError, match=r"x\.csv, row 2"):
        list(read_csv(InputFile(path, name="x.csv"), AB))


def test_a_limit_passed_while_reading_stops_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, "x.csv", "A,B", *["1,2"] * 1000)
    with pytest.raises(SourceError, match="larger than the limit"):
        list(read_csv(InputFile(path, name="x.csv", max_bytes=1000), AB))


@pytest.mark.parametrize("content", [b"A,B", b"A,B\n", b"A,B\r\n", b"\xef\xbb\xbfA,B\n\n"])
def test_a_file_of_only_a_header_has_no_rows(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    assert cells(path) == []


@pytest.mark.parametrize(
    ("content", "columns"),
    [
        (b'{"a,b": 1}', ()),
        (b"[1, 2]", ()),
        (b"", ()),
        (b'"NPI","Entity, Type"\r\n', ("npi", "entity, type")),
        ("A;B\n".encode("utf-16"), ("a", "b")),
    ],
)
def test_the_head_of_a_file_names_its_columns(
    tmp_path: Path, content: bytes, columns: tuple[str, ...]
) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    assert head_of(InputFile.of(path)).columns == columns


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from('\n\t,;|"'), max_size=8)


@settings(deadline=None)
@given(
    rows=st.lists(st.tuples(TEXT, TEXT), max_size=20),
    mark=st.sampled_from(",\t;|"),
    end=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    block_bytes=st.sampled_from([400, 1 << 20]),
)
def test_any_text_in_a_cell_comes_back(
    rows: list[tuple[str, str]], mark: str, end: str, encoding: str, block_bytes: int
) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=mark, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerows([("A", "B"), *rows])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.csv"
        path.write_bytes(buffer.getvalue().encode(encoding))
        found = cells(path, block_bytes)
    assert found == [tuple(cell.strip() or None for cell in row) for row in rows]


def test_a_header_without_end_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="the header is longer than 65,536 bytes"):
        batches(written(tmp_path, "x.csv", "A" * 70_000))
