"""Damaged files (F17-F38): each stops the run with one sentence, or is read right where nothing is wrong."""

import csv
import io
import json
import os
import struct
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from ingest.report import RunReport, State
from tests.faults.conftest import Seen
from tests.faults.place import Place

pytestmark = pytest.mark.usefixtures("whole_again")
DEAR = pytest.mark.dear
TIMED = "FAULTS_TIMED" in os.environ  # by `make faults`: `make test` must not fail by a slow machine
CLINICIANS = "DAC_NationalDownloadableFile.csv"
HOSPITALS = "Facility_Affiliation.csv"
PROVIDERS = "qhp/providers.json"
MAX_GROWTH = 128 << 20
BAD_INPUT, GATE = 2, 1


def nppes(place: Place) -> Path:
    return next(place.data.glob("npidata_pfile_*"))


def zipped(path: Path, *, name: str | None = None, more: dict[str, bytes] | None = None) -> Path:
    """The file inside a zip of its name, in its stead."""
    archive_path = path.with_suffix(".zip")
    with zipfile.ZipFile(archive_path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(path, name or path.name)
        for other, content in (more or {}).items():
            archive.writestr(other, content)
    path.unlink()
    return archive_path


def table(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))


def rewrite(path: Path, rows: list[list[str]], encoding: str = "utf-8") -> None:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))


@contextmanager
def watched_memory() -> Iterator[list[int]]:
    """The most by which this process grew meanwhile, in bytes."""
    process, stop, most = psutil.Process(), threading.Event(), [0]
    began = process.memory_info().rss

    def watch() -> None:
        while not stop.wait(0.01):
            most[0] = max(most[0], process.memory_info().rss - began)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield most
    finally:
        stop.set()
        thread.join()


def refused(place: Place, seen: Seen, exit_code: int, *said: str, within_s: float | None = None) -> RunReport:
    began, worked = time.monotonic(), time.process_time()
    with watched_memory() as most:
        report = place.must_refuse(exit_code, *said)
    seconds, work = time.monotonic() - began, time.process_time() - worked
    seen(f"exit code {report.exit_code} after {seconds:.1f} s: {report.reason}")
    assert most[0] <= MAX_GROWTH, f"grew by {most[0]:,} bytes"
    if within_s is not None and TIMED:
        assert work <= within_s  # of the processor: the machine may be busy with other things
    return report


def read_right(place: Place, seen: Seen) -> RunReport:
    """The run ends with the content of the undamaged files."""
    report = place.run()
    assert report.state is State.UNCHANGED, f"{report.state.value}: {report.reason}"
    assert place.first and place.first.built and report.built
    assert report.built.checksum == place.first.built.checksum
    seen("read right: the same checksum")
    return report


# -- archives --------------------------------------------------------------------------------------------


@pytest.mark.fault("F17", "a zip that is cut off")
def test_zip_cut_off(place: Place, seen: Seen) -> None:
    path = zipped(nppes(place))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    refused(place, seen, BAD_INPUT, path.name, "not a readable zip", within_s=2)


@pytest.mark.dear
@pytest.mark.fault("F18", "a zip whose checksum is wrong")
def test_zip_with_a_wrong_checksum(place: Place, seen: Seen) -> None:
    path = zipped(nppes(place))
    raw = bytearray(path.read_bytes())
    central = raw.rfind(b"PK\x01\x02")
    struct.pack_into("<I", raw, central + 16, 0xDEADBEEF)
    path.write_bytes(bytes(raw))
    refused(place, seen, BAD_INPUT, path.name, "the archive is damaged", within_s=2)


@pytest.mark.fault("F19", "a zip bomb of about 1,000 to 1")
def test_zip_bomb(place: Place, seen: Seen) -> None:
    path = nppes(place).with_suffix(".zip")
    header = nppes(place).read_text(encoding="utf-8").splitlines()[0]
    nppes(place).unlink()
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(path.with_suffix(".csv").name, "w") as member,
    ):
        member.write(f"{header}\n".encode())
        for _ in range(200):
            member.write(bytes(1 << 20))
    refused(place, seen, BAD_INPUT, path.name, "unpacks to more than 40 times its size", within_s=2)


@pytest.mark.dear
@pytest.mark.fault("F20", "a zip with a path that leads out of it (..)")
def test_zip_with_a_path_outside(place: Place, seen: Seen) -> None:
    path = zipped(nppes(place), name="../../outside.csv")
    refused(place, seen, BAD_INPUT, path.name, "outside of it", within_s=2)
    assert not (place.data.parent.parent / "outside.csv").exists()


@pytest.mark.dear
@pytest.mark.fault("F21", "a zip with two members: the table and its list of headers, as NPPES ships it")
def test_zip_with_two_members(place: Place, seen: Seen) -> None:
    path = nppes(place)
    header = path.read_bytes().split(b"\n", 1)[0] + b"\n"
    zipped(path, more={f"{path.stem}_fileheader.csv": header, "Readme.pdf": b"%PDF"})
    read_right(place, seen)


@pytest.mark.dear
@pytest.mark.fault("F22", "a zip whose member has another name")
def test_zip_with_a_wrong_member_name(place: Place, seen: Seen) -> None:
    zipped(nppes(place), name="export.csv")
    read_right(place, seen)


@pytest.mark.parametrize(
    "content", ["nothing", pytest.param("only a PDF", marks=DEAR), pytest.param("0 bytes", marks=DEAR)]
)
@pytest.mark.fault("F23", "an empty zip")
def test_empty_zip(place: Place, seen: Seen, content: str) -> None:
    path = place.data / "Facility_Affiliation.zip"
    (place.data / HOSPITALS).unlink()
    with zipfile.ZipFile(path, "w") as archive:
        if content == "only a PDF":
            archive.writestr("Readme.pdf", b"%PDF")
    if content == "0 bytes":
        path.write_bytes(b"")
    refused(place, seen, BAD_INPUT, path.name, within_s=2)


@pytest.mark.parametrize("suffix", [pytest.param(".zip", marks=DEAR), ".csv"])
@pytest.mark.fault("F24", "a web page instead of the file")
def test_page_instead_of_a_file(place: Place, seen: Seen, suffix: str) -> None:
    path = place.data / HOSPITALS
    path.unlink()
    path = path.with_suffix(suffix)
    path.write_text("<!DOCTYPE html><html><body>Access denied</body></html>")
    refused(place, seen, BAD_INPUT, path.name, within_s=2)


# -- tables ----------------------------------------------------------------------------------------------


@pytest.mark.fault("F25", "a table cut off in the middle of a row")
def test_table_cut_off(place: Place, seen: Seen) -> None:
    path = place.data / HOSPITALS
    raw = path.read_bytes()
    cut = raw.rfind(b"\n", 0, len(raw) * 95 // 100) + 15
    path.write_bytes(raw[:cut])
    row = raw[:cut].count(b"\n") + 1
    refused(place, seen, BAD_INPUT, f"{path.name}, row {row}", "ends in the middle of")


@pytest.mark.dear
@pytest.mark.fault("F26", "a byte order mark before the header")
def test_byte_order_mark(place: Place, seen: Seen) -> None:
    path = place.data / CLINICIANS
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    read_right(place, seen)


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
@pytest.mark.dear
@pytest.mark.fault("F27", "a table in Latin-1 with accents")
def test_latin_1(place: Place, seen: Seen, encoding: str) -> None:
    with_accent(place, encoding)
    seen("the name is read right")


@pytest.mark.dear
@pytest.mark.fault("F28", "a table in UTF-16")
def test_utf_16(place: Place, seen: Seen) -> None:
    with_accent(place, "utf-16")
    seen("the name is read right")


def with_accent(place: Place, encoding: str) -> None:
    """Give one person of every file a name with accents and look for it in the engine."""
    path = nppes(place)
    rows = table(path)
    at = rows[0].index("Provider Last Name (Legal Name)")
    kind = rows[0].index("Entity Type Code")
    person = next(row for row in rows[1:] if row[kind] == "1" and row[at])
    person[at] = "MUÑOZ-GÖTZE"
    rewrite(path, rows, encoding)
    report = place.run()
    assert report.state is State.PUBLISHED, report.reason
    found = place.engine.get(index=f"{place.config.index_prefix}-specialists", id=person[0])["_source"]
    assert "Muñoz-Götze" in found["name"]


@pytest.mark.dear
@pytest.mark.fault("F29", "a NUL byte inside a table")
def test_nul_in_a_table(place: Place, seen: Seen) -> None:
    path = place.data / CLINICIANS
    rows = path.read_bytes().split(b"\n")
    rows[5] = rows[5].replace(b",", b"\0,", 1)
    path.write_bytes(b"\n".join(rows))
    report = place.run()
    assert report.state in (State.PUBLISHED, State.UNCHANGED, State.REFUSED)
    assert report.quarantine
    lines = [json.loads(line) for line in Path(report.quarantine).read_text(encoding="utf-8").splitlines()]
    told = [i for i in lines if i["file"] == CLINICIANS and i["row"] == 6 and i["level"] != "warning"]
    assert told, report.reason
    seen(f"{report.state.value}; row 6, {told[0]['field']}: {told[0]['reason']}")


@pytest.mark.fault("F30", "a table whose columns stand in another order")
def test_columns_in_another_order(place: Place, seen: Seen) -> None:
    path = place.data / CLINICIANS
    rewrite(path, [row[::-1] for row in table(path)])
    read_right(place, seen)


@pytest.mark.parametrize("how", ["missing", pytest.param("renamed", marks=DEAR)])
@pytest.mark.fault("F30", "a table without a column that must be there")
def test_missing_column(place: Place, seen: Seen, how: str) -> None:
    path = place.data / CLINICIANS
    rows = table(path)
    at = rows[0].index("NPI")
    if how == "missing":
        rows = [row[:at] + row[at + 1 :] for row in rows]
    else:
        rows[0][at] = "Number"
    rewrite(path, rows)
    refused(place, seen, BAD_INPUT, path.name, "row 1", "NPI", "missing")


@pytest.mark.fault("F31", "a quotation mark that is never closed")
def test_quote_never_closed(place: Place, seen: Seen) -> None:
    path = place.data / HOSPITALS
    rows = path.read_text(encoding="utf-8").splitlines()
    rows[50] = '"' + rows[50].replace('"', "")
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    refused(place, seen, BAD_INPUT, path.name, "quotation mark")


@pytest.mark.dear
@pytest.mark.fault("F32", "a field of 10 MB")
def test_huge_field(place: Place, seen: Seen) -> None:
    path = place.data / CLINICIANS
    rows = table(path)
    rows[5][rows[0].index("Facility Name")] = "x" * (10 << 20)
    rewrite(path, rows)
    report = place.run()
    assert report.quarantine
    lines = [json.loads(line) for line in Path(report.quarantine).read_text(encoding="utf-8").splitlines()]
    told = [i for i in lines if i["file"] == CLINICIANS and i["row"] == 6]
    assert [i for i in told if "characters" in i["reason"]], (report.reason, told[:1])
    seen(f"{report.state.value}; row 6: {told[0]['reason']}")


@pytest.mark.parametrize(
    "name", [CLINICIANS, pytest.param(HOSPITALS, marks=DEAR), pytest.param("npidata", marks=DEAR)]
)
@pytest.mark.fault("F33", "a table with a header and no rows")
def test_no_rows(place: Place, seen: Seen, name: str) -> None:
    path = nppes(place) if name == "npidata" else place.data / name
    path.write_bytes(path.read_bytes().split(b"\n", 1)[0] + b"\n")
    refused(place, seen, BAD_INPUT, path.name, "no rows")


@pytest.mark.parametrize("name", [CLINICIANS, HOSPITALS, "npidata", "MUP_PHY_R26_P05_V10_D24_Prov_Svc.csv"])
@pytest.mark.dear
@pytest.mark.fault("F34", "a source that lost 60 % of its rows")
def test_lost_rows(place: Place, seen: Seen, name: str) -> None:
    path = nppes(place) if name == "npidata" else place.data / name
    rows = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([rows[0], *rows[1 : 1 + len(rows) * 4 // 10]]))
    refused(place, seen, GATE, "gates")


@pytest.mark.dear
@pytest.mark.fault("F34", "a table with more bad rows than its limit")
def test_too_many_bad_rows(place: Place, seen: Seen) -> None:
    path = place.data / CLINICIANS
    rows = table(path)
    for row in rows[1::10]:
        row[rows[0].index("NPI")] = "wrong"
    rewrite(path, rows)
    report = refused(place, seen, GATE, "clinicians rows rejected")
    assert report.quarantine
    lines = [json.loads(line) for line in Path(report.quarantine).read_text(encoding="utf-8").splitlines()]
    bad = [i for i in lines if i["source"] == "clinicians" and i["level"] == "rejected"]
    assert len(bad) == len(rows[1::10])
    assert all(i["file"] and i["row"] and i["reason"] for i in bad)


# -- JSON ------------------------------------------------------------------------------------------------


@pytest.mark.fault("F35", "a JSON array that is cut off")
def test_json_cut_off(place: Place, seen: Seen) -> None:
    path = place.data / PROVIDERS
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    refused(place, seen, BAD_INPUT, PROVIDERS, "stops")


@pytest.mark.dear
@pytest.mark.fault("F36", "JSON that nests 200 deep")
def test_json_too_deep(place: Place, seen: Seen) -> None:
    path = place.data / PROVIDERS
    people = json.loads(path.read_bytes())
    deep = "[" * 200 + "]" * 200
    path.write_text(json.dumps(people)[:-1] + f', {{"npi": "1", "type": "INDIVIDUAL", "x": {deep}}}]')
    refused(place, seen, BAD_INPUT, PROVIDERS, "deep")


@pytest.mark.dear
@pytest.mark.fault("F37", "JSON with a key twice and NaN")
def test_json_twice_and_nan(place: Place, seen: Seen) -> None:
    path = place.data / PROVIDERS
    text = json.dumps(json.loads(path.read_bytes()))
    path.write_text(text.replace('[{"npi": ', '[{"unknown": NaN, "npi": "1", "npi": ', 1))
    read_right(place, seen)


@pytest.mark.dear
@pytest.mark.fault("F38", "one JSON object of 100 MB")
def test_json_huge_object(place: Place, seen: Seen) -> None:
    path = place.data / PROVIDERS
    with path.open("w") as file:
        file.write('[{"npi": "1", "type": "INDIVIDUAL", "x": "')
        for _ in range(100):
            file.write("x" * (1 << 20))
        file.write('"}]')
    began = time.monotonic()
    report = place.must_refuse(BAD_INPUT, PROVIDERS, "characters")
    seen(f"exit code {report.exit_code} after {time.monotonic() - began:.1f} s: {report.reason}")


# -- what a reader cannot see in one row -----------------------------------------------------------------


def swapped(path: Path, one: str, other: str) -> None:
    rows = table(path)
    first, second = rows[0].index(one), rows[0].index(other)
    rows[0][first], rows[0][second] = other, one
    rewrite(path, rows)


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        pytest.param("npidata", "Provider Last Name (Legal Name)", "Provider First Name", id="NPPES"),
        pytest.param(CLINICIANS, "Provider Last Name", "Provider First Name", id="clinicians"),
    ],
)
@pytest.mark.fault("SWAP", "first and last names swapped")
def test_swapped_names(place: Place, seen: Seen, name: str, one: str, other: str) -> None:
    path = nppes(place) if name == "npidata" else place.data / name
    swapped(path, one, other)
    refused(place, seen, BAD_INPUT, path.name, "first and last names")


@pytest.mark.fault("SWAP", "latitude and longitude swapped")
def test_swapped_degrees(place: Place, seen: Seen) -> None:
    path = place.data / "NCI_CancerCenter_Address_demo.csv"
    swapped(path, "Latitude", "Longitude")
    refused(place, seen, BAD_INPUT, path.name, "Latitude", "swapped")


@pytest.mark.fault("TWICE", "a file that lies there twice")
def test_duplicated_file(place: Place, seen: Seen) -> None:
    (place.data / "copy").mkdir(exist_ok=True)
    (place.data / "copy" / CLINICIANS).write_bytes((place.data / CLINICIANS).read_bytes())
    report = read_right(place, seen)
    assert [text for text in report.unrecognised if "the same bytes as" in text]


@pytest.mark.parametrize("name", [CLINICIANS, PROVIDERS, "as_of.csv"])
@pytest.mark.fault("EMPTY", "a file of 0 bytes")
def test_empty_file(place: Place, seen: Seen, name: str) -> None:
    (place.data / name).write_bytes(b"")
    refused(place, seen, BAD_INPUT, name)


def in_name(place: Place) -> None:
    nppes(place).rename(place.data / "npidata_pfile_20050523-20990101.csv")


def in_list(place: Place) -> None:
    path = place.data / "as_of.csv"
    path.write_text(path.read_text().replace("2026", "2099"))


@pytest.mark.parametrize("where", [in_name, in_list])
@pytest.mark.fault("FUTURE", "a file with a date in the future")
def test_future_date(place: Place, seen: Seen, where: Callable[[Place], None]) -> None:
    where(place)
    refused(place, seen, BAD_INPUT, "2099", "future")
