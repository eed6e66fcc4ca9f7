"""What every view needs: settings, rules, seals, the engine's client, the day, and what is served."""

import hashlib
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import cast

from flask import current_app

from finder.centers import Family
from finder.config import Config
from finder.context import SearchContext
from finder.engine import translated
from finder.errors import FinderError
from finder.guidance import Guidance
from finder.languages import Languages
from finder.packet_wording import Wording
from finder.reads import Client, Served, served
from finder.sealed import Seals
from finder.sources import SourceInfo
from finder.visit import VisitPart
from finder.web.cited import Citing
from finder.web.correcting import A_PERSON_AN_HOUR, ALL_AN_HOUR
from finder.web.engines import Engines
from finder.web.site_map import Atlas
from finder.web.style import STATIC
from finder.web.throttle import Throttle

EXTENSION = "finder"
# Seconds for which the banner of pages without a search trusts its last look: a flip is rare, a page is not.
BANNER_SECONDS = 10.0
# Attempts to sign in that one process takes, own choice: more than lock a name, fewer than find a password.
AN_ADDRESS, ALL_ADDRESSES, SIGN_IN_S = 30, 300, 900.0


class Banner:
    """Whether demonstration data is served, for pages that ask the engine nothing else."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._looked_at: float | None = None
        self._is_demonstration = False

    def learn(self, is_demonstration: bool) -> None:
        """Take over what an answer of the engine just said."""
        with self._lock:
            self._is_demonstration, self._looked_at = is_demonstration, time.monotonic()

    def known(self) -> bool:
        """Get the last known answer, without asking."""
        with self._lock:
            return self._is_demonstration

    def asked(self, look: Callable[[], Served]) -> bool:
        """Get the answer, looking again when the last look is old; without an engine the last one stays."""
        now = time.monotonic()
        with self._lock:
            if self._looked_at is not None and now - self._looked_at < BANNER_SECONDS:
                return self._is_demonstration
            self._looked_at = now  # before the look: others need not wait for it
        try:
            self.learn(look().is_demonstration)
        except FinderError:
            return self.known()
        return self.known()


@dataclass(frozen=True, slots=True)
class Site:
    """One application: built once by `create_app`, shared by the threads of a worker.

    `atlas` draws maps; it is made when first asked for, and kept. `families` are those of centers.csv by key,
    `wording` is what packets say.
    """

    config: Config
    context: SearchContext
    guidance: Guidance
    seals: Seals
    sources: Mapping[str, SourceInfo]
    languages: Languages
    engines: Engines
    today: Callable[[], date]
    static_version: str
    atlas: Callable[[], Atlas]
    visit: Mapping[VisitPart, tuple[str, ...]]
    families: Mapping[str, Family]
    wording: Wording
    banner: Banner = field(default_factory=Banner)
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    throttle: Throttle = field(default_factory=lambda: Throttle(A_PERSON_AN_HOUR, ALL_AN_HOUR))
    sign_ins: Throttle = field(default_factory=lambda: Throttle(AN_ADDRESS, ALL_ADDRESSES, SIGN_IN_S))

    @property
    def engine(self) -> Client:
        """The client of this process. Raises EngineDown where there is no engine."""
        return self.engines.client()

    def plans(self) -> Mapping[str, str]:
        """Get the names of plans by id. Raises EngineDown, NotReady."""
        remembered = self.context.remembered
        with translated():
            return remembered.plans(self.engine, remembered.served(self.engine, self.prefix))

    def citing(self) -> Citing:
        """Get what turns ids of sources into titles, as of today."""
        return Citing(self.sources, self.today().year)

    @property
    def prefix(self) -> str:
        """The first part of every index name."""
        return self.config.index_prefix


def site() -> Site:
    """Get the site of the application that answers the current request."""
    return cast(Site, current_app.extensions[EXTENSION])


def static_version() -> str:
    """Get a text that changes with any static file, so that browsers may keep each version for ever."""
    content = b"".join(path.read_bytes() for path in sorted(STATIC.iterdir()) if path.is_file())
    return hashlib.sha256(content).hexdigest()[:12]


def now_served() -> Served:
    """Get the generation that is served. Raises EngineDown, NotReady."""
    here = site()
    with translated():
        return served(here.engine, here.prefix)
