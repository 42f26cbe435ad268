"""Replies and a suite made for tests of what is reported: real types, outcomes as the test says."""

from collections.abc import Iterable, Mapping
from typing import Any

from evals.scorer import exact
from evals.suite import Suite
from evals.types import (
    Arm,
    Contrast,
    Failure,
    Index,
    ItemMetric,
    Key,
    Message,
    Metric,
    Prompt,
    Reply,
    Response,
    Sample,
    Score,
    Tag,
)

MADE_UP = frozenset({"made-up"})
REAL = frozenset({"real"})


def changes(scores: list[Score]) -> float | None:
    """1 if the repeats of a sample end differently, 0 if all alike; None for a single one."""
    return float(len({score.outcome for score in scores}) > 1) if len(scores) > 1 else None


NAMES = Suite(
    name="names",
    version="3",
    about="made-up and real names",
    samples=lambda _seed, n, _options: [Sample(f"{i}", f"Name {i}") for i in range(n)],
    arms=(Arm("neutral", "Who is {input}?"), Arm("presuming", "When was {input} born?")),
    score=exact,
    metrics=(
        Metric(
            "FR", "fabrication rate", {"fabricated": 1, "abstained": 0}, {"kind": MADE_UP}, better="lower"
        ),
        Metric("OA", "over-abstention", {"abstained": 1, "right": 0}, {"kind": REAL}, better="lower"),
        Index("J", "discernment", {"FR": -1, "OA": -1}, 1.0, better="higher"),
        Metric("P", "penalised", {"right": 1, "abstained": 0, "fabricated": -3}, better="higher"),
        ItemMetric("CH", "changes", changes, {"kind": MADE_UP}, better="lower"),
    ),
    contrasts=(
        Contrast("presumption", "FR", "presuming", "neutral", "asking in a presuming way", "fabrication"),
        Contrast("all told", "J", "presuming", "neutral", "asking in a presuming way", "discernment"),
    ),
    strata=("tier",),
)


def reply(key: Key, outcome: str, tags: Mapping[str, Tag] | None = None, **more: Any) -> Reply:
    """One reply that ended so. `more`: text, reasoning, cluster, target, notes, prompt."""
    failed = outcome == "error"
    text = more.get("text", f"so it is {outcome}")
    score = Score(outcome, answer=outcome, rule=f"rule.{outcome}", notes=more.get("notes", {}))
    return Reply(
        key=key,
        prompt=more.get("prompt", Prompt((Message("user", f"{key.arm}: who is {key.sample}?"),))),
        response=None if failed else Response(text, more.get("reasoning", ""), tokens_out=7, seconds=0.25),
        score=None if failed else score,
        failure=Failure("timeout", more.get("text", "no answer within 60 s")) if failed else None,
        target=more.get("target"),
        cluster=more.get("cluster", key.sample),
        tags=tags or {},
        attempts=6 if failed else 1,
        at="2026-11-23T10:15:00.000+00:00",
    )


def replies(
    outcomes: Mapping[tuple[str, str], Iterable[str]], kind: str, suite: str = "names", start: int = 0
) -> list[Reply]:
    """Replies by (model, arm): the i-th outcome is that of sample KIND-i, the tier is A for even i, else B."""
    return [
        reply(Key(model, suite, f"{kind}-{i}", arm), outcome, {"kind": kind, "tier": "AB"[i % 2]})
        for (model, arm), ends in outcomes.items()
        for i, outcome in enumerate(ends, start)
    ]
