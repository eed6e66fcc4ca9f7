"""What searches beside a run are told by: the steps of the run, and the figures of those due within them."""

import pytest

from ingest.bench_load import Answered, Window, _figures, step_windows


def test_steps_are_read_from_what_a_run_tells() -> None:
    told = [
        ("Starting the engine: 0 s\n", 1.0),
        ("load: 40,000 of about 100,555 documents, 2,400/s\n", 30.0),
        ("merge and enrich: 50,250 people in 36.9 s\n", 50.0),
        ("load: 100,555 documents in 35.2 s\n", 54.0),
    ]
    assert list(step_windows(iter(told))) == [
        Window("merge and enrich", pytest.approx(13.1), 50.0),
        Window("load", pytest.approx(18.8), 54.0),
    ]


def test_only_searches_that_were_due_during_the_load_count_for_it() -> None:
    answers = [Answered(float(second), 100.0 if 10 <= second <= 20 else 10.0, True) for second in range(40)]
    found = _figures(answers, [Window("read and stage", 0, 10), Window("load", 10, 20)], rest_p95=20.0)
    assert found["while_loading"]["searches"] == 11
    assert found["while_loading"]["p95_to_rest"] == 5.0
    assert found["whole_run"]["searches"] == 40
    assert found["whole_run"]["p50"] == 10.0
    assert found["step_seconds"] == {"read and stage": 10, "load": 10}
