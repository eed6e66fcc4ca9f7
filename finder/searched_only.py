"""What of a specialist is searched and never sent back: fields of evidence by kind, the practice vector."""

from collections.abc import Mapping
from typing import Any

from finder.evidence_fields import with_evidence_fields
from finder.likeness import with_vector


def with_searched_only(source: Mapping[str, Any]) -> dict[str, Any]:
    """Get a specialist's document as the engine indexes it, of one as built."""
    return with_vector(with_evidence_fields(source))
