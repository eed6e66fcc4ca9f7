"""Writes the figures of the relevance bench as text, one line a fact."""

from collections.abc import Iterator, Mapping
from typing import Any

COLUMNS = (
    ("searches", "searches"),
    ("ndcg_at_10", "nDCG@10"),
    ("right_step_first", "step"),
    ("right_step_or_closer_first", "or closer"),
    ("right_step_first_as_read", "as read"),
    ("right_step_first_where_shown", "shown"),
    ("expert_first", "expert"),
    ("precision_at_3", "P@3"),
    ("zero_results", "empty"),
)


def relevance_text(found: Mapping[str, Any]) -> str:
    """Get the figures of `bench_relevance` for a reader; `--json` has those that are left out here."""
    return "\n".join(_lines(found))


def _lines(found: Mapping[str, Any]) -> Iterator[str]:
    asked = found["searches_a_world"]
    size = f"{found['seeds']} worlds of {found['people']:,} people"
    yield f"{size}, {asked} searches each; gain: {found['gain']}"
    yield _row("", [title for _, title in COLUMNS])
    worst = found["worst_seed"]
    yield _row("all", _cells(found["overall"]))
    yield _row(f"worst seed, {worst['seed']}", _cells(worst))
    for group in ("by_seed", "by_way", "by_best_grade_in_reach", "by_area"):
        for name, row in found[group].items():
            yield _row(f"{group.removeprefix('by_').replace('_', ' ')} {name}", _cells(row))
    for name, row in found["baselines"].items():
        span = f"{row['gain_low']:+.3f} to {row['gain_high']:+.3f}"
        yield f"baseline {name}: nDCG@10 {row['ndcg_at_10']:.3f}, ours {row['gain']:+.3f} ({span})"
        yield _row(f"{name}: all", _cells(row["overall"]))
        for area, its in row["by_area"].items():
            yield _row(f"{name}: {area}", _cells(its))
    slips, held = found["misspelling"], found["held_out_trials"]
    yield f"loss by misspelling: {slips['loss']} over {slips['pairs']} pairs"
    losses = (f"{area} {row['loss']}" for area, row in found["misspelling_by_area"].items())
    yield f"loss by misspelling, by area: {', '.join(losses)}"
    for name in (key for key in held if key.startswith("within_")):
        shares = held[name]
        yield (
            f"{held['struck']} investigators, {name.replace('_', ' ')}: in the first 20 with all trials "
            f"{shares['before']}, with one trial less {shares['after']}"
        )
    yield "weakest searches:"
    for row in found["weakest"]:
        yield f"  {row['ndcg_at_10']:.3f} {row['search']}: {row['words']} -> {row['understood']}"
    for row in found["goals"]:
        verdict = "holds" if row["holds"] else "MISSED"
        yield f"{verdict}: {row['goal']} {row['measured']} ({row['limit']})"


def _cells(row: Mapping[str, Any]) -> list[str]:
    return ["-" if row[key] is None else f"{row[key]:g}" for key, _ in COLUMNS]


def _row(name: str, cells: list[str]) -> str:
    return f"{name:<26}" + "".join(f"{cell:>10}" for cell in cells)
