"""Effects of the suite arithmetic, against examples worked by hand."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from suites.arithmetic import effects
from suites.arithmetic.effects import both

STEPS, FIRST = "step by step", "answer first"

# Eight items of four templates. S is right on 7, F on 2; F works before the answer on 2 (items 1 and 4).
RIGHT = {STEPS: [1, 1, 1, 1, 1, 1, 0, 1], FIRST: [1, 0, 0, 0, 1, 0, 0, 0]}
WORKED = {STEPS: [1, 1, 1, 1, 1, 1, 1, 1], FIRST: [0, 1, 0, 0, 1, 0, 0, 0]}
TOKENS = {STEPS: 100, FIRST: 20}


def frame(**changes: Any) -> pd.DataFrame:
    """The eight items in both arms, as `evals.frame` gives them; `changes`: column -> function of (arm, item)."""
    rows = [
        {
            "model": "m",
            "seed": 1,
            "sample": f"{i}",
            "arm": arm,
            "repeat": 0,
            "cluster": f"t{i % 4}",
            "outcome": "right" if RIGHT[arm][i] else "wrong",
            "tokens_out": TOKENS[arm],
            "tag_level": i % 2 + 1,
            "note_worked": bool(WORKED[arm][i]),
            "note_complied": bool(WORKED[arm][i]) == (arm == STEPS),
        }
        for arm in (STEPS, FIRST)
        for i in range(8)
    ]
    for row in rows:
        row |= {name: change(row["arm"], int(str(row["sample"]))) for name, change in changes.items()}
    kinds = {"tokens_out": "Int64", "note_worked": "boolean", "note_complied": "boolean", "seed": "Int64"}
    return pd.DataFrame(rows).astype(kinds)


def test_as_advised_is_the_paired_difference_of_all_items() -> None:
    found = effects.as_advised(both(frame()))
    assert found.value == pytest.approx(7 / 8 - 2 / 8)
    assert (found.n, found.clusters) == (8, 4)
    assert found.low < found.value < found.high


def test_per_protocol_keeps_items_where_both_did_as_advised() -> None:
    """Items 1 and 4 go: S is right on 5 of the other 6, F on 1."""
    found = effects.per_protocol(both(frame()))
    assert found.value == pytest.approx(5 / 6 - 1 / 6)
    assert found.n == 6


def test_the_complier_effect_divides_by_what_the_advice_changed() -> None:
    found = effects.complier(both(frame()))
    assert found.value == pytest.approx((5 / 8) / (1 - 2 / 8))


def test_the_complier_effect_is_undefined_where_advice_changes_nothing() -> None:
    found = effects.complier(both(frame(note_worked=lambda _arm, i: i % 2 == 0)))
    assert math.isnan(found.value)
    assert "undefined" in found.method


def test_tokens_for_each_further_right_answer() -> None:
    assert effects.extra_tokens(both(frame())).value == pytest.approx((100 - 20) / (7 / 8 - 2 / 8))


def test_tokens_for_further_right_answers_are_undefined_where_there_are_none() -> None:
    found = effects.extra_tokens(both(frame(outcome=lambda _arm, i: "right" if i % 2 else "wrong")))
    assert math.isnan(found.value)


def test_replies_that_were_not_judged_leave_the_effect_but_not_the_cost() -> None:
    """Item 1 is cut off under S: ITT is then 6/7 - 2/7, right answers per reply 6/8 - 2/8."""
    rows = frame(
        outcome=lambda arm, i: (
            "truncated" if (arm, i) == (STEPS, 1) else "right" if RIGHT[arm][i] else "wrong"
        )
    )
    assert effects.as_advised(both(rows)).value == pytest.approx(6 / 7 - 2 / 7)
    assert effects.extra_tokens(both(rows)).value == pytest.approx(80 / (6 / 8 - 2 / 8))


def test_repeats_are_averaged_within_the_item_first() -> None:
    once = frame()
    again = pd.concat([once, once.assign(repeat=1)], ignore_index=True)
    assert effects.as_advised(both(again)).n == 8
    assert effects.as_advised(both(again)).value == effects.as_advised(both(once)).value


@pytest.mark.parametrize(("arm", "expected"), [(STEPS, 1000 * 7 / 800), (FIRST, 1000 * 2 / 160)])
def test_right_answers_for_a_thousand_tokens(arm: str, expected: float) -> None:
    found = effects.per_thousand(RIGHT[arm], [TOKENS[arm]] * 8, ["a", "b", "c", "d"] * 2)
    assert found.value == pytest.approx(expected)


def test_right_answers_for_no_tokens_are_no_number() -> None:
    assert math.isnan(effects.per_thousand([1, 0], [math.nan, math.nan], ["a", "b"]).value)


@pytest.mark.parametrize(
    ("first", "last", "repair", "spoil"),
    [
        ([0, 0, 0, 0, 1, 1], [1, 1, 0, 0, 1, 0], 2 / 4, 1 / 2),
        ([1, 1, 1, 1], [1, 1, 1, 0], math.nan, 1 / 4),
        ([0, math.nan, 0], [1, 1, math.nan], 1.0, math.nan),
    ],
)
def test_repair_and_spoil(first: Sequence[float], last: Sequence[float], repair: float, spoil: float) -> None:
    clusters = [str(i) for i in range(len(first))]
    assert effects.turned(first, last, clusters, to=True).value == pytest.approx(repair, nan_ok=True)
    assert effects.turned(first, last, clusters, to=False).value == pytest.approx(spoil, nan_ok=True)


# The slope


def test_with_many_items_the_slope_is_that_of_plain_maximum_likelihood() -> None:
    rng = np.random.default_rng(4)
    level = rng.integers(1, 7, 20_000)
    right = (rng.random(20_000) < 1 / (1 + np.exp(-(2 - 0.7 * level)))).astype(float)
    found = effects.slope(level, right, rng.integers(0, 16, 20_000))
    plain = sm.Logit(right, sm.add_constant(level)).fit(disp=0).params[1]
    assert found.value == pytest.approx(plain, abs=1e-3)
    assert found.low < -0.7 < found.high


def test_the_slope_is_finite_where_the_levels_part_right_from_wrong() -> None:
    found = effects.slope([1, 1, 2, 2, 3, 3, 4, 4], [1, 1, 1, 1, 0, 0, 0, 0], list("abababab"))
    assert -10 < found.value < -1
    assert math.isfinite(found.low)
    assert math.isfinite(found.high)


@pytest.mark.parametrize("levels", [[], [2, 2, 2]])
def test_there_is_no_slope_of_one_level(levels: list[int]) -> None:
    assert math.isnan(effects.slope(levels, [1] * len(levels), range(len(levels))).value)


# The table


def test_the_table_has_every_effect_of_every_model() -> None:
    rows = frame(
        note_first_right=lambda arm, i: bool(RIGHT[arm][i]) if arm == FIRST else None,
        note_last_right=lambda arm, i: i < 6 if arm == FIRST else None,
    ).astype({"note_first_right": "boolean", "note_last_right": "boolean"})
    two = pd.concat([rows, rows.assign(model="other")], ignore_index=True)
    table = effects.effects(two)
    assert table["model"].value_counts().to_dict() == {"m": 10, "other": 10}
    found = table[table["model"] == "m"].set_index(["arm", "effect"])["value"]
    assert found[FIRST, "repair"] == pytest.approx(4 / 6)
    assert found[FIRST, "spoil"] == pytest.approx(0.0)
    assert table["sentence"].str.len().gt(20).all()


def test_one_arm_alone_is_not_compared() -> None:
    rows = frame()
    table = effects.effects(rows[rows["arm"] == FIRST])
    assert set(table["effect"]) == {"per 1,000", "slope"}


def test_no_rows_give_an_empty_table_with_the_same_columns() -> None:
    assert list(effects.effects(frame().iloc[:0])) == list(effects.effects(frame()))


def test_a_sentence_says_why_there_is_no_number() -> None:
    table = effects.effects(frame(note_worked=lambda _arm, _i: True))
    said = table.set_index("effect")["sentence"]["complier"]
    assert said.endswith("undefined: the divisor may be 0")
