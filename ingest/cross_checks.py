"""Checks across the files of one data set, for damage that no file shows by itself."""

from collections.abc import Iterator

from ingest.staging import Staging

# Staging tables of people with one name each; their columns are first_name and last_name.
NAMED = ("nppes_people", "clinicians", "facility_affiliations", "procedures")
MIN_COMPARED = 20
# Of a national data set only the NPIs whose ninth digit is this are compared: a tenth, some 100,000 people.
SAMPLED_FROM_ROWS = 200_000
SAMPLED_DIGIT = "7"


def swapped_names(staging: Staging) -> Iterator[tuple[str, str]]:
    """Files of which most people have first and last name the other way round than in other files, with why.

    Which file is wrong shows when it disagrees with two others; of two files that disagree, both are told.
    """
    found: dict[str, dict[str, bool]] = {}
    for one, other, swapped, compared in staging.rows(_query(staging)):
        is_swapped = 2 * int(swapped or 0) > int(compared or 0)
        found.setdefault(str(one), {})[str(other)] = is_swapped
    worst = max((sum(others.values()) for others in found.values()), default=0)
    for name, others in sorted(found.items()):
        if worst and sum(others.values()) == worst:
            against = ", ".join(sorted(other for other, is_swapped in others.items() if is_swapped))
            yield name, f"first and last names stand the other way round than in {against}"


def _query(staging: Staging) -> str:
    """One row for each ordered pair of files with enough people in common: names, swapped, compared."""
    count = " + ".join(f"(SELECT count(*) FROM {table})" for table in NAMED)  # noqa: S608 - own names
    total = int(next(staging.rows(f"SELECT {count}"))[0] or 0)
    sample = f" AND substr(npi, 9, 1) = '{SAMPLED_DIGIT}'" if total >= SAMPLED_FROM_ROWS else ""
    names = " UNION ".join(
        "SELECT file_id, npi, lower(first_name) AS first, lower(last_name) AS last"  # noqa: S608 - own names
        f" FROM {table} WHERE lower(first_name) <> lower(last_name){sample}"
        for table in NAMED
    )
    return (
        f"WITH names AS ({names}) SELECT f.name, g.name,"  # noqa: S608 - own names
        " count(*) FILTER (a.first = b.last AND a.last = b.first), count(*)"
        " FROM names a JOIN names b ON a.npi = b.npi AND a.file_id <> b.file_id"
        " JOIN files f ON f.id = a.file_id JOIN files g ON g.id = b.file_id"
        f" GROUP BY ALL HAVING count(*) >= {MIN_COMPARED}"
    )
