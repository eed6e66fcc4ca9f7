"""How much of one source finds nothing in the source it points to: a file of another year shows here."""

from ingest.staging import Staging

# Name, what points, and where it should be found; only measured where both sides have rows.
_JOINS = (
    (
        "hospitals of affiliations in no hospital file",
        "SELECT DISTINCT ccn AS id FROM facility_affiliations WHERE ccn IS NOT NULL"
        " AND coalesce(lower(facility_type), 'hospital') = 'hospital'",
        "SELECT ccn FROM hospitals UNION SELECT ccn FROM system_hospitals",
    ),
    (
        "affiliated people in no clinician file",
        "SELECT DISTINCT npi AS id FROM facility_affiliations",
        "SELECT npi FROM clinicians",
    ),
    (
        "clinicians not in NPPES",
        "SELECT DISTINCT npi AS id FROM clinicians",
        "SELECT npi FROM nppes_people",
    ),
    (
        "plans of networks without a name",
        "SELECT DISTINCT plan_id AS id FROM qhp_networks WHERE plan_id IS NOT NULL",
        "SELECT plan_id FROM plans",
    ),
)


def orphan_shares(staging: Staging) -> dict[str, float]:
    """Share of ids without a partner, by name of the join."""
    found: dict[str, float] = {}
    for name, pointing, target in _JOINS:
        query = (
            f"SELECT (SELECT count(*) FROM ({target})), count(*),"  # noqa: S608 - own names
            f" count(*) FILTER (id NOT IN (SELECT * FROM ({target}) t(x) WHERE x IS NOT NULL))"
            f" FROM ({pointing})"
        )
        ((there, ids, orphans),) = (map(int, map(str, row)) for row in staging.rows(query))
        if there and ids:
            found[name] = orphans / ids
    return found
