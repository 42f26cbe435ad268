"""Sequential runs: after every round a look, whether enough is known; if not, a further round of fresh items.

How often and at how many items is looked is planned before the first answer, and every interval has the level by which all
those of a metric hold together (stats.look_level). So it may be acted on at any look, and stopping early costs no honesty.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from evals import log, stats, words
from evals.effect import gap
from evals.errors import BadInput, NotFound
from evals.frame import read
from evals.measure import Tally, measured, unit
from evals.plan import Plan, Planned, plan
from evals.rounds import Round, Until, has_news, known, looks, seed_of
from evals.session import Session, resume
from evals.stats import Estimate
from evals.verdict.margin import fitted


@dataclass(frozen=True)
class Standing:
    """How far a run has got with one suite.

    Attributes:
        part: what it has been asked.
        sizes: how many samples there are to be at each look. taken: how many looks there have been, this one included.
    """

    part: Planned
    sizes: tuple[int, ...]
    taken: int

    @property
    def level(self) -> float:
        """The level of an interval at each look, so that all of them hold together with 95 %."""
        return stats.look_level(self.sizes)


@dataclass(frozen=True)
class Finding:
    """What is known at a look of one suite: of one model, or of a model against another.

    Attributes:
        of: the model, or "B less A".
        estimate: of the suite's first metric, with the interval that holds at every look.
        enough: why no more need be asked; empty if more must be.
    """

    standing: Standing
    of: str
    estimate: Estimate
    enough: str

    def __str__(self) -> str:
        metric = self.standing.part.suite.metrics[0]
        low, high, value = self.estimate.low, self.estimate.high, self.estimate.value
        if " less " in self.of and not math.isnan(low):
            shown = words.change(value, low, high) if unit(metric) == "share" else f"by {value:+.2f}"
        else:
            shown = words.interval(value, low, high, unit(metric))
        looks_taken = f"look {self.standing.taken} of at most {len(self.standing.sizes)}"
        name = f"{self.standing.part.suite.name} {metric.name}, {self.of}"
        open_yet = "not enough yet" if self.estimate.n else "no item counts"
        return f"{looks_taken}: {name}: {shown}: {self.enough or open_yet}"


@dataclass(frozen=True)
class Step:
    """What a look has come to.

    Attributes:
        findings: of every suite.
        following: the session of the next round; None where the run has ended.
    """

    findings: tuple[Finding, ...]
    following: Session | None

    def summary(self) -> Iterator[str]:
        """What has come out, and what was saved, a line a suite, after the intervals that it rests on."""
        for found in self.findings:
            yield str(found).partition(": ")[2]
        standings = {found.standing.part.suite.name: found.standing for found in self.findings}
        for name, standing in standings.items():
            enough = all(each.enough for each in self.findings if each.standing is standing)
            yield f"{name}: {saving(len(standing.part.certain), standing.sizes[-1], enough=enough)}"
            if len(standing.sizes) > 1:
                yield (
                    f"{name}: the intervals above are made for stopping at any of {len(standing.sizes)} looks "
                    f"({100 * standing.level:.1f} % each, 95 % for all); those of tables are for one look"
                )


def saving(asked: int, most: int, *, enough: bool) -> str:
    """What stopping early has saved: "enough after 180 of at most 1,600 samples, 89 % fewer"."""
    said = f"{'enough' if enough else 'not enough'} after {asked:,} of at most {most:,} samples"
    return f"{said}, {words.share(1 - asked / most)} fewer" if enough and asked < most else said


def check(made: Plan) -> None:
    """Refuse what cannot be asked round by round.

    Raises: BadInput: an adaptive test, a suite without a metric, one whose first metric is no share, or a first round that
        is all there may be. NotFound: a model that is to be decided is not asked.
    """
    until = made.request.until
    if until is None:
        return
    for model in until.between or ():
        if model not in made.request.models:
            raise NotFound.among("model of this run", model, made.request.models)
    for part in made.parts:
        name = part.suite.name
        if part.tracks or not part.suite.metrics:
            why = "chooses its items from the answers" if part.tracks else "has no metric"
            raise BadInput(f"suite {name} {why}, so it is not asked in rounds", "leave out --until")
        if math.isnan(_scale(part)):
            raise BadInput(
                f"suite {name}'s first metric, {part.suite.metrics[0].name}, is no share, so no number of points is narrow",
                "leave out --until, and give its size",
            )
        if _most(part, until) <= len(part.samples):
            raise BadInput(
                f"the first {len(part.samples):,} samples of suite {name} are all that may be asked",
                "give a larger --most, or begin with fewer (-n)",
            )


def step(session: Session) -> Step:
    """Look at a finished round: the next one if it is needed, else the run's end.

    Raises: as session.resume.
    """
    until = session.plan.request.until or Until()
    found = tuple(_look(session, until))
    following = _following(session, _open(found))
    if following is None:
        log.finish(session.folder)
        return Step(found, None)
    about = log.read_about(session.folder)
    log.write_about(session.folder, replace(about, rounds=(*about.rounds, following)))
    return Step(found, resume(session.folder, session.terms))


def _open(found: Sequence[Finding]) -> list[Standing]:
    """The suites of which more is to be asked."""
    hopeful = (
        each for each in found if not each.enough and each.estimate.n
    )  # where nothing counts, more would not either
    wanted = {each.standing.part.suite.name: each.standing for each in hopeful}
    return [each for each in wanted.values() if each.taken < len(each.sizes)]


def _most(part: Planned, until: Until) -> int:
    return until.most or max(part.suite.sizes.values())


def _scale(part: Planned) -> float:
    """How many times a share's width the suite's first metric has; NaN if it is none."""
    metrics = {metric.name: metric for metric in part.suite.metrics}
    return fitted(1.0, part.suite.metrics[0].name, metrics)


def _look(session: Session, until: Until) -> Iterator[Finding]:
    rows = read(session.folder).frame
    rounds = log.read_about(session.folder).rounds
    for part in session.plan.parts:
        taken = 1 + sum(part.suite.name in each.samples for each in rounds)
        standing = Standing(part, looks(len(part.samples), _most(part, until)), taken)
        tally = Tally(rows[rows["suite"] == part.suite.name], part.suite)
        models = {
            model: np.flatnonzero((tally.rows["model"] == model).to_numpy())
            for model in session.plan.request.models
        }
        name, scale = part.suite.metrics[0].name, _scale(part)
        if until.width is not None:
            for model, mine in models.items():
                found = measured(tally, name, mine, standing.level)[0]
                yield Finding(standing, model, found, narrow(found, until.width * scale))
        if until.between is not None:
            one, other = until.between
            found = gap(tally, name, models[other], models[one], standing.level)
            yield Finding(standing, f"{other} less {one}", found, decided(found, until.margin * scale))


def narrow(found: Estimate, width: float) -> str:
    """That an interval is narrow enough, in words; empty if it is not."""
    return "narrow enough" if (found.high - found.low) / 2 <= width else ""


def decided(found: Estimate, margin: float) -> str:
    """What the interval of a difference decides, in words; empty if nothing."""
    if found.low > 0 or found.high < 0:
        return "decided, higher" if found.low > 0 else "decided, lower"
    return "decided, no difference beyond the margin" if -margin < found.low and found.high < margin else ""


def _following(session: Session, wanted: Sequence[Standing]) -> Round | None:
    """The next round: of those suites that have news; None where there are none."""
    about = log.read_about(session.folder)
    number = len(about.rounds) + 2
    samples = {each.part.suite.name: each.sizes[each.taken] - each.sizes[each.taken - 1] for each in wanted}
    if not samples:
        return None
    drawn = Round(seed_of(about.seed, number), samples)
    request = replace(about.request, suites=tuple(about.paths.values()))
    grown = {each.suite.name: each for each in plan(request, about.seed, (*about.rounds, drawn)).parts}
    had = {part.suite.name: part for part in session.plan.parts}
    kept = {
        name: count
        for name, count in samples.items()
        if has_news(
            (new for new in grown[name].fresh if new.id.startswith(f"r{number}-")), known(had[name].certain)
        )
    }
    return Round(drawn.seed, kept) if kept else None
