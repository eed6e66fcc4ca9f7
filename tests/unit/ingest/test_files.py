import gzip
import hashlib
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from finder.errors import SourceError
from ingest.files import InputFile, date_in_name, discovered, head


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_files_are_found_in_any_depth_in_order_of_name_without_hidden_and_foreign_ones(
    tmp_path: Path,
) -> None:
    (tmp_path / "b").mkdir()
    for name in ("b/two.csv", "b/one.JSON", "a.txt", ".hidden.csv", "readme.md", "c.csv.gz"):
        (tmp_path / name).write_bytes(b"x")
    assert [file.name for file in discovered(tmp_path)] == ["a.txt", "b/one.JSON", "b/two.csv", "c.csv.gz"]


def test_one_file_is_a_data_set_too(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"x")
    (tmp_path / "b.csv").write_bytes(b"x")
    assert [file.name for file in discovered(tmp_path / "b.csv")] == ["b.csv"]


def test_a_missing_folder_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="there is no such file or folder"):
        list(discovered(tmp_path / "nowhere"))


def test_members_of_a_zip_are_files_of_their_own(tmp_path: Path) -> None:
    members = {"in/npidata_20240101.csv": b"a,b\n1,2\n", "in/readme.pdf": b"", "__MACOSX/in/._x.csv": b"junk"}
    path = zipped(tmp_path / "all.zip", members)
    (file,) = discovered(path)
    assert (file.name, file.inner_name, file.as_of) == (
        "all.zip!in/npidata_20240101.csv",
        "npidata_20240101.csv",
        "2024-01-01",
    )
    assert file.open().read() == b"a,b\n1,2\n"
    assert head(file) == b"a,b\n1,2\n"


def test_a_member_without_a_date_has_that_of_its_zip(tmp_path: Path) -> None:
    path = zipped(tmp_path / "compendium_2023.zip", {"linkage.csv": b"a\n", "linkage_2018.csv": b"a\n"})
    assert [file.as_of for file in discovered(path)] == ["2023", "2018"]


@pytest.mark.parametrize("name", ["x.csv.gz", "x.csv.GZ"])
def test_gzip_is_read_in_place(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(gzip.compress(b"hello"))
    file = InputFile.of(path)
    assert (file.open().read(), file.inner_name, file.size_bytes) == (b"hello", "x.csv", 5)


def test_a_page_instead_of_a_zip_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_text("<html>not found</html>")
    with pytest.raises(SourceError, match=r"x\.zip: is not a readable zip"):
        list(discovered(tmp_path))


@pytest.mark.parametrize("outside", ["../x.csv", "/x.csv", "a/../../x.csv"])
def test_a_zip_with_a_path_that_leads_outside_is_refused(tmp_path: Path, outside: str) -> None:
    zipped(tmp_path / "x.zip", {"a.csv": b"", outside: b""})
    with pytest.raises(SourceError, match=r"x\.zip: holds .*, whose path leads outside of it"):
        list(discovered(tmp_path))


@pytest.mark.parametrize("members", [{}, {"Readme.pdf": b"", "__MACOSX/._x.csv": b""}])
def test_a_zip_without_data_is_refused(tmp_path: Path, members: dict[str, bytes]) -> None:
    zipped(tmp_path / "x.zip", members)
    with pytest.raises(SourceError, match=r"x\.zip: is a zip without any table or JSON file"):
        list(discovered(tmp_path))


def test_a_list_of_dates_without_its_columns_is_refused(tmp_path: Path) -> None:
    (tmp_path / "as_of.csv").write_bytes(b"")
    with pytest.raises(SourceError, match=r"as_of\.csv, row 1: needs the columns file and as_of"):
        list(discovered(tmp_path))


def test_a_zip_with_too_many_files_is_refused(tmp_path: Path) -> None:
    zipped(tmp_path / "x.zip", {f"{i}.csv": b"" for i in range(1001)})
    with pytest.raises(SourceError, match="more than 1,000 files"):
        list(discovered(tmp_path))


@pytest.mark.parametrize("cut", [10, 60])
def test_a_damaged_archive_is_one_clear_line(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "x.csv.gz"
    path.write_bytes(gzip.compress(bytes(range(256)) * 40)[:-cut])
    with pytest.raises(SourceError, match=r"x\.csv\.gz: the archive is damaged"):
        InputFile.of(path)


def test_a_wrong_checksum_inside_a_zip_is_found(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a.csv", b"hello world")
    raw = (tmp_path / "x.zip").read_bytes()
    (tmp_path / "x.zip").write_bytes(raw.replace(b"hello world", b"hellO world"))
    (file,) = discovered(tmp_path)
    with pytest.raises(SourceError, match="the archive is damaged"):
        file.open().read()


def test_a_zip_bomb_is_stopped_by_its_ratio(tmp_path: Path) -> None:
    path = zipped(tmp_path / "bomb.zip", {"a.csv": bytes(70 << 20)})
    (file,) = discovered(path)
    with pytest.raises(SourceError, match="more than 40 times"), file.open() as stream:
        while stream.read(1 << 20):
            pass


def test_a_file_over_the_size_limit_is_stopped(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(bytes(2000))
    file = replace(InputFile.of(path), max_bytes=1000)
    with pytest.raises(SourceError, match="larger than the limit of 1,000 bytes"):
        file.open().read()


def test_a_file_that_went_away_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"gone\.csv: cannot be opened"):
        InputFile.of(tmp_path / "gone.csv")


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (b"plain", "utf-8"),
        ("é".encode(), "utf-8"),
        (b"\xef\xbb\xbfa", "utf-8"),
        ("a".encode("utf-16"), "utf-16"),
        ("–é".encode("cp1252"), "cp1252"),
        (b"\x81\xe9", "latin-1"),
        (b"cut \xc3", "cp1252"),
        (b"", "utf-8"),
    ],
)
def test_the_encoding_is_found_from_the_bytes(tmp_path: Path, content: bytes, encoding: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    file = InputFile.of(path)
    assert (file.encoding, file.size_bytes) == (encoding, len(content))
    assert file.sha256 == hashlib.sha256(content).hexdigest()


def test_a_character_across_two_chunks_is_still_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"x" * ((1 << 20) - 1) + "é".encode())
    assert InputFile.of(path).encoding == "utf-8"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("npidata_pfile_20050523-20260101.csv", "2026-01-01"),
        ("npidata_202112_organizations.csv", "2021-12"),
        ("chsp-compendium-2018.csv", "2018"),
        ("MUP_PHY_R26_P05_V10_D24_Prov_Svc.csv", "2024"),
        ("bcbst_in_network_2022-04-22.json", "2022-04-22"),
        ("file_20240231.csv", None),
        ("NCT02513394.json", None),
        ("Hospital_General_Information.csv", None),
    ],
)
def test_the_date_of_a_file_is_the_latest_in_its_name(name: str, expected: str | None) -> None:
    assert date_in_name(name) == expected
