"""Painting: pictures as SVG and PNG, in light and dark colours, without JavaScript of the page's and without a network."""

import re
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from markupsafe import escape

from evals import safe
from evals.charts import theme
from evals.charts.picture import WIDE, Picture
from evals.errors import Unsupported

INSTALL = "pip install 'behavior-evals[charts]'"
ROOT = re.compile(r"<svg\b[^>]*>")
SIZE = re.compile(r' width="[^"]*" height="[^"]*" viewBox="[^"]*"')
SHARP = 2
"""Pixels of a PNG for each of the picture."""


def ready() -> bool:
    """Whether pictures can be drawn here."""
    return all(find_spec(name) for name in ("altair", "vl_convert"))


def require() -> None:
    """Raises: Unsupported: the extra `charts` is not installed."""
    if not ready():
        raise Unsupported("pictures need Altair and vl-convert, which are not installed", f"{INSTALL}")


def svg(picture: Picture, width: int = WIDE) -> str:
    """A picture with its title as an SVG image in light colours, with its words for those who do not see it."""
    return _root(_drawn(picture, width, titled=True), picture, 'xmlns="http://www.w3.org/2000/svg" ')


def inline(picture: Picture, width: int, kind: str) -> str:
    """A picture without title as an element of a page, whose style gives the colours.

    Args: kind: the element's class.
    """
    return _root(theme.named(_drawn(picture, width, titled=False)), picture, f'class="{kind}" ')


def png(image: str) -> bytes:
    """An SVG image as PNG, two pixels for each of its own."""
    import vl_convert

    return bytes(vl_convert.svg_to_png(image, scale=SHARP))


def save(pictures: Iterable[Picture], folder: Path) -> list[Path]:
    """Write each picture as NAME.svg, NAME.png, NAME-dark.svg and NAME-dark.png.

    Raises: Unsupported: as `require`. OSError: the folder cannot be written.
    """
    require()
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for picture in pictures:
        light = svg(picture)
        for name, image in ((picture.name, light), (f"{picture.name}-dark", theme.dark(light))):
            written += [folder / f"{name}.svg", folder / f"{name}.png"]
            written[-2].write_text(image, "utf-8")
            written[-1].write_bytes(png(image))
    return written


def _drawn(picture: Picture, width: int, *, titled: bool) -> str:
    import vl_convert

    specification = picture.chart(width, titled=titled).to_dict()
    return str(vl_convert.vegalite_to_svg(specification, allowed_base_urls=[]))


def _root(image: str, picture: Picture, attributes: str) -> str:
    """The image with an element around it that says what it is: one image, named by its words."""
    (size,) = SIZE.findall(ROOT.findall(image)[0])
    name = escape(safe.line(picture.alt))
    return ROOT.sub(lambda _: f'<svg {attributes}role="img" aria-label="{name}"{size}>', image, count=1)
