"""The catalogs hold every message of ours, whole, and the labels every concept."""

import re
from statistics import mean

import pytest
import textstat
from babel.messages.catalog import Message

from finder.concepts import load_concepts
from finder.i18n import ENGLISH, FOLDER, LANGUAGES, gettext, speaking
from finder.labels import labels, spoken
from finder.tables import DATA
from finder.translations.messages import TABLES, messages, read, to_text, updated
from finder.vocabulary import load_vocabulary, resolve

OTHERS = [code for code in LANGUAGES if code != ENGLISH]
VOCABULARY = load_vocabulary()
PLAIN = 70.0  # of Fernández-Huerta: "fairly easy", for whom has finished primary school


def told(message: Message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (str(message.string),)


def asked(message: Message) -> tuple[str, ...]:
    return message.id if isinstance(message.id, tuple) else (str(message.id),)


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)s|\{\w+\}", text))


@pytest.mark.parametrize("language", OTHERS)
def test_no_message_is_missing(language: str) -> None:
    """Where this fails, `make messages` and translate what it adds."""
    missing = {message.id for message in messages() if message.id} - {m.id for m in read(language) if m.id}
    assert missing == set()


@pytest.mark.parametrize("language", OTHERS)
def test_no_message_is_left_empty_or_shown_without_review(language: str) -> None:
    assert [m.id for m in read(language) if m.id and (m.fuzzy or not all(told(m)))] == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_fills_in_what_the_message_does(language: str) -> None:
    wrong = [
        message.id
        for message in read(language)
        if message.id
        and any(placeholders(text) != placeholders(asked(message)[-1]) for text in told(message)[-1:])
    ]
    assert wrong == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_keeps_the_ends_that_are_put_together(language: str) -> None:
    """Spaces at both ends, markup, and whether it is a whole sentence."""
    wrong = []
    for message in read(language):
        pairs = zip(asked(message), told(message), strict=True) if message.id else ()
        wrong += [one for one, other in pairs if frame(one) != frame(other)]
    assert wrong == []


def frame(text: str) -> tuple[str, str, list[str], bool]:
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return before, after, re.findall(r"<[^>]+>", text), bool(re.search(r"[.?:]”?$|”\.$", text))


@pytest.mark.parametrize("language", OTHERS)
def test_the_catalog_is_as_the_command_writes_it(language: str) -> None:
    written = (FOLDER / f"{language}.po").read_bytes()
    assert to_text(updated(read(language), messages())) == written


def test_a_message_that_is_gone_leaves_nothing_and_the_others_keep_their_translations() -> None:
    without = messages()
    without.delete("Search")
    left = updated(read("es"), without)
    assert b'Buscar"' not in to_text(left)
    assert left["Help"].string == "Ayuda"


@pytest.mark.parametrize("language", OTHERS)
def test_every_concept_has_a_label_that_is_understood_as_it(language: str) -> None:
    concepts = load_concepts(DATA)
    assert {one.label for one in concepts.values()} == set(labels(language))
    wrong = []
    with speaking(language):
        for one in concepts.values():
            understood = resolve(spoken(one.label), VOCABULARY)
            if (understood.concept_id, understood.label) != (one.concept_id, spoken(one.label)):
                wrong.append(one.label)
    assert wrong == []


def test_every_spanish_step_that_says_mainly_can_be_said_without() -> None:
    with speaking("es"):
        steps = [m.id for m in read("es") if isinstance(m.id, str) and m.id.startswith("Mainly ")]
        assert [step for step in steps if gettext("Mainly ") not in f"{gettext(step)} "] == []


def test_spanish_is_plain() -> None:
    """Fernández-Huerta over whole sentences of ours, names of fields and conditions left out."""
    named = {row for name in ("ladder.csv", "specialties.csv") for row in column(name)}
    sentences = [
        re.sub(r"%\(\w+\)s", "Ana", text)
        for message in read("es")
        if message.id and message.id not in named
        for text in told(message)
        if text.endswith((".", "?")) and len(text.split()) > 4
    ]
    textstat.set_lang("es")
    try:
        assert textstat.fernandez_huerta(" ".join(sentences)) >= PLAIN
        assert mean(textstat.fernandez_huerta(one) for one in sentences) >= PLAIN
    finally:
        textstat.set_lang("en_US")


def column(name: str) -> set[str]:
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    at = lines[0].split(",").index(TABLES[name][0])
    return {line.split(",")[at] for line in lines[1:]}
