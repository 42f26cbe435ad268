"""The items of the suite dots: counts that are true, layouts that are twins, nothing that training has seen."""

import hashlib
import re
from collections import Counter, defaultdict
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.errors import BadInput, NotFound
from evals.pseudoword import kept_for_training
from evals.suite import FIXED_SEED
from evals.types import Sample
from suites.dots.display import GLYPHS, LAYOUTS, NOISE, STRANGERS, columns, display, training_side
from suites.dots.items import RUNGS, Options, rung_bin, samples
from suites.dots.prompts import ASKED, PICTURE, SENTENCES, WORDINGS, asking

EVERYTHING = Options(layouts="all", glyphs="all")
QUICK_PROMPTS = {
    (
        "direct",
        "free",
        "tally",
        "code hint",
    ): "19072e75ab2464e8bc02231355cf0d5e007e8d8cf872c1762dff198230990e93",
    ("count_characters",): "eb7903a07fc2e513721ad190f1ab2b09dc83a14cdff14788d0690331a449a05c",
}


def recount(prompt: str) -> int:
    """The right answer of a prompt, read from the prompt alone: what is quoted, in the paragraph after the question."""
    quoted = re.search('"([^"]+)"', prompt)
    assert quoted
    paragraph = prompt.split("\n\n")[1]
    without = paragraph.replace(quoted[1], "")
    return (len(paragraph) - len(without)) // len(quoted[1])


@pytest.mark.parametrize("arm", ASKED)
def test_every_answer_is_what_recounting_the_prompt_gives(arm: str) -> None:
    size = 100_000 if arm == "direct" else 2_000
    for sample in samples(1, size, EVERYTHING):
        assert str(recount(asking(arm)(sample))) == sample.target, sample.id


@pytest.mark.parametrize(("arms", "known"), QUICK_PROMPTS.items())
def test_the_prompts_of_the_quick_size_are_the_same_everywhere(arms: tuple[str, ...], known: str) -> None:
    prompts = [asking(arm)(sample) for sample in samples(FIXED_SEED, 60, Options()) for arm in arms]
    assert hashlib.sha256("\0".join(prompts).encode()).hexdigest() == known


@pytest.mark.parametrize("size", [1, 2, 3, 10, 60, 400, 1600, 12_000])
@pytest.mark.parametrize("options", [Options(), EVERYTHING], ids=["default", "all"])
def test_as_many_items_as_asked_for_and_no_prompt_twice(size: int, options: Options) -> None:
    found = list(samples(3, size, options))
    assert len(found) == size
    assert len({sample.id for sample in found}) == size
    assert len({asking("direct")(sample) for sample in found}) == size


def test_another_seed_gives_other_items() -> None:
    one, other = ({s.input for s in samples(seed, 400, Options()) if len(s.input) > 50} for seed in (1, 2))
    assert len(one & other) < len(one) / 2


def test_items_do_not_depend_on_what_else_is_asked_for() -> None:
    few = {sample.id: sample for sample in samples(4, 400, Options())}
    for sample in samples(4, 6_000, EVERYTHING):
        if sample.id in few:
            assert sample == few.pop(sample.id)
    assert len(few) < 300  # or nothing was compared


def by_unit(found: list[Sample]) -> dict[tuple[object, ...], dict[str, Sample]]:
    units: dict[tuple[object, ...], dict[str, Sample]] = defaultdict(dict)
    for sample in found:
        if sample.tags["kind"] == "ladder":
            units[sample.tags["glyph"], sample.tags["n"], sample.tags["wording"]][
                str(sample.tags["layout"])
            ] = sample
    return units


def test_each_count_stands_in_both_layouts_except_one_mark_which_looks_alike_in_both() -> None:
    units = by_unit(list(samples(FIXED_SEED, 400, Options())))
    assert len(units) > 170
    for (_, n, _), twins in units.items():
        assert set(twins) == ({"run"} if n == 1 else {"run", "spaced"})
        assert len({(sample.target, sample.cluster, sample.tags["rung"]) for sample in twins.values()}) == 1


def test_layouts_that_look_alike_are_asked_once() -> None:
    units = by_unit(list(samples(FIXED_SEED, 6_000, EVERYTHING)))
    assert {n: set(twins) for (_, n, _), twins in units.items() if n in (1, 5)} == {
        1: {"run", "noise"},
        5: {"run", "spaced", "comma", "grid", "ragged", "noise"},
    }


def test_every_count_belongs_to_one_rung() -> None:
    assert [n for rung in RUNGS for n in rung_bin(rung)] == list(range(1, 1001))
    assert all(rung in rung_bin(rung) for rung in RUNGS)


def test_the_ladder_is_covered_evenly_from_the_start() -> None:
    ladder = [s for s in samples(FIXED_SEED, 400, Options()) if s.tags["kind"] == "ladder"]
    for size, widest in ((20, 5), (54, 1)):
        places = sorted({RUNGS.index(int(s.tags["rung"])) for s in ladder[:size]})
        gaps = [after - before for before, after in zip([-1, *places], [*places, len(RUNGS)], strict=True)]
        assert max(gaps) <= widest
    rungs = Counter(s.tags["rung"] for s in ladder if s.tags["layout"] == "run")
    assert set(rungs) == set(RUNGS)
    assert max(rungs.values()) <= 8
    assert [rung for rung, times in rungs.items() if times < 6] == [3]  # of three glyphs one is left there


def test_glyphs_and_wordings_are_balanced() -> None:
    ladder = [s for s in samples(FIXED_SEED, 1600, Options()) if s.tags["kind"] == "ladder"]
    for tag, levels in (("glyph", 3), ("wording", 3)):
        times = Counter(s.tags[tag] for s in ladder)
        assert len(times) == levels
        assert max(times.values()) < 1.12 * min(times.values())


def test_counts_are_drawn_from_the_whole_bin_and_not_from_its_round_numbers() -> None:
    drawn = [int(s.tags["n"]) for s in samples(FIXED_SEED, 1600, Options()) if s.tags["kind"] == "ladder"]
    large = [n for n in drawn if n >= 20]
    share = sum(n % 5 == 0 for n in large) / len(large)
    assert 0.15 < share < 0.25
    assert len(set(large)) > 300


def test_no_display_is_among_those_kept_for_training() -> None:
    for sample in samples(2, 12_000, EVERYTHING):
        assert not training_side(sample.fields["glyph"], int(sample.tags["n"]))
        assert not kept_for_training(f"dots:{sample.tags['glyph']}:{sample.tags['n']}")


def test_a_quarter_of_all_displays_and_every_other_mark_may_be_taught() -> None:
    pairs = [training_side(mark, n) for mark in GLYPHS.values() for n in range(1, 1001)]
    assert 0.23 < sum(pairs) / len(pairs) < 0.27
    assert all(training_side("#", n) for n in range(100))


def test_a_tenth_of_the_items_are_controls_of_two_kinds() -> None:
    kinds = Counter(sample.tags["kind"] for sample in samples(FIXED_SEED, 400, Options()))
    assert kinds == {"ladder": 359, "absent": 21, "sentence": 20}


def test_where_nothing_is_to_be_counted_only_other_marks_are_shown() -> None:
    absent = [s for s in samples(5, 2_000, EVERYTHING) if s.tags["kind"] == "absent"]
    assert {s.target for s in absent} == {"0"}
    for sample in absent:
        assert set(sample.input) <= set(NOISE) or set(sample.input) <= set(STRANGERS)
        assert 8 <= len(sample.input) <= 40


def test_full_stops_of_the_sentences_are_outside_the_display() -> None:
    found = [s for s in samples(5, 2_000, Options()) if s.tags["kind"] == "sentence"]
    for sample in found:
        before, display_, after = asking("free")(sample).split("\n\n")
        assert display_ == "." * int(sample.target or "")
        assert before.split(". ")[0] + "." in SENTENCES[0]
        assert after in SENTENCES[1]


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"layouts": "circle"}, NotFound),
        ({"glyphs": "bullet,•"}, NotFound),
        ({"glyphs": ""}, NotFound),
        ({"largest": 0}, BadInput),
        ({"largest": 1001}, BadInput),
    ],
)
def test_options_that_make_no_sense_are_refused(settings: dict[str, object], error: type[Exception]) -> None:
    with pytest.raises(error):
        list(samples(1, 10, Options(**settings)))  # type: ignore[arg-type]


def test_more_items_than_there_are_prompts_are_refused() -> None:
    with pytest.raises(BadInput, match="different displays"):
        list(samples(1, 1_000, Options(glyphs="bullet", largest=20)))


def test_the_ladder_ends_where_it_is_told_to() -> None:
    found = [int(s.tags["n"]) for s in samples(1, 300, Options(largest=40))]
    assert 35 < max(found) <= 40


# Displays


@given(
    st.sampled_from(sorted(LAYOUTS)),
    st.sampled_from(sorted(GLYPHS)),
    st.integers(0, 1_200),
    st.integers(0, 9),
)
def test_a_display_holds_exactly_its_marks(layout: str, glyph: str, n: int, seed: int) -> None:
    shown = display(layout, GLYPHS[glyph], n, Random(seed))
    assert shown.count(GLYPHS[glyph]) == n
    assert shown == shown.strip()
    rest = shown.replace(GLYPHS[glyph], "")
    allowed = {"run": "", "spaced": " ", "comma": ", ", "grid": "\n", "ragged": "\n", "grouped": " "}
    assert set(rest) <= set(allowed.get(layout, NOISE))


@pytest.mark.parametrize(
    ("layout", "n", "shown"),
    [
        ("run", 5, "•••••"),
        ("run", 0, ""),
        ("spaced", 4, "• • • •"),
        ("comma", 3, "•, •, •"),
        ("grouped", 12, "••••• ••••• ••"),
        ("grouped", 10, "••••• •••••"),
        ("grid", 12, "••••\n••••\n••••"),
        ("grid", 7, "•••\n•••\n•"),
        ("grid", 1, "•"),
    ],
)
def test_layouts(layout: str, n: int, shown: str) -> None:
    assert display(layout, "•", n, Random(0)) == shown


@given(st.integers(1, 2_000))
def test_a_grid_is_whole_where_it_can_be_and_never_a_strip(n: int) -> None:
    width = columns(n)
    rows = -(-n // width)
    assert rows <= width <= max(4 * rows, 2)


@given(st.integers(2, 1_000), st.integers(0, 99))
def test_ragged_lines_are_two_at_least_and_none_is_empty(n: int, seed: int) -> None:
    lines = display("ragged", "x", n, Random(seed)).split("\n")
    assert len(lines) >= 2
    assert all(lines)


def test_noise_and_strangers_are_no_glyph() -> None:
    marks = "".join(GLYPHS.values())
    assert not set(NOISE + STRANGERS) & set(marks)


# Prompts


def test_each_arm_asks_in_three_different_ways() -> None:
    assert {arm: len(set(wordings)) for arm, wordings in ASKED.items()} == dict.fromkeys(ASKED, WORDINGS)
    assert len(set(PICTURE)) == WORDINGS


def test_the_question_says_line_or_lines_as_the_display_has_it() -> None:
    for sample in samples(1, 700, EVERYTHING):
        assert (" lines below" in asking("free")(sample)) == ("\n" in sample.input)
