"""Vectorised cleaning of identifiers, addresses and dates: values in one form, with what was mended or lost.

A repair is made only where it is certain; a value that could mean two things is dropped and reported.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from types import MappingProxyType

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

# What one damaged text becomes: its value (None: lost), and the reason to report (None: only another form).
Mended = tuple[str | None, str | None]

ROUNDED = "was rounded by a spreadsheet, its digits are lost"
DECIMAL = "a decimal point added by a spreadsheet was removed"
LOST_ZERO = "a lost leading zero was restored"
_SCIENTIFIC = re.compile(r"[0-9]+(?:\.[0-9]+)?E\+[0-9]+")
_DECIMAL_ZERO = re.compile(r"(-?[0-9]+)\.0+")
# Constant share of the prefix 80840 in the check sum of an NPI (CMS, "NPI: check digit", 2004).
_NPI_PREFIX_SUM = 24
_NANP = re.compile(r"[2-9][0-9]{2}[2-9][0-9]{6}")
_US_DATE = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[T ].*)?")
# USPS Publication 28, appendix B: states, territories and the military.
STATE_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "AL": "ALABAMA", "AK": "ALASKA", "AZ": "ARIZONA", "AR": "ARKANSAS", "CA": "CALIFORNIA",
        "CO": "COLORADO", "CT": "CONNECTICUT", "DE": "DELAWARE", "DC": "DISTRICT OF COLUMBIA",
        "FL": "FLORIDA", "GA": "GEORGIA", "HI": "HAWAII", "ID": "IDAHO", "IL": "ILLINOIS", "IN": "INDIANA",
        "IA": "IOWA", "KS": "KANSAS", "KY": "KENTUCKY", "LA": "LOUISIANA", "ME": "MAINE", "MD": "MARYLAND",
        "MA": "MASSACHUSETTS", "MI": "MICHIGAN", "MN": "MINNESOTA", "MS": "MISSISSIPPI", "MO": "MISSOURI",
        "MT": "MONTANA", "NE": "NEBRASKA", "NV": "NEVADA", "NH": "NEW HAMPSHIRE", "NJ": "NEW JERSEY",
        "NM": "NEW MEXICO", "NY": "NEW YORK", "NC": "NORTH CAROLINA", "ND": "NORTH DAKOTA", "OH": "OHIO",
        "OK": "OKLAHOMA", "OR": "OREGON", "PA": "PENNSYLVANIA", "RI": "RHODE ISLAND", "SC": "SOUTH CAROLINA",
        "SD": "SOUTH DAKOTA", "TN": "TENNESSEE", "TX": "TEXAS", "UT": "UTAH", "VT": "VERMONT",
        "VA": "VIRGINIA", "WA": "WASHINGTON", "WV": "WEST VIRGINIA", "WI": "WISCONSIN", "WY": "WYOMING",
        "AS": "AMERICAN SAMOA", "GU": "GUAM", "MP": "NORTHERN MARIANA ISLANDS", "PR": "PUERTO RICO",
        "VI": "VIRGIN ISLANDS", "FM": "FEDERATED STATES OF MICRONESIA", "MH": "MARSHALL ISLANDS",
        "PW": "PALAU", "AA": "ARMED FORCES AMERICAS", "AE": "ARMED FORCES EUROPE",
        "AP": "ARMED FORCES PACIFIC",
    }
)  # fmt: skip
_STATE_CODES: Mapping[str, str] = MappingProxyType({name: code for code, name in STATE_NAMES.items()})
# First digits of the ZIPs that begin with one zero or two, by state (USPS, ZIP prefix list L002). NY has
# 00501 and 00544 (Holtsville) and 06390 (Fishers Island) among its many that begin with 1.
_ONE_ZERO = MappingProxyType(
    {"MA": "12", "RI": "2", "NH": "3", "ME": "34", "VT": "5", "CT": "6", "NJ": "78", "AE": "9", "NY": "6"}
)
_TWO_ZEROS = MappingProxyType({"PR": "679", "VI": "8", "NY": "5"})


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A cleaned column: `values` (text, missing is NA), and the positions per reason of what was mended
    for certain (`repairs`) and of what was dropped because it could not be trusted (`losses`)."""

    values: pd.Series
    repairs: Mapping[str, np.ndarray] = field(default_factory=dict)
    losses: Mapping[str, np.ndarray] = field(default_factory=dict)

    @property
    def repaired(self) -> np.ndarray:
        """True where a value was mended."""
        return _mask(len(self.values), self.repairs)

    @property
    def lost(self) -> np.ndarray:
        """True where a value was there and could not be kept."""
        return _mask(len(self.values), self.losses)


def _mask(length: int, positions: Mapping[str, np.ndarray]) -> np.ndarray:
    mask = np.zeros(length, dtype=bool)
    for where in positions.values():
        mask[where] = True
    return mask


def npis(values: pd.Series) -> Cleaned:
    """NPIs of 10 digits whose check digit fits (Luhn over 80840 + NPI, CMS 2004); a ".0" is removed."""
    text = as_text(values)
    shaped = matches(text, "^[0-9]{10}$")
    good = shaped.copy()
    good[shaped] = _check_digit_fits(text[shaped])
    return _cleaned(text, good, _npi)


def is_npi(text: str) -> bool:
    """Whether a text is 10 digits with the check digit of an NPI."""
    if not (len(text) == 10 and text.isascii() and text.isdigit()):
        return False
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in text[0::2][:5])
    return (_NPI_PREFIX_SUM + sum(doubled) + sum(int(digit) for digit in text[1::2])) % 10 == 0


def zips(values: pd.Series, state_codes: pd.Series | None = None) -> Cleaned:
    """ZIPs of 5 digits, cut from ZIP+4; `state_codes` (two letters, same index) confirms lost zeros.

    4 or 8 digits lost one zero, unless the state has no ZIP that begins so; 3 or 7 digits lost two only
    where the state is PR, VI or NY (Holtsville) and fits. Other lengths are dropped, as 00000 and 99999.
    """
    text = as_text(values)
    good = matches(text, "^[0-9]{5}(?:-?[0-9]{4})?$") & ~matches(text, "^(?:00000|99999)")
    short = as_series(pc.utf8_slice_codeunits(to_arrow(text), 0, 5), text)
    odd_text = text.where(~good, short)
    if state_codes is None:
        return _cleaned(odd_text, good, lambda value: _zip(value, ""))
    keyed = odd_text.where(good, odd_text + "|" + as_text(state_codes).fillna(""))
    return _cleaned(keyed, good, lambda value: _zip(*value.rsplit("|", 1)))


def phones(values: pd.Series) -> Cleaned:
    """Telephone numbers as 10 digits of the North American plan; other forms of the same are folded.

    12 to 15 digits are a number and its extension (so in the clinician files of 2017): cut, counted as a
    repair. Rounded, foreign and impossible numbers are dropped.
    """
    text = as_text(values)
    return _cleaned(text, matches(text, f"^{_NANP.pattern}$"), _phone)


def ccns(values: pd.Series) -> Cleaned:
    """CMS certification numbers of 6 characters, letters allowed ("01S001"); 5 digits lost a leading zero."""
    text = as_text(values)
    return _cleaned(text, matches(text, "^[0-9A-Z][0-9][0-9A-Z]{4}$"), _ccn)


def pac_ids(values: pd.Series) -> Cleaned:
    """PAC IDs of 10 digits; 8 or 9 digits lost leading zeros, since a PAC ID always has 10 (CMS PECOS)."""
    text = as_text(values)
    return _cleaned(text, matches(text, "^[0-9]{10}$"), _pac_id)


def dates(values: pd.Series) -> Cleaned:
    """ISO days (or a year alone) from MM/DD/YYYY, ISO days and times, and years; others are dropped."""
    text = as_text(values)
    return _cleaned(text, np.zeros(len(text), dtype=bool), _date)


def states(values: pd.Series) -> Cleaned:
    """Two-letter codes of states, territories and military areas, from codes or full names (USPS Pub. 28)."""
    text = as_text(values)
    return _cleaned(text, np.zeros(len(text), dtype=bool), _state)


def floats_to_text(values: pd.Series) -> Cleaned:
    """Whole numbers without the ".0" that a spreadsheet or data frame added; other text stays as it is."""
    text = as_text(values)
    return _cleaned(text, ~matches(text, r"^-?[0-9]+\.0+$"), lambda value: (_whole(value)[0], DECIMAL))


def numbers(values: pd.Series) -> Cleaned:
    """Decimal numbers as text, without ".0" and thousands separators; suppression marks are lost."""
    text = as_text(values)
    good = matches(text, r"^-?[0-9]+(?:\.[0-9]+)?$") & ~matches(text, r"\.0+$")
    return _cleaned(text, good, _number)


def as_text(values: pd.Series) -> pd.Series:
    """The same values as text of the `str` type; numbers are written out, missing stays NA."""
    return values if values.dtype == "str" else values.astype("str")


def matches(text: pd.Series, pattern: str) -> np.ndarray:
    """True where a text matches a pattern (RE2, unanchored); missing does not."""
    found = pc.fill_null(pc.match_substring_regex(to_arrow(text), pattern), False)
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=bool)


def joined(columns: Sequence[pd.Series], mark: str) -> pd.Series:
    """Texts of several columns joined with a mark, row by row, missing ones left out; all missing is NA."""
    return as_series(reduce(lambda one, other: _joined(one, other, mark), map(to_arrow, columns)), columns[0])


def _joined(one: pa.Array, other: pa.Array, mark: str) -> pa.Array:
    both = pc.binary_join_element_wise(one, other, pa.scalar(mark, one.type))
    # null_handling="skip" would do, but loses the rows in which all are null (pyarrow 26, 2026-11)
    return pc.coalesce(both, one, other)


def to_arrow(text: pd.Series) -> pa.Array:
    """The same text as one Arrow array, for its kernels; missing is null."""
    array = pa.array(text, from_pandas=True)
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def as_series(array: pa.Array, like: pd.Series) -> pd.Series:
    """An Arrow array as text with the index of another series; null is missing."""
    return pd.Series(array.to_pandas(), dtype="str").set_axis(like.index)


def _cleaned(text: pd.Series, good: np.ndarray, mend: Callable[[str], Mended]) -> Cleaned:
    """Keep the good values, mend each different odd one once: damaged columns repeat few values."""
    odd = np.flatnonzero(~good & text.notna().to_numpy())
    if not odd.size:
        return Cleaned(text)
    codes, uniques = pd.factorize(text.iloc[odd])
    mended = [mend(str(value).strip()) for value in uniques]
    fresh = pa.array([value for value, _ in mended], pa.string()).take(pa.array(codes))
    mask = np.zeros(len(text), dtype=bool)
    mask[odd] = True
    array = to_arrow(text)
    values = as_series(pc.replace_with_mask(array, pa.array(mask), fresh.cast(array.type)), text)
    reasons = np.array([reason or "" for _, reason in mended], dtype=object)
    kept = np.array([value is not None for value, _ in mended])
    found = {
        is_kept: {
            str(reason): odd[((reasons == reason) & (kept == is_kept))[codes]]
            for reason in sorted(set(reasons[kept == is_kept]) - {""})
        }
        for is_kept in (True, False)
    }
    return Cleaned(values, found[True], found[False])


def _check_digit_fits(text: pd.Series) -> np.ndarray:
    numbers = np.asarray(pc.cast(to_arrow(text), pa.int64()).to_numpy(zero_copy_only=False), dtype=np.int64)
    total = np.full(len(numbers), _NPI_PREFIX_SUM, dtype=np.int64)
    for place in range(10):
        digit = numbers // 10**place % 10
        total += digit if place % 2 == 0 else digit * 2 - 9 * (digit > 4)
    return np.asarray(total % 10 == 0)


def _whole(text: str) -> Mended:
    found = _DECIMAL_ZERO.fullmatch(text)
    return (found[1], DECIMAL) if found else (text, None)


def _is_rounded(text: str) -> bool:
    return _SCIENTIFIC.fullmatch(text.upper()) is not None


def _npi(text: str) -> Mended:
    if _is_rounded(text):
        return None, ROUNDED
    whole, reason = _whole(text)
    if whole and is_npi(whole):
        return whole, reason
    if re.fullmatch("[0-9]{10}", whole or ""):
        return None, "is not an NPI: the check digit does not fit"
    return None, "is not an NPI: not a number of 10 digits"


def _zip(text: str, state: str) -> Mended:
    if _is_rounded(text):
        return None, ROUNDED
    whole, reason = _whole(text.strip())
    digits = re.sub(r"(?<=[0-9])[- ](?=[0-9])|-$", "", whole or "")
    if not re.fullmatch("[0-9]{3,9}", digits):
        return None, "is not a ZIP code"
    if len(digits) in (4, 8) and (not state or digits[0] in _ONE_ZERO.get(state, "")):
        digits, reason = f"0{digits}", LOST_ZERO
    elif len(digits) in (3, 7) and digits[0] in _TWO_ZEROS.get(state, "-"):
        digits, reason = f"00{digits}", LOST_ZERO
    if len(digits) not in (5, 9):
        return None, "is a ZIP code with missing digits that cannot be known"
    five = digits[:5]
    return (None, "is not a ZIP code") if five in ("00000", "99999") else (five, reason)


def _phone(text: str) -> Mended:
    if _is_rounded(text):
        return None, ROUNDED
    whole, reason = _whole(text)
    digits = re.sub(r"[^0-9]", "", re.split(r"(?i)\s*(?:x|ext)", whole or "")[0])
    if len(digits) == 11 and digits.startswith("1"):
        digits = digits[1:]
    elif 12 <= len(digits) <= 15 and (whole or "").isdigit():
        digits, reason = digits[:10], "an extension run into the telephone number was cut off"
    if _NANP.fullmatch(digits):
        return digits, reason
    return None, "is not a telephone number of the North American plan"


def _ccn(text: str) -> Mended:
    if _is_rounded(text):
        return None, ROUNDED
    whole, reason = _whole(text.upper())
    whole = whole or ""
    if re.fullmatch("[0-9A-Z][0-9][0-9A-Z]{4}", whole):
        return whole, reason
    if re.fullmatch("[0-9]{5}", whole):
        return f"0{whole}", LOST_ZERO
    return None, "is not a CMS certification number of 6 characters"


def _pac_id(text: str) -> Mended:
    if _is_rounded(text):
        return None, ROUNDED
    whole, reason = _whole(text)
    whole = whole or ""
    if re.fullmatch("[0-9]{8,9}", whole):
        return whole.zfill(10), LOST_ZERO
    if re.fullmatch("[0-9]{10}", whole):
        return whole, reason
    return None, "is not a PAC ID of 10 digits"


def _date(text: str) -> Mended:
    whole, reason = _whole(text)
    if re.fullmatch("(?:19|20)[0-9]{2}", whole or ""):
        return whole, reason
    american, iso = _US_DATE.fullmatch(text), _ISO_DATE.fullmatch(text)
    try:
        if american:
            return date(int(american[3]), int(american[1]), int(american[2])).isoformat(), None
        if iso:
            return date(int(iso[1]), int(iso[2]), int(iso[3])).isoformat(), None
    except ValueError:
        return None, "is a day that does not exist"
    return None, "is not a date"


def _number(text: str) -> Mended:
    whole, reason = _whole(text)
    if re.fullmatch(r"-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?", whole or ""):
        whole = (whole or "").replace(",", "")
    if _is_rounded(text) or not re.fullmatch(r"-?[0-9]+(?:\.[0-9]+)?", whole or ""):
        return None, "is not a number"
    return whole, reason


def _state(text: str) -> Mended:
    folded = re.sub(r"[.\s]+", " ", text.upper()).strip()
    code = folded.replace(" ", "")
    if code in STATE_NAMES:
        return code, None
    if folded in _STATE_CODES:
        return _STATE_CODES[folded], None
    return None, "is not a state or territory of the United States"
