"""Measures understanding: is the right specialty first, for phrases that no term was written from.

A phrase counts as *right* when the specialties on the first step of the ladder that `resolve` answers with
hold one that `code_specialties.csv` accepts for the phrase's ICD-10-CM code; *first_named* is stricter, the
first specialty named there must be accepted. It is *asked* when several concepts are offered instead,
*asked_right* when one of those leads to an accepted specialty, and *zero* when there is neither. *covered*
says that one of the answered codes is the phrase's code or above it. All are shares of 0 to 1.
"""

import re
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from random import Random
from typing import Any

from finder.concepts import ConceptKind
from finder.tables import read_table
from finder.text import tokens, word_key
from finder.vocabulary import Understood, Vocabulary, resolve
from ingest.misspelling import misspelt
from ingest.understanding_phrases import Phrase, icd_keys, is_held_out, phrases, words_key

CODE_COLUMNS = ("codes", "specialties", "source")
SENTENCE_COLUMNS = ("text", "accepted", "specialties", "lang", "kind", "note")
MISSPELLINGS = 2  # of each phrase
MOST_WRONG = 40
UNKNOWN_WORDS = "zyxw vutsrq"  # sends the first call through everything that is loaded late
CHAPTER = "chapter "
_CODE = re.compile(r"[A-Z]\d[0-9A-Z](\.[0-9A-Z]{1,4})?")
Figures = dict[str, Any]


@dataclass(frozen=True)
class Expected:
    """The specialties that may come first, by ICD-10-CM code or range: (low, high, specialties)."""

    spans: tuple[tuple[str, str, frozenset[str]], ...]

    def of(self, code: str) -> frozenset[str]:
        """Get the specialties of the closest range that holds a code, nothing where none does.

        The longest code wins, then the narrowest range: C00-C06 before C00-C14, C22.2 before both.
        """
        plain = code.replace(".", "")
        found = [
            (-len(low), _width(low, high), specialties)
            for low, high, specialties in self._by_letter.get(plain[0], ())
            if low <= plain[: len(low)] <= high
        ]
        return min(found, key=lambda item: item[:2])[2] if found else frozenset()

    @cached_property
    def _by_letter(self) -> Mapping[str, list[tuple[str, str, frozenset[str]]]]:
        found: dict[str, list[tuple[str, str, frozenset[str]]]] = defaultdict(list)
        for span in self.spans:
            found[span[0][0]].append(span)
        return found


@dataclass(frozen=True, slots=True)
class Sentence:
    """What somebody might type; `accepted` are concept ids and codes, none for words that mean nothing."""

    text: str
    accepted: frozenset[str]
    specialties: frozenset[str]
    lang: str
    kind: str

    @property
    def is_held_out(self) -> bool:
        """Whether the sentence belongs to the half that nobody looks at while mending the vocabulary."""
        return is_held_out(self.text)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one text was understood; `read_as` says what it was taken for."""

    is_right: bool
    is_first_named: bool
    is_covered: bool
    is_asked: bool
    asked_right: bool
    is_zero: bool
    read_as: str


Answer = tuple[Phrase, frozenset[str], Outcome]  # a phrase, the groups it counts in, how it was understood


def load_expected(folder: Path) -> Expected:
    """Get `code_specialties.csv` of a folder; raises SourceError for a missing or wrong file."""
    spans = []
    for row in read_table(folder / "code_specialties.csv", CODE_COLUMNS):
        row.needed("source")
        low, _dash, high = row.needed("codes").replace(".", "").partition("-")
        spans.append((low, high or low, frozenset(row.needed("specialties").split())))
    return Expected(tuple(spans))


def load_sentences(folder: Path) -> list[Sentence]:
    """Get `sentences.csv` of a folder; raises SourceError for a missing or wrong file."""
    return [
        Sentence(
            text=row.needed("text"),
            accepted=frozenset(filter(None, row["accepted"].split(";"))),
            specialties=frozenset(filter(None, row["specialties"].split(";"))),
            lang=row.needed("lang"),
            kind=row.needed("kind"),
        )
        for row in read_table(folder / "sentences.csv", SENTENCE_COLUMNS)
    ]


def understanding_figures(
    vocabulary: Vocabulary, folder: Path, conditions_folder: Path | None, seed: int
) -> Figures:
    """Measure `resolve` over the phrases of a seed, right and misspelt, and over the sentences of `folder`.

    `folder` holds `code_specialties.csv` and `sentences.csv`; `conditions_folder` the Disease Ontology's
    files, or None. Every figure comes for all phrases, for those that equal one of our terms and for the
    rest, for those of the rest that are no title or inclusion term of ICD-10-CM either (`new_words`), for
    the half used for tuning and the half held out, per origin and per chapter of ICD-10-CM; up to 40 wrong
    phrases of the tuning half are named, those of the held-out half never.
    """
    expected = load_expected(folder)
    judged = [phrase for phrase in phrases(conditions_folder, seed) if expected.of(phrase.code)]
    first_call = _seconds(lambda: resolve(UNKNOWN_WORDS, vocabulary))
    clock, known = _Clock(), icd_keys()
    groups = {phrase.words: _groups(phrase, vocabulary, known) for phrase in judged}

    def answered(phrase: Phrase, words: str) -> Answer:
        outcome = judge(clock(words, vocabulary), phrase.code, expected, vocabulary)
        return phrase, groups[phrase.words], outcome

    typed = [answered(phrase, phrase.words) for phrase in judged]
    random = Random(seed)  # noqa: S311 reproducible misspellings, no secret
    spoilt = [
        answered(phrase, misspelt(phrase.words, random))
        for phrase in judged
        for _again in range(MISSPELLINGS)
    ]
    names = sorted({name for these in groups.values() for name in these})
    figures = {name: _compared(typed, spoilt, name) for name in names}
    sentences = [(one, clock(one.text, vocabulary)) for one in load_sentences(folder)]
    return {
        "seed": seed,
        "phrases": len(judged),
        "share_equal_to_own_terms": _share(
            sum("own_terms" in these for these in groups.values()), len(typed)
        ),
        **{name: one for name, one in figures.items() if not name.startswith(CHAPTER)},
        "per_chapter": {
            name.removeprefix(CHAPTER): one for name, one in figures.items() if name.startswith(CHAPTER)
        },
        "sentences": sentence_figures(sentences, vocabulary),
        "first_call_seconds": round(first_call, 3),
        "milliseconds": clock.figures(),
        "wrong": wrong_ones(typed, expected),
    }


def judge(understood: Understood, code: str, expected: Expected, vocabulary: Vocabulary) -> Outcome:
    """Judge one answer for a phrase of an ICD-10-CM code; see the head of the module for each figure."""
    accepted = expected.of(code)
    first = understood.ladder[0].specialties if understood.ladder else ()
    asked = not understood.ladder and bool(understood.choices)
    return Outcome(
        is_right=not accepted.isdisjoint(first),
        is_first_named=bool(first) and first[0] in accepted,
        is_covered=any(covers(span, code) for span in understood.codes),
        is_asked=asked,
        asked_right=asked
        and any(
            accepted.intersection(vocabulary.ladder(choice.concept_id)[0].specialties)
            for choice in understood.choices
        ),
        is_zero=not understood.ladder and not understood.choices,
        read_as=_read_as(understood),
    )


def covers(span: str, code: str) -> bool:
    """Get whether a code or range such as `C22.1` or `C15-C26` holds a code or one above it."""
    low, _dash, high = span.replace(".", "").partition("-")
    return low <= code.replace(".", "")[: len(low)] <= (high or low)


def is_own_term(words: str, vocabulary: Vocabulary) -> bool:
    """Get whether words equal one of our terms but for case, order, plural and function words."""
    index = vocabulary.index
    typed = tokens(words)
    content = [token for token in typed if not index.words.is_function(token)] or typed
    return tuple(sorted(map(word_key, content))) in index.strict


def sentence_figures(answers: Sequence[tuple[Sentence, Understood]], vocabulary: Vocabulary) -> Figures:
    """Measure the answers to sentences, as a whole, per kind and per language.

    A sentence with nothing accepted is right when nothing is understood and nothing offered; one of kind
    `urgent` needs its emergency line; lines for sentences of other kinds are counted as `false_urgent`. Of
    the wrong ones those of the tuning half are named.
    """
    judged = [(one, answer, is_accepted(one, answer, vocabulary)) for one, answer in answers]

    def figures(belongs: Callable[[Sentence], bool]) -> Figures:
        chosen = [item for item in judged if belongs(item[0])]
        meant = [(one, answer.ladder) for one, answer, _right in chosen if one.specialties]
        first = [not one.specialties.isdisjoint(ladder[0].specialties) for one, ladder in meant if ladder]
        asked = [_asks_rightly(one, answer, vocabulary) for one, answer, _right in chosen]
        return {
            "sentences": len(chosen),
            "right": _share(sum(right for _one, _answer, right in chosen), len(chosen)),
            "asked_right": _share(sum(asked), len(chosen)),
            "right_specialty": _share(sum(first), len(meant)),
        }

    kinds, langs = ({one.kind for one, _answer in answers}, {one.lang for one, _answer in answers})
    return {
        "all": figures(lambda one: True),
        "tuning": figures(lambda one: not one.is_held_out),
        "held_out": figures(lambda one: one.is_held_out),
        "per_kind": {kind: figures(partial(_is_of, "kind", kind)) for kind in sorted(kinds)},
        "per_language": {lang: figures(partial(_is_of, "lang", lang)) for lang in sorted(langs)},
        "false_urgent": sum(bool(answer.urgent) and one.kind != "urgent" for one, answer in answers),
        "wrong": [
            {"text": one.text, "accepted": " ".join(sorted(one.accepted)), "read_as": _read_as(answer)}
            for one, answer, right in judged
            if not right and not one.is_held_out
        ],
    }


def is_accepted(sentence: Sentence, understood: Understood, vocabulary: Vocabulary) -> bool:
    """Get whether a sentence was understood as one of its accepted concepts, below it, or within a code.

    What lies below an accepted concept counts unless that concept is a whole field such as all cancers. Where
    a sentence names two conditions, to be asked which of them is right too.
    """
    if sentence.kind == "urgent" and not understood.urgent:
        return False
    if not sentence.accepted:
        nothing = not understood.ladder and not understood.choices
        return nothing or sentence.kind == "urgent"
    if not understood.ladder:
        return sentence.kind == "two" and _asks_rightly(sentence, understood, vocabulary)
    if understood.concept_id and _is_one_of(understood.concept_id, sentence.accepted, vocabulary):
        return True
    codes = [one for one in sentence.accepted if _CODE.fullmatch(one)]
    return any(covers(code, span) for code in codes for span in understood.codes if "-" not in span)


def wrong_ones(typed: Sequence[Answer], expected: Expected) -> list[Figures]:
    """Get up to 40 wrong phrases of the tuning half, of the chapters with the most wrong ones in turn."""
    wrong: dict[int, list[tuple[Phrase, Outcome]]] = defaultdict(list)
    for phrase, _groups_of_it, outcome in typed:
        if not phrase.is_held_out and not outcome.is_right and not outcome.asked_right:
            wrong[phrase.area].append((phrase, outcome))
    fullest_first = sorted(wrong.values(), key=len, reverse=True)
    turns = [group[turn] for turn in range(MOST_WRONG) for group in fullest_first if turn < len(group)]
    return [
        {
            "words": phrase.words,
            "code": phrase.code,
            "read_as": outcome.read_as,
            "expected": " ".join(sorted(expected.of(phrase.code))),
        }
        for phrase, outcome in turns[:MOST_WRONG]
    ]


class _Clock:
    """Calls `resolve` and keeps the time of each call."""

    def __init__(self) -> None:
        self.wall: list[float] = []
        self.processor: list[float] = []

    def __call__(self, words: str, vocabulary: Vocabulary) -> Understood:
        wall, processor = time.perf_counter(), time.thread_time()
        understood = resolve(words, vocabulary)
        self.processor.append(1000 * (time.thread_time() - processor))
        self.wall.append(1000 * (time.perf_counter() - wall))
        return understood

    def figures(self) -> Figures:
        """Get p50 and p99; the processor's time too, as a busy machine adds waiting to the other."""
        return {
            name: {"p50": round(cuts[49], 3), "p99": round(cuts[98], 3), "most": round(max(times), 3)}
            for name, times in (("elapsed", self.wall), ("processor", self.processor))
            for cuts in [statistics.quantiles(times, n=100)]
        }


def _groups(phrase: Phrase, vocabulary: Vocabulary, known: frozenset[str]) -> frozenset[str]:
    own = "own_terms" if is_own_term(phrase.words, vocabulary) else "rest"
    half = "held_out" if phrase.is_held_out else "tuning"
    found = {"all", own, half, f"{half}_{own}", str(phrase.origin), f"{CHAPTER}{phrase.area:02}"}
    if own == "rest" and words_key(phrase.words) not in known:
        found |= {"new_words", f"{half}_new_words"}
    return frozenset(found)


def _compared(typed: Sequence[Answer], spoilt: Sequence[Answer], name: str) -> Figures:
    right = _shares([outcome for _phrase, groups, outcome in typed if name in groups])
    wrong = _shares([outcome for _phrase, groups, outcome in spoilt if name in groups])
    lost = {
        f"loss_of_{figure}": round(right[figure] - wrong[figure], 4)
        for figure in ("right", "right_or_asked_right")
    }
    return {"typed": right, "misspelt": wrong, **lost}


def _shares(outcomes: Sequence[Outcome]) -> Figures:
    def share(holds: Callable[[Outcome], bool]) -> float:
        return _share(sum(map(holds, outcomes)), len(outcomes))

    return {
        "phrases": len(outcomes),
        "right": share(lambda one: one.is_right),
        "right_or_asked_right": share(lambda one: one.is_right or one.asked_right),
        "first_named": share(lambda one: one.is_first_named),
        "covered": share(lambda one: one.is_covered),
        "asked": share(lambda one: one.is_asked),
        "asked_right": share(lambda one: one.asked_right),
        "zero": share(lambda one: one.is_zero),
    }


def _is_one_of(concept_id: str, accepted: Iterable[str], vocabulary: Vocabulary) -> bool:
    above = vocabulary.ancestors(concept_id)
    return any(
        one == concept_id or (one in above and vocabulary.concepts[one].kind is not ConceptKind.SUBSPECIALTY)
        for one in accepted
    )


def _asks_rightly(sentence: Sentence, understood: Understood, vocabulary: Vocabulary) -> bool:
    return not understood.ladder and any(
        _is_one_of(choice.concept_id, sentence.accepted, vocabulary) for choice in understood.choices
    )


def _is_of(field: str, value: str, sentence: Sentence) -> bool:
    return bool(getattr(sentence, field) == value)


def _read_as(understood: Understood) -> str:
    if understood.ladder:
        return f"{understood.concept_id or ''} {' '.join(understood.codes)}".strip()
    return "asked: " + ", ".join(one.concept_id for one in understood.choices) if understood.choices else ""


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def _seconds(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def _width(low: str, high: str) -> int:
    return int(high, 36) - int(low, 36)
