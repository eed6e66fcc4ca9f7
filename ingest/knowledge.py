"""What enriching looks up: vocabulary, specialties, reference tables, linked trials, volumes, centers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from finder.approaches import Approaches, load_approaches
from finder.focus import load_focused_specialties
from finder.specialties import Specialties, load_specialties
from finder.text import fold
from finder.treatments import load_treatments, with_treated
from finder.vocabulary import Vocabulary, load_vocabulary
from finder.volumes import VolumeGroup, load_volumes
from ingest.cancer_centers import CancerCenter
from ingest.investigators import Investigators
from ingest.link import Reference
from ingest.rollup import Meanings, widened

CONCEPT_CACHE = 50_000  # texts in memory of each process that merges


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Everything that enriching looks up, read once for a run.

    `concepts_in` and `approaches_in` find these in free text; `above` are the broader concepts of each,
    nearest first; `meanings` what a HCPCS code stands for, broader concepts included; `volumes` the
    operations with a yearly standard, by code; `treated` the conditions that an operation, drug or marker is
    about (`treats.csv`); `approaches` how somebody may work, by code and word; `focused` the concepts of a
    focused specialty, by its id; `centers` the cancer centers designated by NCI, by their folded name and by
    the number (CCN) of the hospital that is theirs; `programs` the ids of second-opinion programs by the tie
    key of the institution behind them.
    """

    vocabulary: Vocabulary
    concepts_in: Callable[[str], tuple[str, ...]]
    approaches_in: Callable[[str], tuple[str, ...]]
    above: Mapping[str, tuple[str, ...]]
    meanings: Meanings
    treated: Mapping[str, tuple[str, ...]]
    specialties: Specialties
    volumes: Mapping[str, VolumeGroup]
    approaches: Approaches
    focused: Mapping[str, tuple[str, ...]]
    reference: Reference
    investigators: Investigators
    centers: Mapping[str, CancerCenter]
    programs: Mapping[str, tuple[str, ...]]
    is_demonstration: bool

    def label(self, concept: str) -> str:
        """Get the words for a concept, as they stand in a sentence."""
        return self.vocabulary.concepts[concept].label


@cache
def _vocabulary() -> Vocabulary:
    """The one that ships with the product: read once, though a process may run several ingests."""
    return load_vocabulary()


def read_rules() -> None:
    """Read ahead what takes longest of `knowledge` and needs no data."""
    _vocabulary()


def knowledge(
    tables: Reference,
    trials: Investigators,
    centers: Mapping[str, CancerCenter],
    programs: Mapping[str, tuple[str, ...]],
    *,
    is_demonstration: bool,
) -> Knowledge:
    """Read the rules and facts that ship with the product, beside what a data folder gives."""
    vocabulary, specialties = _vocabulary(), load_specialties()
    treatments, approaches = load_treatments(vocabulary.concepts), load_approaches()
    above = {concept: vocabulary.ancestors(concept) for concept in vocabulary.concepts}

    @lru_cache(maxsize=CONCEPT_CACHE)
    def concepts_in(words: str) -> tuple[str, ...]:
        return tuple(vocabulary.terms_in(words))

    return Knowledge(
        vocabulary=vocabulary,
        concepts_in=concepts_in,
        approaches_in=lru_cache(maxsize=CONCEPT_CACHE)(approaches.named_in),
        above=above,
        meanings={
            code: widened(with_treated(dict(vocabulary.procedure_concepts(code)), treatments).items(), above)
            for code in vocabulary.procedures
        },
        treated={done: tuple(about for about, _ in shares) for done, shares in treatments.items()},
        specialties=specialties,
        volumes=load_volumes(vocabulary.concepts),
        approaches=approaches,
        focused=load_focused_specialties(vocabulary.concepts, specialties),
        reference=tables,
        investigators=trials,
        centers={**_by_name(tables), **centers},
        programs=programs,
        is_demonstration=is_demonstration,
    )


def _by_name(tables: Reference) -> dict[str, CancerCenter]:
    return {fold(c.name): CancerCenter(c.name, c.designation, c.as_of) for c in tables.centers}
