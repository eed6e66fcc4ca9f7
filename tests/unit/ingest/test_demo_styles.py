"""Planted styles: shown as real files show them, and nothing that other benches measure moves with them."""

from finder.approaches import load_approaches
from finder.vocabulary import load_vocabulary
from finder.volumes import load_volumes
from ingest.demo import volumes
from ingest.demo.styles import FOLLOWS, PAIRS, codes_by_style, style_of
from ingest.demo.volumes import Volume
from ingest.demo.world import build, chunks

WORLD = build(400, 7)
PEOPLE = [person for people in chunks(WORLD) for person in people]
STYLES = {person.npi: style_of(WORLD, person) for person in PEOPLE}
VOCABULARY, APPROACHES = load_vocabulary(), load_approaches()
GROUPS = load_volumes(VOCABULARY.concepts)


def test_the_two_codes_of_a_pair_differ_in_nothing_but_the_way() -> None:
    for opened, small in PAIRS:
        meanings = [dict(VOCABULARY.procedure_concepts(code)) for code in (opened, small)]
        assert meanings[0] == meanings[1] and GROUPS.get(opened) == GROUPS.get(small)
        assert "open_surgery" in APPROACHES.by_code[opened]
        assert "minimally_invasive" in APPROACHES.by_code[small]


def test_every_way_is_one_that_the_product_reads_in_its_words_and_subjects() -> None:
    ways = {way for style in STYLES.values() if style for way in (style.manner, style.timing)}
    assert {way.way for way in ways} >= {*FOLLOWS, "surveillance_first", "early_treatment"}
    for way in ways:
        assert all(APPROACHES.named_in(words) == (way.way,) for words in (*way.words, way.subject))


def test_a_style_is_drawn_from_seed_and_npi_alone() -> None:
    assert {npi: style_of(WORLD, person) for npi, person in zip(STYLES, PEOPLE, strict=True)} == STYLES
    assert all(
        (style is None) == (person.track < 0) for style, person in zip(STYLES.values(), PEOPLE, strict=True)
    )
    other = build(400, 8)
    moved = [style_of(other, person) for people in chunks(other) for person in people]
    assert moved != list(STYLES.values())


def test_a_style_exchanges_counts_and_keeps_their_sum() -> None:
    style = next(s for s in STYLES.values() if s and s.manner.way == "minimally_invasive")
    counts = [Volume("32480", 50, 50), Volume("32663", 20, 20), Volume("99213", 9, 18)]
    told = {volume.code: volume for volume in volumes._in_style(counts, style)}
    assert (told["32663"].patients, told["32480"].patients, told["99213"].services) == (50, 20, 18)
    (alone,) = volumes._in_style([Volume("32480", 12, 12)], style)
    assert alone == Volume("32663", 12, 12)
    assert volumes._in_style(counts, None) == counts and codes_by_style(None) == {}
