"""The phrases that understanding is measured with: chosen by rule, cleaned, and the same everywhere."""

from collections import Counter, defaultdict
from pathlib import Path

import pytest

from ingest.understanding_phrases import (
    DO_PER_CATEGORY,
    PER_CATEGORY,
    Origin,
    chapter_of,
    cleaned,
    do_phrases,
    icd_package,
    icd_phrases,
    obo_terms,
    phrases,
)

OBO = """format-version: 1.2

[Term]
id: DOID:1
name: first disease
synonym: "First's disease" EXACT []
synonym: "FD" EXACT OMO:0003012 []
synonym: "FDX" EXACT [] {synonymtypedef="acronym"}
synonym: "broad disease" BROAD []
synonym: "disease \\"of first\\" kind" EXACT [MESH:1]
xref: ICD10CM:E75.2
xref: MESH:D1

[Term]
id: DOID:2
name: gone
synonym: "gone disease" EXACT []
is_obsolete: true

[Typedef]
id: part_of
"""


def test_a_seed_gives_hundreds_of_inclusion_terms_and_the_same_ones_again() -> None:
    first = icd_phrases(1)
    assert len(first) >= 600 and first == icd_phrases(1)
    assert len(set(first) & set(icd_phrases(2))) < len(first) / 2


def test_no_list_of_one_kind_rules_the_phrases() -> None:
    assert max(Counter(phrase.code[:3] for phrase in icd_phrases(1)).values()) <= PER_CATEGORY


def test_words_of_two_categories_are_no_phrase() -> None:
    icd = icd_package()
    categories: dict[str, set[str]] = defaultdict(set)
    for code in icd.get_all_codes():
        for term in icd.get_inclusion_term(code):
            categories[cleaned(term)].add(code[:3])
    double = {words for words, found in categories.items() if words and len(found) > 1}
    assert double and not double & {phrase.words for seed in (1, 2, 3) for phrase in icd_phrases(seed)}


def test_phrases_are_two_to_six_plain_words() -> None:
    for phrase in icd_phrases(3):
        assert 2 <= len(phrase.words.split()) <= 6
        assert not set(phrase.words) & set("0123456789[](),;/") and "NOS" not in phrase.words.split()


def test_complications_of_treatment_are_left_out() -> None:
    assert not {"I97", "K91", "N99", "M96"} & {phrase.code[:3] for phrase in icd_phrases(1)}


def test_about_half_of_the_phrases_are_held_out() -> None:
    found = icd_phrases(1)
    assert 0.4 < sum(phrase.is_held_out for phrase in found) / len(found) < 0.6


@pytest.mark.parametrize(
    ("term", "words"),
    [
        ("Pernicious (congenital) anemia", "Pernicious anemia"),
        ("Purulent meningitis NOS", "Purulent meningitis"),
        ("Group A shigellosis [Shiga-Kruse dysentery]", "Group A shigellosis"),
        ("HEMOLYTIC ANEMIA OF ONE KIND", "hemolytic anemia of one kind"),
        ("Rheumatic carditis, acute", ""),
        ("Ataxia type 3", ""),
        ("Other specified anemias", ""),
    ],
)
def test_a_term_loses_the_language_of_coders(term: str, words: str) -> None:
    assert cleaned(term) == words


def test_an_ontology_gives_exact_synonyms_without_acronyms_and_obsolete_diseases() -> None:
    assert list(obo_terms(OBO.splitlines())) == [
        ("DOID:1", ["First's disease", 'disease "of first" kind'], ("E75.2",))
    ]


def test_a_disease_without_its_own_code_takes_the_one_of_the_table(tmp_path: Path) -> None:
    stanza = '[Term]\nid: DOID:{0}\nsynonym: "{1} ailment" EXACT []\n'
    (tmp_path / "DO_cancer_slim.obo").write_text(stanza.format(1, "first"), encoding="utf-8")
    rare = stanza.format(2, "second") + stanza.format(3, "third") + "xref: ICD10CM:G35\n"
    (tmp_path / "DO_rare_slim.obo").write_text(rare, encoding="utf-8")
    table = 'id\tlabel\txrefs\n"DOID:1"\t"a"\t"ICD10CM:C71.6"\n"DOID:2"\t"b"\t"ICD10CM:C71, ICD10CM:D33"\n'
    (tmp_path / "ICD10inDO.tsv").write_text(table, encoding="utf-8")
    assert {(one.words, one.code, one.area) for one in do_phrases(tmp_path, 1)} == {
        ("first ailment", "C71.6", 2),
        ("third ailment", "G35", 6),
    }


def test_the_real_ontology_adds_hundreds_of_rare_names(shared_data: Path) -> None:
    found = phrases(shared_data / "conditions", 1)
    rare = [phrase for phrase in found if phrase.origin is Origin.DISEASE_ONTOLOGY]
    assert len(rare) >= 300
    assert max(Counter(phrase.code[:3] for phrase in rare).values()) <= DO_PER_CATEGORY
    assert len({phrase.words.casefold() for phrase in found}) == len(found)


def test_without_the_ontology_there_are_the_inclusion_terms(tmp_path: Path) -> None:
    assert phrases(tmp_path, 1) == phrases(None, 1) == icd_phrases(1)


@pytest.mark.parametrize(
    ("code", "chapter"), [("B20", 1), ("D49.9", 2), ("D50.0", 3), ("H59", 7), ("H60.1", 8), ("R52", None)]
)
def test_a_code_has_its_chapter(code: str, chapter: int | None) -> None:
    assert chapter_of(code) == chapter
