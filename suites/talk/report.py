"""Talk: what was asked, what each model said, and why models fail at it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

import pandas as pd

from evals.suite import Suite
from evals.view import Exchange, Row, Said, View, Voice, records

from .arms import ARMS
from .demonstrations import DEMONSTRATIONS, SAMPLES, Demonstration

NAME = "talk"
COLUMNS = (
    *("demonstration", "title", "sample", "arm", "system", "prompt", "target"),
    *("model", "notice", "text", "replies", "of", "outcome", "answer", "why", "source"),
)
PLACES = {
    "sample": {sample.id: place for place, sample in enumerate(SAMPLES)},
    "arm": {arm.name: place for place, arm in enumerate(ARMS)},
}
SAMPLED = {arm.name for arm in ARMS if arm.temperature}
VERDICTS: Mapping[str, tuple[str, bool | None]] = {
    "right": ("✓ right", True),
    "wrong": ("✗ wrong", False),
    "unparsed": ("no answer read", None),
    "truncated": ("cut off before an answer", None),
    "error": ("no reply", None),
}
"""Outcome -> in words, and whether it is good; other outcomes have no verdict."""

PLAIN = 24
"""In a wrong reply of at most so many characters it is plain what was read; of longer ones it is said."""


def report(frame: pd.DataFrame, suites: Mapping[str, Suite]) -> pd.DataFrame:
    """One row a question, arm, model and distinct reply, the commonest reply first, of the suite talk alone.

    Columns: demonstration, title, sample, arm, system, prompt, target, model, notice (what must be said beside its
    words about people; else empty), text (the reply without white space around it; of a failed request its message),
    replies (how many were so), of (how many there are), outcome, answer (as read), why (models fail at it), source (of
    that explanation).
    """
    ours = frame[frame["suite"].isin([name for name in suites if name == NAME])]
    rows = sorted(records(ours), key=_place)
    notices = frame.attrs.get("notices", {})
    found = [
        row
        for _, replies in groupby(rows, key=lambda row: (row["sample"], row["arm"], row["model"]))
        for row in _tally(list(replies), notices)
    ]
    return pd.DataFrame(found, columns=COLUMNS)


def _place(row: Row) -> tuple[Any, ...]:
    """Where a reply stands: questions and arms as the suite has them, what it no longer has last; models as named."""
    return tuple(places.get(row[name], len(places)) for name, places in PLACES.items())


def _tally(replies: Sequence[Row], notices: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """The different replies of one model to one prompt, each with how often it came."""
    counts = Counter(map(_text, replies))
    first = {_text(reply): reply for reply in reversed(replies)}
    for text, count in counts.most_common():
        reply = first[text]
        shows = _demonstration(reply["tag_demonstration"])
        yield {name: reply[name] for name in COLUMNS if name in reply} | {
            "demonstration": shows.name,
            "title": shows.title,
            "notice": notices.get(reply["model"], "") if reply["tag_person"] else "",
            "text": text,
            "replies": count,
            "of": len(replies),
            "why": shows.why,
            "source": shows.source,
        }


def _text(reply: Row) -> str:
    return str(reply["failure_message"] if pd.isna(reply["text"]) else reply["text"]).strip()


def _demonstration(name: str) -> Demonstration:
    """The demonstration of that name; of one that an older version of the suite had, the name alone."""
    return DEMONSTRATIONS.get(name) or Demonstration(name, name, "", "")


def view(table: pd.DataFrame) -> View:
    """Each question in each arm as an exchange, a column a model; the title where a demonstration begins."""
    found: list[Exchange] = []
    before = ""
    for _, group in groupby(records(table), key=lambda row: (row["sample"], row["arm"])):
        rows = list(group)
        title = rows[0]["title"]
        found.append(_exchange(rows, "" if title == before else title))
        before = title
    return View(exchanges=tuple(found))


def _exchange(rows: Sequence[Row], title: str) -> Exchange:
    first = rows[0]
    how = first["arm"] + (", at temperature 1" if first["arm"] in SAMPLED else "")
    return Exchange(
        title=title,
        lines=(f"{first['why']} ({first['source']})",) if first["why"] else (),
        prompt=first["prompt"],
        how=how if pd.isna(first["target"]) else f"{how}; right: {first['target']}",
        voices=tuple(_voice(list(group)) for _, group in groupby(rows, key=lambda row: row["model"])),
        system=first["system"],
    )


def _voice(rows: Sequence[Row]) -> Voice:
    return Voice(rows[0]["model"], tuple(map(_said, rows)), rows[0]["notice"])


def _said(row: Row) -> Said:
    verdict, good = VERDICTS.get(row["outcome"], ("", None))
    if row["outcome"] == "wrong" and len(row["text"]) > PLAIN:
        verdict += f", read as {row['answer']}"
    return Said(row["text"], verdict, good, row["replies"] if row["of"] > 1 else 0)
