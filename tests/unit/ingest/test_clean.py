import re
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import clean
from ingest.clean import DECIMAL, LOST_ZERO, ROUNDED, Cleaned

Cleaning = Callable[[pd.Series], Cleaned]
WELL_FORMED: dict[Cleaning, str] = {
    clean.npis: r"[0-9]{10}",
    clean.zips: r"[0-9]{5}",
    clean.phones: r"[2-9][0-9]{9}",
    clean.ccns: r"[0-9A-Z][0-9][0-9A-Z]{4}",
    clean.pac_ids: r"[0-9]{10}",
    clean.dates: r"[0-9]{4}(-[0-9]{2}-[0-9]{2})?",
    clean.states: r"[A-Z]{2}",
    clean.numbers: r"-?[0-9]+(\.[0-9]+)?",
}


def text(*values: str | None) -> pd.Series:
    return pd.Series(list(values), dtype="str")


def only(cleaned: Cleaned) -> str | None:
    (value,) = cleaned.values
    return None if pd.isna(value) else str(value)


@pytest.mark.parametrize(
    ("cleaning", "given_text", "expected", "repair"),
    [
        (clean.npis, "1999000007", "1999000007", None),
        (clean.npis, "1999000007.0", "1999000007", DECIMAL),
        (clean.zips, "02101", "02101", None),
        (clean.zips, "021011234", "02101", None),
        (clean.zips, "02101-1234", "02101", None),
        (clean.zips, "2101", "02101", LOST_ZERO),
        (clean.zips, "21011234", "02101", LOST_ZERO),
        (clean.zips, "2101.0", "02101", LOST_ZERO),
        (clean.zips, "688482168.0", "68848", DECIMAL),
        (clean.phones, "(334) 793-8701", "3347938701", None),
        (clean.phones, "1-334-793-8701", "3347938701", None),
        (clean.phones, "334-793-8701 ext. 5", "3347938701", None),
        (clean.phones, "3088652512.0", "3088652512", DECIMAL),
        (
            clean.phones,
            "334793870112",
            "3347938701",
            "an extension run into the telephone number was cut off",
        ),
        (clean.ccns, "01S001", "01S001", None),
        (clean.ccns, "24z300", "24Z300", None),
        (clean.ccns, "17E619", "17E619", None),
        (clean.ccns, "90005", "090005", LOST_ZERO),
        (clean.ccns, "90005.0", "090005", LOST_ZERO),
        (clean.pac_ids, "446288690", "0446288690", LOST_ZERO),
        (clean.pac_ids, "44628869", "0044628869", LOST_ZERO),
        (clean.dates, "07/09/2007", "2007-07-09", None),
        (clean.dates, "2007-07-09", "2007-07-09", None),
        (clean.dates, "2007-07-09T10:11:12", "2007-07-09", None),
        (clean.dates, "1998.0", "1998", DECIMAL),
        (clean.states, "md", "MD", None),
        (clean.states, "North Carolina", "NC", None),
        (clean.states, "D.C.", "DC", None),
        (clean.floats_to_text, "1.0", "1", DECIMAL),
        (clean.floats_to_text, "A1.0", "A1.0", None),
        (clean.numbers, "1,084.6", "1084.6", None),
        (clean.numbers, "41.0", "41", DECIMAL),
    ],
)
def test_a_value_gets_its_one_form_and_says_what_was_mended(
    cleaning: Cleaning, given_text: str, expected: str, repair: str | None
) -> None:
    cleaned = cleaning(text(given_text))
    assert only(cleaned) == expected
    assert list(cleaned.repairs) == ([repair] if repair else [])
    assert not cleaned.losses
    assert cleaned.repaired.tolist() == [repair is not None]


@pytest.mark.parametrize(
    ("cleaning", "given_text", "reason"),
    [
        (clean.npis, "1999000008", "is not an NPI: the check digit does not fit"),
        (clean.npis, "199900000", "is not an NPI: not a number of 10 digits"),
        (clean.npis, "1.99900E+09", ROUNDED),
        (clean.zips, "123456", "is a ZIP code with missing digits that cannot be known"),
        (clean.zips, "682", "is a ZIP code with missing digits that cannot be known"),
        (clean.zips, "00000", "is not a ZIP code"),
        (clean.zips, "999999999", "is not a ZIP code"),
        (clean.zips, "SW1A 1AA", "is not a ZIP code"),
        (clean.phones, "2.12689E+12", ROUNDED),
        (clean.phones, "0000000000", "is not a telephone number of the North American plan"),
        (clean.phones, "5571-8211", "is not a telephone number of the North American plan"),
        (clean.ccns, "3.40E+05", ROUNDED),
        (clean.ccns, "1234", "is not a CMS certification number of 6 characters"),
        (clean.pac_ids, "4.46E+08", ROUNDED),
        (clean.pac_ids, "1234567", "is not a PAC ID of 10 digits"),
        (clean.dates, "02/30/2020", "is a day that does not exist"),
        (clean.dates, "soon", "is not a date"),
        (clean.states, "ONTARIO", "is not a state or territory of the United States"),
        (clean.numbers, "*", "is not a number"),
        (clean.numbers, "1.2E+05", "is not a number"),
    ],
)
def test_a_value_that_cannot_be_trusted_is_dropped_with_its_reason(
    cleaning: Cleaning, given_text: str, reason: str
) -> None:
    cleaned = cleaning(text(given_text))
    assert only(cleaned) is None
    assert list(cleaned.losses) == [reason]
    assert not cleaned.repairs
    assert cleaned.lost.tolist() == [True]


@pytest.mark.parametrize(
    ("zip_code", "state", "expected"),
    [
        ("2101", "MA", "02101"),
        ("2101", "CA", None),
        ("6821", "PR", None),
        ("682", "PR", "00682"),
        ("6821234", "PR", "00682"),
        ("802", "VI", "00802"),
        ("802", "PR", None),
        ("501", "NY", "00501"),
        ("6390", "NY", "06390"),
        ("9210", "AE", "09210"),
        ("2101", None, "02101"),
        ("02101", "CA", "02101"),
    ],
)
def test_a_lost_leading_zero_of_a_zip_is_restored_unless_the_state_says_otherwise(
    zip_code: str, state: str | None, expected: str | None
) -> None:
    assert only(clean.zips(text(zip_code), text(state))) == expected


def test_positions_of_repairs_and_losses_are_those_of_the_rows() -> None:
    cleaned = clean.pac_ids(text("0123456789", None, "123456789", "x", "123456789"))
    assert {reason: where.tolist() for reason, where in cleaned.repairs.items()} == {LOST_ZERO: [2, 4]}
    assert [where.tolist() for where in cleaned.losses.values()] == [[3]]
    assert cleaned.values.isna().tolist() == [False, True, False, True, False]


def test_the_index_of_a_column_is_kept() -> None:
    column = text("2101", "x").set_axis([7, 9])
    assert clean.zips(column, text("MA", "MA").set_axis([7, 9])).values.index.tolist() == [7, 9]


def test_numbers_that_came_as_integers_are_read_too() -> None:
    assert clean.npis(pd.Series([1999000007])).values.tolist() == ["1999000007"]


def test_empty_columns_stay_empty() -> None:
    for cleaning in (*WELL_FORMED, clean.floats_to_text):
        assert len(cleaning(text()).values) == 0


ODD = st.one_of(
    st.none(),
    st.text(max_size=20),
    st.from_regex(r"\A[0-9]{1,15}(\.0)?\Z"),
    st.from_regex(r"\A[0-9]\.[0-9]{1,5}E\+[0-9]{2}\Z"),
    st.from_regex(r"\A[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}\Z"),
    st.sampled_from([*clean.STATE_NAMES, *clean.STATE_NAMES.values()]),
)


@settings(deadline=None)
@given(st.lists(ODD, max_size=12), st.sampled_from(list(WELL_FORMED)))
def test_whatever_comes_in_is_well_formed_or_missing_afterwards(
    values: list[str | None], cleaning: Cleaning
) -> None:
    column = text(*values)
    cleaned = cleaning(column)
    kept = cleaned.values.dropna()
    assert all(re.fullmatch(WELL_FORMED[cleaning], value) for value in kept)
    assert (cleaned.lost == (column.notna() & cleaned.values.isna()).to_numpy()).all()
    again = cleaning(cleaned.values)
    assert again.values.equals(cleaned.values)
    assert not again.repairs
    assert not again.losses


@settings(deadline=None)
@given(st.lists(st.from_regex(r"\A[0-9]{10}\Z"), min_size=1, max_size=20))
def test_the_check_digit_of_a_column_is_that_of_each_number(numbers: list[str]) -> None:
    by_column = clean.npis(text(*numbers)).values.notna().to_numpy()
    assert by_column.tolist() == [clean.is_npi(number) for number in numbers]


def test_exactly_one_of_ten_last_digits_is_an_npi() -> None:
    assert sum(clean.is_npi(f"199900000{digit}") for digit in range(10)) == 1
    assert clean.is_npi("1234567893")  # the example of the CMS check digit document


@settings(deadline=None)
@given(st.lists(st.tuples(*[st.none() | st.text("ab", max_size=2)] * 3), min_size=1, max_size=9))
def test_columns_are_joined_row_by_row_without_the_missing(rows: list[tuple[str | None, ...]]) -> None:
    columns = [text(*column) for column in zip(*rows, strict=True)]
    expected = [";".join(v for v in row if v is not None) if any(v is not None for v in row) else None
                for row in rows]  # fmt: skip
    found = clean.joined(columns, ";")
    assert [None if pd.isna(value) else value for value in found] == expected


def test_matches_is_false_for_missing() -> None:
    assert np.array_equal(clean.matches(text("12", None, "x"), "^[0-9]+$"), [True, False, False])
