"""The style sheet as it stands in every page, and its hash for the content security policy.

It is inline, so that the first paint of any page, also of a bookmarked one, needs one round trip: a file
would need a second one, and the whole sheet is smaller than the rest of a page. The hash allows this text and
no other.
"""

import base64
import hashlib
import re
from pathlib import Path

STATIC = Path(__file__).resolve().parent.parent / "static"


def shortened(css: str) -> str:
    """Get a style sheet without comments and without the space that nothing needs."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r"\s+", " ", css)
    return re.sub(r" ?([{};,]) ?", r"\1", css).replace(": ", ":").replace(";}", "}").strip()


STYLE = shortened((STATIC / "site.css").read_text(encoding="utf-8"))
STYLE_SOURCE = "'sha256-" + base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode() + "'"
