"""A document as Markdown, for a comment or a job summary: pipe tables and lists, every text escaped."""

from collections.abc import Iterator

from evals import safe
from evals.document import Document, Section
from evals.view import Exchange, Said, Table, Voice

LONGEST = 2_000
"""Characters of one reply; the page shows more."""


STEPS = (None, 500, 200, 100, 50, 20, 10, 5, 2, 0)
"""The most rows of a table, and exchanges of a report, tried one after the other until the whole is short enough."""


def md(document: Document, limit: int | None = None) -> str:
    """A document as Markdown; what models and hosts said is shown as it is and never becomes markup.

    Pictures are shown where they lie as files.

    Args: limit: the most bytes of UTF-8. Tables lose their last rows first, and say how many; sentences only if all rows
        are not enough. GitHub takes 65,536 characters of a comment and 1,048,576 bytes of a job summary.
    """
    for most in STEPS:
        text = "\n".join(_document(document, most)) + "\n"
        if limit is None or len(text.encode()) <= limit:
            return text
    return _cut(text, limit or 0)


def _cut(text: str, limit: int) -> str:
    """As many whole lines as there is room for, and one that says so."""
    last = f"\nAll that follows is left out, for it would be longer than {limit:,} bytes.\n"
    kept = text.encode()[: max(0, limit - len(last.encode()))].decode(errors="ignore")
    return kept[: kept.rfind("\n") + 1] + last


def _document(document: Document, most: int | None) -> Iterator[str]:
    for fact in document.about:
        yield f"{safe.markdown(fact)}  "
    for models, notice in document.banners.items():
        yield ""
        yield f"> {safe.markdown(models)}: {safe.markdown(notice)}"
    for section in document.sections:
        if section.view.tables or section.view.exchanges or section.view.said:
            yield from _section(section, document.drawn, most)


def _section(section: Section, drawn: str, most: int | None) -> Iterator[str]:
    yield from ("", f"## {safe.markdown(section.title)}")
    for picture in section.view.pictures if drawn else ():
        yield from ("", f"![{safe.markdown(picture.alt)}](<{drawn}/{picture.name}.svg>)")
    for table in section.view.tables:
        yield from _table(table, most)
    for exchange in section.view.exchanges[:most]:
        yield from _exchange(exchange)
    yield from _left_out(len(section.view.exchanges), most, "prompt")
    if section.view.said:
        yield ""
    for sentence in section.view.said:
        yield f"- {safe.markdown(sentence)}"


def _table(table: Table, most: int | None) -> Iterator[str]:
    if table.title:
        yield from ("", f"### {safe.markdown(table.title)}")
    if most != 0:
        yield ""
        yield _row([safe.markdown(name) for name in table.rows])
        yield _row(["---"] * len(table.rows.columns))
        for row in table.rows[:most].itertuples(index=False, name=None):
            yield _row([safe.markdown(cell) for cell in row])
    yield from _left_out(len(table.rows), most, "row")


def _left_out(there: int, most: int | None, what: str) -> Iterator[str]:
    """A line that says how much of it is not shown, where that is so."""
    if most is not None and there > most:
        count = there - most
        yield from (
            "",
            f"{count:,} {'more ' if most else ''}{what}{'' if count == 1 else 's'} left out for want of room.",
        )


def _exchange(exchange: Exchange) -> Iterator[str]:
    """The prompt as a quotation, and below it a table with a row a reply."""
    if exchange.title:
        yield from ("", f"### {safe.markdown(exchange.title)}")
        for sentence in exchange.lines:
            yield from ("", safe.markdown(sentence))
    yield from ("", safe.markdown(exchange.how), "")
    if exchange.system:
        yield f"> system: {_lines(exchange.system)}<br>"
    yield f"> {_lines(exchange.prompt)}"
    yield from ("", _row(["model", "replies", "said", "verdict"]), _row(["---"] * 4))
    for voice in exchange.voices:
        for said in voice.said:
            yield _said(voice, said)


def _said(voice: Voice, said: Said) -> str:
    named = safe.markdown(voice.model) + (f"<br>{safe.markdown(voice.notice)}" if voice.notice else "")
    return _row([named, str(said.count or 1), _lines(said.text), safe.markdown(said.verdict)])


def _lines(text: str) -> str:
    """A text of several lines on one line of Markdown; they stay apart."""
    return "<br>".join(safe.markdown(line) for line in safe.shortened(text, LONGEST).split("\n"))


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
