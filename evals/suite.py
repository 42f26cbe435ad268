"""Suites: what is asked, how it is judged, and which comparisons were fixed beforehand."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from evals import shelf
from evals.errors import BadFile, BadInput, EvalsError, NotFound
from evals.types import (
    Arm,
    Contrast,
    Index,
    ItemMetric,
    Message,
    Metric,
    Outcome,
    Prompt,
    Response,
    Sample,
    Score,
    Tag,
)

FIXED_SEED = 20261123
"""The public seed: runs use it unless told otherwise, so that their results can be compared."""

ACCURACY = Metric("accuracy", "accuracy", {"right": 1.0, "wrong": 0.0}, better="higher")


@dataclass(frozen=True)
class NoOptions:
    """The options of a suite that takes none."""


Told = Sequence[tuple[Sample, Outcome]]
"""What a model has been asked so far, and how each reply ended, in the order of asking."""


@dataclass(frozen=True)
class Track:
    """An adaptive test: its samples are chosen one by one, each from the outcomes so far.

    Every model walks every track once in every arm.

    Attributes:
        name: unique in the suite.
        calls: how many samples are chosen.
        pool: what is chosen from; ids are unique in the suite.
        choose: (told) -> a sample of the pool that is not among those told; the same for the same argument.
    """

    name: str
    calls: int
    pool: tuple[Sample, ...]
    choose: Callable[[Told], Sample]


def by_target(sample: Sample, _arm: str) -> str | None:
    """A right reply is the target alone; without one there is none."""
    return sample.target


def no_tracks(_seed: int, _n: int, _options: Any) -> tuple[Track, ...]:
    """A suite whose samples are known beforehand."""
    return ()


@dataclass(frozen=True, kw_only=True)
class Suite:
    """A behaviour to measure.

    Attributes:
        name: as on the command line and in reports.
        version: bumped whenever items or scoring change; runs of different versions are not compared.
        about: one line: what it measures.
        samples: (seed, n, options) -> n samples; the same arguments give the same bytes on every machine.
        arms: the ways to ask.
        score: (sample, arm name, response) -> verdict; pure.
        metrics: what is reported; the first is the headline. Without any the suite is a demonstration.
        contrasts: comparisons fixed beforehand.
        sizes: name -> number of samples.
        options: a dataclass of what `--set` can change, with defaults.
        strata: the tags that reports break the metrics down by.
        solved: (sample, arm name) -> a right reply, as an example for models that only continue texts; None if the suite
            has none to show.
        tracks: (seed, n, options) -> adaptive tests in place of the samples, n calls in all; none for most options.
        where: by what to load it again: a bare name (ours), an absolute path, or lm-eval:TASK; set when it is loaded.
        notes: what a reader must know of it, in sentences; said when a run begins, and above reports.
    """

    name: str
    version: str
    about: str
    samples: Callable[[int, int, Any], Iterable[Sample]]
    arms: tuple[Arm, ...]
    score: Callable[[Sample, str, Response], Score]
    metrics: tuple[Metric | Index | ItemMetric, ...] = (ACCURACY,)
    contrasts: tuple[Contrast, ...] = ()
    sizes: Mapping[str, int] = field(default_factory=lambda: {"quick": 60, "standard": 400, "full": 1600})
    options: type = NoOptions
    strata: tuple[str, ...] = ()
    solved: Callable[[Sample, str], str | None] = by_target
    tracks: Callable[[int, int, Any], tuple[Track, ...]] = no_tracks
    where: str = ""
    notes: tuple[str, ...] = ()

    @property
    def is_demonstration(self) -> bool:
        """Whether it is there to be looked at: shown, never counted, compared or ranked."""
        return not self.metrics

    def arm(self, name: str) -> Arm:
        """The arm of that name. Raises: KeyError: there is none."""
        for arm in self.arms:
            if arm.name == name:
                return arm
        raise KeyError(name)

    def parse_options(self, settings: Mapping[str, str]) -> Any:
        """The options dataclass, filled from `--set KEY=VALUE` texts.

        Raises: NotFound: an unknown key. BadInput: a value of the wrong kind.
        """
        known = getattr(self.options, "__dataclass_fields__", {})
        for key in settings:
            if key not in known:
                raise NotFound.among(f"option of suite {self.name}", key, known)
        try:
            return TypeAdapter(self.options).validate_python(dict(settings))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise BadInput(
                f"--set {where}={settings.get(where)!r}: {first['msg']}",
                f"evals show {self.name} lists the options",
            ) from None

    def pick_arms(self, names: Iterable[str]) -> tuple[Arm, ...]:
        """The arms of these names; the default ones if none is named, every one for "all".

        Raises: NotFound: an unknown arm.
        """
        names = list(names)
        by_name = {arm.name: arm for arm in self.arms}
        if not names:
            return tuple(arm for arm in self.arms if arm.default)
        if names == ["all"]:
            return self.arms
        for name in names:
            if name not in by_name:
                raise NotFound.among(f"arm of suite {self.name}", name, by_name)
        return tuple(by_name[name] for name in dict.fromkeys(names))


def render(arm: Arm, sample: Sample) -> Prompt:
    """The exact prompt of a sample in an arm, its pictures drawn.

    Raises: BadFile: the template names a field that the sample does not have, has a brace too many, or raised; or the
        pictures could not be drawn, or the choices not be made.
    """
    fix = "use {input}, {target} or one of the sample's fields; write {{ and }} for braces"
    try:
        if callable(arm.template):
            text = arm.template(sample)
        else:
            text = arm.template.format(**{**sample.fields, "input": sample.input, "target": sample.target})
    except (KeyError, IndexError) as error:
        raise BadFile(
            f"the template of arm {arm.name!r} asks for {error}, which sample {sample.id} does not have", fix
        ) from error
    except Exception as error:  # a template is the suite author's; its fault is one sentence
        raise BadFile(
            f"the template of arm {arm.name!r} fails on sample {sample.id}: {type(error).__name__}: {error}",
            fix,
        ) from error
    continued = "completion" in arm.needs
    system = (Message("system", arm.system),) if arm.system else ()
    return Prompt(
        messages=() if continued else (*system, Message("user", text, images=_made("images", arm, sample))),
        text=text if continued else "",
        followups=arm.followups,
        max_tokens=arm.max_tokens,
        temperature=arm.temperature,
        stop=arm.stop,
        tools=arm.tools,
        choices=_made("choices", arm, sample),
    )


def _made(what: Literal["images", "choices"], arm: Arm, sample: Sample) -> tuple[Any, ...]:
    """What an arm shows of a sample, or has continued. Making it is the suite author's code; its fault is one sentence."""
    make: Callable[[Sample], Iterable[Any]] | None = getattr(arm, what)
    if make is None:
        return ()
    try:
        return tuple(make(sample))
    except EvalsError:
        raise
    except Exception as error:
        raise BadFile(
            f"the {what} of arm {arm.name!r} fail on sample {sample.id}: {type(error).__name__}: {error}",
            f"mend its {what}(sample)",
        ) from error


LM_EVAL = "lm-eval:"
"""What a task of lm-eval is named with."""


def load_all(name: str) -> tuple[Suite, ...]:
    """The suites of a name: one, but for a group of lm-eval's tasks. Raises: as `load`."""
    if name.startswith(LM_EVAL):
        from evals import lm_suite  # which knows suites

        return lm_suite.suites(name)
    return (_on_shelf(name),)


def load(name: str) -> Suite:
    """A suite by bare name (ours), by path (the user's own) or as lm-eval:TASK.

    Raises: NotFound: no such suite. BadFile: it cannot be loaded, or is not a suite. BadInput: the name is a group's.
        Unsupported: a task that cannot be asked here.
    """
    found = load_all(name)
    if len(found) > 1:
        raise BadInput(f"{name} is {len(found)} tasks", f"name one, such as {LM_EVAL}{found[0].name}")
    return found[0]


def file(suite: Suite) -> Path | None:
    """The file that a suite was loaded from; None where there is none, as of lm-eval's tasks."""
    return None if not suite.where or suite.where.startswith(LM_EVAL) else shelf.find("suite", suite.where)


def _on_shelf(name: str) -> Suite:
    """A suite of a `suite.py`, or of a `suite.toml` that is only data."""
    path = shelf.find("suite", name)
    if path.suffix == ".toml":
        from evals.toml_suite import from_toml  # which knows suites

        return from_toml(path)
    suite = getattr(shelf.load(path), "suite", None)
    if not isinstance(suite, Suite):
        raise BadFile(f"{path} has no `suite = Suite(...)`", "see docs/suites.md")
    return check(suite, path)


def check(suite: Suite, path: Path) -> Suite:
    """The suite with its place, once its names fit together.

    Raises: BadFile: a name that is no folder's name, two arms of one name, an arm that cannot be asked, a tool that no
        model could call, a contrast or index of an arm, metric or stratum that is not there, or strata that nothing matches.
    """
    if not re.fullmatch(r"\w[\w.-]*", suite.name):
        raise BadFile(f"{path}: {suite.name!r} cannot name a suite", "use letters, digits, '-', '_' and '.'")
    arms = [arm.name for arm in suite.arms]
    metrics = [metric.name for metric in suite.metrics]
    if not arms or len(set(arms)) < len(arms):
        raise BadFile(f"{path}: a suite needs arms, each with a name of its own; it has {arms}", "rename one")
    for arm in suite.arms:
        _check_arm(arm, path)
    wanted: list[tuple[Tag, Sequence[Tag]]] = [
        (name, arms) for c in suite.contrasts if c.by == "arm" for name in (c.treatment, c.control)
    ]
    wanted += [(c.by, ("arm", *suite.strata)) for c in suite.contrasts]
    wanted += [(c.metric, metrics) for c in suite.contrasts]
    wanted += [(name, metrics) for m in suite.metrics if isinstance(m, Index) for name in m.weights]
    for name, known in wanted:
        if name not in known:
            raise BadFile(
                f"{path}: a contrast or index names {name!r}, which is not among {known}", "correct the name"
            )
    for contrast in suite.contrasts:
        if bool(contrast.match) != (contrast.by != "arm"):
            raise BadFile(
                f"{path}: contrast {contrast.name!r} of {contrast.by} with match={contrast.match}",
                "strata are matched by tags in which pairs agree (match=...), arms by the samples themselves",
            )
    ours = path.is_relative_to(shelf.home("suite"))
    return replace(suite, where=suite.name if ours else str(path))


def _check_arm(arm: Arm, path: Path) -> None:
    if arm.repeat < 1:
        raise BadFile(
            f"{path}: arm {arm.name!r} with repeat {arm.repeat} asks nothing", "give a number from 1"
        )
    if "completion" in arm.needs and (arm.system or arm.followups or arm.images or arm.tools):
        raise BadFile(
            f"{path}: arm {arm.name!r} has a text continued, which takes no system message, follow-ups, pictures or tools",
            "put everything into its template",
        )
    if arm.choices and "completion" not in arm.needs:
        raise BadFile(
            f"{path}: arm {arm.name!r} asks how likely continuations are of what a user says, which no model tells",
            'have a text continued: needs=frozenset({"completion"})',
        )
    _check_tools(arm, path)


def _check_tools(arm: Arm, path: Path) -> None:
    names = [tool.name for tool in arm.tools]
    if len(set(names)) < len(names):
        raise BadFile(f"{path}: arm {arm.name!r} has two tools of one name: {', '.join(names)}", "rename one")
    for tool in arm.tools:
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", tool.name):
            raise BadFile(
                f"{path}: {tool.name!r} cannot name a tool", "use up to 64 letters, digits, '_' and '-'"
            )
        if tool.answer is None or tool.parameters.get("type") != "object":
            raise BadFile(
                f"{path}: tool {tool.name} needs a function and a schema of type object",
                "see docs/suites.md",
            )
