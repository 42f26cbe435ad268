"""The effects of the suite spelling, against simulated spellers of known behaviour and against counting by hand."""

from collections.abc import Callable, Iterable
from itertools import product
from random import Random
from typing import Any

import pandas as pd
import pytest

from evals import reporting, shelf, stats
from evals.charts.paint import svg
from evals.frame import frame
from evals.types import Key, Prompt, Reply, Response, Sample
from suites.spelling import effects
from suites.spelling.items import BANDS, Options, samples
from suites.spelling.prompts import SPACED, SPELL_FIRST, WORD
from suites.spelling.report import EMPTY, report, view
from suites.spelling.suite import suite

ARMS = (WORD, SPACED, SPELL_FIRST)
KNOWS = {"common": 0.9, "rare": 0.6, "nonsense": 0.4, "random": 0.1}
WRONG = {"spell": "z-z-z", "count_letter": "17"}

Speller = Callable[[Sample, str], str]


def chance(*of: object) -> float:
    """A number in 0..1 that is always the same for the same things."""
    return Random(" ".join(map(str, of))).random()


def knows(sample: Sample) -> bool:
    return chance("knows", sample.cluster) < KNOWS[str(sample.tags["source"])]


def wrong(sample: Sample) -> str:
    return WRONG.get(str(sample.tags["task"]), "zzzz")


def by_letters(sample: Sample, arm: str) -> str:
    """Right wherever it has the letters, and it has those of a word that it knows; spells what it can, if told to."""
    has = arm == SPACED or knows(sample)
    said = str(sample.target) if has else wrong(sample)
    if arm != SPELL_FIRST:
        return said
    return f"{'-'.join(sample.input if knows(sample) else sample.input[1:])}\nAnswer: {said}"


def clumsy(sample: Sample, arm: str) -> str:
    """Knows every letter and does every task on given letters, but three tasks in four not on a whole word."""
    if arm == SPACED or sample.tags["task"] == "spell" or chance("clumsy", sample.id) < 0.25:
        return str(sample.target)
    return wrong(sample)


def ask(
    speller: Speller, size: int = 400, arms: Iterable[str] = ARMS, seed: int = 7, **options: str
) -> pd.DataFrame:
    """What a simulated speller answers to the suite's items, judged by the suite."""
    replies = []
    for sample, arm in product(samples(seed, size, Options(**options)), arms):
        response = Response(speller(sample, arm))
        verdict = suite.score(sample, arm, response)
        key = Key("simulated", suite.name, sample.id, arm)
        prompt = Prompt(text=sample.id + arm)
        about = (sample.target, sample.cluster, sample.tags, 1, "")
        replies.append(Reply(key, prompt, response, verdict, None, *about))
    return frame(replies, versions={suite.name: suite.version}, seed=seed)


def row(table: pd.DataFrame, **where: str) -> dict[str, Any]:
    """The one row of a table in which these columns have these values."""
    for column, value in where.items():
        table = table[table[column] == value]
    (found,) = table.to_dict("records")
    return {str(name): value for name, value in found.items()}


def right(rows: pd.DataFrame, **where: str) -> "pd.Series[float]":
    """Sample -> 1 or 0, of the rows in which these columns have these values."""
    for column, value in where.items():
        rows = rows[rows[column] == value]
    return (rows.set_index("sample")["outcome"] == "right").astype(float)


def end_of_a_run(rows: pd.DataFrame) -> str:
    """What the report of contrasts says in words."""
    made = reporting.report("contrasts", {suite.name: suite})
    return "\n".join(shelf.load(shelf.find("report", "contrasts")).view(made(rows)).lines)


@pytest.fixture(scope="module")
def letters_known() -> pd.DataFrame:
    return ask(by_letters)


@pytest.fixture(scope="module")
def found(letters_known: pd.DataFrame) -> pd.DataFrame:
    return report(letters_known, {suite.name: suite})


def test_tokenisation_is_what_setting_the_letters_apart_changes_on_the_same_items(
    letters_known: pd.DataFrame,
) -> None:
    effect = row(effects.declared("tokenisation", letters_known, suite))
    word, spaced = right(letters_known, arm=WORD), right(letters_known, arm=SPACED)
    assert effect["effect"] == pytest.approx((spaced - word).mean())
    assert effect["n"] == 400
    assert effect["verdict"] == "higher"


def test_of_one_task_each_word_stands_alone_and_the_test_is_mcnemars(letters_known: pd.DataFrame) -> None:
    parts = effects.declared("tokenisation", letters_known, suite, ("tag_task",))
    for task in letters_known["tag_task"].unique():
        effect = row(parts, tag_task=task)
        word, spaced = (right(letters_known, arm=arm, tag_task=task) for arm in (WORD, SPACED))
        n01, n10 = int(((spaced - word) == 1).sum()), int(((spaced - word) == -1).sum())
        assert (effect["n01"], effect["n10"]) == (n01, n10)
        assert effect["p"] == pytest.approx(stats.mcnemar(n01, n10))


def test_memorisation_compares_words_of_one_block(letters_known: pd.DataFrame) -> None:
    effect = row(effects.declared("memorisation", letters_known, suite), arm=WORD)
    common, nonsense = (
        right(letters_known, arm=WORD, tag_source=source) for source in ("common", "nonsense")
    )
    nonsense.index = nonsense.index.str.replace("nonsense", "common")
    assert effect["effect"] == pytest.approx((common - nonsense).mean())
    assert effect["n"] == 100
    assert effect["clusters"] == 50
    assert 0.3 < effect["effect"] < 0.7


def test_memorisation_is_none_where_the_letters_are_given(letters_known: pd.DataFrame) -> None:
    effect = row(effects.declared("memorisation", letters_known, suite), arm=SPACED)
    assert effect["effect"] == 0
    assert effect["verdict"] == "undecided"


def test_memorisation_by_task_is_mcnemars_too(letters_known: pd.DataFrame) -> None:
    parts = effects.declared("memorisation", letters_known, suite, ("tag_task",))
    effect = row(parts, arm=WORD, tag_task="spell")
    assert effect["clusters"] == effect["n"] == 50
    assert effect["p"] == pytest.approx(stats.mcnemar(effect["n01"], effect["n10"]))


def test_nothing_is_lost_in_composition_by_one_who_lacks_letters_alone(letters_known: pd.DataFrame) -> None:
    for arm in (WORD, SPELL_FIRST):
        effect = row(effects.composition(letters_known, suite), arm=arm)
        assert effect["effect"] == 0
        assert effect["n"] == 200


def test_composition_loss_is_all_of_the_loss_of_one_who_knows_the_letters() -> None:
    rows = ask(clumsy, arms=(WORD, SPACED))
    effect = row(effects.composition(rows, suite))
    tasks = rows[rows["tag_task"] != "spell"]
    assert effect["effect"] == pytest.approx(1 - right(tasks, arm=WORD).mean())
    assert effect["p"] == pytest.approx(stats.mcnemar(effect["n01"], effect["n10"]))
    assert effect["verdict"] == "higher"
    assert "taking the sub-steps one by one raises accuracy by" in effect["sentence"]


def test_sub_steps_are_counted_word_by_word_and_not_multiplied_from_averages() -> None:
    """Four words: spelled right are 1 and 2, right on given letters 1 and 3, right whole 3: both steps 1 of 4, task 1 of 4."""
    base = {"suite": "spelling", "model": "m", "seed": 1, "repeat": 0, "tag_source": "common"}
    judged = {("spell", WORD): "1100", ("reverse", SPACED): "1010", ("reverse", WORD): "0010"}
    rows = [
        base
        | {"tag_block": i, "cluster": f"w{i}", "sample": f"{i}{task}", "tag_task": task, "arm": arm}
        | {"outcome": "right" if marks[i] == "1" else "wrong"}
        for (task, arm), marks in judged.items()
        for i in range(4)
    ]
    effect = row(effects.composition(pd.DataFrame(rows), suite))
    assert (effect["effect"], effect["n"], effect["n01"], effect["n10"]) == (0.0, 4, 1, 1)


def test_items_with_a_sub_step_that_was_not_judged_are_left_out(letters_known: pd.DataFrame) -> None:
    rows = letters_known.copy()
    lost = (rows["tag_task"] == "spell") & (rows["arm"] == WORD) & (rows["tag_source"] == "rare")
    rows.loc[lost, "outcome"] = "unparsed"
    assert row(effects.composition(rows, suite), arm=WORD)["n"] == 150


def test_without_spelling_there_is_no_composition() -> None:
    rows = ask(by_letters, 60, (WORD, SPACED), tasks="reverse")
    assert not len(effects.composition(rows, suite))
    assert len(report(rows, {suite.name: suite}))


def test_confusions_count_edits_of_wrong_answers() -> None:
    rows = pd.DataFrame(
        {
            "model": "m",
            "arm": WORD,
            "tag_task": ["spell", "spell", "reverse", "count_letter", "spell"],
            "outcome": ["wrong", "wrong", "wrong", "wrong", "right"],
            "target": ["c-a-t", "m-i-n-t", "tac", "3", "d-o-g"],
            "answer": ["cot", "ment", "toc", "2", "dog"],
        }
    )
    table = effects.confusions(rows)
    assert table.to_dict("records") == [
        {"model": "m", "arm": WORD, "letter": "a", "became": "o", "times": 2},
        {"model": "m", "arm": WORD, "letter": "i", "became": "e", "times": 1},
    ]


# The report


def test_the_report_has_every_effect_by_task_and_by_length(found: pd.DataFrame) -> None:
    assert list(found.columns) == list(EMPTY)
    whole = found[found["by"] == ""].groupby("finding").size()
    assert whole.drop("confusion").to_dict() == {
        "tokenisation": 1,
        "memorisation": 3,
        "word-likeness": 3,
        "composition": 2,
    }
    bands = found[(found["by"] == "band") & (found["finding"] == "tokenisation")]
    assert list(bands["level"]) == ["3-6", "7-9", "10-12", "13+"]
    assert set(found[found["by"] == "task"]["arm"]) == {"", WORD}


def test_the_report_is_shown_in_words_and_tables(found: pd.DataFrame) -> None:
    shown = view(found)
    assert len(shown.tables) == 2
    said = shown.lines + shown.undecided
    assert any("composition (word)" in line for line in said)
    assert not any("memorisation" in line for line in said), "a declared contrast is said there"


def test_tokenisation_and_memorisation_are_said_at_the_end_of_a_run(letters_known: pd.DataFrame) -> None:
    lines = end_of_a_run(letters_known)
    assert "setting the letters apart raises accuracy by" in lines
    assert "arm word: asking about common words instead of made-up ones raises accuracy by" in lines


def test_the_report_of_other_suites_is_empty(letters_known: pd.DataFrame) -> None:
    assert not len(report(letters_known.assign(suite="dots"), {}))
    assert not view(report(letters_known, {})).tables


def test_the_picture_shows_both_ways_of_asking_by_length(found: pd.DataFrame) -> None:
    (picture,) = view(found).pictures
    effect = row(found, finding="tokenisation", by="")
    assert f"simulated by {100 * effect['value']:+.0f} points" in picture.title
    assert all(f"at {band} letters" in picture.alt for band in BANDS)
    image = svg(picture)
    assert all(
        text in image for text in ("whole word", "letters set apart", "length of the word (letters)", "13+")
    )


def test_accuracy_by_length_holds_every_judged_item(found: pd.DataFrame, letters_known: pd.DataFrame) -> None:
    counted = found[found["finding"] == "accuracy"].groupby("arm")["n"].sum()
    judged = letters_known[letters_known["outcome"].isin(["right", "wrong"])]
    assert counted["spaced"] <= len(judged[judged["arm"] == "spaced"])
    assert set(counted.index) == {"word", "spaced"}


def test_nothing_is_drawn_where_one_way_of_asking_is_missing(letters_known: pd.DataFrame) -> None:
    rows = letters_known[letters_known["arm"] == "word"]
    assert not view(report(rows, {suite.name: suite})).pictures
