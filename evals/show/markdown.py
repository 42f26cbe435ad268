"""A document as Markdown, for a comment or a job summary: pipe tables and lists, every text escaped."""

from collections.abc import Iterator

from evals import safe
from evals.document import Document, Section
from evals.view import Exchange, Said, Table, Voice

LONGEST = 2_000
"""Characters of one reply; the page shows more."""


def md(document: Document) -> str:
    """A document as Markdown; what models and hosts said is shown as it is and never becomes markup.

    Pictures are shown where they lie as files.
    """
    return "\n".join(_document(document)) + "\n"


def _document(document: Document) -> Iterator[str]:
    for fact in document.about:
        yield f"{safe.markdown(fact)}  "
    for models, notice in document.banners.items():
        yield ""
        yield f"> {safe.markdown(models)}: {safe.markdown(notice)}"
    for section in document.sections:
        if section.view.tables or section.view.exchanges or section.view.said:
            yield from _section(section, document.drawn)


def _section(section: Section, drawn: str) -> Iterator[str]:
    yield from ("", f"## {safe.markdown(section.title)}")
    for picture in section.view.pictures if drawn else ():
        yield from ("", f"![{safe.markdown(picture.alt)}](<{drawn}/{picture.name}.svg>)")
    for table in section.view.tables:
        yield from _table(table)
    for exchange in section.view.exchanges:
        yield from _exchange(exchange)
    if section.view.said:
        yield ""
    for sentence in section.view.said:
        yield f"- {safe.markdown(sentence)}"


def _table(table: Table) -> Iterator[str]:
    if table.title:
        yield from ("", f"### {safe.markdown(table.title)}")
    yield ""
    yield _row([safe.markdown(name) for name in table.rows])
    yield _row(["---"] * len(table.rows.columns))
    for row in table.rows.itertuples(index=False, name=None):
        yield _row([safe.markdown(cell) for cell in row])


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
