"""The bench of trust: sources stay as wrong as published, and what is shown is judged by the truth."""

import numpy as np
import pytest

from finder.trust import Kind, load_rates
from ingest.bench_trust import bench_trust
from ingest.progress import Reporter
from ingest.trust_world import CLINICIANS, PAYER, REGISTRY, simulation


@pytest.fixture(scope="module")
def world():
    return simulation(150, 1, 0.3)


@pytest.mark.parametrize("source", [REGISTRY, CLINICIANS, PAYER])
def test_sources_are_wrong_as_often_as_published(world, source):
    wrong = [
        told[Kind.LOCATION] != person.truth[Kind.LOCATION]
        for person in world.people
        for name, (_day, told) in person.files.items()
        if name.split()[0] == source
    ]
    spread = 3 * (0.25 / len(wrong)) ** 0.5
    assert np.mean(wrong) == pytest.approx(load_rates().of(Kind.LOCATION, source), abs=spread)


@pytest.mark.dear
def test_what_is_shown_as_certain_is_seldom_wrong_and_corrections_are_live_after_one_run():
    figures = bench_trust(120, 1, Reporter())
    assert figures["holds"], figures["worst"]
    assert figures["worlds"][0]["corrections"] > 5
    assert figures["worlds"][0]["past_90_days"] > 0
