"""Lists of NPIs as people keep them: lines, several a line, CSV; every wrong line named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finder.errors import InputErrors
from finder.own_list import MOST_LINES, npis_of_file, read_npis
from finder.parameters import checked_npi
from tests.factories import an_npi

ONE, TWO = an_npi(1), an_npi(2)


@pytest.mark.parametrize(
    "text",
    [
        f"{ONE}\n{TWO}",
        f"NPI\n{ONE}\n\n{TWO}\n{ONE}",
        f"{ONE}, {TWO}",
        f"Jane Smith (NPI {ONE})\nNPI: {TWO}",
        f'\ufeffName,NPI number,ZIP\n"Smith, Jane",{ONE},21287\nJones,\'{TWO},10065',
        f"npi;{ONE};{TWO}",
    ],
)
def test_npis_are_found_however_they_are_kept(text: str) -> None:
    read = read_npis(text)
    assert list(read.lines) == [ONE, TWO]
    assert read.bad == ()


def test_every_wrong_line_is_named_with_its_number_and_reason() -> None:
    read = read_npis(f"{ONE}\nnobody\n{ONE[:9]}{(int(ONE[9]) + 1) % 10}\n{TWO}x1234567")
    assert [(each.number, "check digit" in each.reason or each.text) for each in read.bad] == [
        (2, "nobody"), (3, True), (4, ""),
    ]  # fmt: skip
    with pytest.raises(InputErrors) as caught:
        npis_of_file(b"NPI\nnobody")
    assert "line 2: nobody: there is no NPI in it" in str(caught.value)


def test_a_row_of_a_csv_file_without_a_number_is_named_by_its_line() -> None:
    read = read_npis(f"Name,NPI\nSmith,{ONE}\nJones,\nshort")
    assert [each.number for each in read.bad] == [3, 4]


def test_a_list_ends_somewhere() -> None:
    read = read_npis("\n".join([ONE] * (MOST_LINES + 5)))
    assert [each.number for each in read.bad] == [MOST_LINES + 1]
    assert "at most" in str(read_npis("NPI,x\n" + "1" * 200_000).bad[0])
    assert read_npis("\0\n").bad


@given(st.integers(0, 99_999), st.integers(0, 9), st.integers(1, 9))
def test_a_check_digit_finds_every_single_wrong_digit(number: int, place: int, change: int) -> None:
    npi = an_npi(number)
    assert checked_npi(npi) == npi
    wrong = npi[:place] + str((int(npi[place]) + change) % 10) + npi[place + 1 :]
    with pytest.raises(ValueError, match="is not an NPI"):
        checked_npi(wrong)


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text: str) -> None:
    read = read_npis(text)
    assert all(len(npi) == 10 for npi in read.lines)
