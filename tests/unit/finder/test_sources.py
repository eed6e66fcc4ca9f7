from pathlib import Path

import pytest

from finder.errors import SourceError
from finder.sources import COLUMNS, load_sources

GOOD = "made_up,Made-up file,Made-up publisher,https://made-up.example/,monthly,public,2026-11-22,31"


def test_every_source_says_where_it_is_from() -> None:
    sources = load_sources()
    assert {"nppes", "clinicians", "health_systems", "trials", "rosters", "zip_centroids"} <= set(sources)
    assert all(name == source.name for name, source in sources.items())
    assert sources["hospitals"].publisher == "Centers for Medicare & Medicaid Services (CMS)"
    assert sources["rosters"].url is None


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (f"{GOOD}\n{GOOD}", "row 3, field name: 'made_up' is there twice"),
        (GOOD.replace("https", "http"), "row 2, field url: is not an https address"),
        (GOOD.replace("2026-11-22", "2026-13-22"), "row 2, field checked: is not a day"),
        (GOOD.replace(",31", ",often"), "row 2, field cadence_days: is not a number of days"),
        (GOOD.replace("Made-up publisher", ""), "row 2, field publisher: is empty"),
    ],
)
def test_a_wrong_entry_is_refused_with_row_and_field(tmp_path: Path, row: str, message: str) -> None:
    path = tmp_path / "sources.csv"
    path.write_text(f"{','.join(COLUMNS)}\n{row}\n")
    with pytest.raises(SourceError, match=message):
        load_sources(path)
