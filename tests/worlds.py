"""Worlds in which votes go together: questions and judges that lean to some models, and the ratings that hold in them."""

from dataclasses import dataclass

import numpy as np

from evals.arena.board import ELO, quantile
from evals.arena.certainty import spread
from evals.arena.connections import circles
from evals.arena.fit import Fit, fit
from evals.arena.outcomes import sigma
from evals.arena.pool import A_WINS, B_WINS, TIE, Codes, Pool
from evals.arena.ranks import critical, difference_se, intervals
from evals.arena.sandwich import CI
from evals.arena.shrinkage import shrunk
from evals.stats import Floats


@dataclass(frozen=True)
class World:
    """Models, and who asks and judges.

    Attributes:
        models: how many. spread: of their strengths, in logits.
        questions, judges: how many. by_question, by_judge: how much each leans to each model, as standard deviations in logits.
        ties: the share of votes that are ties, whoever meets.
        uneven: by how much a few judges and questions have most of the votes: their shares fall as 1 / place^uneven.
        star: whether one model meets all others, and these never each other.
        rare: how many votes the last model has; 0 for as many as the others.
    """

    models: int
    votes: int
    questions: int
    judges: int
    by_question: float = 0.8
    by_judge: float = 0.8
    spread: float = 0.7
    ties: float = 0.15
    uneven: float = 0.0
    star: bool = False
    rare: int = 0

    def strengths(self, rng: np.random.Generator) -> Floats:
        """Of the models, in logits, without any question or judge."""
        return rng.normal(0, self.spread, self.models)

    def truth(self, strengths: Floats) -> Floats:
        """The ratings that endless votes on endless questions by endless judges have, sum 0: shape (M,)."""
        nodes, weights = np.polynomial.hermite_e.hermegauss(61)
        lean = np.sqrt(2 * (self.by_question**2 + self.by_judge**2))
        a, b = np.triu_indices(self.models, 1)
        met = self._shares()[a, b]
        a, b, met = a[met > 0], b[met > 0], met[met > 0]
        d = (strengths[a] - strengths[b])[:, None] + lean * nodes
        won = met * ((sigma(d) @ weights / weights.sum()) * (1 - self.ties) + self.ties / 2)
        both = np.concatenate([won, met - won])
        a, b = np.append(a, b), np.append(b, a)
        return fit(Pool(self.names, a, b, np.full(len(a), A_WINS), both, both, both)).theta

    def pool(self, rng: np.random.Generator, strengths: Floats) -> Pool:
        """Votes: who meets, who asks and who judges is drawn anew for each."""
        n, size = self.votes, self.models
        question, judge = (self._units(rng, count) for count in (self.questions, self.judges))
        a, b = np.divmod(
            rng.choice(size * size, n, p=(shares := self._shares()).ravel() / shares.sum()), size
        )
        asks = rng.normal(0, self.by_question, (self.questions, size))
        judges = rng.normal(0, self.by_judge, (self.judges, size))
        rows, at = np.arange(n), strengths + asks[question] + judges[judge]
        won = rng.random(n) < sigma(at[rows, a] - at[rows, b])
        outcome = np.where(rng.random(n) < self.ties, TIE, np.where(won, A_WINS, B_WINS))
        one = np.ones(n)
        return Pool(self.names, a, b, outcome, one, one, one, question, judge)

    @property
    def names(self) -> tuple[str, ...]:
        """Of the models."""
        return tuple(f"m{place:03}" for place in range(self.models))

    def _shares(self) -> Floats:
        """How often each meets each, as weights, symmetric: shape (M, M)."""
        size = self.models
        found = 1.0 - np.eye(size)
        if self.star:
            found[1:, 1:] = 0.0
        if self.rare:
            most = found[:-1, :-1].sum() / (self.votes - self.rare) / 2
            found[-1, :-1] = found[:-1, -1] = self.rare * most / (size - 1)
        return found

    def _units(self, rng: np.random.Generator, count: int) -> Codes:
        shares = np.arange(1, count + 1) ** -self.uneven
        return rng.choice(count, self.votes, p=shares / shares.sum())


@dataclass(frozen=True)
class Coverage:
    """How often intervals held, by their kind.

    Attributes:
        ratings: the share of models whose true rating was in its interval. last: the same of the last model alone.
        ranks: the share of pools in which every model's true rank was in its interval.
        width: the mean width of the ratings' intervals, in Elo points.
    """

    ratings: dict[str, float]
    last: dict[str, float]
    ranks: dict[str, float]
    width: dict[str, float]


def coverage(world: World, rounds: int, seed: int = 0, kinds: tuple[CI, ...] = ("auto", "hc0")) -> Coverage:
    """How often the intervals and ranks of a world's pools hold what is true in it.

    Beside the kinds: "shrunk", those of `auto` where the ratings are drawn to each other.
    """
    rng = np.random.default_rng(seed)
    held: dict[str, list[tuple[float, float, float, float]]] = {kind: [] for kind in (*kinds, "shrunk")}
    for _ in range(rounds):
        strengths = world.strengths(rng)
        truth, pool = world.truth(strengths), world.pool(rng, strengths)
        if len(circles(pool)) == 1:
            found = fit(pool)
            for kind in kinds:
                held[kind].append(_held(found, truth, kind))
            held["shrunk"].append(_held(shrunk(pool), truth, "auto"))
    means = {kind: np.array(each).mean(axis=0) for kind, each in held.items()}
    columns = [{kind: float(each[place]) for kind, each in means.items()} for place in range(4)]
    return Coverage(*columns)


def _held(found: Fit, truth: Floats, kind: CI) -> tuple[float, float, float, float]:
    size = len(truth)
    sure = spread(found, kind)
    covariance = sure.covariance[:size, :size]
    half = quantile(sure.freedom, 0.95) * np.sqrt(np.diag(covariance))
    inside = np.abs(found.theta - truth) <= half
    low, high = intervals(found.theta, difference_se(covariance), critical(covariance, sure.freedom))
    rank = 1 + (truth[None, :] > truth[:, None]).sum(axis=1)
    ranked = ((low <= rank) & (rank <= high)).all()
    return float(inside.mean()), float(inside[-1]), float(ranked), float(2 * half.mean() * ELO)
