"""What stands behind a board: how few votes flip it, who does not look, which pair is next, what luck does to the best."""

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm

from evals.arena.battle import Battle
from evals.arena.board import board, boards
from evals.arena.cycles import cycles
from evals.arena.fragility import flip
from evals.arena.inflation import best_of, families
from evals.arena.next import odds
from evals.arena.pool import Pool, of_battles
from evals.arena.standings import Settings
from evals.arena.voters import voters
from evals.errors import NotFound
from tests.pools import POOLS, drawn, every
from tests.worlds import World


def won(one: str, other: str, times: int) -> list[Battle]:
    """So many battles that one has won against the other."""
    return [Battle(id=f"{one}{other}{i}", model_a=one, model_b=other, winner="model_a") for i in range(times)]


@pytest.mark.parametrize("ahead", [1, 2, 9])
def test_the_first_place_of_two_flips_when_one_more_than_the_lead_is_left_out(ahead: int) -> None:
    found = flip(of_battles([*won("x", "y", 20 + ahead), *won("y", "x", 20)]))
    assert found
    assert (found.first, found.instead, found.battles) == ("x", "y", ahead + 1)


def test_where_nobody_can_stand_first_instead_nothing_flips() -> None:
    assert flip(of_battles(won("x", "y", 3))) is None


def test_judges_who_do_not_look_or_vote_the_other_way_are_flagged_and_nobody_else() -> None:
    rng = np.random.default_rng(5)
    strengths = rng.normal(0, 0.8, 8)
    battles = drawn(strengths, every(range(8)), 100, judges=40, seed=5)
    turned = {"model_a": "model_b", "model_b": "model_a"}
    for place, each in enumerate(battles):
        if each.judge == "j3" and each.winner in turned:
            battles[place] = replace(each, winner="model_a")
        if each.judge == "j7":
            battles[place] = replace(each, winner=turned.get(each.winner, each.winner))  # type: ignore[arg-type]
    found = voters(of_battles(battles))
    assert {each.judge for each in found if each.flagged} == {"j3", "j7"}
    assert next(each.first for each in found if each.judge == "j3") == 1


@pytest.mark.parametrize("votes", [10, 30, 100])
def test_honest_judges_are_hardly_ever_suspected_however_many_votes_they_cast(votes: int) -> None:
    suspected = flagged = total = 0
    for seed in range(6):
        world = World(models=8, votes=20 * votes, questions=50, judges=20, by_question=0, by_judge=0)
        rng = np.random.default_rng(seed)
        pool = replace(world.pool(rng, world.strengths(rng)), judges=tuple(f"j{i}" for i in range(20)))
        for each in voters(pool):
            suspected, flagged, total = suspected + (each.evidence >= 20), flagged + each.flagged, total + 1
    assert suspected <= 0.05 * total
    assert flagged <= 0.05 * total


def test_a_new_model_is_drawn_most_and_every_pair_sometimes() -> None:
    pool = of_battles(POOLS["dense"])
    found = odds(pool, [*pool.models, "new"])
    place = found.models.index("new")
    chances = found.chances[np.triu_indices(13, 1)]
    assert chances.sum() == pytest.approx(1)
    assert chances.min() >= 0.1 / 78 - 1e-12
    assert found.chances[place].sum() > 5 * np.delete(found.chances.sum(axis=0), place).mean()
    first, second, chance = found.draw(np.random.default_rng(0))
    assert chance == found.chances[found.models.index(first), found.models.index(second)]


def test_before_any_battle_all_pairs_are_as_likely() -> None:
    found = odds(of_battles([]), ["x", "y", "z"])
    assert found.chances[np.triu_indices(3, 1)] == pytest.approx([1 / 3] * 3)


@pytest.mark.parametrize(("count", "mean"), [(1, 0.0), (2, 0.5642), (3, 0.8463), (10, 1.5388), (27, 1.998)])
def test_the_best_of_several_exceeds_their_mean_by_what_tippett_tabled(count: int, mean: float) -> None:
    assert best_of(count) == pytest.approx(mean, abs=2e-3)


def test_variants_are_known_by_their_names() -> None:
    names = ["gpt-x-0613", "gpt-x-1106", "big-7b", "big-70b", "solo", "org/y-v1", "org/y-v2-preview", "p?t=1"]
    found = families(names)
    assert found == {"gpt-x": ("gpt-x-0613", "gpt-x-1106"), "org/y": ("org/y-v1", "org/y-v2-preview")}


def test_a_ring_of_sure_wins_is_found_and_chance_is_none() -> None:
    ring = [*won("x", "y", 30), *won("y", "z", 30), *won("z", "x", 30)]
    (component,) = board(ring).components
    assert len(cycles(component.matrix)) == 1
    (other,) = board(POOLS["dense"]).components
    assert not cycles(other.matrix)


def test_a_board_of_a_category_is_drawn_to_that_of_all_and_no_surer() -> None:
    battles = [
        replace(each, categories=("odd",) if place % 9 == 0 else ())
        for place, each in enumerate(POOLS["dense"])
    ]
    whole, odd = boards(battles, categories=["all"])
    assert odd.name == "odd"
    alone = board([each for each in battles if each.categories])
    rated = [{each.model: each.rating for each in found.standings} for found in (whole, odd, alone)]
    spreads = [np.std(list(each.values())) for each in rated]
    assert spreads[1] < spreads[2]
    wide = [np.mean([each.high - each.low for each in found.standings]) for found in (whole, odd)]
    assert wide[1] >= 0.95 * wide[0]
    with pytest.raises(NotFound, match="odd"):
        boards(battles, categories=["even"])


def test_style_slopes_are_those_of_a_generalized_linear_model() -> None:
    rng = np.random.default_rng(11)
    battles = [
        replace(each, style={"tokens": (float(rng.integers(5, 300)), float(rng.integers(5, 300)))})
        for each in POOLS["dense"]
    ]
    found = board(battles, Settings(style=True, ci="hc0")).components[0]
    x = np.zeros((len(battles), 14))
    apart = np.array([(a - b) / (a + b + 1) for each in battles for a, b in each.style.values()])
    x[:, 12], x[:, 13] = apart / np.sqrt((apart**2).mean()), 1
    for row, each in enumerate(battles):
        x[row, found.models.index(each.model_a)] += 1
        x[row, found.models.index(each.model_b)] -= 1
    y = np.array([each.points_a for each in battles])
    oracle = sm.GLM(y, x[:, 1:], family=sm.families.Binomial()).fit(tol=1e-14, cov_type="HC0")
    for place, pull in ((-2, found.pulls[0]), (-1, found.pulls[1])):
        assert pull.value == pytest.approx(oracle.params[place], abs=1e-8)
        assert pull.high - pull.value == pytest.approx(1.959964 * oracle.bse[place], rel=1e-6)


def test_the_bootstrap_is_as_sure_as_the_sandwich() -> None:
    battles = POOLS["dense"]
    sandwich, drawn_again = (
        board(battles, Settings(ci=ci)).components[0] for ci in ("question", "bootstrap")
    )
    places = [drawn_again.models.index(model) for model in sandwich.models]
    off = np.triu_indices(12, 1)
    ratio = drawn_again.difference_se[np.ix_(places, places)][off] / sandwich.difference_se[off]
    assert abs(float(np.mean(ratio)) - 1) < 0.05


def test_a_pool_of_battles_counts_those_alike_once_in_cells() -> None:
    pool = of_battles(POOLS["dense"])
    cells: Pool = pool.cells()
    assert (cells.battles, cells.weight.sum()) == (pool.battles, pool.weight.sum())
    assert len(cells) < len(pool)
