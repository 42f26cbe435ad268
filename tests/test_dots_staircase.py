"""The staircase of the suite dots: eighty answers of a simulated counter lead to its capacity."""

import math
from collections.abc import Callable
from random import Random

import pytest

from suites.dots.items import RUNGS, rung_bin
from suites.dots.staircase import CALLS, Staircase, capacity, next_rung

Chance = Callable[[int], float]


def logistic(c: float, slope: float, lapse: float = 0.0) -> Chance:
    """A counter whose chance is .9 at n = 2 ** c."""
    most = 0.9 / (1 - lapse)
    shift = math.log(most / (1 - most))
    return lambda n: (1 - lapse) / (1 + math.exp(-slope * (c - math.log2(n)) - shift))


def climb(chance: Chance, seed: str, calls: int = CALLS) -> Staircase:
    rng, state = Random(seed), Staircase(calls=calls)
    while (rung := next_rung(state)) is not None:
        n = rng.choice(rung_bin(rung))
        state = state.after(n, right=rng.random() < chance(n))
    return state


@pytest.mark.parametrize("limit", [2, 5, 17, 100, 640])
def test_a_counter_that_is_sure_up_to_a_limit_is_found_within_a_sixth(limit: int) -> None:
    found = capacity(climb(lambda n: float(n <= limit), f"{limit}"))
    assert limit / 1.17 <= found.value <= (limit + 1) * 1.17
    assert found.high / found.low < 1.5
    assert found.n == CALLS


@pytest.mark.parametrize(("c", "slope", "lapse"), [(2, 3, 0), (5, 1.5, 0), (5, 4, 0.03), (8, 3, 0)])
def test_the_capacity_of_a_soft_counter_is_found_without_bias_and_its_interval_holds(
    c: float, slope: float, lapse: float
) -> None:
    runs = [capacity(climb(logistic(c, slope, lapse), f"{c} {slope} {i}")) for i in range(10)]
    errors = [math.log2(run.value) - c for run in runs]
    assert abs(sum(errors) / len(errors)) < 1 / slope
    assert sorted(map(abs, errors))[5] < 1.5 / slope
    assert sum(run.low <= 2**c <= run.high for run in runs) >= 8


def test_most_calls_are_spent_near_the_capacity() -> None:
    asked = [trial.n for trial in climb(logistic(6, 4), "near").trials[20:]]
    assert sum(24 <= n <= 160 for n in asked) > 0.75 * len(asked)


def test_a_counter_that_is_always_right_is_beyond_the_ladder_and_one_that_never_is_below_it() -> None:
    assert capacity(climb(lambda _n: 1.0, "all")).value == math.inf
    none = capacity(climb(lambda _n: 0.0, "none"))
    assert (none.value, none.low, none.high) == (0, 0, 0)


def test_the_same_answers_give_the_same_next_rung() -> None:
    state = climb(logistic(4, 2), "same", calls=30)
    more = Staircase(state.trials)
    assert next_rung(more) == next_rung(Staircase(tuple(state.trials)))
    assert next_rung(more) in RUNGS


def test_the_order_of_answers_does_not_matter() -> None:
    state = climb(logistic(4, 2), "order", calls=30)
    turned = Staircase(state.trials[::-1])
    assert next_rung(Staircase(state.trials)) == next_rung(turned)
    assert capacity(state).value == capacity(turned).value


def test_it_ends_once_the_calls_are_spent_or_nothing_is_left_to_ask() -> None:
    assert next_rung(climb(logistic(4, 2), "spent", calls=5)) is None
    assert next_rung(Staircase(), rungs=()) is None


def test_only_rungs_that_still_have_displays_are_asked() -> None:
    state = Staircase()
    for _ in range(10):
        rung = next_rung(state, rungs=(5, 64))
        assert rung in (5, 64)
        state = state.after(rung, right=rung == 5)


def test_one_odd_answer_does_not_undo_many() -> None:
    sure = Staircase()
    for _ in range(6):
        for n in (1, 5, 20, 60):
            sure = sure.after(n, right=True)
        sure = sure.after(90, right=False)
    assert capacity(sure.after(3, right=False)).value > 20
