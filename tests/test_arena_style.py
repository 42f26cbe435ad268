"""What answers look like is counted from their text: length in words, Markdown outside of code."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.arena.answers import Answer
from evals.arena.style import FEATURES, counted, style

FENCE = "```python\n# no heading\n- no item\n**no bold**\n```\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", (0, 0, 0, 0)),
        ("the the the", (3, 0, 0, 0)),
        ("It isn't 3.5 m.", (5, 0, 0, 0)),
        ("数える。カナ", (5, 0, 0, 0)),
        ("# One\n\ntext\n\n### Two", (3, 2, 0, 0)),
        ("#hashtag\n####### seven", (2, 0, 0, 0)),
        ("- a\n* b\n  + c\n1. d\n2) e", (7, 0, 5, 0)),
        ("2024.\n-5\n3 - 2", (4, 0, 0, 0)),
        ("**a** and __b c__, not snake__case__name nor ** d **", (10, 0, 0, 2)),
        ("`**a**` **b**", (2, 0, 0, 1)),
        (f"# a\n{FENCE}- b\n**c**", (10, 1, 1, 1)),
        ("# a\n~~~\n# in a fence that nobody closes\n- b", (8, 1, 0, 0)),
    ],
)
def test_an_answer_is_counted(text: str, expected: tuple[int, ...]) -> None:
    assert tuple(counted(text)[name] for name in FEATURES) == expected


def test_two_answers_side_by_side() -> None:
    a = Answer(question="q", model="m", text="# Yes", tokens=4_000)
    b = Answer(question="q", model="n", text="no **no**")
    assert style(a, b) == {"tokens": (1, 2), "headers": (1, 0), "lists": (0, 0), "bold": (0, 1)}


@given(st.text(alphabet="`~*_#- 1.\na界", max_size=300), st.text(alphabet="`~*_#- 1.\na界", max_size=300))
def test_the_other_order_is_the_same_turned(one: str, other: str) -> None:
    a, b = (Answer(question="q", model="m", text=text) for text in (one, other))
    assert style(a, b) == {name: (y, x) for name, (x, y) in style(b, a).items()}


def test_a_hostile_text_is_counted_in_time() -> None:
    for piece in ("**", "`", "__a", "```\n", "# ", "1." * 5, "'a"):
        assert counted(piece * 20_000)["tokens"] >= 0
