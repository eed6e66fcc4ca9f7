"""Which hospital is a cancer center designated by NCI: only where address and name both say so."""

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from finder.addresses import address
from finder.text import fold
from ingest.owners import newest
from ingest.staging import Staging

# Words of names that say nothing about which institution it is.
_COMMON = frozenset(
    {
        "and", "at", "campus", "cancer", "care", "center", "centers", "centre", "comprehensive", "family",
        "for", "health", "healthcare", "hosp", "hospital", "hospitals", "institute", "inc", "institution",
        "medical", "medicine", "of", "oncology", "regional", "research", "school", "state", "system",
        "systems", "the", "university",
    }
)  # fmt: skip


class CancerCenter(NamedTuple):
    """One cancer center, its name and kind of designation in NCI's words."""

    name: str
    designation: str | None
    as_of: str | None


def center_hospitals(staging: Staging) -> Mapping[str, CancerCenter]:
    """Get the cancer centers by CCN of the hospital that is theirs.

    A hospital is a center's only where it stands at the very street address and ZIP that NCI gives, the two
    names share a telling word (Karmanos, Moffitt, Chicago), and no second center fits. Of the 75 places that
    NCI lists, 14 find their hospital that way in the linkage of 2018 and the hospital list (2026-11-23); the
    rest, mostly at a university's address, makes no link: precision over completeness.
    """
    places: dict[str, dict[str, CancerCenter]] = defaultdict(dict)
    for name, street, zip_code, designation, as_of in staging.rows(
        newest("nci_centers", "name", "street, zip, center_type")
    ):
        place = address(street, None, zip_code)
        if place and name:
            places[place.building_key][name] = CancerCenter(name, designation, as_of)
    if not places:
        return {}
    found: dict[str, set[CancerCenter]] = defaultdict(set)
    for ccn, name, street, zip_code in staging.rows(
        "SELECT DISTINCT ccn, hospital_name, street, zip FROM system_hospitals"
        " UNION SELECT DISTINCT ccn, name, street, zip FROM hospitals ORDER BY ALL"
    ):
        place = address(street, None, zip_code)
        if ccn and name and place:
            here = places.get(place.building_key, {})
            found[ccn].update(center for center in here.values() if _telling(name) & _telling(center.name))
    return {ccn: next(iter(centers)) for ccn, centers in sorted(found.items()) if len(centers) == 1}


def _telling(name: str) -> frozenset[str]:
    return frozenset(word for word in fold(name).split() if len(word) > 2) - _COMMON
