"""The operations with a sourced yearly standard."""

from pathlib import Path

import pytest

from finder.errors import SourceError
from finder.vocabulary import load_vocabulary
from finder.volumes import VOLUME_COLUMNS, load_volumes

CONCEPTS = load_vocabulary().concepts


def test_the_standards_are_those_of_the_source_and_the_hospitals_is_never_below_the_surgeons() -> None:
    groups = {group.group_id: group for group in load_volumes(CONCEPTS).values()}
    asked = {name: (g.hospital_per_year, g.surgeon_per_year) for name, g in groups.items()}
    assert asked == {
        "bariatric": (50, 20), "esophagus": (20, 7), "lung": (40, 15), "pancreas": (20, 10),
        "rectum": (16, 6), "carotid": (20, 10), "open_aorta": (10, 7), "mitral": (40, 20), "knee": (50, 25),
        "hip": (50, 25), "norwood": (8, 5),
    }  # fmt: skip
    assert all(hospital >= surgeon for hospital, surgeon in asked.values())
    assert all(group.source and group.as_of for group in groups.values())


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("knee,knee,nothing,27447,25,50,s,2026", "not a concept"),
        ("knee,knee,gout,2744,25,50,s,2026", "five capitals"),
        ("knee,knee,gout,27447 27447,25,50,s,2026", "listed twice"),
        ("knee,knee,gout,27447,many,50,s,2026", "whole number"),
        ("knee,knee,gout,27447,25,0,s,2026", "whole number"),
        ("knee,knee,gout,27447,25,50,,2026", "is empty"),
    ],
)
def test_a_wrong_row_is_refused(tmp_path: Path, line: str, reason: str) -> None:
    (tmp_path / "volumes.csv").write_text(f"{','.join(VOLUME_COLUMNS)}\n{line}\n")
    with pytest.raises(SourceError, match=reason):
        load_volumes(CONCEPTS, tmp_path)
