"""Every file format that is read, in one tuple; a file belongs to the one source that recognises it."""

from ingest.sources import (
    clinicians,
    facility_affiliations,
    health_systems,
    hospitals,
    nci_centers,
    nppes,
    opinion_programs,
    procedures,
    qhp_providers,
    rosters,
    taxonomy,
    tic_networks,
    trials,
)
from ingest.sources.base import Source

SOURCES: tuple[Source, ...] = (
    nppes.SOURCE,
    taxonomy.SOURCE,
    clinicians.SOURCE,
    facility_affiliations.SOURCE,
    hospitals.SOURCE,
    health_systems.SOURCE,
    procedures.SOURCE,
    nci_centers.SOURCE,
    trials.SOURCE,
    qhp_providers.SOURCE,
    tic_networks.SOURCE,
    rosters.SOURCE,
    opinion_programs.SOURCE,
)
