"""The pictures of dots: as many as the text twin has marks, none touching another, the same from the same item."""

import builtins
import hashlib
import io
from collections import Counter
from itertools import combinations
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from evals.errors import BadInput
from evals.suite import FIXED_SEED, load, render
from evals.types import Response, Sample
from suites.dots.drawing import item_scene, pictures, png
from suites.dots.items import Options, samples
from suites.dots.scene import ARRANGEMENTS, COLOURS, GAP, LONGEST_ROW, SIDE, Dot, Scene, fitting, scene
from suites.dots.scoring import score
from tests.minds import spots

QUICK_SCENES = "d4a16078e43adb3fad3cae1f41d348ec6e7ced3be501b560f82073e3e8aabffc"
"""SHA-256 of the scenes of the quick size: coordinates, sizes and colours, on every machine."""


def ladder(n: int = 60) -> list[Sample]:
    return [sample for sample in samples(FIXED_SEED, n, Options()) if sample.tags["kind"] == "ladder"]


def test_the_scenes_of_the_quick_size_are_the_same_everywhere() -> None:
    shown = repr([item_scene(sample) for sample in ladder()])
    assert hashlib.sha256(shown.encode()).hexdigest() == QUICK_SCENES


def arranged(n: int) -> st.SearchStrategy[tuple[str, int]]:
    return st.tuples(st.sampled_from(fitting(n)), st.just(n))


@given(st.integers(1, 1000).flatmap(arranged), st.integers())
def test_dots_lie_on_the_paper_and_keep_their_distance(case: tuple[str, int], seed: int) -> None:
    arrangement, n = case
    found = scene(arrangement, n, Random(seed))
    assert len(found.dots) == n
    for dot in found.dots:
        assert min(dot.x, dot.y) - dot.radius > 0
        assert max(dot.x, dot.y) + dot.radius < SIDE - 1
        assert dot.radius >= 2
    for one, other in combinations(sorted(found.dots), 2):
        if other.x - one.x > 2 * 24 + GAP:
            continue
        apart = one.radius + other.radius + GAP
        assert (one.x - other.x) ** 2 + (one.y - other.y) ** 2 >= apart**2, (one, other)


@pytest.mark.parametrize("arrangement", ARRANGEMENTS)
@pytest.mark.parametrize("n", [1, 2, 5, 17, 40, 97, 256, 613, 1000])
def test_as_many_dots_are_seen_as_there_are(arrangement: str, n: int) -> None:
    if arrangement == "row" and n > LONGEST_ROW:
        assert "row" not in fitting(n)
        return
    for seed in range(2):
        assert spots(png(scene(arrangement, n, Random(seed)))) == n


def test_two_dots_that_touch_would_be_seen_as_one() -> None:
    touching = (Dot(100, 100, 10), Dot(118, 100, 10))
    assert spots(png(Scene("scatter", touching, "#000000", "#ffffff"))) == 1


def test_every_item_of_the_standard_size_shows_as_many_dots_as_its_text_twin_has_marks() -> None:
    for sample in ladder(400)[::4]:
        (shown,) = pictures(sample)
        assert spots(shown.data) == int(sample.target or 0) == sample.tags["n"], sample.id


def test_the_same_item_gives_the_same_bytes_and_another_seed_another_picture() -> None:
    first, again = ladder()[7], ladder()[7]
    assert pictures(first) == pictures(again)
    assert pictures(first)[0].data == pictures(again)[0].data
    other = {sample.id: sample for sample in samples(1, 400, Options())}
    both = [(sample, other[sample.id]) for sample in ladder(400) if sample.id in other]
    assert both
    assert all(item_scene(one).dots != item_scene(two).dots for one, two in both)


def test_every_arrangement_and_colour_occurs() -> None:
    shown = [item_scene(sample) for sample in ladder(400)]
    few = Counter(each.arrangement for each in shown if len(each.dots) <= LONGEST_ROW)
    assert min(few[name] for name in ARRANGEMENTS) > 40
    assert {(each.ink, each.paper) for each in shown} == set(COLOURS)


def luminance(colour: str) -> float:
    """Relative luminance, 0 to 1. Source: WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(("ink", "paper"), COLOURS)
def test_dots_stand_out_from_the_paper(ink: str, paper: str) -> None:
    dark, light = sorted([luminance(ink), luminance(paper)])
    assert (light + 0.05) / (dark + 0.05) >= 7


def test_a_picture_is_a_png_of_the_size_that_hosts_leave_alone() -> None:
    (shown,) = pictures(ladder()[3])
    assert shown.media_type == "image/png"
    with Image.open(io.BytesIO(shown.data)) as opened:
        assert (opened.format, opened.size) == ("PNG", (SIDE, SIDE))


def test_the_prompt_of_a_picture_does_not_hold_the_display() -> None:
    suite = load("dots")
    (arm,) = (arm for arm in suite.arms if arm.name == "image")
    assert not arm.default
    assert arm.needs == {"chat", "images"}
    for sample in samples(FIXED_SEED, 60, Options()):
        assert arm.takes(sample) == ((sample.tags["kind"], sample.tags["layout"]) == ("ladder", "run"))
        if arm.takes(sample):
            prompt = render(arm, sample)
            assert sample.input not in prompt.messages[0].content.replace(".", "").replace("a", "") or (
                sample.target == "1"
            )
            assert len(prompt.images) == 1


@pytest.mark.parametrize(
    ("reply", "outcome", "answer"),
    [
        ("12", "right", "12"),
        ("There are 12 dots.", "right", "12"),
        ("I count 12 circles in 3 colours.", "right", "12"),
        ("**11**", "wrong", "11"),
        ("I cannot see any picture.", "unseen", None),
        ("I'm unable to view images.", "unseen", None),
        ("I don't see an image attached. Could you share it?", "unseen", None),
        ("Please upload the picture you would like me to look at.", "unseen", None),
        ("No image was provided.", "unseen", None),
        ("I can't count the dots in this picture.", "abstained", None),
        ("There are no dots in this picture.", "wrong", "0"),
        ("I don't see any dots in the picture.", "wrong", "0"),
        ("I can't view the image, so I can't count the dots.", "unseen", None),
        ("A picture with dots.", "unparsed", None),
        ("12 black dots on 1 white page", "right", "12"),
        ("about 12", "right", "12"),
    ],
)
@pytest.mark.parametrize("glyph", ["bullet", "stop", "zero", "x"])
def test_a_count_of_a_picture_is_read_whatever_the_twins_glyph_is(
    glyph: str, reply: str, outcome: str, answer: str | None
) -> None:
    sample = Sample("s", "............", "12", tags={"n": 12, "glyph": glyph, "kind": "ladder", "wording": 1})
    found = score(sample, "image", Response(reply))
    assert (found.outcome, found.answer) == (outcome, answer)


def test_slips_of_a_picture_are_never_counts_of_the_text() -> None:
    sample = Sample("s", ". . . .", "4", tags={"n": 4, "glyph": "stop", "kind": "ladder", "wording": 1})
    assert score(sample, "image", Response("7")).notes == {"error": 3}
    assert score(sample, "direct", Response("7")).notes == {"error": 3, "slip": "all characters"}
    assert score(sample, "image", Response("5")).notes == {"error": 1, "slip": "one too many"}


def test_without_pillow_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *more: Any, **named: Any) -> Any:
        if name == "PIL":
            raise ImportError(name)
        return real(name, *more, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(BadInput, match=r"Pillow, which is not installed\n.*behavior-evals\[vision\]"):
        pictures(ladder()[0])
