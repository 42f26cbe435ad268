"""A document as one HTML page: no server, nothing from elsewhere, every text of a model or host escaped."""

import base64
import hashlib
import json
from functools import partial
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd
from markupsafe import Markup

from evals import __version__, safe
from evals.charts import Picture, paint, theme
from evals.charts.picture import NARROW, WIDE
from evals.document import Document

HERE = Path(__file__).parent
LONGEST = 20_000
"""Characters of one text on the page; what is cut off is counted, and is whole in the log."""

TEXTS = ("system", "prompt", "earlier", "text", "reasoning", "answer", "target", "failure_message")
LABELS = ("suite", "model", "arm", "outcome", "rule", "sample", "failure", "stop")
NUMBERS = ("repeat", "tokens_out", "seconds", "cost_usd")


def html(document: Document) -> str:
    """A document as one page: reports as pictures, tables and sentences, then every reply, to be searched and filtered.

    The page's policy forbids any request and any script but its own; texts reach it as JSON and are shown as text.
    """
    style, script = ((HERE / name).read_text("utf-8") for name in ("page.css", "page.js"))
    style += theme.style()
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
    )
    environment.filters["line"] = safe.line
    environment.filters["wide"] = partial(_drawn, kind="wide", width=WIDE)
    environment.filters["narrow"] = partial(_drawn, kind="narrow", width=NARROW)
    environment.filters["verbatim"] = lambda text: safe.shortened(text, LONGEST)
    return environment.get_template("page.html").render(
        document=document,
        shown=[section for section in document.sections if section.view],
        lacking=paint.INSTALL if document.pictures and not paint.ready() else "",
        policy=policy(style, script),
        style=Markup(style),  # noqa: S704  our own file
        script=Markup(script),  # noqa: S704  our own file
        replies=Markup(embedded(document.replies)),  # noqa: S704  every < is escaped
        version=__version__,
    )


def _drawn(picture: Picture, kind: str, width: int) -> Markup:
    return Markup(paint.inline(picture, width, kind))  # noqa: S704  drawn here, every text in it escaped


def policy(style: str, script: str) -> str:
    """The content security policy: this style, this script, and nothing else."""
    return (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def embedded(replies: pd.DataFrame) -> str:
    """The replies as JSON that can stand inside an HTML page: {"columns": [...], "rows": [[...]]}."""
    tags = [name for name in replies if str(name).startswith("tag_")]
    columns: dict[str, list[Any]] = {
        name: [_text(value) for value in replies[name]] for name in (*LABELS, *TEXTS)
    }
    columns |= {name: [_number(value) for value in replies[name].astype(object)] for name in NUMBERS}
    columns["tags"] = [
        ", ".join(
            f"{str(name)[4:]} {safe.line(value)}"
            for name, value in zip(tags, row, strict=True)
            if not pd.isna(value)
        )
        for row in replies[tags].astype(object).itertuples(index=False, name=None)
    ] or [""] * len(replies)
    rows = list(zip(*columns.values(), strict=True))
    text = json.dumps({"columns": list(columns), "rows": rows}, ensure_ascii=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _text(value: Any) -> str:
    return "" if pd.isna(value) else safe.shortened(value, LONGEST)


def _number(value: Any) -> float | None:
    return None if pd.isna(value) else float(f"{value:.6g}")
