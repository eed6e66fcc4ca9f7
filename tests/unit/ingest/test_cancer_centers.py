"""A hospital is a cancer center where address and name say so, and nowhere else."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from ingest.cancer_centers import CancerCenter, center_hospitals
from tests.unit.ingest.staged_frames import frame, staged

CENTER = {"street": "4100 John R St", "zip": "48201", "center_type": "Comprehensive", "as_of": "2024"}
KARMANOS = {"name": "Barbara Ann Karmanos Cancer Institute"} | CENTER


def linked(folder: Path, hospital: dict[str, str], *centers: dict[str, str]) -> Mapping[str, CancerCenter]:
    frames: dict[str, pd.DataFrame] = {
        "nci_centers": frame("nci_centers", *centers),
        "hospitals": frame("hospitals", {"ccn": "230297"} | hospital),
    }
    with staged(folder, frames) as staging:
        return center_hospitals(staging)


HOSPITAL = {"name": "KARMANOS CANCER CENTER", "street": "4100 JOHN R", "zip": "48201"}


def test_the_same_address_and_a_telling_word_link_a_hospital(tmp_path: Path) -> None:
    at_street = HOSPITAL | {"street": "4100 JOHN R STREET"}
    assert linked(tmp_path, at_street, KARMANOS)["230297"].name == KARMANOS["name"]


def test_a_neighbour_at_the_same_address_is_no_center(tmp_path: Path) -> None:
    other = HOSPITAL | {"name": "SAINT FRANCIS HOSPITAL", "street": "4100 JOHN R STREET"}
    assert linked(tmp_path, other, KARMANOS) == {}


def test_the_same_name_elsewhere_is_no_link(tmp_path: Path) -> None:
    assert linked(tmp_path, HOSPITAL | {"street": "1 OTHER STREET"}, KARMANOS) == {}


def test_a_hospital_that_two_centers_fit_is_linked_to_none(tmp_path: Path) -> None:
    at_street = HOSPITAL | {"street": "4100 JOHN R STREET"}
    twin = KARMANOS | {"name": "Karmanos Second Center"}
    assert linked(tmp_path, at_street, KARMANOS, twin) == {}
