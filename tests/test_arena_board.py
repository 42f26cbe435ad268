"""The board equals independent fits, and tells what the battles cannot say."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.optimize import minimize

from evals.arena.battle import Battle, Winner
from evals.arena.board import board, boards
from evals.arena.outcomes import WAYS, Ties
from evals.arena.sandwich import CI
from evals.arena.standings import Board, Settings
from evals.errors import BadInput, NotFound
from evals.ranked import table
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


def unlikelihood(at: Floats, battles: list[Battle], models: tuple[str, ...], ties: Ties) -> float:
    """How unlikely battles are, by the formulas of the papers: P(tie) = nu sqrt(p q) / (p + q + nu sqrt(p q)) of Davidson, and
    P(win) = p / (p + theta q) of Rao and Kupper; the last model's strength is 1."""
    worth = dict(zip(models, np.exp(np.append(at[:-1], 0.0)), strict=True))
    own, total = math.exp(at[-1]), 0.0
    for battle in battles:
        p, q = worth[battle.model_a], worth[battle.model_b]
        if ties == "davidson":
            every_way = p + q + own * math.sqrt(p * q)
            won, lost = p / every_way, q / every_way
        else:
            won, lost = p / (p + (1 + own) * q), q / (q + (1 + own) * p)
        total -= math.log({"model_a": won, "model_b": lost}.get(battle.winner, 1 - won - lost))
    return total


@pytest.mark.parametrize("name", ["dense", "sparse"])
@pytest.mark.parametrize("ties", ["davidson", "rao-kupper"])
def test_ties_of_their_own_are_fitted_as_an_independent_search_finds_them(ties: Ties, name: str) -> None:
    battles = POOLS[name][::3]
    found = board(battles, Settings(ties=ties))
    models = found.components[0].models
    best = minimize(unlikelihood, np.zeros(len(models)), (battles, models, ties), options={"gtol": 1e-7})
    theta, (pull,) = best.x[:-1], found.components[0].pulls
    assert np.abs(differences(found) - theta).max() * ELO < 0.02
    own = best.x[-1] if ties == "davidson" else math.log1p(math.exp(best.x[-1]))
    assert pull.name == "ties"
    assert abs(pull.value - own) < 1e-4


def test_ratings_drawn_to_each_other_are_as_sure_as_their_differences() -> None:
    plain, drawn_in = (
        board(POOLS["dense"], Settings(shrink=shrink)).components[0] for shrink in (False, True)
    )
    assert np.abs(drawn_in.covariance.sum(axis=1)).max() < 1e-6
    wide = [[each.high - each.low for each in found.standings] for found in (drawn_in, plain)]
    assert np.mean(wide[0]) < np.mean(wide[1])


def test_a_category_of_all_battles_is_as_sure_as_the_board() -> None:
    battles = [replace(each, categories=("one",)) for each in POOLS["dense"]]
    whole, part = boards(battles, Settings(), ["one"])
    assert part.name == "one"
    for one, other in zip(whole.standings, part.standings, strict=True):
        assert one.model == other.model
        assert other.rating == pytest.approx(one.rating, abs=1e-6)
        assert other.high - other.low == pytest.approx(one.high - one.low, rel=0.1)


def test_where_every_model_has_fewer_battles_no_table_is_left() -> None:
    found = board(POOLS["dense"], Settings(min_votes=10_000))
    assert (found.components, found.standings) == ((), ())
    assert "fewer than 10,000 battles" in found.notes[-1]
    assert "Board" in table([found])


ENDLESS: list[list[tuple[str, str, Winner]]] = [
    [
        *(("w", "x", "model_b"), ("x", "y", "tie"), ("z", "w", "tie")),
        *(("w", "v", "model_a"), ("z", "v", "tie"), ("x", "z", "tie")),
    ],
    [
        *(("v", "w", "model_a"), ("v", "w", "tie"), ("v", "x", "model_b")),
        *(("v", "x", "tie"), ("v", "y", "tie"), ("w", "v", "model_b")),
    ],
]


@pytest.mark.parametrize("given", ENDLESS)
def test_where_the_number_of_ties_has_no_end_that_is_one_sentence(
    given: list[tuple[str, str, Winner]],
) -> None:
    battles = [Battle(id=str(i), model_a=a, model_b=b, winner=won) for i, (a, b, won) in enumerate(given)]
    with pytest.raises(BadInput, match="cannot be found"):
        board(battles, Settings(ties="rao-kupper"))
