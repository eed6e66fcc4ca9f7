"""The files of index_mappings/: what each served index holds, with a short hash of it."""

import hashlib
import json
from pathlib import Path
from typing import Any

SERVED_ALIASES = ("specialists", "programs", "organizations", "places")
MAPPINGS = Path(__file__).resolve().parent.parent / "index_mappings"


def mapping_file(alias: str) -> dict[str, Any]:
    """Settings and mappings of index_mappings/<alias>.json."""
    body: dict[str, Any] = json.loads((MAPPINGS / f"{alias}.json").read_text(encoding="utf-8"))
    return body


def mapping_hash(alias: str) -> str:
    """Eight hexadecimal digits over settings and properties; `_meta` does not count."""
    body = mapping_file(alias)
    body["mappings"].pop("_meta", None)
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:8]
