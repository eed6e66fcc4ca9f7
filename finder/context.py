"""What the service needs beside the engine: vocabulary, profiles, words; read from data files once."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from finder import i18n
from finder.approaches import Approaches, load_approaches
from finder.concepts import ConceptKind, LadderStep
from finder.coverage import CoverageFact, load_coverage
from finder.criteria import DEFAULT_PROFILE, RoleAsked, SearchCriteria, WhyAsked
from finder.evidence_words import EvidenceWords
from finder.gazetteer import Gazetteer, load_gazetteer
from finder.independence import load_rules
from finder.languages import load_languages
from finder.licensing import StateLaw, load_licensing
from finder.ranking import Profile, load_profiles, profile_named
from finder.reads import Remembered
from finder.reasons import Words
from finder.sources import SourceInfo, load_sources
from finder.specialties import Ages, Role, load_specialties
from finder.suggestions import Prompter, prompter_of
from finder.vocabulary import Understood, Vocabulary, load_vocabulary, resolve
from finder.volumes import load_volumes

CANCER = "cancer"  # the concept above every cancer
# What somebody can mainly treat: a condition or a field, and no operation, drug or marker.
_TREATED = frozenset({ConceptKind.CONDITION, ConceptKind.SUBSPECIALTY})


class Around(NamedTuple):
    """The concepts around one, by id, which decide what counts for it.

    `below` is the concept itself, then everything below it; `above` every broader one, nearest first, and
    `line` these with the concept. `broader` is the next one above where that is a condition itself: who
    treats gliomas treats a glioblastoma; a field, such as brain tumors, is none. `beside` are the conditions
    and fields beside a condition and beside each broader one: ulcerative colitis for Crohn's disease. An
    operation has none: what it is done for stands beside it.
    """

    below: tuple[str, ...]
    above: tuple[str, ...]
    line: frozenset[str]
    broader: tuple[str, ...]
    beside: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SearchContext:
    """What a search needs beside the engine; read from the data files once at start.

    `surgical` are the specialties of surgeons, `ages_of` those that see only children or only adults, `laws`
    what the law of each state says of opinions from other states, `coverage` what is known of who pays,
    `approaches` how somebody may work.
    `around` gives the concepts around one.
    `concept_of` gives the concept of a field in the words of a program, such as `oncology`, None without one;
    `prompter` what suggestions are looked up in, `gazetteer` the cities. They are worked out when first asked
    for, and kept.
    """

    vocabulary: Vocabulary
    profiles: Mapping[str, Profile]
    words: Words
    around: Callable[[str], Around]
    concept_of: Callable[[str], str | None]
    prompter: Callable[[], Prompter]
    gazetteer: Callable[[], Gazetteer]
    surgical: frozenset[str] = frozenset()
    ages_of: Mapping[str, Ages] = field(default_factory=dict)
    laws: Mapping[str, StateLaw] = field(default_factory=dict)
    coverage: tuple[CoverageFact, ...] = ()
    approaches: Approaches = field(default_factory=load_approaches)
    remembered: Remembered = field(default_factory=Remembered)

    def profile_for(self, criteria: SearchCriteria, understood: Understood) -> Profile:
        """Get the profile asked for by name or by why; else that of an operation where a surgeon is asked
        for or the words name an operation, else the default one. Raises InputErrors for an unknown name.
        """
        if asked := criteria.profile or criteria.why:
            return profile_named(asked, self.profiles)
        is_operation = criteria.role is RoleAsked.SURGERY or self._names_operation(understood)
        return self.profiles[WhyAsked.SURGERY if is_operation else DEFAULT_PROFILE]

    def ages_for(self, criteria: SearchCriteria, understood: Understood) -> Ages:
        """Get for whom the opinion is: as asked, else as the words or the condition say, else not known
        (`any`).
        """
        if criteria.ages:
            return Ages(criteria.ages.value)
        if understood.age is not None:
            return understood.age.ages
        concept = self.vocabulary.concepts.get(understood.concept_id or "")
        return concept.ages if concept else Ages.ANY

    def ladder_for(self, criteria: SearchCriteria, understood: Understood) -> tuple[LadderStep, ...]:
        """Get the ladder without the specialties that see only patients of another age; steps keep their
        numbers, and those on which nobody is left go, unless nobody at all were left.
        """
        ages = self.ages_for(criteria, understood)
        if ages is Ages.ANY:
            return understood.ladder
        found = []
        for step in understood.ladder:
            fitting = tuple(s for s in step.specialties if self.ages_of.get(s, ages) is ages)
            if fitting:
                is_whole = len(fitting) == len(step.specialties)
                found.append(step if is_whole else replace(step, specialties=fitting))
        return tuple(found) or understood.ladder

    def names_surgeon(self, understood: Understood) -> bool:
        """Whether the first page names the best surgeon, whatever was asked: for every cancer that surgeons
        treat by its ladder, which those of the blood are not.
        """
        if understood.concept_id is None or CANCER not in self.line_of(understood.concept_id):
            return False
        return any(self.surgical.intersection(step.specialties) for step in understood.ladder)

    def _names_operation(self, understood: Understood) -> bool:
        if understood.concept_id is None:
            return False
        is_procedure = self.vocabulary.concepts[understood.concept_id].kind is ConceptKind.PROCEDURE
        first = understood.ladder[0].specialties if understood.ladder else ()
        # where others do it too, as kidney physicians do with transplants, the question is a wider one
        return is_procedure and bool(first) and self.surgical.issuperset(first)

    def line_of(self, concept_id: str) -> frozenset[str]:
        """Get a concept with every broader one."""
        return self.around(concept_id).line


def load_context(remember_s: float = 0.0) -> SearchContext:
    """Get the vocabulary, the profiles and the rules. Raises SourceError when a data file is wrong.

    `remember_s` are the seconds for which a look at the served generation counts: see reads.Remembered.
    """
    listed = load_specialties().by_id.values()
    specialties = {s.specialty_id: s.label for s in listed}
    sources = {name: _named(info) for name, info in load_sources().items()}
    vocabulary = load_vocabulary()
    prompter = cache(lambda _language: prompter_of(vocabulary))  # in the language that is spoken now
    every = vocabulary.concepts.values()
    concepts = {concept.concept_id: concept.label for concept in every}
    evidence = EvidenceWords(
        concepts=concepts,
        specialties=specialties,
        operations=frozenset(c.concept_id for c in every if c.kind is ConceptKind.PROCEDURE),
        volumes={group.group_id: group for group in load_volumes(vocabulary.concepts).values()},
    )
    words = Words(specialties, sources, load_rules(), load_languages().labels, evidence=evidence)
    return SearchContext(
        vocabulary=vocabulary,
        profiles=load_profiles(),
        words=words,
        around=cache(lambda concept_id: _around(vocabulary, concept_id)),
        # a search looks at every program, whose words are few; most commands look at none
        concept_of=cache(lambda text: resolve(text, vocabulary).concept_id),
        prompter=lambda: prompter(i18n.language()),
        gazetteer=cache(load_gazetteer),
        ages_of=MappingProxyType({s.specialty_id: s.ages for s in listed if s.ages is not Ages.ANY}),
        laws=load_licensing(),
        coverage=load_coverage(),
        surgical=frozenset(s.specialty_id for s in listed if s.role is Role.SURGERY),
        remembered=Remembered(remember_s),
    )


def _named(source: SourceInfo) -> str:
    """A source as cited behind a sentence: the publisher's abbreviation and the title."""
    short = re.search(r"\(([A-Z]+)\)$", source.publisher)
    return source.title if not short or source.title.startswith(short[1]) else f"{short[1]} {source.title}"


def _around(vocabulary: Vocabulary, concept_id: str) -> Around:
    kinds, above = vocabulary.concepts, vocabulary.ancestors(concept_id)
    line = frozenset((concept_id, *above))
    return Around(
        below=(concept_id, *sorted(set(vocabulary.descendants(concept_id)) - {concept_id})),
        above=above,
        line=line,
        broader=tuple(one for one in above[:1] if kinds[one].kind is ConceptKind.CONDITION),
        beside=_beside(vocabulary, concept_id, line),
    )


def _beside(vocabulary: Vocabulary, concept_id: str, line: frozenset[str]) -> tuple[str, ...]:
    concepts = vocabulary.concepts
    if concepts[concept_id].kind not in _TREATED:
        return ()
    found = {one for above in line - {concept_id} for one in vocabulary.children.get(above, ())}
    return tuple(sorted(one for one in found - line if concepts[one].kind in _TREATED))
