"""Profiles: weights that add up, and a file that is refused where it breaks its own promise."""

from itertools import pairwise
from pathlib import Path

import pytest

from finder.criteria import DEFAULT_PROFILE, WhyAsked
from finder.errors import InputErrors, SourceError
from finder.ranking import ALWAYS, NEARNESS, RANKING_FILE, Breadth, PartName, load_profiles, profile_named
from finder.vocabulary import load_vocabulary

PROFILES = load_profiles()


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_the_weights_of_a_profile_add_up_to_one_and_every_part_says_why(name: str) -> None:
    parts = PROFILES[name].parts
    assert set(parts) >= ALWAYS
    assert sum(part.weight for part in parts.values()) == pytest.approx(1, abs=1e-12)
    assert all(part.why and part.says for part in parts.values())


@pytest.mark.parametrize("name", sorted(set(PROFILES) - {"near_first"}))
def test_one_ladder_step_beats_distance_and_access_together(name: str) -> None:
    profile = PROFILES[name]
    weights = [profile.step_weight(at) for at in range(len(profile.steps))]
    gap = min(a - b for a, b in pairwise(weights))
    assert gap > sum(profile.parts[part].weight for part in NEARNESS if part in profile.parts)


def test_there_is_a_profile_for_every_reason_to_ask() -> None:
    assert {each.value for each in WhyAsked} <= set(PROFILES)
    assert PROFILES[WhyAsked.OPTIONS].breadth is Breadth.ROLE
    assert set(PROFILES[WhyAsked.DOUBT].parts[PartName.ROLE].roles) == {"pathology", "imaging"}
    assert PartName.VOLUME in PROFILES[WhyAsked.SURGERY].parts
    assert PartName.RECRUITING in PROFILES[WhyAsked.TRIAL].parts


def test_every_ladder_has_a_share_for_each_of_its_steps() -> None:
    longest = max(len(ladder) for ladder in load_vocabulary().ladders.values())
    assert all(longest <= len(profile.steps) for profile in PROFILES.values())


def test_a_step_beyond_the_last_share_gets_the_last_share() -> None:
    profile = PROFILES[DEFAULT_PROFILE]
    assert profile.step_weight(99) == profile.step_weight(len(profile.steps) - 1)


def test_an_unknown_profile_is_an_input_error_that_names_the_known_ones() -> None:
    with pytest.raises(InputErrors, match=r"profile: there is no profile fast: take one of colleagues, "):
        profile_named("fast", PROFILES)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (
            "[profile.parts.specialty]\nweight = 0.08",
            "[profile.parts.specialty]\nweight = 0.09",
            "add up to 1.01 instead of 1",
        ),
        ("0.85, 0.70", "0.96, 0.70", "ladder_step .* must outweigh distance and access.accepting"),
        ("[1.0, 0.85", "[0.9, 0.85", "steps must start at 1"),
        ("0.25, 0.10]", "0.25, 0]", "steps must start at 1 and fall"),
        ("0.85, 0.70", '"0.85", 0.70', "steps must be numbers"),
        ('says = "How near the closest office is"', "", "part distance: says is missing"),
        ("pivot_miles = 25", "pivot_km = 25", "pivot_km is not known here"),
        ("half_life_years = 4", "half_life_years = 0", "half_life_years must be a number above 0"),
        ("[profile.parts.distance]", "[profile.parts.charm]", "charm is not known here"),
        ("[part.distance]", "[part.charm]", "part: charm is not known here"),
        ('one = "independence", all = ["dist', 'one = "independence", all = ["charm", "dist', "names charm"),
        ('roles = ["surgery"]', 'roles = ["barber"]', "roles: barber is not known here"),
        ("nearest_first = true", "", "ladder_step .* must outweigh distance and access.accepting"),
        ('name = "near_first"', 'name = "expert_first"', "listed twice"),
        ('name = "expert_first"', 'name = "other"', "expert_first is missing"),
        ('name = "tie-breaker"', 'name = "third"', "tie-breaker is missing"),
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
