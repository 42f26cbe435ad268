"""Worlds: replies as they might come, where the truth is set and items of one cluster are alike."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evals.stats import Floats

Codes = NDArray[np.integer[Any]]


@dataclass(frozen=True)
class World:
    """A random-effects model of yes and no.

    Every cluster has a share of its own, beta distributed round the true one, and every item of repeated replies one round
    its cluster's. A second model says again what the first said of some items, and draws the rest anew, in clusters of its
    own.

    Attributes:
        correlation: of two items of one cluster, 0 to below 1.
        within: of two replies to one item, beyond that of its cluster.
        again: the share of replies that a second model does not draw anew.
        seed: from what all is drawn.
    """

    correlation: float = 0.3
    within: float = 0.5
    again: float = 0.5
    seed: int = 0

    def rng(self, *more: int) -> np.random.Generator:
        """A generator of its own for each thing that is simulated."""
        return np.random.default_rng((self.seed, *more))

    def replies(
        self, rng: np.random.Generator, p: float, clusters: Codes, repeats: int, rounds: int
    ) -> NDArray[np.bool_]:
        """Which replies are right, shape (rounds, n, repeats), if the true share is p."""
        _, codes, sizes = np.unique(clusters, return_inverse=True, return_counts=True)
        chance = np.full((rounds, len(codes)), p)
        if sizes.max(initial=0) > 1:
            chance = _around(rng, np.full((rounds, len(sizes)), p), self.correlation)[:, codes]
        if repeats > 1:
            chance = _around(rng, chance, self.within)
        return rng.random((rounds, len(codes), repeats)) < chance[..., None]

    def changes(  # noqa: PLR0913, PLR0917 - a run, and what is true of it
        self, rng: np.random.Generator, p: float, drop: float, clusters: Codes, repeats: int, rounds: int
    ) -> Floats:
        """What a second model, worse by `drop`, changes of each item, shape (rounds, n), in -1..1. Raises: as `second`."""
        first = self.replies(rng, p, clusters, repeats, rounds)
        second = self.second(rng, first, p - drop / (1 - self.again), clusters)
        return np.asarray((second.astype(float) - first).mean(axis=-1), float)

    def second(
        self, rng: np.random.Generator, first: NDArray[np.bool_], fresh: float, clusters: Codes
    ) -> NDArray[np.bool_]:
        """A second model's replies: the first's, but for those that are drawn anew, of which a share `fresh` is right.

        Raises: ValueError: there is no such share.
        """
        if not 0 <= fresh <= 1:
            raise ValueError(
                f"a share of {fresh:g} cannot be drawn: the second model is to differ by too much"
            )
        rounds, _, repeats = first.shape
        drawn = self.replies(rng, fresh, clusters, repeats, rounds)
        return np.where(rng.random(first.shape) < self.again, first, drawn)

    def numbers(self, rng: np.random.Generator, clusters: Codes, rounds: int) -> Floats:
        """Values without bounds, such as errors in marks: normal, mean 0, variance 1, shape (rounds, n)."""
        _, codes = np.unique(clusters, return_inverse=True)
        shared = rng.standard_normal((rounds, int(codes.max(initial=-1)) + 1))[:, codes]
        own = rng.standard_normal((rounds, len(codes)))
        return np.asarray(np.sqrt(self.correlation) * shared + np.sqrt(1 - self.correlation) * own, float)


def _around(rng: np.random.Generator, mean: Floats, correlation: float) -> Floats:
    """Shares drawn round others, so that two draws of one share have this correlation."""
    if correlation == 0:
        return mean
    size = (1 - correlation) / correlation
    safe = np.clip(mean, 1e-6, 1 - 1e-6)
    return np.where((mean > 0) & (mean < 1), rng.beta(safe * size, (1 - safe) * size), mean)
