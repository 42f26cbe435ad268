"""Verdicts as JUnit XML, which every CI system shows as tests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from xml.sax.saxutils import escape, quoteattr

from evals import safe


@dataclass(frozen=True)
class Case:
    """One verdict as a test.

    Attributes:
        suite, name: what was judged.
        verdict: a regression is a failure, what is undecided is skipped.
        message: the verdict in a sentence.
        seconds: how long it took.
        properties: further facts, name -> value.
    """

    suite: str
    name: str
    verdict: Literal["pass", "regress", "undecided"]
    message: str
    seconds: float = 0.0
    properties: Mapping[str, str] = field(default_factory=dict)


def junit(cases: Sequence[Case]) -> str:
    """The cases as one XML document, a testsuite a suite; texts are without what XML or a terminal would choke on."""
    suites = list(dict.fromkeys(case.suite for case in cases))
    body = "".join(_suite(name, [case for case in cases if case.suite == name]) for name in suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites {_counts(cases)}>\n{body}</testsuites>\n'


def _suite(name: str, cases: Sequence[Case]) -> str:
    return f"<testsuite name={_attribute(name)} {_counts(cases)}>\n{''.join(map(_case, cases))}</testsuite>\n"


def _counts(cases: Sequence[Case]) -> str:
    words = [case.verdict for case in cases]
    seconds = sum(case.seconds for case in cases)
    return (
        f'tests="{len(cases)}" failures="{words.count("regress")}" errors="0" skipped="{words.count("undecided")}" '
        f'time="{seconds:.3f}"'
    )


def _case(case: Case) -> str:
    head = f'<testcase classname={_attribute(case.suite)} name={_attribute(case.name)} time="{case.seconds:.3f}">'
    facts = "".join(
        f"<property name={_attribute(name)} value={_attribute(value)}/>"
        for name, value in case.properties.items()
    )
    parts = [f"<properties>{facts}</properties>"] if facts else []
    if case.verdict == "regress":
        parts.append(
            f'<failure message={_attribute(case.message)} type="regress">{escape(safe.clean(case.message))}</failure>'
        )
    elif case.verdict == "undecided":
        parts.append(f"<skipped message={_attribute(case.message)}/>")
    else:
        parts.append(f"<system-out>{escape(safe.clean(case.message))}</system-out>")
    return f"{head}{''.join(parts)}</testcase>\n"


def _attribute(text: str) -> str:
    return quoteattr(safe.line(text))
