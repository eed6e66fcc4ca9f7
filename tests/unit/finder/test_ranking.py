"""Profiles: weights that add up, and a file that is refused where it breaks its own promise."""

from itertools import pairwise
from pathlib import Path

import pytest

from finder.criteria import DEFAULT_PROFILE
from finder.errors import InputErrors, SourceError
from finder.ranking import RANKING_FILE, PartName, load_profiles, profile_named
from finder.vocabulary import load_vocabulary

PROFILES = load_profiles()


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_the_weights_of_a_profile_add_up_to_one_and_every_part_says_why(name: str) -> None:
    parts = PROFILES[name].parts
    assert set(parts) == set(PartName)
    assert sum(part.weight for part in parts.values()) == pytest.approx(1, abs=1e-12)
    assert all(part.why and part.says for part in parts.values())


def test_one_ladder_step_beats_distance_and_access_together() -> None:
    profile = PROFILES[DEFAULT_PROFILE]
    weights = [profile.step_weight(at) for at in range(len(profile.steps))]
    gap = min(a - b for a, b in pairwise(weights))
    assert gap > profile.parts[PartName.DISTANCE].weight + profile.parts[PartName.ACCEPTING].weight


def test_every_ladder_has_a_share_for_each_of_its_steps() -> None:
    longest = max(len(ladder) for ladder in load_vocabulary().ladders.values())
    assert all(longest <= len(profile.steps) for profile in PROFILES.values())


def test_a_step_beyond_the_last_share_gets_the_last_share() -> None:
    profile = PROFILES[DEFAULT_PROFILE]
    assert profile.step_weight(99) == profile.step_weight(len(profile.steps) - 1)


def test_an_unknown_profile_is_an_input_error_that_names_the_known_ones() -> None:
    with pytest.raises(InputErrors, match=r"profile: there is no profile fast: take one of expert_first"):
        profile_named("fast", PROFILES)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("weight = 0.53", "weight = 0.54", "add up to 1.01 instead of 1"),
        ("0.83, 0.66", "0.86, 0.66", "ladder_step .* must outweigh distance and access.accepting"),
        ("[1.0, 0.83", "[0.9, 0.83", "steps must start at 1"),
        ("0.32, 0.15]", "0.32, 0]", "steps must start at 1 and fall"),
        ("0.83, 0.66", '"0.83", 0.66', "steps must be numbers"),
        ('says = "How near the closest office is"', "", "says is missing"),
        ("pivot_miles = 25", "pivot_km = 25", "pivot_km is not known here"),
        ("half_life_years = 4", "half_life_years = 0", "half_life_years must be a number above 0"),
        ("[profile.parts.distance]", "[profile.parts.charm]", "charm is not known here"),
        ('all = ["distance", ', 'all = ["charm", ', "outweighs names charm"),
        ('name = "near_first"', 'name = "expert_first"', "listed twice"),
        ('name = "expert_first"', 'name = "other"', "expert_first is missing"),
    ],
)
def test_a_file_that_breaks_its_own_declaration_is_refused(
    tmp_path: Path, old: str, new: str, reason: str
) -> None:
    text = RANKING_FILE.read_text(encoding="utf-8")
    assert old in text
    broken = tmp_path / "ranking.toml"
    broken.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SourceError, match=reason):
        load_profiles(broken)
