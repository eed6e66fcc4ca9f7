"""A publisher that misbehaves: the old version stays, the reason is told, and the next run mends it."""

import ssl
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO, StringIO
from pathlib import Path

import pytest

from ingest.fetch import Fetched, fetch, fetch_records
from ingest.fetch_list import FileToFetch
from ingest.files import discovered
from ingest.guarded import Limits, Web, is_public
from ingest.progress import Reporter
from ingest.recognition import recognised
from tests.integration.publisher import Publisher, publisher

FIXTURE = Path(__file__).parent.parent / "fixtures" / "facility_affiliations" / "Facility_Affiliation.csv"
HEAD, *ROWS = FIXTURE.read_bytes().splitlines(keepends=True)
OLD = HEAD + ROWS[0] * 300
NEW = HEAD + ROWS[0] * 400


@pytest.fixture
def it(tmp_path: Path) -> Iterator[Publisher]:
    with publisher(OLD, tmp_path) as served:
        yield served


def a_file(it: Publisher, **changes: object) -> FileToFetch:
    made = FileToFetch("facility_affiliations", "national", (it.host,), 100_000, url=it.at())
    return replace(made, **changes)  # type: ignore[arg-type]


def web(it: Publisher, **changes: object) -> Web:
    made = Web(Limits(2.0, 2.0, 3.0), it.tls, private_hosts=frozenset({it.host}), sleep=lambda _s: None)
    return replace(made, **changes)  # type: ignore[arg-type]


def got(it: Publisher, into: Path, file: FileToFetch | None = None, way: Web | None = None) -> Fetched:
    return fetch([file or a_file(it)], into, way or web(it), Reporter(StringIO()))[0]


def read(into: Path) -> list[bytes]:
    """What a run would read."""
    return [file.path.read_bytes() for file, _source in recognised(into)[0]]


def test_only_what_changed_comes_and_two_versions_stay(it: Publisher, tmp_path: Path) -> None:
    into = tmp_path / "data"
    assert got(it, into).state == "got"
    assert got(it, into).state == "unchanged"
    assert it.sent[-1] == 0
    it.content = NEW
    assert got(it, into).state == "got"
    assert read(into) == [NEW]
    record = fetch_records(into)["facility_affiliations/national"]
    assert record["previous"]["sha256"] != record["sha256"]
    kept = [p.read_bytes() for p in into.rglob("*.csv") if ".previous" in p.parts]
    assert kept == [OLD]
    assert next(iter(discovered(into))).as_of == "2026-01-05"  # as the publisher says, for a name without


FAULTS = [
    (["cut"] * 4, "broke off after"),
    (["long"] * 4, "two lengths of one version"),
    (["short"], "is not a file of the source"),
    (["slow"], "took longer than its limit"),
    (["loop"] * 6, "more than 5 redirects"),
    (["503"] * 4, "answers 503"),
    (["404"], "answers 404"),
    (["digest"] * 4, "checksum is not the one"),
]


@pytest.mark.parametrize(("faults", "says"), FAULTS)
def test_a_fault_leaves_the_old_version_and_is_mended_by_the_next_run(
    it: Publisher, tmp_path: Path, faults: list[str], says: str
) -> None:
    into = tmp_path / "data"
    got(it, into)
    it.content, it.faults = NEW, list(faults)
    result = got(it, into)
    assert (result.state, says in result.reason) == ("failed", True), result.reason
    assert read(into) == [OLD]
    assert fetch_records(into)["facility_affiliations/national"]["failed"]["reason"] == result.reason
    it.faults.clear()
    assert got(it, into).state == "got"
    assert read(into) == [NEW]
    assert fetch_records(into)["facility_affiliations/national"]["failed"] is None


@pytest.mark.parametrize(
    "where",
    [
        "https://127.0.0.1:{port}/Facility_Affiliation.csv",
        "https://169.254.169.254/latest/meta-data",
        "https://elsewhere.example/Facility_Affiliation.csv",
        "http://localhost:{port}/Facility_Affiliation.csv",
        "https://user:hunter2@localhost:{port}/Facility_Affiliation.csv",
        "file:///etc/passwd",
    ],
)
def test_a_redirect_out_of_the_list_is_not_followed(it: Publisher, tmp_path: Path, where: str) -> None:
    into, looked_up = tmp_path / "data", []

    def resolve(host: str, port: int) -> list[str]:
        looked_up.append(host)
        return ["127.0.0.1"]

    it.faults, it.location = ["redirect"], where.format(port=it.port)
    result = got(it, into, way=web(it, resolve=resolve))
    assert result.state == "failed"
    assert "not followed" in result.reason
    assert "hunter2" not in result.reason
    assert looked_up == ["localhost"]  # not even the name of another host was looked up
    assert len(it.asked) == 1


def test_a_host_of_the_list_at_a_private_address_is_not_asked(it: Publisher, tmp_path: Path) -> None:
    result = got(it, tmp_path / "data", way=web(it, private_hosts=frozenset()))
    assert "not a public address" in result.reason
    mixed = web(it, private_hosts=frozenset(), resolve=lambda _host, _port: ["93.184.215.14", "10.0.0.1"])
    assert "10.0.0.1" in got(it, tmp_path / "data", way=mixed).reason
    assert it.asked == []


def test_a_broken_download_goes_on_where_it_broke_off(it: Publisher, tmp_path: Path) -> None:
    it.faults = ["cut", "cut"]
    assert got(it, tmp_path / "data").state == "got"
    assert read(tmp_path / "data") == [OLD]
    ranges = [headers.get("Range") for _path, headers in it.asked]
    assert ranges[0] is None
    assert None not in ranges[1:]
    assert sum(it.sent) == len(OLD)  # no byte came twice


@pytest.mark.parametrize("keeps_if_range", [True, False])
def test_a_file_that_changes_midway_is_never_sewn_together(
    it: Publisher, tmp_path: Path, keeps_if_range: bool
) -> None:
    """A good server begins the new version anew; a bad one goes on with it in the middle of the old one."""

    def change(_seconds: float) -> None:
        if keeps_if_range:
            it.content = NEW

    it.faults = ["cut", "" if keeps_if_range else "changes"]
    result = got(it, tmp_path / "data", way=web(it, sleep=change))
    assert result.state == "got", result.reason
    assert it.content != OLD
    assert read(tmp_path / "data") == [it.content]


@pytest.mark.parametrize("fault", ["", "unsaid"])
def test_a_file_over_its_limit_stops_at_the_limit(it: Publisher, tmp_path: Path, fault: str) -> None:
    into = tmp_path / "data"
    got(it, into)
    it.content, it.faults = NEW, [fault] * 4
    result = got(it, into, a_file(it, max_bytes=len(OLD)))
    assert "limit of" in result.reason
    assert read(into) == [OLD]
    assert not list(into.rglob(".part*"))


def test_a_foreign_certificate_is_not_believed(it: Publisher, tmp_path: Path) -> None:
    result = got(it, tmp_path / "data", way=web(it, tls=ssl.create_default_context()))
    assert "certificate" in result.reason.lower()
    assert it.asked == []


def zipped(content: bytes) -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        member = zipfile.ZipInfo("Facility_Affiliation.csv")
        member.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(member, content)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (b"<html>maintenance</html>", "not a readable zip"),
        (zipped(NEW)[:200], "not a readable zip"),
        (zipped(NEW).replace(zipped(NEW)[60:70], b"0123456789"), "damaged"),
        (zipped(b"a,b\n1,2\n"), "is not a file of the source"),
    ],
    ids=["page", "cut", "checksum", "another format"],
)
def test_what_a_run_could_not_read_does_not_replace_what_it_can(
    it: Publisher, tmp_path: Path, bad: bytes, says: str
) -> None:
    into, file = tmp_path / "data", a_file(it, url=it.at("/Facility_Affiliation.zip"))
    it.content = zipped(OLD)
    assert got(it, into, file).state == "got"
    it.content = bad
    result = got(it, into, file)
    assert (result.state, says in result.reason) == ("failed", True), result.reason
    assert read(into) == [zipped(OLD)]
    it.content = zipped(NEW)
    assert got(it, into, file).state == "got"
    assert read(into) == [zipped(NEW)]


def test_the_newest_file_of_a_landing_page_comes_and_the_older_name_goes(
    it: Publisher, tmp_path: Path
) -> None:
    into = tmp_path / "data"
    file = a_file(it, url="", landing=it.at("/page.html"), link=r"Facility_Affiliation_\d{4}\.csv")
    it.page = b'<a href="/a/Facility_Affiliation_2024.csv">x</a>'
    assert got(it, into, file).record["file"] == "Facility_Affiliation_2024.csv"
    it.page += b'{"downloadURL":"https:\\/\\/%s\\/b\\/Facility_Affiliation_2025.csv"}' % it.host.encode()
    it.content = NEW
    assert got(it, into, file).record["file"] == "Facility_Affiliation_2025.csv"
    assert read(into) == [NEW]
    it.page = b"<p>nothing here</p>"
    assert "names no file like" in got(it, into, file).reason
    assert read(into) == [NEW]


def test_every_update_of_a_landing_page_comes_and_goes_when_the_page_drops_it(
    it: Publisher, tmp_path: Path
) -> None:
    into = tmp_path / "data"
    link = r"Facility_Affiliation_\d{6}_Weekly\.csv"
    file = a_file(it, url="", landing=it.at("/page.html"), link=link, every=True)
    it.page = b"<a href='./Facility_Affiliation_110226_Weekly.csv'>x</a>"
    assert got(it, into, file).state == "got"
    it.page += b"<a href='./Facility_Affiliation_110926_Weekly.csv'>x</a>"
    done = fetch([file], into, web(it), Reporter(StringIO()))
    assert [each.state for each in done] == ["unchanged", "got"]
    assert read(into) == [OLD, OLD]
    it.faults = ["404"]
    it.page = b"<a href='./Facility_Affiliation_110926_Weekly.csv'>x</a>"
    assert got(it, into, file).state == "failed"
    assert read(into) == [OLD]
    it.page = b"<p>nothing here</p>"
    assert "names no file like" in got(it, into, file).reason
    assert read(into) == [OLD]
    assert [each.as_of for each in discovered(into)] == ["2026-01-05"]


def test_of_months_that_are_written_out_the_latest_comes(it: Publisher, tmp_path: Path) -> None:
    file = a_file(it, url="", landing=it.at("/page.html"), link=r"Facility_[A-Z][a-z]+_\d{4}\.csv")
    it.page = b'"Facility_September_2026.csv" "Facility_October_2026.csv" "Facility_December_2025.csv"'
    assert got(it, tmp_path / "data", file).record["file"] == "Facility_October_2026.csv"


def test_a_file_of_this_machine_is_copied_when_it_changed(it: Publisher, tmp_path: Path) -> None:
    into, mine = tmp_path / "data", tmp_path / "Facility_Affiliation.csv"
    file = FileToFetch("facility_affiliations", "own", path=str(mine))
    assert "there is no file" in got(it, into, file).reason
    mine.write_bytes(OLD)
    assert got(it, into, file).state == "got"
    assert got(it, into, file).state == "unchanged"
    mine.write_bytes(b"nothing of the kind")
    assert got(it, into, file).state == "failed"
    assert read(into) == [OLD]
    assert it.asked == []


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True), ("2606:4700::1111", True), ("127.0.0.1", False), ("10.1.2.3", False),
        ("169.254.169.254", False), ("192.168.0.1", False), ("100.64.0.1", False), ("0.0.0.0", False),  # noqa: S104 - refused
        ("224.0.0.1", False), ("::1", False), ("fe80::1%eth0", False), ("fd00::1", False),
        ("::ffff:10.0.0.1", False), ("2002:0a00:0001::", False), ("::", False),
    ],
)  # fmt: skip
def test_addresses_that_are_not_public_are_known(address: str, public: bool) -> None:
    assert is_public(address) is public
