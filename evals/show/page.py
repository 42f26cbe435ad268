"""A document as one HTML page: no server, nothing from elsewhere, every text of a model or host escaped."""

import base64
import hashlib
from functools import partial
from pathlib import Path

import jinja2
from markupsafe import Markup

from evals import __version__, safe
from evals.charts import Picture, paint, theme
from evals.charts.picture import NARROW, WIDE
from evals.document import Document
from evals.show.embedded import LONGEST, embedded

HERE = Path(__file__).parent


def html(document: Document) -> str:
    """A document as one page: reports as pictures, tables and sentences, then every reply, to be searched and filtered.

    The page's policy forbids any request and any script but its own; texts reach it as JSON and are shown as text.
    """
    style = (HERE / "page.css").read_text("utf-8") + theme.style()
    replied = len(document.replies.columns) > 0
    scripts = ("tables.js", "replies.js") if replied else ("tables.js",)
    script = "".join((HERE / name).read_text("utf-8") for name in scripts)
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
        replies=Markup(embedded(document)) if replied else "",  # noqa: S704  every < is escaped
        version=__version__,
    )


def _drawn(picture: Picture, kind: str, width: int) -> Markup:
    return Markup(paint.inline(picture, width, kind))  # noqa: S704  drawn here, every text in it escaped


def policy(style: str, script: str) -> str:
    """The content security policy: this style, this script, pictures that the page holds itself, and nothing else."""
    return (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
