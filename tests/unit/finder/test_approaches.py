"""The table of approaches: refused whole where it is wrong, words and codes that show one."""

from pathlib import Path

import pytest

from finder.approaches import APPROACH_COLUMNS, load_approaches
from finder.errors import SourceError

APPROACHES = load_approaches()
GOOD = "a,0,access,way a,word a,12345,own,2026-11-28"


def test_words_name_an_approach_as_whole_words_only() -> None:
    assert APPROACHES.named_in("Robot-assisted or Open Surgery of the lung") == (
        "minimally_invasive", "open_surgery",
    )  # fmt: skip
    assert APPROACHES.named_in("An open-label study of robotics") == ()


def test_a_code_shows_at_most_one_approach_of_each_axis() -> None:
    assert APPROACHES.by_code["50543"] == ("minimally_invasive", "organ_sparing")
    axes = [[APPROACHES.by_id[each].axis for each in found] for found in APPROACHES.by_code.values()]
    assert all(len(each) == len(set(each)) for each in axes)


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        ("a,1,access,way b,word b,,own,2026-11-28", "approach_id: 'a' is listed twice"),
        ("b,0,access,way b,word b,,own,2026-11-28", "place: '0' is no free place below 24"),
        ("b,24,access,way b,word b,,own,2026-11-28", "place: '24' is no free place below 24"),
        ("b,1,access,way b,Word-A,,own,2026-11-28", "terms: 'word a' is a term of two approaches"),
        ("b,1,access,way b,word b,1234x,own,2026-11-28", "hcpcs: '1234x' is not five capitals and digits"),
        ("b,1,access,way b,word b,12345,own,2026-11-28", "hcpcs: '12345' shows two approaches of one axis"),
        ("b,1,access,way b,word b,,,2026-11-28", "source: is empty"),
    ],
)
def test_a_wrong_table_is_refused_with_row_and_field(tmp_path: Path, second: str, reason: str) -> None:
    lines = [",".join(APPROACH_COLUMNS), GOOD, second]
    (tmp_path / "approaches.csv").write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(SourceError, match=f"row 3.*{reason}"):
        load_approaches(tmp_path)
