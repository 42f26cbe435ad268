"""Plans: every (model, suite, sample, arm, repeat) of a run, computed from what was asked and from the seed."""

import hashlib
import json
import secrets
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from evals.errors import BadFile, BadInput, EvalsError, NotFound
from evals.framing import DRAWN, Shot, can_frame, continued, framed, seed_of, shots
from evals.rounds import Round, Until, known, numbered
from evals.shard import Shard, deal
from evals.suite import FIXED_SEED, Suite, Told, Track, load_all, render
from evals.types import Arm, Key, Prompt, Sample


@dataclass(frozen=True, kw_only=True)
class Request:
    """What the user asked for: enough to repeat the run.

    Attributes:
        suites: names or paths.
        models: as typed, options included.
        size: a name from the suites' `sizes`, or a number of samples of each suite.
        seed: a number, or "fresh" for one drawn when the run begins.
        arms: arm names; none means each suite's default ones, ("all",) every one.
        options: `--set` texts.
        repeat: how often each prompt is asked.
        until: when enough is asked, where `size` is only the first round's; None asks `size` and ends.
        shard: which part of it this machine asks; None for all.
    """

    suites: tuple[str, ...]
    models: tuple[str, ...]
    size: str | int = "quick"
    seed: int | Literal["fresh"] = FIXED_SEED
    arms: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    repeat: int = 1
    until: Until | None = None
    shard: Shard | None = None

    @property
    def digest(self) -> str:
        """Eight hexadecimal digits that are the same for the same request."""
        told = {
            name: value for name, value in asdict(self).items() if name not in ("until", "shard") or value
        }
        canonical = json.dumps(told, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()[:8]


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to ask one model."""

    key: Key
    sample: Sample
    prompt: Prompt


@dataclass(frozen=True)
class Planned:
    """A suite with the samples and arms of this run: known beforehand, or chosen from tracks as answers come.

    `fresh` are the samples of further rounds. `shots` holds, by arm, the examples for models that only continue texts; none
    until such a model is asked.
    """

    suite: Suite
    arms: tuple[Arm, ...]
    samples: tuple[Sample, ...]
    tracks: tuple[Track, ...] = ()
    fresh: tuple[Sample, ...] = ()
    options: Any = None
    shots: Mapping[str, tuple[Shot, ...]] = field(default_factory=dict)

    def __len__(self) -> int:
        """How many replies of one model, asked once, this part has."""
        return sum(arm.repeat for _, arm in self.pairs()) + sum(track.calls for _, track in self.walks())

    def walks(self) -> Iterator[tuple[Arm, Track]]:
        """Each arm with each track of which it takes every sample."""
        for arm in self.arms:
            yield from ((arm, track) for track in self.tracks if all(map(arm.takes, track.pool)))

    @property
    def certain(self) -> tuple[Sample, ...]:
        """Every sample that is asked, whatever is answered."""
        return (*self.samples, *self.fresh)

    @property
    def pool(self) -> tuple[Sample, ...]:
        """Every sample that may be asked."""
        return (*self.certain, *(sample for track in self.tracks for sample in track.pool))

    def pairs(self) -> Iterator[tuple[Sample, Arm]]:
        """Each sample that is asked for certain, with each arm that takes it, arm within sample."""
        return self._pairs(self.certain)

    def possible(self) -> Iterator[tuple[Sample, Arm]]:
        """Each sample that may be asked, with each arm that takes it."""
        return self._pairs(self.pool)

    def _pairs(self, samples: tuple[Sample, ...]) -> Iterator[tuple[Sample, Arm]]:
        return ((sample, arm) for sample in samples for arm in self.arms if arm.takes(sample))


@dataclass(frozen=True)
class Course:
    """One model's way along one track in one arm."""

    model: str
    suite: Suite
    arm: Arm
    track: Track
    shots: tuple[Shot, ...] = ()

    def leads(self, key: Key) -> bool:
        """Whether a reply with that key was given by this model, in this suite and arm."""
        return (key.model, key.suite, key.arm) == (self.model, self.suite.name, self.arm.name)

    def next(self, told: Told) -> Job | None:
        """What to ask after that; None once the calls are spent."""
        if len(told) >= self.track.calls:
            return None
        sample = self.track.choose(told)
        key = Key(self.model, self.suite.name, sample.id, self.arm.name)
        return Job(key, sample, _prompt(self.arm, sample, self.shots))


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An arm that a model is not asked in, because it cannot take it; `why` as in "takes no images"."""

    model: str
    suite: str
    arm: str
    why: str


@dataclass(frozen=True)
class Plan:
    """A request made definite: the seed is drawn, the samples are computed.

    All models meet the same samples, in the same arms but for those that are left out. Models that are `framed` only
    continue texts: chat arms are put to them as the text that the arm brings, or after solved examples.
    """

    request: Request
    seed: int
    parts: tuple[Planned, ...]
    left_out: tuple[LeftOut, ...] = ()
    framed: tuple[str, ...] = ()

    def __len__(self) -> int:
        """How many replies the finished run has."""
        return sum(map(self.size, self.request.models))

    def size(self, model: str) -> int:
        """How many of them are one model's."""
        return sum(map(len, self.of(model))) * self.request.repeat

    def of(self, model: str) -> tuple[Planned, ...]:
        """The parts with the arms that one model is asked in, as they are put to it."""
        out = {(each.suite, each.arm) for each in self.left_out if each.model == model}
        put = continued if model in self.framed else _as_it_is
        return tuple(
            replace(part, arms=tuple(put(arm) for arm in part.arms if (part.suite.name, arm.name) not in out))
            for part in self.parts
        )

    def asks(self, key: Key) -> bool:
        """Whether a reply of that key is not one of an arm that is left out."""
        return all(
            (each.model, each.suite, each.arm) != (key.model, key.suite, key.arm) for each in self.left_out
        )

    def without(self, *more: LeftOut) -> "Plan":
        """The plan with these arms left out too."""
        return replace(self, left_out=tuple(dict.fromkeys((*self.left_out, *more))))

    def framing(self, models: Iterable[str]) -> "Plan":
        """The plan in which these models are asked by solved examples.

        Raises: EvalsError: a suite could not make them.
        """
        framed = tuple(models)
        if not framed:
            return self
        return replace(self, framed=framed, parts=tuple(_with_shots(part, self.seed) for part in self.parts))

    def cut(self) -> "Plan":
        """The plan less what other shards ask. After `framing`: all shards put the same examples before their items.

        Raises: BadInput: there are more shards than items.
        """
        shard = self.request.shard
        return self if shard is None else replace(self, parts=tuple(_cut(part, shard) for part in self.parts))

    def shots(self, model: str, part: Planned, arm: Arm) -> tuple[Shot, ...]:
        """The examples that go before one model's items in an arm."""
        return part.shots.get(arm.name, ()) if model in self.framed else ()

    def prompt(self, model: str, part: Planned, arm: Arm, sample: Sample) -> Prompt:
        """What one model is sent of a sample in an arm, the first time: after the examples if there are any."""
        return _prompt(arm, sample, self.shots(model, part, arm))

    def jobs(
        self, model: str, left: Container[tuple[str, str]] = (), done: Container[Key] = ()
    ) -> Iterator[Job]:
        """What one model is asked whatever it answers, arm within sample, so that a run cut short still holds whole pairs.

        Args:
            left: (suite, arm) that are not wanted any more when their turn comes.
            done: what is answered already, of which no prompt is made.
        """
        for part in self.of(model):
            pairs = part.pairs()
            wanted = ((sample, arm) for sample, arm in pairs if (part.suite.name, arm.name) not in left)
            yield from self._jobs(model, part, wanted, done)

    def candidates(self, model: str) -> Iterator[Job]:
        """Everything that one model may be asked."""
        for part in self.of(model):
            yield from self._jobs(model, part, part.possible())

    def courses(self, model: str) -> Iterator[Course]:
        """The tracks that one model walks."""
        for part in self.of(model):
            for arm, track in part.walks():
                yield Course(model, part.suite, arm, track, self.shots(model, part, arm))

    def _jobs(
        self,
        model: str,
        part: Planned,
        pairs: Iterable[tuple[Sample, Arm]],
        done: Container[Key] = (),
    ) -> Iterator[Job]:
        for sample, arm in pairs:
            times = self.request.repeat * arm.repeat
            keys = (Key(model, part.suite.name, sample.id, arm.name, repeat) for repeat in range(times))
            wanted = [key for key in keys if key not in done]
            if not wanted:
                continue
            prompt = self.prompt(model, part, arm, sample)
            for key in wanted:
                yield Job(key, sample, prompt if times == 1 else self._sampled(prompt, key))

    def _sampled(self, prompt: Prompt, key: Key) -> Prompt:
        """Repeats have a seed each, and temperature 1 where the arm is greedy: greedy ones would all be alike."""
        text = f"{self.seed}/{key.suite}/{key.sample}/{key.arm}/{key.repeat}"
        seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) >> 1
        return replace(prompt, temperature=1.0 if prompt.temperature == 0 else prompt.temperature, seed=seed)


def _cut(part: Planned, shard: Shard) -> Planned:
    """The part with one shard's samples, or tracks."""
    units = [track.name for track in part.tracks] or [sample.cluster for sample in part.certain]
    mine = deal(part.suite.name, units, shard)
    return replace(
        part,
        samples=tuple(sample for sample in part.samples if sample.cluster in mine),
        fresh=tuple(sample for sample in part.fresh if sample.cluster in mine),
        tracks=tuple(track for track in part.tracks if track.name in mine),
    )


def _as_it_is(arm: Arm) -> Arm:
    return arm


def _prompt(arm: Arm, sample: Sample, shots: tuple[Shot, ...]) -> Prompt:
    """What is sent of a sample in an arm, after the examples if there are any."""
    prompt = render(arm, sample)
    return framed(prompt, shots) if shots else prompt


def _with_shots(part: Planned, seed: int) -> Planned:
    """The part with the examples of its chat arms."""
    arms = [arm for arm in part.arms if can_frame(arm)]
    drawn = _made(part.suite, seed_of(seed), DRAWN, part.options).pool if arms else ()
    first = replace(part, fresh=()).pool  # so that every round is asked after the same examples
    found = {arm.name: shots(part.suite, arm, drawn, first) for arm in arms}
    given = {question for examples in found.values() for question, _ in examples}
    fresh = (each for each in part.fresh if given.isdisjoint(_questions(arms, each)))
    return replace(part, shots=found, fresh=tuple(fresh))


def _questions(arms: Iterable[Arm], sample: Sample) -> Iterator[str]:
    return (render(arm, sample).messages[-1].content for arm in arms if arm.takes(sample))


def plan(request: Request, seed: int | None = None, rounds: Iterable[Round] = ()) -> Plan:
    """Make a request definite. `seed` is given when a run with a fresh seed is resumed, `rounds` when it has grown.

    Raises: NotFound, BadInput, BadFile: the request names what is not there, or a suite is not right.
    """
    if seed is None:
        seed = secrets.randbits(31) if request.seed == "fresh" else request.seed
    if request.repeat < 1:
        raise BadInput(f"--repeat {request.repeat} asks nothing", "give a number from 1")
    suites = [suite for name in request.suites for suite in load_all(name)]
    names = [suite.name for suite in suites]
    if len(set(names)) < len(names):
        raise BadInput(
            f"two suites of this run have one name: {', '.join(names)}", "run them one after the other"
        )
    _check_known(request, suites)
    grown = tuple(rounds)
    return Plan(request, seed, tuple(_grown(_part(suite, request, seed), grown) for suite in suites))


def _grown(part: Planned, rounds: tuple[Round, ...]) -> Planned:
    """The part with the samples of further rounds."""
    if not rounds:
        return part
    met = known(part.samples)
    fresh: tuple[Sample, ...] = ()
    for number, each in enumerate(rounds, 2):
        if count := each.samples.get(part.suite.name, 0):
            new = numbered(_made(part.suite, each.seed, count, part.options).samples, number, met)
            fresh, met = (*fresh, *new), known(new) | met
    return replace(part, fresh=fresh)


def _part(suite: Suite, request: Request, seed: int) -> Planned:
    known = {arm.name for arm in suite.arms}
    named = [name for name in request.arms if name in known or request.arms == ("all",)]
    if request.arms and not named:
        raise BadInput(
            f"suite {suite.name} has none of the arms {', '.join(request.arms)}",
            f"name one of its own too: {', '.join(arm.name for arm in suite.arms)}",
        )
    arms = suite.pick_arms(named)
    fields = getattr(suite.options, "__dataclass_fields__", {})
    options = suite.parse_options({key: value for key, value in request.options.items() if key in fields})
    made = _made(suite, seed, _count(suite, request.size), options)
    ids = {sample.id for sample in made.pool}
    if not made.pool or len(ids) < len(made.pool):
        fault = "no samples" if not made.pool else "two samples of one id"
        raise BadFile(
            f"suite {suite.name} made {fault} for seed {seed}", "mend its samples(seed, n, options)"
        )
    if made.tracks and request.repeat > 1:
        raise BadInput(
            f"--repeat does not go with an adaptive test, which suite {suite.name} is with these options",
            "leave one of the two out",
        )
    _check_pairs(suite, made.pool)
    part = replace(made, arms=arms, options=options)
    if next(part.possible(), None) is None:
        raise BadInput(
            f"of the {len(made.pool)} samples of suite {suite.name} none is asked in {', '.join(arm.name for arm in arms)}",
            "ask more samples (--size, -n), or name other arms (--arm)",
        )
    return part


def _check_pairs(suite: Suite, pool: tuple[Sample, ...]) -> None:
    """Strata that a contrast compares must have the tags by which it matches them."""
    for contrast in suite.contrasts:
        levels = [
            sample.tags.keys()
            for sample in pool
            if sample.tags.get(contrast.by) in (contrast.treatment, contrast.control)
        ]
        if levels and not any(set(contrast.match) <= tags for tags in levels):
            raise BadFile(
                f"contrast {contrast.name!r} of suite {suite.name} matches by {', '.join(contrast.match)}, which no sample has",
                "correct the names of the tags",
            )


def _made(suite: Suite, seed: int, count: int, options: Any) -> Planned:
    """The suite's tracks, else its samples. Making them is the suite author's code; its fault is one sentence."""
    try:
        tracks = suite.tracks(seed, count, options)
        return Planned(suite, (), () if tracks else tuple(suite.samples(seed, count, options)), tracks)
    except EvalsError:
        raise
    except Exception as error:
        raise BadFile(
            f"suite {suite.name} could not make its samples for seed {seed}: {type(error).__name__}: {error}",
            "mend its samples(seed, n, options)",
        ) from error


def _count(suite: Suite, size: str | int) -> int:
    if isinstance(size, int):
        if size < 1:
            raise BadInput(f"-n {size} asks nothing", "give a number from 1")
        return size
    if size not in suite.sizes:
        raise NotFound.among(f"size of suite {suite.name}", size, suite.sizes)
    return suite.sizes[size]


def _check_known(request: Request, suites: list[Suite]) -> None:
    """Several suites share one command line: an arm or option must belong to at least one of them."""
    arms = {arm.name for suite in suites for arm in suite.arms}
    options = {key for suite in suites for key in getattr(suite.options, "__dataclass_fields__", {})}
    for name in request.arms:
        if name not in arms and request.arms != ("all",):
            raise NotFound.among("arm", name, arms)
    for key in request.options:
        if key not in options:
            raise NotFound.among("option (--set)", key, options)


def sentences(left_out: Iterable[LeftOut]) -> list[str]:
    """What is left out, in sentences, one a model, suite and reason: "m takes no images: arm a of suite s is left out"."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for each in left_out:
        found.setdefault((each.model, each.suite, each.why), []).append(each.arm)
    return [
        f"{model} {why}: arm{'s' if arms[1:] else ''} {_listed(arms)} of suite {suite} "
        f"{'are' if arms[1:] else 'is'} left out"
        for (model, suite, why), arms in found.items()
    ]


def _listed(names: list[str]) -> str:
    """a, b and c."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
