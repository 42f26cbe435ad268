"""A picture: what it is called, what is seen in it, the same in words, and the drawing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from evals import safe

if TYPE_CHECKING:
    from altair.typing import ChartType

WIDE, NARROW = 720, 340
"""Widths in pixels: on a screen or paper, and on a telephone."""

CHARACTER = 7.8
"""About the width of a character of a title, in pixels."""

MANY = 3
"""Of more models than this a title does not speak one by one."""


@dataclass(frozen=True)
class Picture:
    """One picture of a report.

    In a notebook it shows itself; `chart()` is the Altair chart, to be changed further.

    Attributes:
        name: of its files, of lower-case letters, digits and hyphens: "dots-ladder".
        title: a sentence that states what is seen.
        alt: what the picture tells, in words with figures, for those who do not see it.
        draw: from a width in pixels to the chart, without title.
    """

    name: str
    title: str
    alt: str
    draw: Callable[[int], "ChartType"]

    def chart(self, width: int = WIDE, *, titled: bool = True) -> "ChartType":
        """The picture as an Altair chart. Needs the extra `charts`."""
        from evals.charts import theme

        drawn = self.draw(width).properties(description=safe.line(self.alt))
        if titled:
            drawn = drawn.properties(title=wrap(safe.line(self.title), int(width / CHARACTER)))
        finished: ChartType = drawn.configure(**theme.config())
        return finished

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """The picture itself for a notebook, drawn here, so that it needs no script and no network."""
        from evals.charts import paint

        return {"image/svg+xml": paint.svg(self), "text/plain": safe.line(self.alt)}


def headline(subject: str, said: Mapping[str, str], many: str = "") -> str:
    """A title that states what is seen, of each model in turn: "How far it goes: m at 12; n at 40".

    Args: many: what is said of more than MANY models together.
    """
    if not said or len(said) > MANY:
        return f"{subject}: {many}" if many else subject
    return f"{subject}: {'; '.join(f'{name} {what}' for name, what in said.items())}"
