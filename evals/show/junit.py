"""Verdicts as JUnit XML, which every CI shows: a suite of tests a suite and model, a test a verdict.

An item is no test here: of a model's wrong answers a suite counts hundreds, and none of them is a failure of the build.
What can fail is a requirement (a floor, a gate), which gives a `Case` of its own; a mere measurement passes with its
value, and replies without a verdict are errors.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Literal
from xml.etree import ElementTree as ET

from evals import safe, words
from evals.document import Document
from evals.errors import BadInput
from evals.view import Row, records

Verdict = Literal["pass", "fail", "error", "skip"]
NO_CHARACTER = re.compile("[\ufffe\uffff]")
TOO_LONG = "too_long"


@dataclass(frozen=True)
class Case:
    """One test of a JUnit file.

    Attributes:
        suite: the group in which it is shown, such as "dots · pocket/bluff".
        name: what is tested, unique in its suite.
        verdict: "skip" for what could not be decided or measured.
        message: why, in a sentence.
        seconds: how long it took, where that is known.
        properties: further facts by name: figures in full precision.
    """

    suite: str
    name: str
    verdict: Verdict
    message: str = ""
    seconds: float | None = None
    properties: Mapping[str, str | float | int] = field(default_factory=dict)


ELEMENTS: Mapping[Verdict, str] = {"fail": "failure", "error": "error", "skip": "skipped"}


def junit(cases: Iterable[Case], name: str = "evals") -> str:
    """Cases as a JUnit file that the common schema (Jenkins' `junit-10.xsd` and its elders) admits.

    The schema knows properties of a suite alone: they stand there as "case: property", and as text below their case.
    """
    listed = list(cases)
    root = ET.Element("testsuites", {"name": _text(name), **_counts(listed)})
    order = {case.suite: place for place, case in reversed(list(enumerate(listed)))}
    for suite, group in groupby(sorted(listed, key=lambda case: order[case.suite]), lambda case: case.suite):
        _suite(root, suite, list(group))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _counts(cases: list[Case]) -> dict[str, str]:
    counts = {kind: str(sum(case.verdict == kind for case in cases)) for kind in ("fail", "error")}
    seconds = sum(case.seconds or 0.0 for case in cases)
    return {
        "tests": str(len(cases)),
        "failures": counts["fail"],
        "errors": counts["error"],
        "time": f"{seconds:.3f}",
    }


def _suite(root: ET.Element, name: str, cases: list[Case]) -> None:
    skipped = str(sum(case.verdict == "skip" for case in cases))
    suite = ET.SubElement(root, "testsuite", {"name": _text(name), **_counts(cases), "skipped": skipped})
    facts = {f"{case.name}: {key}": value for case in cases for key, value in case.properties.items()}
    if facts:
        properties = ET.SubElement(suite, "properties")
        for key, value in facts.items():
            ET.SubElement(properties, "property", {"name": _text(key), "value": _text(value)})
    for case in cases:
        _case(suite, case)


def _case(suite: ET.Element, case: Case) -> None:
    names = {"name": _text(case.name), "classname": _text(case.suite), "time": f"{case.seconds or 0:.3f}"}
    made = ET.SubElement(suite, "testcase", names)
    message = _text(case.message)
    if case.verdict in ELEMENTS:
        more = {} if case.verdict == "skip" else {"type": case.verdict}
        ET.SubElement(made, ELEMENTS[case.verdict], {"message": message, **more}).text = message
    lines = [message, *(f"{key}: {value}" for key, value in case.properties.items())]
    ET.SubElement(made, "system-out").text = "\n".join(_text(line) for line in lines if line)


def _text(value: Any) -> str:
    """Any value as one line that XML can hold."""
    return NO_CHARACTER.sub("\ufffd", safe.line(value))


# Of a document


def document(found: Document) -> str:
    """The measurements and failures of a document: each main metric passes with its value, or is skipped if it has none.

    Raises: BadInput: there is a report in it of which no tests are made.
    """
    makers = {"summary": _measured, "failures": _failed}
    for section in found.sections:
        if section.name not in makers:
            raise BadInput(
                f"report {section.name} gives no tests",
                f"JUnit shows {' and '.join(makers)}, and what a gate decides",
            )
    return junit(case for section in found.sections for case in makers[section.name](records(section.table)))


def _measured(rows: list[Row]) -> Iterator[Case]:
    for row in (row for row in rows if row["main"]):
        shown = words.interval(row["value"], row["low"], row["high"], row["unit"])
        yield Case(
            suite=f"{row['suite']} · {row['model']}",
            name=f"{row['metric']}, {row['arm']}",
            verdict="pass" if row["n"] else "skip",
            message=f"{row['title']}: {shown}, {row['n']} items" if row["n"] else "no item counts",
            properties={key: row[key] for key in ("value", "low", "high", "n", "unit", "method") if row["n"]},
        )


def _failed(rows: list[Row]) -> Iterator[Case]:
    """A request without a verdict is an error; a prompt that does not fit the model is none."""
    for row in rows:
        yield Case(
            suite=f"{row['suite']} · {row['model']}",
            name=f"requests: {row['failure']}",
            verdict="skip" if row["failure"] == TOO_LONG else "error",
            message=f"{row['replies']} without a verdict; the first: {row['message']}",
            properties={"replies": row["replies"], "attempts": row["attempts"], "sample": row["sample"]},
        )
