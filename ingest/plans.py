"""The names of the plans and networks that list somebody, for the reader: the most used first, bounded."""

from collections import Counter

from ingest.staging import Staging

# They lie in the `_meta` of one index, which every node of a cluster holds: 2,000 names are about 150 kB.
MOST_NAMES = 2_000
MOST_LETTERS = 100  # as many as a plan may have in a search
_NAMED = """
WITH used AS (
    SELECT plan_id AS id, count(*) AS rows FROM qhp_networks GROUP BY 1
    UNION ALL SELECT network_id, count(*) FROM network_members GROUP BY 1
), named AS (
    SELECT plan_id AS id, max(name) AS name FROM plans GROUP BY 1
    UNION ALL SELECT network_id, max(network_name) FROM network_members GROUP BY 1
)
SELECT id, max(name) FROM used JOIN named USING (id) WHERE id <> '' AND name <> ''
GROUP BY id ORDER BY sum(rows) DESC, id LIMIT ?
"""


def plan_names(staging: Staging, most: int = MOST_NAMES) -> dict[str, str]:
    """Get names by the id that stands in `network_keys`; a name that several ids share carries its id.

    Of more than `most` named plans and networks, those with the most rows are kept. Without a name here are
    also those whose name is longer than MOST_LETTERS: their id is shown as it is.
    """
    found = {str(key): " ".join(str(name).split()) for key, name in staging.rows(_NAMED, [most])}
    shared = Counter(name.casefold() for name in found.values())
    shown = {key: f"{name} ({key})" if shared[name.casefold()] > 1 else name for key, name in found.items()}
    return {key: name for key, name in shown.items() if len(name) <= MOST_LETTERS}
