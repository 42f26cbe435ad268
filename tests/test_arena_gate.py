"""Gates on a board: the non-inferiority rule of gates, on the difference of two ratings."""

import json
import math
import random
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from evals.arena import journal
from evals.arena.battle import Battle, Winner
from evals.arena.pool import Pool, of_battles
from evals.errors import BadInput, NotFound
from evals.verdict import boarded
from evals.verdict.gate import Outcome, Word
from evals.verdict.rules import Rules
from tests.conftest import Done


def battles(ratings: Mapping[str, float], count: int, seed: int = 0) -> list[Battle]:
    """Battles among models of these ratings, in Elo points, a question of its own each."""
    draw = random.Random(seed)
    found = []
    for number in range(count):
        a, b = draw.sample(sorted(ratings), 2)
        wins = draw.random() < 1 / (1 + 10 ** ((ratings[b] - ratings[a]) / 400))
        winner: Winner = "model_a" if wins else "model_b"
        found.append(Battle(id=str(number), question=str(number), model_a=a, model_b=b, winner=winner))
    return found


Results = tuple[tuple[str, str, Winner, int], ...]
"""Who met, who won, how often."""


def decided(*results: tuple[str, str, Winner, int]) -> Pool:
    """Battles of so many each."""
    rows = [(a, b, winner) for a, b, winner, count in results for _ in range(count)]
    return of_battles(
        [
            Battle(id=str(number), question=str(number), model_a=a, model_b=b, winner=winner)
            for number, (a, b, winner) in enumerate(rows)
        ]
    )


def gate(pool: Pool, margin: float = 20.0, looks: int = 1) -> Outcome:
    return boarded.gate(pool, "new", "old", margin, Rules(looks=looks))


EVEN: Results = (("new", "old", "model_a", 1_000), ("new", "old", "model_b", 1_000))


@pytest.mark.parametrize(
    ("results", "word"),
    [
        (EVEN, "pass"),
        ((("new", "old", "model_a", 60), ("new", "old", "model_b", 40)), "pass"),
        ((("new", "old", "model_a", 36), ("new", "old", "model_b", 64)), "regress"),
        ((("new", "old", "model_a", 9), ("old", "new", "model_a", 11)), "undecided"),
        ((("new", "old", "model_b", 100),), "regress"),
        ((("new", "old", "model_a", 100),), "pass"),
        ((("new", "old", "model_a", 3),), "undecided"),
        ((("new", "old", "model_b", 3),), "undecided"),
    ],
)
def test_a_challenger_passes_where_it_is_surely_no_worse_by_the_margin(results: Results, word: str) -> None:
    assert gate(decided(*results)).word == word


def test_models_that_never_met_are_compared_through_others() -> None:
    pool = decided(
        ("new", "third", "model_a", 400),
        ("new", "third", "model_b", 400),
        ("old", "third", "model_a", 300),
        ("old", "third", "model_b", 500),
    )
    outcome = gate(pool)
    assert outcome.word == "pass"
    assert outcome.said[0].startswith("new and old never met")
    (verdict,) = outcome.verdicts
    expected = 400 / math.log(10) * math.log(5 / 3)
    assert verdict.finding.usual.value == pytest.approx(expected, abs=1e-3)


def test_a_board_of_judges_that_are_fooled_does_not_pass_and_may_regress() -> None:
    doubts = ["untrusted: canaries fooled a judge"]
    behind = decided(("new", "old", "model_b", 100))
    passing = boarded.gate(decided(*EVEN), "new", "old", 20.0, Rules(), doubts)
    assert (passing.word, passing.status("pass"), passing.status(None)) == ("undecided", 3, 3)
    assert boarded.gate(behind, "new", "old", 20.0, Rules(), doubts).word == "regress"


def test_more_looks_make_a_regression_harder_to_call_and_a_pass_no_easier() -> None:
    pool = decided(("new", "old", "model_a", 36), ("new", "old", "model_b", 64))
    assert gate(pool).word == "regress"
    assert gate(pool, looks=100).word == "undecided"
    assert gate(decided(*EVEN), looks=100).word == "pass"


@pytest.mark.parametrize(("behind", "word", "most"), [(60.0, "pass", 0.07), (0.0, "regress", 0.07)])
def test_gates_err_as_seldom_as_they_say(behind: float, word: Word, most: float) -> None:
    """At the margin 2.5 % may pass, and without a difference 2.5 % regress on this side: 120 pools, so with room for chance."""
    ratings = {"old": 1000.0, "new": 1000.0 - behind, "third": 1050.0}
    ended = [gate(of_battles(battles(ratings, 400, seed)), margin=60.0).word for seed in range(120)]
    assert ended.count(word) / len(ended) <= most


@pytest.mark.parametrize(
    ("models", "says"),
    [
        (("new", "odl"), "there is no model in the battles called 'odl'"),
        (("new", "new"), "new is both challenger and champion"),
        (("new", "alone"), "new and alone never met, even through others"),
    ],
)
def test_what_cannot_be_compared_is_one_sentence(models: tuple[str, str], says: str) -> None:
    pool = decided(*EVEN, ("alone", "apart", "tie", 20))
    with pytest.raises((BadInput, NotFound)) as error:
        boarded.gate(pool, *models, 20.0, Rules())
    assert error.value.message.startswith(says)


# The command


@pytest.fixture
def arena(command: Callable[..., Done]) -> Path:
    """An arena in which `new` is even with `old`, and `weak` is far behind."""
    found = battles({"old": 1000.0, "new": 1000.0, "weak": 800.0}, 1_200)
    Path("arena").mkdir()
    with journal.Writer(Path("arena/battles.jsonl")) as log:
        log.append(found)
    return Path("arena")


@pytest.mark.parametrize(
    ("challenger", "more", "status", "word"),
    [
        ("new", ("--margin", "100"), 0, "PASS"),
        ("weak", (), 1, "REGRESS"),
        ("new", ("--margin", "0.5"), 3, "UNDECIDED"),
        ("new", ("--margin", "0.5", "--undecided", "fail"), 1, "UNDECIDED"),
        ("new", ("--margin", "0.5", "--undecided", "pass"), 0, "UNDECIDED"),
    ],
)
def test_the_exit_status_says_what_becomes_of_it(  # noqa: PLR0913, PLR0917  a case is its parts
    command: Callable[..., Done], arena: Path, challenger: str, more: tuple[str, ...], status: int, word: str
) -> None:
    done = command(
        "gate", arena, "--challenger", challenger, "--champion", "old", *more, "--also", "gate.xml"
    )
    assert (done.status, done.out.splitlines()[-1]) == (status, f"verdict: {word}")
    assert f"{challenger} against old in arena" in done.out
    assert "1,200 battles" in Path("gate.xml").read_text("utf-8")


def test_the_outcome_as_json_has_the_interval(command: Callable[..., Done], arena: Path) -> None:
    done = command("gate", arena, "--challenger", "weak", "--champion", "old", "--format", "json")
    (verdict,) = json.loads(done.out)["verdicts"]
    assert (verdict["unit"], verdict["bound"], verdict["n"]) == ("Elo", 20, 1200)
    assert verdict["low"] < verdict["judged"] < verdict["high"] < 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--challenger", "new"), "two models meet there"),
        (("--margin", "5"), "two models meet there"),
        (
            ("--challenger", "new", "--champion", "old", "--baseline", "b.json"),
            "an arena's baseline is the champion",
        ),
        (("--challenger", "new", "--champion", "old", "--undecided", "more"), "an arena asks nobody"),
    ],
)
def test_options_that_do_not_go_together_are_one_sentence(
    command: Callable[..., Done], arena: Path, words: tuple[str, ...], says: str
) -> None:
    with pytest.raises(BadInput, match=says):
        command("gate", arena, *words)
