"""Formats for programs: JUnit that every CI reads, Parquet that gives the frame back, Markdown no longer than it may be."""

import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pytest
import xmlschema
from hypothesis import given
from hypothesis import strategies as st

from evals import load, report
from evals.commands.report import report as report_command
from evals.errors import BadFile, BadInput
from evals.frame import frame
from evals.gathering import gather
from evals.imported import Imported
from evals.reporting import document, publish
from evals.scored import Scored
from evals.show import parquet, render
from evals.show.junit import Case, Verdict, junit
from evals.types import Key, Tag
from tests.conftest import Evals
from tests.made import NAMES, replies, reply
from tests.test_columns import written
from tests.test_report import BLUFF, HOSTILE, made, names_suite, run, sample_replies

__all__ = ["made", "names_suite"]  # fixtures
SCHEMA = xmlschema.XMLSchema(Path(__file__).parent / "junit.xsd")
VERDICTS: tuple[Verdict, ...] = ("pass", "fail", "error", "skip")

texts = st.text(max_size=20)
facts = st.dictionaries(texts, texts | st.integers() | st.floats(), max_size=3)
cases = st.builds(Case, texts, texts, st.sampled_from(VERDICTS), texts, st.none() | st.floats(0, 1e6), facts)


# JUnit


@given(st.lists(cases, max_size=6))
def test_every_junit_file_is_as_the_schema_wants_it_and_counts_right(listed: list[Case]) -> None:
    text = junit(listed)
    SCHEMA.validate(text)
    root = ET.fromstring(text)
    for verdict, element in (("fail", "failure"), ("error", "error"), ("skip", "skipped")):
        count = sum(case.verdict == verdict for case in listed)
        assert len(root.findall(f".//{element}")) == count
    assert root.get("tests") == str(len(listed)) == str(len(root.findall(".//testcase")))
    assert len(root.findall("testsuite")) == len({case.suite for case in listed})


def test_a_verdict_of_a_gate_is_a_failure_with_its_sentence_and_figures() -> None:
    text = junit(
        [
            Case("names · m", "FR no worse than before", "fail", "FR rose by 9 points", 1.5, {"low": 0.031}),
            Case("names · m", "J no worse than before", "pass"),
            Case("dots · m", "accuracy at least 50 %", "skip", "undecided"),
        ]
    )
    first, second = ET.fromstring(text).findall("testsuite")
    assert (first.get("name"), first.get("tests"), first.get("failures")) == ("names · m", "2", "1")
    failure = first.find("testcase/failure")
    assert failure is not None
    assert failure.get("message") == "FR rose by 9 points"
    fact = first.find("properties/property")
    assert fact is not None
    assert fact.attrib == {"name": "FR no worse than before: low", "value": "0.031"}
    assert second.get("skipped") == "1"


def test_a_run_is_its_metrics_and_what_failed(names_suite: Path) -> None:
    ends = {(BLUFF, "neutral"): ["fabricated"] * 5 + ["error"]}
    text = publish([run(names_suite, replies(ends, "made-up"))], "junit")
    SCHEMA.validate(text)
    (suite,) = ET.fromstring(text).findall("testsuite")
    names = {case.get("name"): case for case in suite.findall("testcase")}
    assert suite.get("name") == f"names · {BLUFF}"
    assert "FR, neutral" in names
    assert names["OA, neutral"].find("skipped") is not None
    error = names["requests: timeout"].find("error")
    assert error is not None
    assert "1 without a verdict; the first: no answer within 60 s" in str(error.get("message"))
    values = {each.get("name"): each.get("value") for each in suite.findall("properties/property")}
    assert values["FR, neutral: value"] == "1.0"


def test_what_a_model_said_does_not_break_junit(names_suite: Path) -> None:
    rows = [reply(Key(f"evil/{HOSTILE}\0\ufffe", "names", "s", "neutral"), "error", text=HOSTILE)]
    text = publish([run(names_suite, rows)], "junit")
    SCHEMA.validate(text)
    assert not set(text) & set("\0\x1b\ufffe")


def test_a_report_of_which_no_tests_are_made_is_refused(made: object) -> None:
    with pytest.raises(BadInput, match="report contrasts gives no tests"):
        publish([made], "junit", ["contrasts"])  # type: ignore[list-item]


# Parquet


@pytest.fixture
def rows() -> pd.DataFrame:
    """A frame of every dtype, with what is missing, what is odd, and no letter that only one system knows."""
    tags: list[dict[str, Tag]] = [
        {"tier": "A", "n": 3, "yes": True, "x": 0.5, "mixed": 1},
        {"tier": "B'", "mixed": "one"},
        {},
    ]
    made = [
        reply(Key("m", "names", str(i), "a"), "right" if i else "error", tag, text=f"é 字 {i}\n\"',;")
        for i, tag in enumerate(tags)
    ]
    return frame(made, "run-1", {"names": "3"}, 7)


def test_parquet_gives_back_every_value_and_dtype(rows: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "it's here.parquet"
    parquet.write(rows, path)
    expected = rows.assign(tag_mixed=pd.Series(["1", "one", np.nan], dtype="str"))
    pd.testing.assert_frame_equal(parquet.read(path), expected)


def test_parquet_of_no_replies_has_the_columns(tmp_path: Path) -> None:
    parquet.write(frame([]), tmp_path / "none.parquet")
    pd.testing.assert_frame_equal(parquet.read(tmp_path / "none.parquet"), frame([]))


def test_parquet_keeps_what_reports_need(names_suite: Path, tmp_path: Path) -> None:
    found = gather([run(names_suite, sample_replies())])
    other = Imported("lm-eval 0.4.13", "lm-eval 1", (Scored("acc"),), ("task",))
    found.attrs["imported"] = {"arc": other}
    parquet.write(found, tmp_path / "replies.parquet")
    back = load(tmp_path / "replies.parquet")
    assert back.attrs["imported"] == {"arc": other}
    pd.testing.assert_frame_equal(back.pipe(report("summary")), found.pipe(report("summary")))


def test_what_is_no_parquet_of_ours_is_said_so(tmp_path: Path) -> None:
    import duckdb

    (tmp_path / "text.parquet").write_text("no")
    duckdb.sql(f"COPY (SELECT 1 AS x) TO '{tmp_path}/other.parquet'")
    with pytest.raises(BadFile, match="is no Parquet file"):
        load(tmp_path / "text.parquet")
    with pytest.raises(BadFile, match="that evals did not write"):
        load(tmp_path / "other.parquet")


def test_a_place_that_cannot_be_written_is_said_so(rows: pd.DataFrame, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be written"):
        parquet.write(rows, tmp_path / "nowhere" / "x.parquet")


def test_without_duckdb_one_sentence_says_what_to_install(
    rows: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(BadInput, match=r"behavior-evals\[parquet\]"):
        parquet.write(rows, tmp_path / "x.parquet")


# Markdown


@pytest.mark.parametrize("limit", [100, 700, 2_000, 5_000, 1_000_000])
def test_markdown_is_no_longer_than_it_may_be_and_says_what_is_left_out(limit: int, made: object) -> None:
    found = document([made], ("summary", "outcomes", "contrasts"))  # type: ignore[list-item]
    whole, cut = render(found, "md"), render(found, "md", limit=limit)
    assert len(cut.encode()) <= limit
    assert (cut == whole) == (len(whole.encode()) <= limit)
    assert cut == whole or "left out" in cut


def test_findings_outlive_the_rows_of_tables(made: object) -> None:
    found = document([made], ("summary", "outcomes", "contrasts"))  # type: ignore[list-item]
    cut = render(found, "md", limit=2_000)
    assert "raises fabrication by 50 points" in cut
    assert re.search(r"rows? left out for want of room", cut)


# The command, and notebooks


def test_the_command_writes_every_format(evals: Evals, names_suite: Path) -> None:
    about = {"suites": {"names": "3"}, "paths": {"names": str(names_suite)}, "planned": 120}
    written(evals.cwd / "it", sample_replies(), **about)
    done = evals("report", "it", "--format", "parquet", "--out", "r.parquet")
    assert done.returncode == 0, done.stderr
    assert len(load(evals.cwd / "r.parquet")) == 120
    done = evals("report", "it", "--format", "html", "--out", "r.html")
    assert "r.html: 120 replies, " in done.stderr


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"form": "parquet"}, "say where it goes"),
        ({"form": "parquet", "out": Path("x"), "names": ("summary", "rules")}, "holds one table"),
        ({"form": "table", "limit": 9}, "--limit-bytes is of Markdown alone"),
    ],
)
def test_what_does_not_go_together_is_said(given: dict[str, Any], said: str, tmp_path: Path) -> None:
    nothing = {"names": (), "pictures": None, "limit": None, "out": None}
    assert report_command.callback
    with pytest.raises(BadInput, match=said):
        report_command.callback(runs=(tmp_path,), **(nothing | given))


def test_frames_go_together_are_grouped_and_become_markdown(made: object) -> None:
    found = gather([made])  # type: ignore[list-item]
    both = pd.concat([found, found.assign(run="again")], ignore_index=True)
    counts = both.groupby(["run", "model", "outcome"]).size()
    assert counts.sum() == 2 * len(found)
    table = both.pipe(report("outcomes", {"names": replace(NAMES)}))
    assert table.to_markdown(index=False).startswith("| suite")
