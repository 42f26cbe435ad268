"""The report on tokens finds what was planted, no more, and draws each failure as the model read it."""

import re
from collections.abc import Callable
from dataclasses import replace
from random import Random

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from evals import stats
from evals.document import Document, Section
from evals.frame import frame
from evals.lens.tokens import pack
from evals.reporting import report
from evals.scorer import exact
from evals.show import render
from evals.suite import Suite
from evals.types import Arm, Display, ItemMetric, Key, Message, Metric, Prompt, Reply, Sample
from evals.view import View
from tests import made

WORDS = Suite(
    name="words",
    version="1",
    about="spelling words",
    samples=lambda _seed, n, _options: [Sample(f"{i}", f"word{i}") for i in range(n)],
    arms=(Arm("whole", "Spell {input}."),),
    score=exact,
    metrics=(
        Metric("accuracy", "accuracy", {"right": 1, "wrong": 0}, better="higher"),
        ItemMetric("bias", "mean error", lambda scores: float(scores[0].notes["error"]), unit="marks"),
    ),
    strata=("source",),
)


def answered(word: str, cuts: tuple[int, ...], outcome: str, **more: str | int) -> Reply:
    """A reply about a word that the model read in pieces of these lengths."""
    found = made.reply(
        Key(str(more.get("model", "m")), "words", word, "whole", int(more.get("repeat", 0))),
        outcome,
        {"source": more.get("source", "common")},
        prompt=Prompt((Message("user", f"Spell {word}."),)),
        cluster=word,
        target="-".join(word),
        notes={"error": int(outcome == "wrong") * -2},
    )
    return replace(found, display=Display(6, pack(cuts), "here"))


def word(rng: Random, length: int) -> str:
    return "".join(rng.choices("abcdefghijklmnop", k=length))


def planted(chance: Callable[[int], float], n: int = 600, seed: int = 1) -> pd.DataFrame:
    """Words of 6 to 9 letters in 1 to 4 tokens; longer ones are in more, and right as often as their tokens say."""
    rng, replies = Random(seed), []
    for _ in range(n):
        length = rng.randint(6, 9)
        tokens = max(1, min(4, rng.randint(1, 3) + (length > 7)))
        cuts = (*[1] * (tokens - 1), length - tokens + 1)
        right = rng.random() < chance(tokens)
        replies.append(
            answered(word(rng, length), cuts, "right" if right else "wrong", source=rng.choice(["a", "b"]))
        )
    return frame(replies, "run", {"words": "1"}, 7)


def found(rows: pd.DataFrame, finding: str = "") -> pd.DataFrame:
    table = rows.pipe(report("tokens", {"words": WORDS}))
    return table[table["finding"] == finding] if finding else table


def shown(rows: pd.DataFrame, form: str, *, colour: bool = False) -> str:
    """The report in a format."""
    from evals.shelf import find, load

    table = found(rows)
    view: View = load(find("report", "tokens")).view(table)
    document = Document((), {}, (Section("tokens", "Tokens", table, view),), rows)
    return render(document, form, colour=colour)  # type: ignore[arg-type]


def test_each_metric_is_shown_by_the_number_of_tokens() -> None:
    rows = frame(
        [
            answered("straw", (2, 3), "wrong"),
            answered("straw", (2, 3), "right", repeat=1),
            answered("berry", (1, 4), "right"),
            answered("b" * 20, (1,) * 20, "wrong"),
        ]
    )
    by = found(rows, "by tokens").set_index(["tokens", "metric"])
    assert by.loc[("2", "accuracy"), "value"] == pytest.approx(0.75)
    assert by.loc[("2", "accuracy"), "n"] == 2
    assert by.loc[("17–32", "accuracy"), "value"] == 0
    assert by.loc[("17–32", "bias"), "value"] == -2


@pytest.mark.parametrize(
    ("tokens", "step"), [(1, "1"), (8, "8"), (9, "9–16"), (16, "9–16"), (17, "17–32"), (1000, "513–1024")]
)
def test_numbers_of_tokens_are_taken_together_by_doublings(tokens: int, step: str) -> None:
    rows = frame([answered("b" * 1000, (*[1] * (tokens - 1), 1001 - tokens), "wrong")])
    assert set(found(rows, "by tokens")["tokens"]) == {step}


def test_words_of_one_length_that_fail_more_in_fewer_tokens_are_found() -> None:
    (row,) = found(planted(lambda tokens: 0.1 + 0.2 * tokens), "same length").to_dict("records")
    assert row["verdict"] == "higher"
    assert row["low"] < 0.2 < row["high"]
    assert re.fullmatch(
        r"at the same length, every token more raises accuracy by \d+ points "
        r"\(95 % CI \d+ to \d+, p \S+\): items in fewer and longer tokens fail more",
        row["sentence"],
    )


def test_the_other_way_round_is_told_so() -> None:
    (row,) = found(planted(lambda tokens: 0.9 - 0.2 * tokens), "same length").to_dict("records")
    assert row["verdict"] == "lower"
    assert "lowers accuracy" in row["sentence"]
    assert "items in more and shorter tokens fail more" in row["sentence"]


def test_where_tokens_do_nothing_that_is_rarely_called_an_effect() -> None:
    verdicts = [
        found(planted(lambda _: 0.5, 120, seed), "same length")["verdict"].item() for seed in range(40)
    ]
    assert verdicts.count("undecided") >= 34


def test_a_length_that_decides_everything_is_no_effect_of_tokens() -> None:
    rng, replies = Random(3), []
    for _ in range(300):
        length = rng.choice([6, 9])
        tokens = rng.randint(1, 2) + 2 * (length == 9)
        ok = rng.random() < (0.9 if length == 6 else 0.2)
        replies.append(
            answered(
                word(rng, length), (*[1] * (tokens - 1), length - tokens + 1), "right" if ok else "wrong"
            )
        )
    (row,) = found(frame(replies), "same length").to_dict("records")
    assert row["verdict"] == "undecided"


def test_the_slope_is_that_of_statsmodels() -> None:
    rng = np.random.default_rng(5)
    n = 200
    length, source, cluster = rng.integers(4, 9, n), rng.integers(0, 3, n), rng.integers(0, 60, n)
    tokens = 1 + length // 3 + rng.integers(0, 3, n)
    value = (rng.random(n) < 0.2 + 0.1 * tokens).astype(float)
    dummies = [(length == each).astype(float) for each in range(5, 9)]
    dummies += [(source == each).astype(float) for each in (1, 2)]
    fit = sm.OLS(value, sm.add_constant(np.column_stack([tokens, *dummies]))).fit(
        cov_type="cluster", cov_kwds={"groups": cluster}, use_t=True
    )
    mine, p = stats.slope(value, tokens, [length.tolist(), source.tolist()], cluster)
    assert mine.value == pytest.approx(fit.params[1])
    assert (mine.low, mine.high) == pytest.approx(tuple(fit.conf_int()[1]))
    assert p == pytest.approx(fit.pvalues[1])


@pytest.mark.parametrize(
    ("values", "doses"),
    [([0, 1, 0, 1], [2, 2, 2, 2]), ([1, 1, 1, 1], [1, 2, 3, 4]), ([0, 1, 0, 1], [1, 1, 2, 2])],
)
def test_without_variation_there_is_no_slope(values: list[float], doses: list[float]) -> None:
    mine, p = stats.slope(values, doses, [["a", "a", "b", "b"]], [1, 2, 3, 4])
    assert np.isnan([mine.value, mine.low, mine.high, p]).all()


def test_failures_are_drawn_from_the_fewest_tokens_to_the_most() -> None:
    rows = frame(
        [
            answered("strawberry", (5, 5), "wrong"),
            answered("berry", (5,), "right"),
            answered("⭐b", (1, 2, 1), "wrong"),
            answered("blueberry", (9,), "wrong"),
        ]
    )
    text = shown(rows, "table")
    drawn = ["blueberry", "straw|berry", "\\xe2|\\xad\\x90|b"]
    places = [text.index(each) for each in drawn]
    assert places == sorted(places)
    assert "\x1b" not in text


def test_they_are_drawn_in_every_format() -> None:
    rows = frame([answered("straw<b>y", (5, 4), "wrong"), answered("straw|berry", (5, 6), "wrong")])
    assert "straw\\|&lt;b&gt;y" in shown(rows, "md")
    assert "straw¦\\|berry" in shown(rows, "md")
    page = shown(rows, "html")
    assert '<span class="pieces" role="img" aria-label="straw|&lt;b&gt;y"><span>straw</span>' in page
    assert "<span>&lt;b&gt;y</span></span>" in page
    assert "\x1b[30;46mstraw\x1b[0m\x1b[30;43m<b>y\x1b[0m" in shown(rows, "table", colour=True)


def test_models_without_a_tokenizer_are_named_once_and_the_others_reported() -> None:
    blind = [
        replace(answered(name, (1,), "wrong", model="blind"), display=None) for name in ("straw", "berry")
    ]
    part = replace(answered("berry", (5,), "wrong"), display=None)
    rows = frame([answered("straw", (2, 3), "wrong"), part, *blind])
    text = " ".join(shown(rows, "table").split())
    assert text.count("blind: the tokens of its items are not known") == 1
    assert "m, words: tokens are known of 50 % of 2 replies" in text
    assert "st|raw" in text
    assert found(rows, "known")["value"].to_list() == [0.5, 0.0]


def test_a_frame_without_any_tokens_is_no_fault() -> None:
    rows = frame([made.reply(Key("m", "words", "1", "whole"), "wrong", {"source": "a"})])
    assert "not known" in shown(rows, "table")
    assert "not known" in shown(rows, "html")
