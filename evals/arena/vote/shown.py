"""What is shown of a text that nobody vouches for: Markdown, formulas and code, as harmless HTML.

Three walls: Markdown's own HTML is text; an allow-list of tags and attributes (nh3, the extra `arena`); and the page's
policy, under which no script but the page's own runs and nothing is fetched from elsewhere. Invisible characters and
those that turn the direction of reading round are written out, such as ⟨U+202E⟩.
"""

import html
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from evals import safe
from evals.errors import Unsupported

LONGEST = 60_000
"""Characters of a text that are shown: nobody reads more of it before voting."""
LONGEST_FORMULA = 1_000

INVISIBLE = re.compile(
    f"{safe.HIDDEN.pattern}|[\u115f\u1160\u17b4\u17b5\u3164\uffa0]"
    "|(?<![^\x00-\u02ff\\s])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\u02ff\\s])"  # between other letters, joiners spell
)

TAGS = {
    *("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "strong", "em", "s", "code", "pre", "blockquote"),
    *("ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td", "a"),
}
MATHS = {
    *(
        "math",
        "mrow",
        "mi",
        "mn",
        "mo",
        "mtext",
        "mspace",
        "msup",
        "msub",
        "msubsup",
        "mfrac",
        "msqrt",
        "mroot",
    ),
    *("munder", "mover", "munderover", "mtable", "mtr", "mtd", "mstyle", "mpadded", "mphantom", "menclose"),
}
ATTRIBUTES = {
    "a": {"href", "title", "target"},
    "ol": {"start"},
    "math": {"display"},
    "mo": {"stretchy", "fence", "form", "largeop", "movablelimits", "separator", "minsize", "maxsize"},
    "mi": {"mathvariant"},
    "mspace": {"width", "linebreak"},
    "mfrac": {"linethickness"},
    "mover": {"accent"},
    "munder": {"accentunder"},
    "mtable": {"columnalign", "rowspacing", "columnspacing", "displaystyle"},
    "mstyle": {"displaystyle", "scriptlevel"},
}
SCHEMES = {"http", "https", "mailto"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A text as the page gets it. Attributes: html: harmless; raw: the text itself, invisible characters written out."""

    html: str
    raw: str

    @property
    def json(self) -> dict[str, str]:
        """As it is sent."""
        return {"html": self.html, "raw": self.raw}


def visible(text: str) -> str:
    """The text with what cannot be seen written out, line breaks of all kinds as line feeds, cut to LONGEST."""
    text = safe.SURROGATE.sub("\ufffd", safe.BREAK.sub("\n", text))
    over = len(text) - LONGEST
    if over > 0:
        text = f"{text[:LONGEST]}\n\n… {over:,} more characters are not shown"
    return INVISIBLE.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", text)


@lru_cache(maxsize=512)
def shown(text: str) -> Shown:
    """A text of a model's as Markdown, made harmless.

    Raises: Unsupported: what that needs is not installed.
    """
    raw = visible(text)
    import nh3

    clean = nh3.clean(
        _markdown()(raw),
        tags=TAGS | MATHS,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        url_relative="deny",
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )
    return Shown(clean, raw)


def check() -> None:
    """Raises: Unsupported: what showing answers needs is not installed."""
    try:
        import latex2mathml
        import mdit_py_plugins
        import nh3
    except ImportError as error:
        raise Unsupported(
            f"the page shows answers by {error.name}, which is not installed",
            "pip install 'behavior-evals[arena]'",
        ) from None
    del latex2mathml, mdit_py_plugins, nh3


@lru_cache(maxsize=1)
def _markdown() -> Callable[[str], str]:
    from markdown_it import MarkdownIt
    from mdit_py_plugins.dollarmath import dollarmath_plugin
    from mdit_py_plugins.texmath import texmath_plugin

    found = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    found.use(
        dollarmath_plugin, allow_space=False, allow_digits=False, allow_labels=False, double_inline=True
    )
    found.use(texmath_plugin, delimiters="brackets")
    rules: dict[str, Callable[..., str]] = {
        "math_inline": _inline,
        "math_inline_double": _block,
        "math_block": _block,
        "image": _picture,
    }
    for name, rule in rules.items():
        found.add_render_rule(name, rule)
    return found.render


def _inline(_: Any, tokens: Sequence[Any], place: int, *__: Any) -> str:
    return formula(tokens[place].content, "inline")


def _block(_: Any, tokens: Sequence[Any], place: int, *__: Any) -> str:
    return f"<p>{formula(tokens[place].content, 'block')}</p>"


def _picture(_: Any, tokens: Sequence[Any], place: int, *__: Any) -> str:
    """A picture is not fetched: its words and its address are shown."""
    token = tokens[place]
    return (
        f"<code>[picture: {html.escape(token.content)} {html.escape(str(token.attrs.get('src', '')))}]</code>"
    )


def formula(text: str, display: str) -> str:
    """LaTeX as MathML; as code where it is none, or too long to be one."""
    from xml.etree.ElementTree import tostring

    from latex2mathml.converter import convert_to_element

    if len(text) > LONGEST_FORMULA:
        return f"<code>{html.escape(text)}</code>"
    try:
        # Not by its `convert`, which unescapes what it has written: \text{<b>} would become an element.
        element = convert_to_element(text.strip(), display=display)
        for each in element.iter():
            each.text = html.unescape(each.text) if each.text else each.text
        return tostring(element, encoding="unicode")
    except Exception:  # noqa: BLE001  the converter raises errors of many kinds, RecursionError too
        return f"<code>{html.escape(text)}</code>"
