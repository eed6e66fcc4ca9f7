"""What the service needs beside the engine: vocabulary, profiles, words; read from data files once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from finder.concepts import ConceptKind
from finder.criteria import DEFAULT_PROFILE, RoleAsked, SearchCriteria, WhyAsked
from finder.independence import load_rules
from finder.languages import load_languages
from finder.programs import load_programs
from finder.ranking import Profile, load_profiles, profile_named
from finder.reads import Remembered
from finder.reasons import Words
from finder.sources import SourceInfo, load_sources
from finder.specialties import Role, load_specialties
from finder.vocabulary import Understood, Vocabulary, load_vocabulary, resolve

CANCER = "cancer"  # the concept above every cancer


@dataclass(frozen=True, slots=True)
class SearchContext:
    """What a search needs beside the engine; read from the data files once at start.

    `surgical` are the specialties of surgeons.
    """

    vocabulary: Vocabulary
    profiles: Mapping[str, Profile]
    words: Words
    surgical: frozenset[str] = frozenset()
    program_fields: Mapping[str, str | None] = field(default_factory=dict)
    remembered: Remembered = field(default_factory=Remembered)

    def concept_of(self, words: str) -> str | None:
        """Get the concept of a field in the words of a program, such as `oncology`; None without one."""
        if words in self.program_fields:
            return self.program_fields[words]
        return resolve(words, self.vocabulary).concept_id

    def profile_for(self, criteria: SearchCriteria, understood: Understood) -> Profile:
        """Get the profile asked for by name or by why; else that of an operation where a surgeon is asked
        for or the words name an operation, else the default one. Raises InputErrors for an unknown name.
        """
        if asked := criteria.profile or criteria.why:
            return profile_named(asked, self.profiles)
        is_operation = criteria.role is RoleAsked.SURGERY or self._names_operation(understood)
        return self.profiles[WhyAsked.SURGERY if is_operation else DEFAULT_PROFILE]

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
        return is_procedure and not self.surgical.isdisjoint(first)

    def line_of(self, concept_id: str) -> frozenset[str]:
        """Get a concept with every broader one."""
        return frozenset((concept_id, *self.vocabulary.ancestors(concept_id)))

    def below(self, concept_id: str) -> tuple[str, ...]:
        """Get a concept, then everything below it."""
        return (concept_id, *sorted(set(self.vocabulary.descendants(concept_id)) - {concept_id}))


def load_context(remember_s: float = 0.0) -> SearchContext:
    """Get the vocabulary, the profiles and the rules. Raises SourceError when a data file is wrong.

    `remember_s` are the seconds for which a look at the served generation counts: see reads.Remembered.
    """
    listed = load_specialties().by_id.values()
    specialties = {s.specialty_id: s.label for s in listed}
    sources = {name: _named(info) for name, info in load_sources().items()}
    words = Words(specialties, sources, load_rules(), load_languages().labels)
    vocabulary = load_vocabulary()
    named = {text for p in load_programs() for text in (*p.specialties_in, *p.specialties_out)}
    # understood once: a search looks at every program
    fields = {text: resolve(text, vocabulary).concept_id for text in named}
    return SearchContext(
        vocabulary=vocabulary,
        profiles=load_profiles(),
        words=words,
        surgical=frozenset(s.specialty_id for s in listed if s.role is Role.SURGERY),
        program_fields=MappingProxyType(fields),
        remembered=Remembered(remember_s),
    )


def _named(source: SourceInfo) -> str:
    """A source as cited behind a sentence: the publisher's abbreviation and the title."""
    short = re.search(r"\(([A-Z]+)\)$", source.publisher)
    return source.title if not short or source.title.startswith(short[1]) else f"{short[1]} {source.title}"
