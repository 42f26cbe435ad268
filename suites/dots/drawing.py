"""Pictures: a scene drawn as a PNG by Pillow. The same item gives the same scene everywhere, and with one Pillow the same bytes."""

import io
from random import Random

from evals.errors import BadInput
from evals.types import Image, Sample

from .scene import SIDE, Scene, scene

PAPER, INK = 0, 1
"""The two colours of a picture's palette."""


def pictures(sample: Sample) -> tuple[Image, ...]:
    """The picture of an item: as many dots as its text twin has marks.

    Raises: BadInput: Pillow is not there.
    """
    return (Image.of(png(item_scene(sample))),)


def item_scene(sample: Sample) -> Scene:
    """What the picture of an item shows, drawn from the item's own seed."""
    return scene(str(sample.tags["picture"]), int(sample.tags["n"]), Random(sample.fields["drawn_from"]))


def png(shown: Scene) -> bytes:
    """A scene as the bytes of a PNG file.

    Raises: BadInput: Pillow is not there.
    """
    try:
        from PIL import Image as Pillow
        from PIL import ImageColor, ImageDraw
    except ImportError:
        raise BadInput(
            "the arm image of suite dots draws pictures with Pillow, which is not installed",
            'install it: pip install "behavior-evals[vision]"',
        ) from None
    canvas = Pillow.new("P", (SIDE, SIDE), PAPER)
    canvas.putpalette([*ImageColor.getrgb(shown.paper), *ImageColor.getrgb(shown.ink)])
    pen = ImageDraw.Draw(canvas)
    for x, y, radius in shown.dots:
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=INK)
    file = io.BytesIO()
    canvas.save(file, "PNG")
    return file.getvalue()
