"""A gate's outcome as text: sentences, Markdown, JSON, JUnit XML, and annotations of a pull request."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, assert_never

from evals import safe, words
from evals.show.junit import Case, junit
from evals.show.junit import Verdict as Ended
from evals.verdict.gate import Finding, Outcome, Verdict, turned

Form = Literal["text", "md", "json", "junit"]
SAID = {"pass": "PASS", "regress": "REGRESS", "undecided": "UNDECIDED"}
COLOURS = {"pass": "\x1b[32m", "regress": "\x1b[31m", "undecided": "\x1b[33m"}
MOST = 10
"""Annotations of one kind that a step may have; GitHub drops further ones."""


def render(outcome: Outcome, form: Form, title: str, *, colour: bool = False) -> str:
    """An outcome in one of the formats. Args: title: what was gated. colour: of the verdicts, for "text"."""
    match form:
        case "text":
            return "\n".join(_text(outcome, title, colour=colour))
        case "md":
            return "\n".join(_md(outcome, title))
        case "json":
            return _json(outcome, title)
        case "junit":
            return junit(_cases(outcome))
        case _:
            assert_never(form)


def sentence(verdict: Verdict) -> str:
    """One demand with its numbers and the verdict: "hallucination FR: 14 % against 15 %, -1 point (...), ...: pass"."""
    found = verdict.finding
    return f"{_numbers(found)}: {_word(verdict)}"


def _word(verdict: Verdict) -> str:
    if verdict.word != "undecided":
        return verdict.word
    if verdict.reason:
        return f"undecided, {verdict.reason}"
    if verdict.more is None:
        return "undecided"
    return f"undecided, about {words.two_digits(verdict.more):,} more {verdict.finding.item}s would decide"


def _numbers(found: Finding) -> str:
    name = f"{found.suite} {found.metric}"
    if found.kind != "margin":
        limit = f"{found.kind} {words.number(found.bound, found.unit)}"
        value = words.interval(found.value, found.usual.low, found.usual.high, found.unit)
        return f"{name}: {value}, {limit}, {words.items(found.usual.n, found.item)}"
    values = " against ".join(words.number(each, found.unit) for each in (found.value, found.baseline))
    how = "" if found.paired else ", unpaired"
    bound = words.margin(found.bound, found.unit).removeprefix("±")
    return (
        f"{name}: {values}, {_change(found)}, margin {bound}, {words.items(found.usual.n, found.item)}{how}"
    )


def _change(found: Finding) -> str:
    """How much better or worse the candidate is, with its interval counted in that direction."""
    usual = found.usual
    if math.isnan(usual.value):
        return "not measured"
    worse = usual.value < 0
    shown = turned(usual) if worse else usual
    word = "worse by" if worse else "better by" if usual.value > 0 else "changed by"
    return f"{word} {words.size(shown.value, shown.low, shown.high, found.unit)}"


def _text(outcome: Outcome, title: str, *, colour: bool) -> Iterator[str]:
    yield safe.line(title)
    yield from map(safe.line, outcome.said)
    for verdict in outcome.verdicts:
        if verdict.finding.about_counts and verdict.word == "pass":
            continue
        said = safe.line(_numbers(verdict.finding))
        rest = _word(verdict).removeprefix(verdict.word)
        yield f"{said}: {_painted(verdict.word, colour=colour)}{rest}"
    yield from map(safe.line, outcome.incomplete)
    yield f"verdict: {_painted(outcome.word, colour=colour)}"


def _painted(word: str, *, colour: bool) -> str:
    return f"{COLOURS[word]}{SAID[word]}\x1b[0m" if colour else SAID[word]


def _md(outcome: Outcome, title: str) -> Iterator[str]:
    yield f"## {SAID[outcome.word]}: {safe.markdown(title)}"
    yield ""
    yield from (f"- {safe.markdown(said)}" for said in (*outcome.incomplete, *outcome.said))
    yield from (
        "",
        "| metric | verdict | demanded | now | baseline | change | n |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    )
    for verdict in outcome.verdicts:
        yield f"| {' | '.join(map(safe.markdown, _cells(verdict)))} |"
    yield from (
        "",
        "In brackets: 95 % confidence intervals; a change counts in the direction in which more is better.",
        "",
    )


def _cells(verdict: Verdict) -> Sequence[str]:
    found = verdict.finding
    limited = found.kind != "margin"
    bound = (
        words.number(found.bound, found.unit)
        if limited
        else words.margin(found.bound, found.unit).removeprefix("±")
    )
    value = (
        words.interval(found.value, found.usual.low, found.usual.high, found.unit)
        if limited
        else words.number(found.value, found.unit)
    )
    return (
        f"{found.suite} {found.metric}",
        _word(verdict).replace(verdict.word, SAID[verdict.word], 1),
        f"{found.kind} {bound}",
        value,
        words.number(found.baseline, found.unit),
        "–" if limited else _change(found),
        f"{found.usual.n:,}{'' if limited or found.paired else ' unpaired'}",
    )


def _json(outcome: Outcome, title: str) -> str:
    whole = {
        "title": title,
        "verdict": outcome.word,
        "incomplete": outcome.incomplete,
        "said": outcome.said,
        "verdicts": [_record(verdict) for verdict in outcome.verdicts],
    }
    return safe.json_text(json.dumps(whole, ensure_ascii=False, indent=2, allow_nan=False))


def _record(verdict: Verdict) -> dict[str, Any]:
    found = verdict.finding
    numbers = {
        "bound": found.bound,
        "value": found.value,
        "baseline": found.baseline,
        "judged": found.usual.value,
        "low": found.usual.low,
        "high": found.usual.high,
        "strict_low": found.strict.low,
        "strict_high": found.strict.high,
        "lost": found.lost,
    }
    return {
        **{
            name: getattr(found, name)
            for name in ("suite", "metric", "title", "unit", "better", "kind", "paired")
        },
        **{name: value if math.isfinite(value) else None for name, value in numbers.items()},
        "n": found.usual.n,
        "clusters": found.usual.clusters,
        "method": found.usual.method,
        "verdict": verdict.word,
        "reason": verdict.reason,
        "more": verdict.more,
        "sentence": sentence(verdict),
    }


TESTED: Mapping[str, Ended] = {"pass": "pass", "regress": "fail", "undecided": "skip"}
"""A verdict -> how a test of it ended."""


def _cases(outcome: Outcome) -> list[Case]:
    cases = [
        Case(
            verdict.finding.suite,
            f"{verdict.finding.metric} {verdict.finding.kind}",
            TESTED[verdict.word],
            sentence(verdict),
            properties={"n": str(verdict.finding.usual.n), "method": verdict.finding.usual.method},
        )
        for verdict in outcome.verdicts
    ]
    return [*cases, *(Case("run", "complete", "skip", said) for said in outcome.incomplete)]


def annotations(outcome: Outcome) -> Iterator[str]:
    """What GitHub shows beside a change: an error a regression, a warning for what is undecided; ten of a kind."""
    regressed = [sentence(each) for each in outcome.verdicts if each.word == "regress"]
    undecided = [
        *outcome.incomplete,
        *(sentence(each) for each in outcome.verdicts if each.word == "undecided"),
    ]
    for kind, said in (("error", regressed), ("warning", undecided)):
        for each in said[:MOST]:
            yield f"::{kind} title=evals gate::{_escaped(safe.line(each))}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
