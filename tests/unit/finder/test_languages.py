"""Names of languages to ISO codes."""

from pathlib import Path

import pytest

from finder.errors import SourceError
from finder.languages import load_languages


def test_names_and_codes_give_the_code_in_any_case() -> None:
    languages = load_languages()
    assert [languages.code(name) for name in ("Spanish", "ESPAÑOL", "es", "farsi", "Tagalog")] == [
        "es",
        "es",
        "es",
        "fa",
        "tl",
    ]


def test_a_language_without_a_certain_code_keeps_its_name() -> None:
    assert load_languages().codes(["Cantonese", "English", "english", " ", "Sign Language"]) == [
        "cantonese",
        "en",
        "sign language",
    ]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("eng,English,,x,2026", "row 2, field code"),
        ("en,English,,,2026", "row 2, field source"),
        ("en,English,,x,2026\nes,Spanish,english,x,2026", "row 3, field other_names"),
    ],
)
def test_a_wrong_table_is_refused_with_row_and_field(tmp_path: Path, row: str, said: str) -> None:
    path = tmp_path / "languages.csv"
    path.write_text(f"code,label,other_names,source,as_of\n{row}\n")
    with pytest.raises(SourceError, match=said):
        load_languages(path)
