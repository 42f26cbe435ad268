"""Gates that ask for more: while undecided, further items of the run's own seed stream, and a look after each round.

How many looks there may be, and at how many items, is planned beforehand; the intervals of every look have the level by
which those of all looks hold together. So a gate may look again without raising more false alarms, and what one look
has decided stays decided. Each round is a run of its own, in the folder `more` of the run that is gated.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from evals import log
from evals.errors import BadInput, EvalsError
from evals.log import RunFile
from evals.plan import Request, plan
from evals.provider import ModelName, connect
from evals.rounds import has_news, known, looks, numbered, seed_of
from evals.session import Session, begin, resume
from evals.suite import load_all
from evals.verdict.gate import Outcome, Verdict
from evals.verdict.gated import Looks
from evals.verdict.gated import gate as once
from evals.verdict.rules import Rules
from evals.verdict.side import Side
from evals.verdict.sides import sides
from evals.work import End

MORE = "more"
"""The folder in a run's own that holds the rounds."""
TIMES = 4
"""How many times the run's samples may be asked in all, unless told otherwise."""

Work = Callable[[Session], End]
"""Works through a session."""


@dataclass
class Stream:
    """One suite's further items.

    Attributes:
        sizes: samples at each planned look. taken: how many looks there have been.
        met: what was asked already, with its clusters. ended: why there is nothing more to ask.
    """

    sizes: tuple[int, ...]
    met: dict[str, str]
    taken: int = 1
    ended: str = ""


@dataclass
class Gate:
    """A gate as it goes from look to look.

    Attributes:
        candidate, baseline: with all that was asked so far.
        models: who is asked further items: the candidate's, and the baseline's where it can be.
        alone: why only the candidate is asked; empty where the baseline is too, or there is none.
        streams: by suite. decided: what looks have decided.
    """

    candidate: Side
    baseline: Side | None
    rules: Rules
    about: RunFile
    models: tuple[str, ...]
    alone: str
    streams: dict[str, Stream]
    decided: dict[tuple[str, str, str], Verdict] = field(default_factory=dict)

    def look(self) -> Outcome:
        """What is found now; what an earlier look has decided stands."""
        grown = frozenset(name for name, stream in self.streams.items() if stream.taken > 1)
        sizes = {name: stream.sizes for name, stream in self.streams.items()}
        planned = Looks(sizes, alike=not self.alone, unpaired=grown if self.alone else frozenset())
        outcome = once(self.candidate, self.baseline, self.rules, planned)
        for each in outcome.verdicts:
            if each.word != "undecided":
                self.decided.setdefault(_demand(each), each)
        verdicts = tuple(self.decided.get(_demand(each), each) for each in outcome.verdicts)
        return replace(outcome, verdicts=verdicts)

    def open(self, outcome: Outcome) -> list[str]:
        """The suites of which more items may decide something."""
        if outcome.word != "undecided" or outcome.incomplete:
            return []
        wanted = {
            each.finding.suite for each in outcome.verdicts if each.word == "undecided" and not each.reason
        }
        return [
            name
            for name, stream in self.streams.items()
            if name in wanted and not stream.ended and stream.taken < len(stream.sizes)
        ]

    def said(self, outcome: Outcome) -> Iterator[str]:
        """How far each suite had to be asked, and what the intervals mean."""
        if self.alone and any(stream.taken > 1 for stream in self.streams.values()):
            yield f"further items were asked of {self.candidate.model} alone, {self.alone}: compared unpaired"
        for name, stream in self.streams.items():
            words = {each.word for each in outcome.verdicts if each.finding.suite == name}
            end = next((word for word in ("regress", "undecided") if word in words), "pass")
            yield (
                f"{name}: {end} at look {stream.taken} of at most {len(stream.sizes)}, after "
                f"{stream.sizes[stream.taken - 1]:,} of at most {stream.sizes[-1]:,} samples; the intervals are made for "
                "stopping at any look"
            )
            if stream.ended:
                yield f"{name}: {stream.ended}"


def gate(candidate: Side, baseline: Side | None, rules: Rules, work: Work) -> Outcome:
    """A candidate held against a baseline, asked further items until that is decided or `rules.most` are asked.

    Rounds that an earlier gate has asked are used again.
    Args: work: asks what a session has still to ask.
    Raises: as `gated.gate` and `session.begin`. BadInput: the candidate is no single run of ours, or its suites have changed.
    """
    home = Path(candidate.place)
    if not (home / "run.json").is_file():
        raise BadInput(f"{home} is not one run, so its items have no stream to go on with", "name one run")
    about = log.read_own(home)
    models, alone = _asked(candidate, baseline)
    streams = {name: _stream(name, candidate, about, rules) for name in candidate.suites}
    going = Gate(candidate, baseline, rules, about, models, alone, streams)
    outcome = going.look()
    while wanted := going.open(outcome):
        missing = sum(_grow(going, name, home / MORE, work) for name in wanted)
        outcome = going.look()
        if missing:
            why = f"a further round is unfinished: {missing:,} replies are missing or failed; the same command goes on"
            outcome = replace(outcome, incomplete=(*outcome.incomplete, why))
    return replace(outcome, said=(*outcome.said, *going.said(outcome)))


def _demand(verdict: Verdict) -> tuple[str, str, str]:
    return verdict.finding.suite, verdict.finding.metric, verdict.finding.kind


def _asked(candidate: Side, baseline: Side | None) -> tuple[tuple[str, ...], str]:
    """Who is asked further items, and why the baseline's model is not, if it is not."""
    if baseline is None:
        return (candidate.model,), ""
    if baseline.model == candidate.model:
        return (
            candidate.model,
        ), "for the baseline's model has the same name, and could not be asked as it was then"
    try:
        connect(ModelName.parse(baseline.model))
    except EvalsError as error:
        return (candidate.model,), f"for {baseline.model} cannot be asked ({error.message})"
    return (candidate.model, baseline.model), ""


def _stream(name: str, candidate: Side, about: RunFile, rules: Rules) -> Stream:
    asked = candidate.rows[candidate.rows["suite"] == name]
    first = len(asked[["seed", "sample"]].drop_duplicates())
    made = plan(
        _request(about, name, about.request.models, about.request.size, about.seed), rounds=about.rounds
    )
    (part,) = made.parts
    if part.suite.version != about.suites[name]:
        raise BadInput(
            f"{candidate.place} was asked version {about.suites[name]} of suite {name}, which is now {part.suite.version}",
            "further items would be of another version: run it anew",
        )
    if part.tracks:
        return Stream((first,), {})
    return Stream(looks(first, max(first, rules.most or TIMES * first)), known(part.certain))


def _request(about: RunFile, name: str, models: tuple[str, ...], size: str | int, seed: int) -> Request:
    """The run's request for one suite, other models, another size and seed: without the other suites' arms and options."""
    (suite,) = load_all(about.paths[name])
    arms, options = {arm.name for arm in suite.arms}, getattr(suite.options, "__dataclass_fields__", {})
    asked = about.request
    return Request(
        suites=(about.paths[name],),
        models=models,
        size=size,
        seed=seed,
        arms=asked.arms if asked.arms == ("all",) else tuple(arm for arm in asked.arms if arm in arms),
        options={key: value for key, value in asked.options.items() if key in options},
        repeat=asked.repeat,
    )


def _grow(going: Gate, name: str, out: Path, work: Work) -> int:
    """Ask one suite's next round and add it to both sides; returns how many replies are missing."""
    stream = going.streams[name]
    count = stream.sizes[stream.taken] - stream.sizes[stream.taken - 1]
    seed = seed_of(going.about.seed, stream.taken + 1)
    request = _request(going.about, name, going.models, count, seed)
    (part,) = plan(request).parts
    if not has_news(part.certain, stream.met):
        stream.ended = f"of {count:,} further samples fewer than half would be new: there are no more"
        return 0
    folder, missing = _ask(request, out, work)
    if missing:
        return missing
    stream.taken += 1
    new = numbered(part.certain, stream.taken, stream.met)
    clusters = {drawn.id: sample.cluster for drawn, sample in zip(part.certain, new, strict=True)}
    stream.met = known(new) | stream.met
    found = {each.model: each for each in sides([str(folder)], going.models)}
    going.candidate = going.candidate.joined(found[going.candidate.model], clusters)
    if going.baseline and not going.alone:
        going.baseline = going.baseline.joined(found[going.baseline.model], clusters)
    return 0


def _ask(request: Request, out: Path, work: Work) -> tuple[Path, int]:
    """The folder of a round, asked now unless it was before, and how many of its replies are missing."""
    folder = log.latest(out, request)
    if folder is not None and log.read_about(folder).finished:
        return folder, 0
    session = resume(folder) if folder is not None else begin(request, out)
    return session.folder, work(session).missing
