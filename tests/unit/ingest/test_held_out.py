"""A trial is taken away by striking one name from one study record, and nothing else."""

import gzip
from pathlib import Path
from typing import Any

import orjson

from ingest.demo.generate import STUDIES
from ingest.held_out import Link, strike, without

LINK = Link("1", "Ada", "Fictwell", "NCT1", "glioma", "21287")


def a_record(nct_number: str = "NCT1") -> dict[str, Any]:
    ada, twin = {"name": "Ada B. Fictwell, MD"}, {"name": "Adam Fictwell, MD"}
    where = {"overallOfficials": [ada], "locations": [{"facility": "F", "contacts": [ada, twin]}]}
    identity = {"nctId": nct_number}
    return {"protocolSection": {"identificationModule": identity, "contactsLocationsModule": where}}


def test_the_name_goes_from_officials_and_contacts_and_its_neighbours_stay() -> None:
    module = without(a_record(), [LINK])["protocolSection"]["contactsLocationsModule"]
    assert module["overallOfficials"] == []
    assert module["locations"] == [{"facility": "F", "contacts": [{"name": "Adam Fictwell, MD"}]}]


def test_other_studies_of_the_folder_stay_as_they_are(tmp_path: Path) -> None:
    path, other = tmp_path / STUDIES, orjson.dumps(a_record("NCT2"))
    path.write_bytes(gzip.compress(orjson.dumps(a_record()) + b"\n" + other + b"\n"))
    strike(tmp_path, [LINK])
    struck, kept = gzip.decompress(path.read_bytes()).splitlines()
    assert b"Ada B." not in struck
    assert kept == other
