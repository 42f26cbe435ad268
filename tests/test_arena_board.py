"""The board equals independent fits, and tells what the battles cannot say."""

import math
from pathlib import Path

import numpy as np
import pytest
import statsmodels.api as sm

from evals.arena.battle import Battle
from evals.arena.board import board
from evals.arena.outcomes import WAYS, Ties
from evals.arena.sandwich import CI
from evals.arena.standings import Board, Settings
from evals.errors import BadInput, NotFound
from evals.stats import Floats
from tests.pools import POOLS, UNBEATEN, drawn, every

KINDS: tuple[CI, ...] = ("model", "hc0", "question", "judge")
ELO = 400 / math.log(10)


def design(battles: list[Battle], models: tuple[str, ...]) -> tuple[Floats, Floats]:
    """What a generalized linear model is given: points of the first, and +1 and -1 for who met; the last model is 0."""
    x = np.zeros((len(battles), len(models)))
    for row, battle in enumerate(battles):
        x[row, models.index(battle.model_a)] += 1
        x[row, models.index(battle.model_b)] -= 1
    return np.array([battle.points_a for battle in battles]), x[:, :-1]


def differences(found: Board) -> Floats:
    """Ratings less that of the last model, in logits."""
    ratings = np.array([each.rating for each in found.standings]) / ELO
    return np.asarray(ratings[:-1] - ratings[-1])


@pytest.mark.parametrize("name", POOLS)
def test_ratings_are_those_of_a_generalized_linear_model(name: str) -> None:
    found = board(POOLS[name])
    y, x = design(POOLS[name], found.components[0].models)
    oracle = sm.GLM(y, x, family=sm.families.Binomial()).fit(tol=1e-14, maxiter=100)
    np.testing.assert_allclose(differences(found) * ELO, oracle.params * ELO, atol=1e-6)


@pytest.mark.parametrize("name", POOLS)
@pytest.mark.parametrize("ci", KINDS)
def test_standard_errors_are_those_of_a_generalized_linear_model(name: str, ci: CI) -> None:
    battles = POOLS[name]
    found = board(battles, Settings(ci=ci))
    y, x = design(battles, found.components[0].models)
    codes = {
        "question": [battle.question for battle in battles],
        "judge": [battle.judge for battle in battles],
    }.get(ci)
    groups = None if codes is None else np.unique(codes, return_inverse=True)[1]
    how = {"cov_type": {"model": "nonrobust", "hc0": "HC0"}.get(ci, "cluster")}
    more = {} if groups is None else {"cov_kwds": {"groups": groups, "use_correction": False}}
    oracle = sm.GLM(y, x, family=sm.families.Binomial()).fit(tol=1e-14, maxiter=100, **how, **more)
    factor = 1.0 if groups is None else math.sqrt((groups.max() + 1) / groups.max())
    np.testing.assert_allclose(
        found.components[0].difference_se[:-1, -1], oracle.bse * ELO * factor, rtol=1e-6
    )


def test_a_model_that_never_lost_is_named_and_rated_by_what_is_likely_beforehand() -> None:
    found = board(UNBEATEN)
    (open_ended,) = [each for each in found.standings if not each.finite]
    assert open_ended.model == found.standings[0].model == "unbeaten"
    assert open_ended.rating < 1600
    assert any(note.startswith("unbeaten: has never lost") for note in found.notes)


def test_groups_that_never_met_have_tables_of_their_own() -> None:
    apart = drawn([0.5, 0, -0.5], every(range(3)), 20)
    other = [
        Battle(id=f"x{i}", model_a="x", model_b="y", winner="model_a" if i % 3 else "model_b")
        for i in range(9)
    ]
    found = board([*apart, *other])
    assert [component.models for component in found.components] == [("m00", "m01", "m02"), ("x", "y")]
    assert "never met" in found.notes[0]


@pytest.mark.parametrize("ties", WAYS)
def test_where_all_are_ties_all_are_equal_and_nothing_is_sure(ties: Ties) -> None:
    battles = [
        Battle(id=f"{i}{j}{k}", model_a=f"m{i}", model_b=f"m{j}", winner="tie")
        for i, j in every(range(3))
        for k in range(4)
    ]
    found = board(battles, Settings(ties=ties))
    assert {round(each.rating, 6) for each in found.standings} == {1000.0}
    assert all(each.low < 900 and (each.rank_low, each.rank_high) == (1, 3) for each in found.standings)


def test_no_battle_is_an_empty_board_that_says_so() -> None:
    found = board([])
    assert (found.standings, found.notes) == ((), ("There is no battle yet.",))


def test_an_id_that_occurs_twice_is_an_error() -> None:
    one = Battle(id="7", model_a="x", model_b="y", winner="tie")
    with pytest.raises(BadInput, match="'7' occurs more than once"):
        board([one, one])


def test_a_model_against_itself_is_an_error() -> None:
    with pytest.raises(BadInput, match="'x' meets itself"):
        board([Battle(id="1", model_a="x", model_b="x", winner="tie")])


def test_an_anchor_has_the_rating_it_is_given_and_is_sure() -> None:
    found = board(POOLS["dense"], Settings(anchor=("m03", 1200)))
    (anchor,) = [each for each in found.standings if each.model == "m03"]
    assert (anchor.rating, anchor.low, anchor.high) == (1200, 1200, 1200)
    with pytest.raises(NotFound, match="m99"):
        board(POOLS["dense"], Settings(anchor=("m99", 1200)))


def test_every_column_of_a_board_is_documented() -> None:
    page = (Path(__file__).parent.parent / "docs" / "ranking.md").read_text("utf-8")
    frame = board(POOLS["dense"]).frame()
    assert not [name for name in frame if f"`{name}`" not in page]
    assert len(frame) == 12
