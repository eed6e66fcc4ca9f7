"""Every file format that is read, in one tuple; a file belongs to the one source that recognises it."""

from ingest.sources.base import Source
from ingest.sources.clinicians import SOURCE as CLINICIANS
from ingest.sources.correction import SOURCE as CORRECTION
from ingest.sources.facility_affiliations import SOURCE as FACILITY_AFFILIATIONS
from ingest.sources.health_systems import SOURCE as HEALTH_SYSTEMS
from ingest.sources.hospitals import SOURCE as HOSPITALS
from ingest.sources.nci_centers import SOURCE as NCI_CENTERS
from ingest.sources.nppes import SOURCE as NPPES
from ingest.sources.opinion_programs import SOURCE as OPINION_PROGRAMS
from ingest.sources.procedures import SOURCE as PROCEDURES
from ingest.sources.qhp_providers import SOURCE as QHP_PROVIDERS
from ingest.sources.rosters import SOURCE as ROSTERS
from ingest.sources.taxonomy import SOURCE as TAXONOMY
from ingest.sources.tic_networks import SOURCE as TIC_NETWORKS
from ingest.sources.trials import SOURCE as TRIALS

SOURCES: tuple[Source, ...] = (
    NPPES,
    TAXONOMY,
    CLINICIANS,
    FACILITY_AFFILIATIONS,
    HOSPITALS,
    HEALTH_SYSTEMS,
    PROCEDURES,
    NCI_CENTERS,
    TRIALS,
    QHP_PROVIDERS,
    TIC_NETWORKS,
    ROSTERS,
    OPINION_PROGRAMS,
    CORRECTION,
)
