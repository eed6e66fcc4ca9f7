"""The ledger tells who must be merged again and which documents differ."""

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

from ingest.ledger import PEOPLE, Ledger, checksum_of, digest_of, is_usable, sample

RULES = "rules-1"
ENTRIES = {1: 10, 2: 20, 3: 30}
ASKED = {"1001": [1], "1002": [2], "1003": [1, 3], "1004": [], "1005": [], "1006": [], "1007": []}


def prints(marks: Mapping[str, int]) -> pa.RecordBatchReader:
    table = pa.table(
        {"npi": pa.array(list(marks)), "print": pa.array(list(marks.values()), pa.decimal128(38, 0))}
    )
    return table.to_reader()


def a_ledger(
    path: Path,
    base: Path | None = None,
    marks: Mapping[str, int] | None = None,
    entries: Mapping[int, int] = ENTRIES,
    rules: str = RULES,
    said: str = "",
) -> tuple[list[str], Ledger]:
    """A finished ledger whose people say `said`, and who was to be merged for it."""
    ledger = Ledger(path, base)
    ledger.begin(prints(marks or dict.fromkeys(ASKED, 5)), entries.items(), rules)
    stale = [npi for part in ledger.slices(2) for npi in part]
    rows = [
        {"npi": npi, "digest": digest_of(f"{npi}{said}".encode()), "left_out": None, "covered": 3,
         "asked": ASKED.get(npi, [])}
        for npi in stale
    ]  # fmt: skip
    ledger.add_people(pa.Table.from_pylist(rows, PEOPLE))
    ledger.finish()
    return stale, ledger


def base(tmp_path: Path) -> Path:
    with a_ledger(tmp_path / "base.duckdb")[1] as ledger:
        return ledger.path


def test_without_a_base_everybody_is_merged(tmp_path: Path) -> None:
    stale, ledger = a_ledger(tmp_path / "a.duckdb")
    with ledger:
        assert stale == list(ASKED)
        assert ledger.is_whole
        assert ledger.difference() is None


def test_whoever_asked_for_an_entry_that_moved_is_merged_again(tmp_path: Path) -> None:
    moved = {1: 10, 3: 31, 4: 40}  # 2 is gone, 3 says something else, nobody asked for 4
    stale, ledger = a_ledger(tmp_path / "a.duckdb", base(tmp_path), entries=moved, said="!")
    with ledger:
        assert stale == ["1002", "1003"]
        assert ledger.counts()["specialists"] == len(ASKED)
        assert ledger.coverage(["all", "some", "none"]) == {"all": 7, "some": 7, "none": 0}
        found = ledger.difference()
        assert found
        assert found["specialists"] == (frozenset({"1002", "1003"}), ())


def test_changed_new_and_lost_rows_are_told_apart(tmp_path: Path) -> None:
    marks = dict.fromkeys(ASKED, 5) | {"1001": 6, "1008": 5}
    del marks["1004"]
    stale, ledger = a_ledger(tmp_path / "a.duckdb", base(tmp_path), marks, said="!")
    with ledger:
        assert stale == ["1001", "1008"]
        found = ledger.difference()
        assert found
        assert found["specialists"] == (frozenset({"1001", "1008"}), ("1004",))


def test_who_comes_out_the_same_is_merged_but_not_written(tmp_path: Path) -> None:
    stale, ledger = a_ledger(tmp_path / "a.duckdb", base(tmp_path), dict.fromkeys(ASKED, 5) | {"1001": 6})
    with ledger:
        assert stale == ["1001"]
        found = ledger.difference()
        assert found
        assert found["specialists"] == (frozenset(), ())


def test_other_rules_merge_everybody_and_still_tell_the_difference(tmp_path: Path) -> None:
    stale, ledger = a_ledger(tmp_path / "a.duckdb", base(tmp_path), rules="rules-2")
    with ledger:
        assert stale == list(ASKED)
        found = ledger.difference()
        assert found
        assert found["specialists"] == (frozenset(), ())


def test_sums_of_parts_give_the_checksum_of_the_whole(tmp_path: Path) -> None:
    with a_ledger(tmp_path / "a.duckdb")[1] as whole:
        sums = whole.sums()
    added = dict.fromkeys(sums, 0)
    seen: list[str] = []
    for number in (1, 2, 3):
        with Ledger(tmp_path / f"{number}.duckdb") as part:
            part.begin(prints(dict.fromkeys(ASKED, 5)), ENTRIES.items(), RULES)
            part.keep_part(number, 3)
            mine = [npi for piece in part.slices(9) for npi in piece]
            seen += mine
            rows = [{"npi": n, "digest": digest_of(n.encode()), "covered": 1, "asked": []} for n in mine]
            part.add_people(pa.Table.from_pylist(rows, PEOPLE))
            part.finish()
            added = {alias: added[alias] + int(value, 16) for alias, value in part.sums().items()}
    assert seen == list(ASKED)
    assert checksum_of({alias: f"{value:x}" for alias, value in added.items()}) == checksum_of(sums)


def test_a_sample_spreads_over_the_ids(tmp_path: Path) -> None:
    assert [one.id for one in sample(base(tmp_path), 2)] == ["1001", "1004", "1007"]


def test_a_missing_damaged_or_unfinished_ledger_is_no_base(tmp_path: Path) -> None:
    whole = base(tmp_path)
    assert is_usable(whole)
    damaged = tmp_path / "damaged.duckdb"
    damaged.write_bytes(whole.read_bytes()[:5000])
    with Ledger(tmp_path / "begun.duckdb") as begun:
        assert begun.path.is_file()
    assert not any(map(is_usable, (damaged, begun.path, tmp_path / "none.duckdb")))
