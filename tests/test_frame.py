"""A frame holds every reply as it is, in the columns, dtypes and units that are documented."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.frame import COLUMNS, frame
from evals.types import Key, Message, Prompt, Reply, Response, Score, Tag, ToolCall
from tests.made import reply
from tools import columns_table

KEY = Key("pocket/bluff", "names", "s1", "neutral", 2)
FULL = replace(
    reply(KEY, "right", {"tier": "A"}, target="gold", notes={"label": "answer"}),
    prompt=Prompt(
        (Message("system", "Be brief."), Message("user", "Who is X?")), followups=("Are you sure?",)
    ),
    response=Response("Yes.", "hm", "length", 11, 12, 13, 0.5, 0.25, "served", ("A poet.", "A poet.")),
    score=Score("right", "poet", 0.75, "gold", {"label": "answer"}),
)
FAILED = reply(KEY, "error")


def test_the_columns_are_the_documented_ones_with_their_dtypes() -> None:
    made = frame([FULL, FAILED], "run-1", {"names": "3"}, seed=7)
    assert list(made)[: len(COLUMNS)] == [column.name for column in COLUMNS]
    assert {column.name: column.dtype for column in COLUMNS} == {
        column.name: str(made[column.name].dtype) for column in COLUMNS
    }


def test_no_replies_give_an_empty_frame_of_the_same_columns_and_dtypes() -> None:
    empty, made = frame([]), frame([FULL])
    assert len(empty) == 0
    for column in COLUMNS:
        assert empty[column.name].dtype == made[column.name].dtype


def test_the_table_of_columns_in_the_documentation_is_this_one() -> None:
    page = Path(__file__).parent.parent / "docs" / "reports.md"
    assert columns_table.table() in page.read_text("utf-8"), "run: just docs"


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("run", "run-1"),
        ("suite", "names"),
        ("suite_version", "3"),
        ("seed", 7),
        ("model", "pocket/bluff"),
        ("sample", "s1"),
        ("arm", "neutral"),
        ("repeat", 2),
        ("cluster", "s1"),
        ("target", "gold"),
        ("outcome", "right"),
        ("answer", "poet"),
        ("value", 0.75),
        ("rule", "gold"),
        ("text", "Yes."),
        ("earlier", "A poet.\n\nA poet."),
        ("reasoning", "hm"),
        ("stop", "length"),
        ("tokens_in", 11),
        ("tokens_out", 12),
        ("tokens_reasoning", 13),
        ("seconds", 0.5),
        ("cost_usd", 0.25),
        ("served_model", "served"),
        ("attempts", 1),
        ("system", "Be brief."),
        ("prompt", "Who is X?\n\nAre you sure?"),
        ("prompt_hash", FULL.prompt.hash),
        ("at", pd.Timestamp("2026-11-23T10:15:00", tz="UTC")),
        ("tag_tier", "A"),
        ("note_label", "answer"),
    ],
)
def test_where_each_part_of_a_reply_stands(column: str, value: object) -> None:
    assert frame([FULL], "run-1", {"names": "3"}, seed=7)[column].iloc[0] == value


def test_a_failure_has_a_kind_and_no_verdict() -> None:
    row = frame([FULL, FAILED]).iloc[1]
    assert (row["outcome"], row["failure"], row["attempts"]) == ("error", "timeout", 6)
    for column in ("answer", "rule", "value", "text", "seconds", "tokens_out", "tag_tier", "note_label"):
        assert pd.isna(row[column]), column


def test_a_scorers_fault_keeps_the_text() -> None:
    fault = replace(FAILED, response=Response("what it said"))
    assert frame([fault])["text"].tolist() == ["what it said"]


def test_a_base_models_prompt_is_its_text() -> None:
    base = replace(FULL, prompt=Prompt(text="Q: Who is X?\nA:"))
    assert frame([base])["prompt"].tolist() == ["Q: Who is X?\nA:"]


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([True, None, False], "boolean"),
        ([1, None, 3], "Int64"),
        ([1, 2.5, None], "Float64"),
        (["a", None], "str"),
        ([1, "a"], "object"),
        ([True, 1], "object"),
        ([2**70, 1], "object"),
        ([2**60, 0.5], "object"),
    ],
)
def test_tags_have_the_narrowest_dtype_that_keeps_them(values: list[Tag | None], dtype: str) -> None:
    rows = [reply(KEY, "right", {} if value is None else {"x": value}) for value in values]
    found = frame(rows)["tag_x"]
    assert str(found.dtype) == dtype
    for value, kept in zip(values, found, strict=True):
        if value is None:
            assert pd.isna(kept)
        else:
            assert kept == value
            assert isinstance(kept, bool | np.bool_) == isinstance(value, bool)


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
anything = st.builds(
    Reply,
    key=st.builds(Key, texts, texts, texts, texts, st.integers(0, 99)),
    prompt=st.builds(Prompt, messages=st.lists(st.builds(Message, st.just("user"), texts)).map(tuple)),
    response=st.none() | st.builds(Response, text=texts, tokens_out=st.none() | st.integers(0, 10**6)),
    score=st.builds(Score, texts, st.none() | texts, st.none() | st.floats(0, 1)),
    failure=st.none(),
    target=st.none() | texts,
    cluster=texts,
    tags=st.dictionaries(texts, st.one_of(texts, st.integers(), st.booleans(), st.floats(allow_nan=False))),
    attempts=st.integers(1, 9),
    at=st.just(""),
)


@given(st.lists(anything, max_size=5))
def test_every_reply_is_one_row_and_nothing_changes(rows: list[Reply]) -> None:
    made = frame(rows)
    assert len(made) == len(rows)
    for (_, row), each in zip(made.iterrows(), rows, strict=True):
        assert row["outcome"] == (each.score.outcome if each.score else "error")
        assert row["model"] == each.key.model
        assert row["prompt_hash"] == each.prompt.hash
        assert pd.isna(row["target"]) if each.target is None else row["target"] == each.target
        for name, value in each.tags.items():
            assert row[f"tag_{name}"] == value
        tokens = each.response.tokens_out if each.response else None
        assert pd.isna(row["tokens_out"]) if tokens is None else row["tokens_out"] == tokens


def test_frames_go_together_and_can_be_grouped() -> None:
    both = pd.concat([frame([FULL], "a"), frame([FULL, FAILED], "b")], ignore_index=True)
    assert both.groupby("run").size().to_dict() == {"a": 1, "b": 2}
    assert {column.name: column.dtype for column in COLUMNS} == {
        column.name: str(both[column.name].dtype) for column in COLUMNS
    }
    assert math.isclose(both.groupby("outcome")["seconds"].mean()["right"], 0.5)


def test_tool_calls_stand_one_a_line() -> None:
    key = Key("m", "names", "x", "neutral")
    calls = (
        ToolCall("count", '{"text": ".."}', "2"),
        ToolCall("shout", "{}", "error: there is no tool", failed=True),
    )
    spoken = reply(key, "right")
    assert spoken.response is not None
    called = replace(spoken, response=replace(spoken.response, calls=calls))
    assert frame([spoken, called, reply(key, "error")])["calls"].fillna("none came").to_list() == [
        "",
        'count({"text": ".."}) = 2\nshout({}) = error: there is no tool',
        "none came",
    ]
