"""The list of files to fetch is checked whole: a wrong entry is refused with its number and field."""

from pathlib import Path

import pytest

from finder.errors import SourceError
from finder.sources import load_sources
from ingest.fetch_list import LIST, files_to_fetch

GOOD = """
[[file]]
source = "rosters"
name = "ours"
url = "https://hospital.example/roster.csv"
hosts = ["hospital.example"]
max_bytes = 1000
"""


def test_every_file_of_the_product_is_of_a_known_source_and_bounded() -> None:
    files = files_to_fetch()
    wanted = {"nppes/monthly", "nppes/weekly", "trials/registry", "procedures/by-provider-and-service"}
    assert wanted <= {file.key for file in files}
    assert {file.source for file in files} <= set(load_sources())
    assert all(file.hosts and file.max_bytes for file in files)


def test_an_admin_adds_files_to_those_of_the_product(tmp_path: Path) -> None:
    own = tmp_path / "sources.toml"
    assert files_to_fetch(LIST, own) == files_to_fetch()
    own.write_text(GOOD)
    assert [file.key for file in files_to_fetch(LIST, own)][-1] == "rosters/ours"


@pytest.mark.parametrize(
    ("change", "to", "says"),
    [
        ("https://", "http://", "row 1, field url: is not an https address"),
        ('hosts = ["hospital.example"]', "hosts = []", "field hosts: must list"),
        ("max_bytes = 1000", "max_bytes = 0", "field max_bytes"),
        ("rosters", "tea", "field source: 'tea' is not a source"),
        ('"ours"', '"../up"', "field name"),
        ("url =", 'path = "/x"\nurl =', "field url: needs landing and link, or url, or path, or pages"),
        ("url =", 'version = "http://x/v"\npages =', "field version: is not an https address"),
        ("url =", "every = true\nurl =", "field every: is true or false, and goes with landing"),
        ("max_bytes", "mox_bytes", "field mox_bytes: is no field"),
        (GOOD, GOOD + GOOD, "row 2, field name: 'rosters/ours' is there twice"),
        ("[[file]]", "[[file", "is not TOML"),
    ],
)
def test_a_wrong_entry_is_refused(tmp_path: Path, change: str, to: str, says: str) -> None:
    own = tmp_path / "sources.toml"
    own.write_text(GOOD.replace(change, to))
    with pytest.raises(SourceError) as caught:
        files_to_fetch(LIST, own)
    assert says in caught.value.message
