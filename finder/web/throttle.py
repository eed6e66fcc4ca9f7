"""How many of something one process takes in a time, by whom or what it is about and in all."""

import threading
import time
from collections import deque
from collections.abc import Callable


class Throttle:
    """Takes `each` of one key and `all_` together in `seconds`; `clock` in seconds."""

    def __init__(
        self, each: int, all_: int, seconds: float = 3600, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._each, self._all, self._seconds, self._clock = each, all_, seconds, clock
        self._lock = threading.Lock()
        self._taken: deque[tuple[float, str]] = deque()

    def take(self, key: str) -> bool:
        """Count one more of a key; False, and not counted, where that would be too many."""
        now = self._clock()
        with self._lock:
            while self._taken and now - self._taken[0][0] > self._seconds:
                self._taken.popleft()
            of_key = sum(1 for _at, whose in self._taken if whose == key)
            if of_key >= self._each or len(self._taken) >= self._all:
                return False
            self._taken.append((now, key))
            return True
