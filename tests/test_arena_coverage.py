"""Intervals hold as often as they say, also where votes go together; the tables of docs/ranking.md have more of the same."""

import numpy as np
import pytest

from tests.worlds import World, coverage

WORLDS = {
    "both": World(models=8, votes=800, questions=60, judges=20),
    "judges": World(models=8, votes=800, questions=200, judges=15, by_question=0),
    "questions": World(models=8, votes=800, questions=15, judges=200, by_judge=0),
    "neither": World(models=8, votes=800, questions=60, judges=20, by_question=0, by_judge=0),
    "few judges have most votes": World(models=8, votes=800, questions=100, judges=20, uneven=1.0),
    "a new model": World(models=12, votes=3_000, questions=100, judges=30, rare=60),
}


@pytest.mark.parametrize("name", WORLDS)
def test_intervals_hold_as_often_as_they_say_and_all_ranks_at_once(name: str) -> None:
    found = coverage(WORLDS[name], rounds=80, seed=1)
    assert 0.925 < found.ratings["auto"] < 0.985
    assert found.ranks["auto"] >= 0.95


def test_without_regard_to_whose_votes_they_are_intervals_are_too_narrow() -> None:
    assert coverage(WORLDS["both"], rounds=40, seed=2).ratings["hc0"] < 0.9


def test_a_world_without_leanings_has_its_own_strengths_for_truth() -> None:
    world = World(models=6, votes=10, questions=3, judges=3, by_question=0, by_judge=0, ties=0)
    strengths = world.strengths(np.random.default_rng(0))
    np.testing.assert_allclose(world.truth(strengths), strengths - strengths.mean(), atol=1e-9)
