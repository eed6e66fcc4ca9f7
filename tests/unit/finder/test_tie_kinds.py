"""The value that says which of the kinds that must be known are."""

import pytest

from finder.independence import load_rules
from finder.tie_kinds import needed_kinds, together


def test_the_kinds_are_those_of_the_rules() -> None:
    assert needed_kinds() == set(load_rules().needed())


@pytest.mark.parametrize(
    ("kinds", "value"),
    [
        (("system", "hospital", "group"), "group+system"),
        (("group", "system"), "group+system"),
        (("group", "hospital"), "group"),
        (("hospital",), None),
        ((), None),
    ],
)
def test_only_whom_all_is_known_of_that_must_be_has_the_value_of_settled(
    kinds: tuple[str, ...], value: str | None
) -> None:
    assert together(kinds) == value
    assert (together(kinds) == load_rules().settled()) is (set(kinds) >= {"group", "system"})
