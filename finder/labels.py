"""The labels of concepts in the reader's language, from labels_<language>.csv; others stay English."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from finder import i18n
from finder.concepts import A_CONCEPT, CONCEPT_COLUMNS
from finder.tables import DATA, read_table
from finder.text import fold

LABEL_COLUMNS = ("concept_id", "label", "source")


def spoken(label: str) -> str:
    """Get the English label of a concept in the language that is spoken now."""
    language = i18n.language()
    return label if language == i18n.ENGLISH else labels(language).get(label, label)


def labelled(folder: Path = DATA) -> Mapping[str, str]:
    """Get the English label that each label in another language stands for, by the folded one."""
    others = (labels(one, folder).items() for one in i18n.LANGUAGES if one != i18n.ENGLISH)
    return {fold(own): english for each in others for english, own in each}


@cache
def labels(language: str, folder: Path = DATA) -> Mapping[str, str]:
    """Get the labels in one language of i18n.LANGUAGES but English, by the English ones.

    Raises SourceError with row and field for a concept that is not in concepts.csv or comes twice, and for
    a label that two concepts have.
    """
    english = {
        row.needed("concept_id"): row.needed("label")
        for row in read_table(folder / "concepts.csv", CONCEPT_COLUMNS)
    }
    found: dict[str, str] = {}
    taken: set[str] = set()
    for row in read_table(folder / f"labels_{language}.csv", LABEL_COLUMNS):
        row.needed("source")
        own = english[row.one_of("concept_id", english, A_CONCEPT)]
        if own in found:
            raise row.wrong("concept_id", f"'{row['concept_id']}' is listed twice")
        if row.needed("label") in taken:
            raise row.wrong("label", f"'{row['label']}' is that of another concept")
        taken.add(row["label"])
        found[own] = row["label"]
    return MappingProxyType(found)
