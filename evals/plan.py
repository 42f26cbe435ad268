"""Plans: every (model, suite, sample, arm, repeat) of a run, computed from what was asked and from the seed."""

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from evals.errors import BadFile, BadInput, EvalsError, NotFound
from evals.suite import FIXED_SEED, Suite, load, render
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
    """

    suites: tuple[str, ...]
    models: tuple[str, ...]
    size: str | int = "quick"
    seed: int | Literal["fresh"] = FIXED_SEED
    arms: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    repeat: int = 1

    @property
    def digest(self) -> str:
        """Eight hexadecimal digits that are the same for the same request."""
        canonical = json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()[:8]


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to ask one model."""

    key: Key
    sample: Sample
    prompt: Prompt


@dataclass(frozen=True)
class Planned:
    """A suite with the samples and arms of this run."""

    suite: Suite
    arms: tuple[Arm, ...]
    samples: tuple[Sample, ...]

    def pairs(self) -> Iterator[tuple[Sample, Arm]]:
        """Each sample with each arm that takes it, arm within sample."""
        return ((sample, arm) for sample in self.samples for arm in self.arms if arm.takes(sample))


@dataclass(frozen=True)
class Plan:
    """A request made definite: the seed is drawn, the samples are computed.

    All models meet the same samples in the same arms.
    """

    request: Request
    seed: int
    parts: tuple[Planned, ...]

    def __len__(self) -> int:
        """How many replies the finished run has."""
        per_model = sum(arm.repeat for part in self.parts for _, arm in part.pairs())
        return per_model * self.request.repeat * len(self.request.models)

    def jobs(self, model: str) -> Iterator[Job]:
        """What one model is asked, arm within sample, so that a run cut short still holds whole pairs."""
        for part in self.parts:
            for sample, arm in part.pairs():
                prompt, times = render(arm, sample), self.request.repeat * arm.repeat
                for repeat in range(times):
                    key = Key(model, part.suite.name, sample.id, arm.name, repeat)
                    yield Job(key, sample, prompt if times == 1 else self._sampled(prompt, key))

    def _sampled(self, prompt: Prompt, key: Key) -> Prompt:
        """Repeats have a seed each, and temperature 1 where the arm is greedy: greedy ones would all be alike."""
        text = f"{self.seed}/{key.suite}/{key.sample}/{key.arm}/{key.repeat}"
        seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) >> 1
        return replace(prompt, temperature=1.0 if prompt.temperature == 0 else prompt.temperature, seed=seed)


def plan(request: Request, seed: int | None = None) -> Plan:
    """Make a request definite. `seed` is given when a run with a fresh seed is resumed.

    Raises: NotFound, BadInput, BadFile: the request names what is not there, or a suite is not right.
    """
    if seed is None:
        seed = secrets.randbits(31) if request.seed == "fresh" else request.seed
    if request.repeat < 1:
        raise BadInput(f"--repeat {request.repeat} asks nothing", "give a number from 1")
    suites = [load(name) for name in request.suites]
    names = [suite.name for suite in suites]
    if len(set(names)) < len(names):
        raise BadInput(
            f"two suites of this run have one name: {', '.join(names)}", "run them one after the other"
        )
    _check_known(request, suites)
    return Plan(request, seed, tuple(_part(suite, request, seed) for suite in suites))


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
    samples = _samples(suite, seed, _count(suite, request.size), options)
    ids = {sample.id for sample in samples}
    if not samples or len(ids) < len(samples):
        fault = "no samples" if not samples else "two samples of one id"
        raise BadFile(
            f"suite {suite.name} made {fault} for seed {seed}", "mend its samples(seed, n, options)"
        )
    part = Planned(suite, arms, samples)
    if next(part.pairs(), None) is None:
        raise BadInput(
            f"of the {len(samples)} samples of suite {suite.name} none is asked in {', '.join(arm.name for arm in arms)}",
            "ask more samples (--size, -n), or name other arms (--arm)",
        )
    return part


def _samples(suite: Suite, seed: int, count: int, options: Any) -> tuple[Sample, ...]:
    """The suite's samples. Making them is the suite author's code; its fault is one sentence."""
    try:
        return tuple(suite.samples(seed, count, options))
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
