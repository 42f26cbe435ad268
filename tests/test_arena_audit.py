"""The audit says of a judge what it is: consistent or not, drawn to a slot, a length or its kin, like people or unlike."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.inter_rater import cohens_kappa

from evals import stats
from evals.arena import folder, journal
from evals.arena.answers import Answer, Question
from evals.arena.audit.agreement import agreements
from evals.arena.audit.corrected import corrected, references
from evals.arena.audit.habits import habits
from evals.arena.audit.kinship import favour, maker
from evals.arena.audit.votes import votes
from evals.arena.battle import Battle, JudgeKind, Winner
from evals.errors import BadInput
from tests.conftest import Done

# Agreement as a statistic

CODERS = (
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)
"""Four coders, twelve units: the example of Krippendorff (2011), Computing Krippendorff's alpha-reliability."""


def test_alpha_is_that_of_the_published_example() -> None:
    counts = np.zeros((12, 5))
    for coder in CODERS:
        for unit, said in enumerate(coder.split()):
            if said != ".":
                counts[unit, int(said) - 1] += 1
    found = stats.krippendorff_alpha(counts, np.arange(12))
    assert round(found.value, 3) == 0.743
    assert found.n == 11
    assert found.low < found.value < found.high


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=3, max_size=40))
def test_kappa_is_that_of_statsmodels(pairs: list[tuple[int, int]]) -> None:
    table = np.zeros((3, 3))
    for one, other in pairs:
        table[one, other] += 1
    said, answered = zip(*pairs, strict=True)
    found = stats.cohen_kappa(said, answered, ["one cluster"] * len(pairs))
    if len({each for pair in pairs for each in pair}) == 1:
        assert math.isnan(found.value)
    else:
        assert found.value == pytest.approx(cohens_kappa(table, return_results=False), abs=1e-12)


def test_alpha_of_two_who_rate_all_is_scotts_pi_for_few_items() -> None:
    one, other = [0, 0, 1, 1, 2, 0], [0, 1, 1, 1, 2, 0]
    counts = np.eye(3)[one] + np.eye(3)[other]
    found = stats.krippendorff_alpha(counts, np.arange(6))
    totals, n = counts.sum(0), 12
    chance = 1 - (totals * (totals - 1)).sum() / (n * (n - 1))
    assert found.value == pytest.approx(1 - (1 / 6) / chance)


@pytest.mark.parametrize(
    ("counts", "n"), [(np.zeros((0, 3)), 0), ([[1, 0], [0, 1]], 0), ([[2, 0], [2, 0]], 2)]
)
def test_alpha_is_unknown_where_nobody_or_nothing_differs(counts: Any, n: int) -> None:
    found = stats.krippendorff_alpha(counts, range(len(counts)))
    assert math.isnan(found.value)
    assert found.n == n


# Battles of known judges


def battle(number: int, judge: str, winner: Winner, **more: Any) -> Battle:
    told = {"model_a": "x/one", "model_b": "y/two", "kind": "model", "question": f"q{number}", **more}
    return Battle(id=f"{judge}{number}{told['model_a']}", judge=judge, winner=winner, **told)


def both(shown: str, swapped: str) -> dict[str, Any]:
    agreed = {("first", "second"), ("second", "first"), ("tie", "tie")}
    notes = {"shown": shown, "swapped": swapped}
    return {"notes": notes if (shown, swapped) in agreed else {**notes, "inconsistent": True}}


def test_habits_are_counted_from_both_orders() -> None:
    long = {"style": {"tokens": (9.0, 2.0)}}
    found = habits(
        [
            battle(0, "j", "model_a", **both("first", "second"), **long),
            battle(1, "j", "model_b", **both("second", "first"), **long),
            battle(2, "j", "tie", **both("first", "first"), **long),
            battle(3, "j", "tie", **both("tie", "first")),
            battle(4, "j", "tie (bothbad)", **both("both bad", "both bad")),
        ]
    )
    counted = {name: (round(each.value * each.n), each.n) for name, each in found.items()}
    assert counted == {
        "consistent": (2, 5),  # the fifth is marked inconsistent above: both bad is none of the agreed cases
        "first slot": (5, 7),
        "longer": (1, 2),
        "tie": (3, 5),
        "both bad": (1, 5),
    }


def test_a_person_has_one_order_and_a_rule_none() -> None:
    person = habits([battle(n, "ann", "model_a", kind="human") for n in range(3)])
    rule = habits([battle(n, "rule", "model_a", kind="rule") for n in range(3)])
    assert (person["first slot"].value, person["first slot"].n) == (1, 3)
    assert person["consistent"].n == rule["consistent"].n == rule["first slot"].n == 0


@pytest.mark.parametrize(
    ("model", "made_by"),
    [
        ("openai/gpt-5.6", "openai"),
        ("azure/gpt-5.6?base_url=https://x/claude", "openai"),
        ("openrouter/anthropic/claude-opus-5", "anthropic"),
        ("bedrock/anthropic.claude-opus", "bedrock"),
        ("groq/llama-3.3-70b", "meta"),
        ("ollama/llama3.2", "meta"),
        ("together/Qwen/Qwen3-235B", "qwen"),
        ("lambda/llamas-of-peru", "lambda"),
        ("deepseek/deepseek-chat", "deepseek"),
        ("pocket/bluff", "pocket"),
        ("mine.py/model", "mine.py"),
    ],
)
def test_who_has_made_a_model_is_told_by_its_name(model: str, made_by: str) -> None:
    assert maker(model) == made_by


def test_a_judge_that_favours_its_kin_is_held_against_the_others() -> None:
    given_ = [battle(n, "x/judge", "model_a") for n in range(20)]
    given_ += [battle(n, "ann", "model_a" if n % 2 else "model_b", kind="human") for n in range(20)]
    given_ += [battle(n, "x/other", "model_a") for n in range(20)]  # kin of the judge: no witness
    points, more = favour("x/judge", votes(given_))
    assert (points.value, more.value, more.n) == (1, 0.5, 20)
    assert more.low > 0
    assert favour("z/judge", votes(given_))[0].n == 0


def test_people_agree_as_often_as_any_two_of_them() -> None:
    said: dict[str, list[Winner]] = {
        "ann": ["model_a", "model_a", "tie", "model_b"],
        "bob": ["model_a", "model_b", "tie (bothbad)", "model_b"],
        "cid": ["model_a", "model_a"],
    }
    people = [
        battle(n, judge, winner, kind="human")
        for judge, each in said.items()
        for n, winner in enumerate(each)
    ]
    swapped = [
        battle(n, "j", "model_b", model_a="y/two", model_b="x/one") for n in range(4)
    ]  # the same one wins, shown second
    among, between = agreements(votes([*people, *swapped]))
    assert (among.one, among.other, among.pairs) == ("people", "people", 8)
    assert among.alike.value == pytest.approx(6 / 8)
    assert (between.one, between.other, between.pairs) == ("j", "people", 10)
    assert between.alike.value == pytest.approx(5 / 10)


def _judged(kind: JudgeKind, judge: str, wins: list[bool]) -> list[Battle]:
    return [battle(n, judge, "model_a" if won else "model_b", kind=kind) for n, won in enumerate(wins)]


def test_a_win_rate_is_freed_of_what_the_judge_is_known_to_get_wrong() -> None:
    truth = [n % 10 < 3 for n in range(400)]  # x/one wins three in ten
    said = [
        won or n % 5 == 4 for n, won in enumerate(truth)
    ]  # never missed, and a fifth taken for wins besides
    given_ = votes([*_judged("human", "ann", truth[:200]), *_judged("model", "j", said)])
    assert list(references(given_)) == ["people"]
    one = next(each for each in corrected(given_) if each.model == "x/one")
    assert one.seen.value == pytest.approx(sum(said) / 400)
    assert one.true.low < 0.3 < one.true.high < one.seen.value + 0.06
    assert one.true.value == pytest.approx(0.3, abs=0.02)
    few = votes([*_judged("human", "ann", truth[:20]), *_judged("model", "j", said)])
    assert next(iter(corrected(few))).true.n == 0
    ruled = votes(
        [*_judged("human", "ann", truth[:20]), *_judged("rule", "rule", truth), *_judged("model", "j", said)]
    )
    assert next(iter(corrected(ruled))).by == "the rule"


def test_people_who_do_not_agree_are_no_reference() -> None:
    split = [*_judged("human", "ann", [True, True]), *_judged("human", "bob", [False, True])]
    ruled = [*split, *_judged("rule", "rule", [True])]
    assert references(votes(ruled)) == {
        "people": {("q1", "x/one", "y/two"): "x/one"},
        "the rule": {("q0", "x/one", "y/two"): "x/one"},
    }
    assert references(votes(_judged("model", "j", [True]))) == {}


# The command


def made(place: Path) -> Path:
    questions = [Question(id=f"q{n}", text="?") for n in range(30)]
    said = [
        Answer(question=each.id, model=model, text=model)
        for each in questions
        for model in ("x/one", "y/two")
    ]
    arena = folder.add(place, questions, said)
    with journal.Writer(arena.journal) as writer:
        for judge, kind, wins in (
            ("x/judge", "model", [True] * 30),
            ("ann", "human", [n % 2 == 0 for n in range(30)]),
            ("bob", "human", [n % 2 == 0 or n == 1 for n in range(30)]),
        ):
            writer.append(_judged(kind, judge, wins))  # type: ignore[arg-type]  # a table of cases
    return place


def test_the_audit_is_printed_and_data_with_every_number(
    command: Callable[..., Done], tmp_path: Path
) -> None:
    made(tmp_path / "arena")
    shown = command("arena", "audit").out
    assert "unproven: no canaries were judged by x/judge" in " ".join(shown.split())
    assert "x/judge gives models of its own maker (x) 100 % (89 to 100) of the points" in " ".join(
        shown.split()
    )
    assert all(len(line) <= 80 for line in shown.splitlines())
    found = json.loads(command("arena", "audit", "--format", "json").out)["reports"]
    agreed = {(row["judge"], row["with"], row["measure"]): row for row in found["agreement"]}
    assert agreed["people", "one another", "alike"]["value"] == pytest.approx(29 / 30)
    assert agreed["x/judge", "people", "alike"]["value"] == pytest.approx(31 / 60)
    assert {row["state"] for row in found["canaries"]} == {"unproven"}
    assert "Win rates without" in command("arena", "audit", "--format", "md").out
    assert command("arena", "audit", "--format", "csv").out.startswith("report,judge,")
    command("arena", "audit", "--format", "html", "--out", "audit.html")
    assert "x/judge" in (tmp_path / "audit.html").read_text()
    assert command("arena", "audit", "--strict").status == 1


def test_an_arena_without_battles_has_nothing_to_audit(command: Callable[..., Done], tmp_path: Path) -> None:
    folder.add(tmp_path / "arena", [Question(id="q", text="?")], [Answer(question="q", model="m", text="x")])
    with pytest.raises(BadInput, match="nobody has judged anything"):
        command("arena", "audit")


def test_who_votes_without_a_name_is_said_to_have_none(command: Callable[..., Done], tmp_path: Path) -> None:
    (tmp_path / "votes.csv").write_text("model_a,model_b,winner\nx,y,model_a\nx,y,tie\n", "utf-8")
    assert command("arena", "import", "votes.csv").status == 0
    assert "(not named)" in command("arena", "audit").out
