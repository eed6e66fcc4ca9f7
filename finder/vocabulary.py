"""Understands free words about a condition: which concept, what was corrected and ignored, what is urgent.

`load_vocabulary` reads the tables once; `resolve` reads what somebody typed; `Vocabulary.terms_in` finds the
concepts of a free text such as a trial's conditions.

What our own terms explain without a rest is the answer (see readings). Else the whole text is compared as a
misspelling, and with ICD-10-CM (see icd10), which must fit better by `CLEARLY`; a word that ICD-10-CM knows
is taken for well spelt. The name of a rare disease that fits better still is the answer (see
rare); where nothing but a loose offer is left, the parts of the words give the field (see word_parts). The
figures are our own choice and hold for tests/unit/finder/test_vocabulary.py.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType

from finder.concepts import (
    Concept,
    ConceptKind,
    LadderStep,
    ProcedureMeaning,
    UrgentWords,
    closest_above,
    line,
    load_concepts,
    load_ladders,
    load_procedures,
    load_urgent,
)
from finder.i18n import gettext, language
from finder.icd10 import Hit, Library, Named, load_fields, stem
from finder.labels import labelled, spoken
from finder.patient_age import AgeWords, load_age_words
from finder.rare import RareDiseases, load_rare
from finder.readings import (
    CANCER,
    MOST_CHOICES,
    Own,
    Span,
    is_sure,
    misspelt,
    of_code,
    of_organ,
    own_clauses,
    own_of,
    settled,
    spans_of,
)
from finder.specialties import Specialties, load_specialties
from finder.spelling import SHORT, Match, Reading, is_term, only_meaning, read, whole
from finder.tables import DATA
from finder.terms import TermIndex, content_of, load_terms, load_words, terms_in
from finder.text import fold, sound, tokens, word_key
from finder.understood import Certainty as Certainty
from finder.understood import Choice as Choice
from finder.understood import Understood as Understood
from finder.understood import choices_of, with_age
from finder.urgent import urgent_text, with_stems

CLEARLY = 0.1  # by which ICD-10-CM must fit better than our own terms
KNOWN = 0.4  # by which it may fit worse than a correction of words that it knows as they are
LOOSE = 0.5  # fit of our own terms below which a question is worth less than the field of a word part
MOST_LETTERS = 600  # of a text; a longer one is read up to here
_CODE = re.compile(r"(?<![\w.])([A-Z]\d[\dA-Z])(\.[\dA-Z]{1,4})?(?![\w])", re.IGNORECASE)
_OWNER = re.compile(r"['\u2019]s\b")  # "Maffucci's syndrome"
_CA = re.compile(r"^ca(?=\s+[a-z])|(?<=\s)ca$", re.IGNORECASE)  # "ca breast"
_NAME = re.compile(r"\b(?:Dr|DR|Dra|Doctora?)\b\.?\s+(?:[A-Z]\.?\s+)?[A-Z][a-z]+(?:\s+[A-Z][a-z]+)?")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The concepts with their terms, ladders and procedures; built once by `load_vocabulary`."""

    concepts: Mapping[str, Concept]
    ladders: Mapping[str, tuple[LadderStep, ...]]
    procedures: Mapping[str, tuple[ProcedureMeaning, ...]]
    urgent: tuple[UrgentWords, ...]
    index: TermIndex
    children: Mapping[str, tuple[str, ...]]
    spans: Mapping[str, tuple[Span, ...]]
    library: Library
    rare: RareDiseases
    age_words: AgeWords
    labelled: Mapping[str, str]  # folded labels in other languages than English -> concept id
    _ladders: dict[tuple[str, str], tuple[LadderStep, ...]] = field(
        default_factory=dict, repr=False, compare=False
    )

    def ancestors(self, concept_id: str) -> tuple[str, ...]:
        """Get every concept above, nearest first; raises KeyError for an unknown id."""
        return line(self.concepts, concept_id)[1:]

    def descendants(self, concept_id: str) -> tuple[str, ...]:
        """Get every concept below, without itself, parents before children; KeyError for an unknown id."""
        if concept_id not in self.concepts:
            raise KeyError(concept_id)
        found = list(self.children.get(concept_id, ()))
        for one in found:
            found.extend(self.children.get(one, ()))
        return tuple(found)

    def ladder(self, concept_id: str) -> tuple[LadderStep, ...]:
        """Get the ladder of a concept, its own or the nearest one above, with its label filled in."""
        key = concept_id, language()
        if key not in self._ladders:
            self._ladders[key] = self._ladder(concept_id)
        return self._ladders[key]

    def _ladder(self, concept_id: str) -> tuple[LadderStep, ...]:
        concept = self.concepts[concept_id]
        owner = next(one for one in line(self.concepts, concept_id) if one in self.ladders)
        return tuple(
            LadderStep(
                step=step.step,
                label=gettext(step.label).replace("{concept}", spoken(concept.label)),
                specialties=step.specialties,
                needs_evidence=step.needs_evidence,
                evidence_of=(step.evidence_of or concept_id) if step.needs_evidence else None,
            )
            for step in self.ladders[owner]
        )

    def procedure_concepts(self, hcpcs: str) -> tuple[tuple[str, float], ...]:
        """Get the concepts that a HCPCS code points to, with weights 0 to 1; nothing for an unlisted code."""
        meanings = self.procedures.get(hcpcs.strip().upper(), ())
        return tuple((meaning.concept_id, meaning.weight) for meaning in meanings)

    def terms_in(self, text: str) -> list[str]:
        """Get the concepts that a free text names, in its order, each once; exact words only."""
        return terms_in(text, self.index)

    def concepts_of_code(self, code: str) -> tuple[str, ...]:
        """Get the concepts of an ICD-10-CM code, of the closest range the broadest."""
        return of_code(code.upper().replace(".", ""), self.spans)

    def urgent_text(self, text: str) -> str | None:
        """Get the emergency line for urgent words in a text, unless they are denied; None without any."""
        return urgent_text(text, self.urgent, self.index.words)


def load_vocabulary(folder: Path = DATA, specialties: Specialties | None = None) -> Vocabulary:
    """Get the vocabulary of `folder`, checked as a whole; takes about a tenth of a second.

    Raises SourceError with file, row and field for an unknown parent, concept or specialty, a cycle, a ladder
    with a gap, and words that mean two concepts without being marked `shared`.
    """
    concepts = load_concepts(folder)
    children: dict[str, tuple[str, ...]] = {}
    for concept in concepts.values():
        if concept.parent_id:
            children[concept.parent_id] = (*children.get(concept.parent_id, ()), concept.concept_id)
    words = load_words(folder)
    index = load_terms(folder, words, concepts)
    named = {concept.label: concept.concept_id for concept in concepts.values()}
    return Vocabulary(
        concepts=concepts,
        ladders=load_ladders(folder, concepts, specialties or load_specialties(folder)),
        procedures=load_procedures(folder, concepts),
        urgent=with_stems(load_urgent(folder), words),
        index=index,
        children=MappingProxyType(children),
        spans=spans_of(concepts),
        library=Library(index, load_fields(folder, concepts)),
        rare=load_rare(folder, index, concepts),
        age_words=load_age_words(folder),
        labelled=MappingProxyType({label: named[english] for label, english in labelled(folder).items()}),
    )


def resolve(words: str, vocabulary: Vocabulary) -> Understood:
    """Get what free words mean: terms in any order, plural or misspelt, sentences, ICD-10-CM codes.

    Never raises for any text. An exact, folded or reordered term is `sure`; a reading by correction of more
    than one letter, of a broader single word, of words that stood apart or by ICD-10-CM is `less_sure`.
    """
    text = words[:MOST_LETTERS]
    heard = vocabulary.age_words.hear(text)
    # "dementia in my 50s" is a term of ours with its age
    has_age_in_name = heard.text != text and (
        fold(text) in vocabulary.labelled or is_term(text, vocabulary.index)
    )
    understood = _resolved(text if has_age_in_name else heard.text, vocabulary)
    is_sure = understood.concept_id is not None and understood.certainty is Certainty.SURE
    if not is_sure and (understood.concept_id is None or not heard.words.isdisjoint(understood.ignored)):
        # "child with seizures that medicine does not control": what only says the age is left out.
        bare = _resolved(vocabulary.age_words.without(heard.text), vocabulary) if heard.words else None
        understood = bare if bare is not None and bare.concept_id else understood
    understood = with_age(understood, heard, vocabulary.concepts)
    return replace(understood, urgent=vocabulary.urgent_text(text))


def _resolved(words: str, vocabulary: Vocabulary) -> Understood:
    said = vocabulary.labelled.get(fold(words)) or only_meaning(words, vocabulary.index)
    if said is not None:
        return _answer(Own((said,), False, 1.0, None, ()), vocabulary)
    return _weighed(words, vocabulary)


def _weighed(words: str, vocabulary: Vocabulary) -> Understood:
    """What words mean that are not simply a term of ours."""
    text = words if is_term(words, vocabulary.index) else _NAME.sub(" ", _OWNER.sub("", words))
    special = _of_themselves(text, vocabulary) or _of_ca(text, vocabulary)
    if special is not None:
        return special
    by_code = _by_code(text, vocabulary)
    if by_code is not None:
        return by_code
    reading = read(text, vocabulary.index)
    own = own_of(text, reading, vocabulary.concepts, vocabulary.index)
    if own.fit < 1:
        phrase = whole(text, vocabulary.index)
        if phrase is not None:
            own = max(misspelt(phrase), own, key=lambda one: one.fit)
    own = of_organ(text, own, vocabulary.concepts, vocabulary.index)
    first = {one: vocabulary.ladder(one)[0].specialties for one in own.concepts if own.is_several}
    own = settled(text, own, first, vocabulary.concepts)
    if own.fit < 1 and not _is_own_word(reading, own) and any(not word.is_denied for word in reading.words):
        hit = vocabulary.library.find(text)
        beyond = _by_name(text, own, hit, vocabulary) or _by_book(text, own, hit, vocabulary)
        own = replace(own, is_asked=own.is_asked or _is_well_spelt(own.match, vocabulary))
        beyond = beyond or _by_parts(text, own, vocabulary)
        if beyond is not None:
            return beyond
    return _answer(own, vocabulary)


def _of_ca(text: str, vocabulary: Vocabulary) -> Understood | None:
    """Read the "ca" of doctors' notes beside an organ as cancer; elsewhere it is a state or calcium."""
    found = _resolved(_CA.sub("cancer", text), vocabulary) if _CA.search(text) else None
    read_as = found.concept_id if found else None
    return found if read_as and CANCER in line(vocabulary.concepts, read_as) else None


def _of_themselves(text: str, vocabulary: Vocabulary) -> Understood | None:
    """Read what somebody says of themselves beside what a relative has, where that is a condition."""
    said = own_clauses(text, vocabulary.index.words)
    found = _resolved(said, vocabulary) if said is not None else None
    if found is None or not (found.concept_id or found.choices):
        return None
    if found.concept_id and vocabulary.concepts[found.concept_id].kind is not ConceptKind.CONDITION:
        return None
    heard, typed = {*tokens(said or ""), *found.ignored}, tokens(text)
    others = (typed[place] for place in content_of(text, typed, vocabulary.index))
    return replace(found, ignored=(*found.ignored, *(word for word in others if word not in heard)))


def _is_well_spelt(match: Match | None, vocabulary: Vocabulary) -> bool:
    """Whether a longer word that we would change is one of ICD-10-CM, such as "ciliary" ("biliary")."""
    if match is None or not match.edits or match.size > 1:
        return False
    known, spelt = vocabulary.index.known, vocabulary.library.book.words
    typed = match.typed.split()
    # "vitreo retinopathy" is one word of ours
    joined = {word for pair in pairwise(typed) if word_key("".join(pair)) in known for word in pair}
    changed = {word_key(word) for word in typed if len(word) > SHORT and word not in joined} - known
    changed = {word for word in changed if sound(word) not in vocabulary.index.lexicon.sounds}
    near = {stem(one) for word in changed for one, _edits in vocabulary.index.lexicon.within(word, 2)}
    # "schizophrenic" is a form of "schizophrenia"
    changed = {word for word in changed if stem(word) not in near}
    return not changed.isdisjoint(spelt)


def _is_own_word(reading: Reading, own: Own) -> bool:
    # One word of several terms ("prostate") is asked back; "disorder of prostate" would say nothing more.
    return len(own.concepts) > 1 and len(reading.words) == 1 and not reading.words[0].readings[0][1]


def _by_name(text: str, own: Own, hit: Hit | None, vocabulary: Vocabulary) -> Understood | None:
    """Read a text as a rare disease, where its name fits better than our own terms and ICD-10-CM."""
    least = max(own.fit, hit.score if hit is not None else 0.0) + CLEARLY
    rare = vocabulary.rare.find(text) if least <= 1 or own.is_asked else None
    if rare is None:
        return None
    is_agreed = own.is_asked and rare.concept_id in own.concepts
    if rare.score <= least and not is_agreed:
        return None
    if _is_closer(own, rare.concept_id, vocabulary):
        return None
    corrected, ignored = _rest(text, rare.used, rare.edits, vocabulary.index)
    return _of_book(rare.concept_id, rare.named, vocabulary, corrected, ignored)


def _is_closer(own: Own, concept_id: str, vocabulary: Vocabulary) -> bool:
    """Whether our own terms say the same or more, with more than one loose word."""
    return not own.is_asked and own.fit >= LOOSE and concept_id in line(vocabulary.concepts, own.concepts[0])


def _by_parts(text: str, own: Own, vocabulary: Vocabulary) -> Understood | None:
    """Guess the field by the parts of the words, where nothing but a loose offer would be left."""
    if not own.is_asked or own.fit >= LOOSE:
        return None
    guess = vocabulary.rare.parts.guess(tokens(text), vocabulary.index.words)
    if guess is None:
        return None
    _corrected, ignored = _rest(text, guess.places, 0, vocabulary.index)
    return _of_book(guess.concept_id, None, vocabulary, None, ignored)


def _rest(
    text: str, used: frozenset[int], edits: int, index: TermIndex
) -> tuple[str | None, tuple[str, ...]]:
    """Get the words that were corrected, and those that were ignored."""
    typed = tokens(text)
    quiet = index.words.weak | index.words.light
    ignored = (typed[place] for place in content_of(text, typed, index) if place not in used)
    corrected = " ".join(typed[place] for place in sorted(used)) if edits else None
    return corrected, tuple(word for word in ignored if word_key(word) not in quiet)


def _by_book(text: str, own: Own, hit: Hit | None, vocabulary: Vocabulary) -> Understood | None:
    if hit is None or hit.score <= own.fit + _lead(hit, own, vocabulary):
        return None
    concept = _field_of(hit.named.code, vocabulary)
    if concept is None and own.concepts:
        return None  # a code without a field says less than a question
    if concept is not None and _is_closer(own, concept, vocabulary):
        return None
    corrected, ignored = _rest(text, hit.used, hit.edits, vocabulary.index)
    return _of_book(concept, hit.named, vocabulary, corrected, ignored)


def _lead(hit: Hit, own: Own, vocabulary: Vocabulary) -> float:
    """By how much the book must fit better; it may fit worse where it knows the word that we would change."""
    if own.match is None:
        return CLEARLY
    if own.is_asked and hit.is_all and hit.edits == own.match.edits > 0:
        return -CLEARLY  # one title with the same correction says more than a question
    if hit.edits >= own.match.edits:
        return CLEARLY
    if not hit.is_all:
        return 0.0
    known = vocabulary.library.book.words
    is_known = all(word_key(word) in known for word in own.match.typed.split())
    return -KNOWN if is_known else 0.0


def _of_book(
    concept_id: str | None,
    named: Named | None,
    vocabulary: Vocabulary,
    corrected: str | None = None,
    ignored: tuple[str, ...] = (),
) -> Understood:
    return Understood(
        concept_id=concept_id,
        label=spoken(vocabulary.concepts[concept_id].label) if concept_id else None,
        corrected_from=corrected,
        codes=(named.code,) if named else (),
        ladder=vocabulary.ladder(concept_id) if concept_id else (),
        certainty=Certainty.LESS_SURE,
        choices=(),
        ignored=ignored,
        urgent=None,
        read_as=named,
    )


def _field_of(code: str, vocabulary: Vocabulary) -> str | None:
    """The condition whose own code covers `code`, the closest above several, else the field of its block."""
    concepts = vocabulary.concepts
    covering = vocabulary.concepts_of_code(code)
    conditions = [one for one in covering if concepts[one].kind is ConceptKind.CONDITION]
    return closest_above(concepts, conditions) or vocabulary.library.field_of(code)


def _answer(own: Own, vocabulary: Vocabulary) -> Understood:
    concept = None if own.is_asked else vocabulary.concepts[own.concepts[0]]
    match = own.match
    return Understood(
        concept_id=concept.concept_id if concept else None,
        label=spoken(concept.label) if concept else None,
        corrected_from=match.typed if match is not None and match.edits else None,
        codes=concept.icd10 if concept else (),
        ladder=vocabulary.ladder(concept.concept_id) if concept else (),
        certainty=Certainty.SURE if concept and is_sure(own) else Certainty.LESS_SURE,
        choices=choices_of(own.concepts if own.is_asked else (), vocabulary.concepts),
        ignored=own.ignored,
        urgent=None,
        also=choices_of(own.also if concept else (), vocabulary.concepts),
    )


def _by_code(text: str, vocabulary: Vocabulary) -> Understood | None:
    for found in _CODE.finditer(text):
        # "B12" or "A1C" in a sentence is no diagnosis: three characters count only when they stand alone.
        if not found.group(2) and found.group() != text.strip():
            continue
        concepts = vocabulary.concepts_of_code(found.group())
        kinds = {vocabulary.concepts[one].kind for one in concepts}
        if kinds == {ConceptKind.CONDITION}:
            return _answer(Own(concepts[:MOST_CHOICES], len(concepts) > 1, 1.0, None, ()), vocabulary)
        if (found.group().lower(),) in vocabulary.index.strict:
            continue  # "Y90" is the embolization of a term before it is the code of a blood alcohol level
        named = vocabulary.library.book.named(found.group())
        if named is not None:
            return _of_book(_field_of(named.code, vocabulary), named, vocabulary)
    return None
