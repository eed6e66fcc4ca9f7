"""What stands above, below and beside a concept, as the ranking reads it."""

from finder.context import load_context

CONTEXT = load_context()


def test_beside_a_condition_stand_the_others_of_its_field_and_of_every_broader_one() -> None:
    beside = CONTEXT.around("crohn_disease").beside
    assert {"ulcerative_colitis", "celiac_disease"} <= set(beside)
    line = {"crohn_disease", "inflammatory_bowel_disease", "digestive_diseases"}
    assert not line & set(beside)
    assert list(beside) == sorted(beside)


def test_a_field_that_holds_conditions_stands_beside_one_too_and_an_operation_does_not() -> None:
    beside = CONTEXT.around("stomach_cancer").beside
    assert "hepatobiliary_cancers" in beside
    assert "chemotherapy" not in beside


def test_an_operation_has_nothing_beside_it() -> None:
    assert CONTEXT.around("liver_ablation").beside == ()
