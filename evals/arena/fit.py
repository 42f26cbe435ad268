"""The ratings that explain a pool best, by Newton's method: exact, and the same work whatever the number of battles.

What is fitted are the ratings in logits, one a model with sum 0; then a slope for each column of `x`; then the tie's own
number, where the way has one.
"""

from dataclasses import dataclass, replace

import numpy as np

from evals.arena.outcomes import WAYS, Terms, Ties
from evals.arena.pool import TIE, Places, Pool, summed
from evals.errors import BadInput
from evals.stats import Floats

ROUNDS = 100
CLOSE = 1e-11
"""A step as small as this is the last: in logits, 2e-9 Elo."""

ENDLESS = 20.0
"""Where ties have a number of their own, it or a rating that is past this (in logits) is on its way to infinity."""

FAINT = 1e-4
"""The precision of a prior so wide (17,000 Elo) that it only keeps finite what would not be, as somebody happens never to lose."""


@dataclass(frozen=True, eq=False)
class Prior:
    """What is thought of the ratings beforehand: normal around `middle`, with the precision 1 / spread^2.

    Attributes: middle: shape (M,), in logits. precision: 0 for no prior.
    """

    middle: Floats
    precision: float


@dataclass(frozen=True, eq=False)
class Fit:
    """What was found, or where the search stands.

    Attributes:
        pool: of which.
        at: the ratings, shape (M,), the slopes, shape (K,), and the tie's own number where there is one: shape (P,).
        terms: of every row of the pool.
        x: shape (n, K).
        prior, ties: as asked; a pool without ties, or of nothing else, has `half`.
    """

    pool: Pool
    at: Floats
    terms: Terms
    x: Floats
    prior: Prior
    ties: Ties

    @property
    def theta(self) -> Floats:
        """The ratings in logits."""
        return self.at[: len(self.pool.models)]

    @property
    def slopes(self) -> Floats:
        """Of the columns of x."""
        size = len(self.pool.models)
        return self.at[size : size + self.x.shape[1]]

    @property
    def k(self) -> float:
        """The tie's own number; 0 where there is none."""
        return float(self.at[-1]) if WAYS[self.ties][1] is not None else 0.0

    @property
    def value(self) -> float:
        """The logarithm of the likelihood, without the prior."""
        if self.ties == "rao-kupper" and self.k <= 0:
            return -np.inf
        return float(self.pool.weight @ self.terms.value)

    @property
    def height(self) -> float:
        """The same with the prior: what is climbed."""
        off = self.theta - self.prior.middle
        return self.value - self.prior.precision / 2 * float(off @ off)

    def reordered(self, places: Places) -> "Fit":
        """The same with the models in the order of these places."""
        order = np.concatenate([places, np.arange(len(places), len(self.at))])
        prior = Prior(self.prior.middle[places], self.prior.precision)
        return replace(self, pool=self.pool.among(places), at=self.at[order], prior=prior)

    def slope(self) -> Floats:
        """How steep it is in every direction, shape (P,)."""
        pool, terms = self.pool, self.terms
        pull = pool.weight * terms.d
        size = len(pool.models)
        found = np.zeros(len(self.at))
        found[:size] = summed(pool.a, pull, size) - summed(pool.b, pull, size)
        found[:size] -= self.prior.precision * (self.theta - self.prior.middle)
        found[size : size + self.x.shape[1]] = pull @ self.x
        if WAYS[self.ties][1] is not None:
            found[-1] = pool.weight @ terms.k
        return found

    def bends(self) -> Floats:
        """The curvature, its sign changed and the prior's included: shape (P, P)."""
        pool, terms = self.pool, self.terms
        size, more = len(pool.models), slice(len(pool.models), None)
        bend = pool.weight * terms.dd
        found = np.zeros((len(self.at), len(self.at)))
        found[:size, :size] = laplacian(pool, bend)
        found[np.arange(size), np.arange(size)] += self.prior.precision
        columns = list((self.x * bend[:, None]).T)
        if WAYS[self.ties][1] is not None:
            columns.append(pool.weight * terms.dk)
        for place, column in enumerate(columns, size):
            across = summed(pool.a, column, size) - summed(pool.b, column, size)
            found[place, :size] = found[:size, place] = across
        found[more, more] = self._between(bend)
        return found

    def _between(self, bend: Floats) -> Floats:
        """The curvature among slopes and the tie's own number."""
        inner = (self.x * bend[:, None]).T @ self.x
        if WAYS[self.ties][1] is None:
            return np.asarray(inner, float)
        edge = (self.pool.weight * self.terms.dk) @ self.x
        corner = self.pool.weight @ self.terms.kk
        return np.block([[inner, edge[:, None]], [edge[None, :], np.array([[corner]])]])

    def inverse(self) -> Floats:
        """The inverse of the curvature, among ratings that sum to 0: shape (P, P)."""
        bends, size = self.bends(), len(self.pool.models)
        if self.prior.precision:
            found = np.asarray(np.linalg.inv(bends), float)
            found[:size, :size] -= 1 / (self.prior.precision * size)  # that all rise together
            return found
        gauge = _gauge(bends, size)
        return np.asarray(np.linalg.inv(bends + gauge) - gauge / np.trace(gauge) ** 2, float)


def laplacian(pool: Pool, values: Floats) -> Floats:
    """sum_r v_r (e_a - e_b)(e_a - e_b)', shape (M, M)."""
    size = len(pool.models)
    across = summed(pool.a * size + pool.b, values, size * size).reshape(size, size)
    both = across + across.T
    return np.asarray(np.diag(both.sum(axis=1)) - both, float)


def _gauge(bends: Floats, size: int) -> Floats:
    """What is added where all ratings rise together, for there the curvature is 0: c 11'/M, its trace c."""
    scale = max(float(np.trace(bends[:size, :size])) / max(size, 1), 1e-9)
    found = np.zeros_like(bends)
    found[:size, :size] = scale / max(size, 1)
    return found


def fit(pool: Pool, ties: Ties = "half", x: Floats | None = None, prior: Prior | None = None) -> Fit:
    """The ratings of a pool whose models hang together; they are finite (see `connections`), or there is a prior.

    Args: x: shape (n, K), what else pulls towards the answer shown first.
    Raises: BadInput: a slope cannot be told from the ratings or from another.
    """
    prior = prior or Prior(np.zeros(len(pool.models)), 0.0)
    columns = np.zeros((len(pool), 0)) if x is None else x
    tied = pool.outcome >= TIE
    way: Ties = ties if tied.any() and not tied.all() else "half"
    start = WAYS[way][1]
    at = np.concatenate([prior.middle, np.zeros(columns.shape[1]), [] if start is None else [start]])
    if way == "half" and x is None:
        few = pool.halved()
        found = climbed(_at(few, at, np.zeros((len(few), 0)), prior, way))
        return _at(pool, found.at, columns, prior, way)
    return climbed(_at(pool, at, columns, prior, way))


def refitted(found: Fit, weight: Floats) -> Floats:
    """What would be fitted if the rows of the pool had these weights, shape (P,)."""
    pool = replace(found.pool, weight=weight)
    if found.ties == "half" and not found.x.shape[1]:
        pool = pool.halved()
        return climbed(_at(pool, found.at, np.zeros((len(pool), 0)), found.prior, "half")).at
    return climbed(_at(pool, found.at, found.x, found.prior, found.ties)).at


def climbed(now: Fit) -> Fit:
    """From where a search stands to the top. Raises: BadInput: as `fit`."""
    size = len(now.pool.models)
    for _ in range(ROUNDS):
        bends = now.bends()
        gauge = 0.0 if now.prior.precision else _gauge(bends, size)
        try:
            step = np.asarray(np.linalg.solve(bends + gauge, now.slope()), float)
        except np.linalg.LinAlgError:
            break
        step[:size] -= step[:size].mean()  # that they rise together is rounding: nothing pulls there
        now, length = _along(now, step)
        if now.ties != "half" and max(abs(now.k), np.abs(now.theta).max()) > ENDLESS:
            break
        if length * np.abs(step).max(initial=0.0) < CLOSE:
            return now
    raise BadInput(
        "the ratings cannot be found: what pulls on the votes besides the models cannot be told from the models",
        "leave out --style, or count ties by --ties half",
    )


def _along(now: Fit, step: Floats) -> tuple[Fit, float]:
    """Where a step leads, made shorter until it does not lead down; and how much of it that was."""
    length = 1.0
    while length > 1e-6:
        then = _at(now.pool, now.at + length * step, now.x, now.prior, now.ties)
        if then.height >= now.height - 1e-10 * (1 + abs(now.height)):
            return then, length
        length /= 2
    return now, 0.0


def _at(pool: Pool, at: Floats, x: Floats, prior: Prior, ties: Ties) -> Fit:
    size = len(pool.models)
    d = at[pool.a] - at[pool.b]
    if x.shape[1]:
        d = d + x @ at[size : size + x.shape[1]]
    way, start = WAYS[ties]
    with np.errstate(all="ignore"):  # a step too far is seen by its height, and made shorter
        terms = way(d, pool.outcome, 0.0 if start is None else float(at[-1]))
    return Fit(pool, at, terms, x, prior, ties)
