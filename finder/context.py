"""What the service needs beside the engine: vocabulary, profiles, words; read from data files once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from finder.independence import load_rules
from finder.languages import load_languages
from finder.programs import load_programs
from finder.ranking import Profile, load_profiles
from finder.reads import Remembered
from finder.reasons import Words
from finder.sources import SourceInfo, load_sources
from finder.specialties import load_specialties
from finder.vocabulary import Vocabulary, load_vocabulary, resolve


@dataclass(frozen=True, slots=True)
class SearchContext:
    """What a search needs beside the engine; read from the data files once at start."""

    vocabulary: Vocabulary
    profiles: Mapping[str, Profile]
    words: Words
    program_fields: Mapping[str, str | None] = field(default_factory=dict)
    remembered: Remembered = field(default_factory=Remembered)

    def concept_of(self, words: str) -> str | None:
        """Get the concept of a field in the words of a program, such as `oncology`; None without one."""
        if words in self.program_fields:
            return self.program_fields[words]
        return resolve(words, self.vocabulary).concept_id

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
    specialties = {s.specialty_id: s.label for s in load_specialties().by_id.values()}
    sources = {name: _named(info) for name, info in load_sources().items()}
    words = Words(specialties, sources, load_rules(), load_languages().labels)
    vocabulary = load_vocabulary()
    named = {text for p in load_programs() for text in (*p.specialties_in, *p.specialties_out)}
    # understood once: a search looks at every program
    fields = {text: resolve(text, vocabulary).concept_id for text in named}
    return SearchContext(vocabulary, load_profiles(), words, MappingProxyType(fields), Remembered(remember_s))


def _named(source: SourceInfo) -> str:
    """A source as cited behind a sentence: the publisher's abbreviation and the title."""
    short = re.search(r"\(([A-Z]+)\)$", source.publisher)
    return source.title if not short or source.title.startswith(short[1]) else f"{short[1]} {source.title}"
