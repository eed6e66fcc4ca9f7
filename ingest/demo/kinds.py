"""Array types shared by the modules of the demonstration world, and its one way to draw random numbers."""

from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Column = npt.NDArray[Any]


def draws(seed: int, *topic: int) -> np.random.Generator:
    """A generator for one topic: what one topic draws never shifts what another gets."""
    return np.random.default_rng([seed, *topic])


def pick(rng: np.random.Generator, weights: Floats, count: int) -> Ints:
    """`count` positions drawn by weight."""
    edges = np.cumsum(weights)
    found: Ints = np.searchsorted(edges, rng.random(count) * edges[-1], side="right").astype(np.int64)
    return np.minimum(found, len(weights) - 1)
