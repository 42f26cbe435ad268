"""A log is read straight into columns: the same frame as by way of the nouns, and the same damage is named."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evals import frame as frames
from evals import log
from evals.errors import BadFile
from evals.frame import Rows, frame, read
from evals.plan import LeftOut, Request
from evals.types import Display, Failure, Image, Key, Message, Prompt, Reply, Response, ToolCall
from tests.made import reply
from tests.test_log import calls, replies, seeing, texts

prompts = st.one_of(
    seeing,
    st.builds(
        Prompt,
        messages=st.lists(
            st.builds(Message, st.sampled_from(["user", "system", "assistant"]), texts), max_size=3
        ).map(tuple),
        followups=st.lists(texts, max_size=2).map(tuple),
        max_tokens=st.integers(1, 9999),
        temperature=st.none() | st.floats(0, 2),
        stop=st.lists(texts, max_size=2).map(tuple),
        seed=st.none() | st.integers(0, 2**64),
    ),
    st.builds(Prompt, text=texts, choices=st.lists(texts, max_size=2).map(tuple)),
)
answers = st.none() | st.builds(
    Response,
    text=texts,
    calls=st.lists(calls, max_size=2).map(tuple),
    earlier=st.lists(texts, max_size=2).map(tuple),
)


def about(**changes: Any) -> log.RunFile:
    made = log.RunFile(
        request=Request(suites=("names",), models=("m",)),
        seed=7,
        suites={"names": "3"},
        paths={"names": "names"},
        planned=9,
        created="2026-11-23T10:00:00.000+00:00",
    )
    return replace(made, **changes)


def written(folder: Path, rows: list[Reply], **changes: Any) -> Path:
    """A run folder that holds these replies."""
    folder.mkdir(parents=True, exist_ok=True)
    log.write_about(folder, about(**changes))
    (folder / "replies.jsonl").unlink(missing_ok=True)
    with log.Writer(folder) as writer:
        for each in rows:
            writer.append(each)
    return folder


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(st.lists(st.builds(replace, replies, prompt=prompts, response=answers), max_size=6))
def test_a_log_becomes_the_frame_of_its_replies(tmp_path: Path, rows: list[Reply]) -> None:
    folder = written(tmp_path / "run", rows)
    run, rows_read = log.read_run(folder), read(folder)
    expected = frame(run.replies, folder.name, run.about.suites, run.about.seed)
    pd.testing.assert_frame_equal(rows_read.frame, expected, check_like=True)
    assert rows_read.missing == run.missing
    assert rows_read.frame["prompt_hash"].tolist() == [each.prompt.hash for each in run.replies]
    assert rows_read.frame["images"].tolist() == [
        "\n".join(image.file for image in each.prompt.images) for each in run.replies
    ]


def test_it_does_so_without_making_a_noun_of_each_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = written(tmp_path / "run", [reply(Key("m", "names", str(i), "a"), "right") for i in range(3)])
    monkeypatch.setattr(log, "read_run", lambda _folder: pytest.fail("read as nouns"))
    assert len(read(folder).frame) == 3


def test_the_last_line_of_a_key_holds_at_the_place_of_its_first(tmp_path: Path) -> None:
    rows = [reply(Key("m", "names", each, "a"), "right", text=text) for each, text in ("1a", "2b", "1c")]
    assert read(written(tmp_path / "run", rows)).frame["text"].tolist() == ["c", "b"]


def test_a_tag_that_comes_late_is_missing_before(tmp_path: Path) -> None:
    rows = [
        reply(Key("m", "names", str(i), "a"), "right", {"late": i} if i > frames.BATCH else {})
        for i in range(150)
    ]
    late = read(written(tmp_path / "run", rows)).frame["tag_late"]
    assert str(late.dtype) == "Int64"
    assert late.isna().sum() == frames.BATCH + 1
    assert late.tolist()[-1] == 149


def test_what_a_model_cannot_take_is_not_missing(tmp_path: Path) -> None:
    rows = [reply(Key("m", "names", str(i), arm), "right") for i in range(3) for arm in ("a", "seen")]
    folder = written(tmp_path / "run", rows, planned=4, left_out=(LeftOut("m", "names", "seen", "images"),))
    assert read(folder).missing == log.read_run(folder).missing == 1


def test_a_torn_last_line_does_not_count(tmp_path: Path) -> None:
    folder = written(tmp_path / "run", [reply(Key("m", "names", str(i), "a"), "right") for i in range(3)])
    path = folder / "replies.jsonl"
    path.write_bytes(path.read_bytes()[:-9])
    assert read(folder).frame["sample"].tolist() == ["0", "1"]


@pytest.mark.parametrize(
    ("sound", "damaged"),
    [
        (b'"key":', b'"kex":'),
        (b'"text":"', b'"text":9,"was":"'),
        (b'"score":{', b'"score":[],"was":{'),
        (b'"attempts":1', b'"attempts":"many"'),
        (b'"tokens_out":7', b'"tokens_out":"seven"'),
        (b'"outcome":"right"', b'"outcome":null'),
        (b'"role":"user"', b'"role":["user"]'),
        (b'{"key"', b"\0\0\0\0\0"),
    ],
    ids=str,
)
def test_a_damaged_line_is_named_by_number(sound: bytes, damaged: bytes, tmp_path: Path) -> None:
    folder = written(tmp_path / "run", [reply(Key("m", "names", str(i), "a"), "right") for i in range(3)])
    path = folder / "replies.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    assert sound in lines[1]
    path.write_bytes(lines[0] + lines[1].replace(sound, damaged, 1) + lines[2])
    with pytest.raises(BadFile, match="line 2 is damaged"):
        read(folder)


def test_a_number_written_as_a_text_is_read_as_the_log_reads_it(tmp_path: Path) -> None:
    folder = written(tmp_path / "run", [reply(Key("m", "names", "1", "a"), "right")])
    path = folder / "replies.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"tokens_out":7', b'"tokens_out":"7"'))
    assert read(folder).frame["tokens_out"].tolist() == [7]


def test_every_part_of_a_line_finds_its_column(tmp_path: Path) -> None:
    prompt = Prompt((Message("user", 'é "straw"', (Image.of(b"png"), Image.of(b"jpeg", "image/jpeg"))),))
    made = reply(Key("m", "names", "1", "a"), "right", {"tier": "A"}, prompt=prompt, notes={"read": 3})
    assert made.response is not None
    called = replace(made.response, calls=(ToolCall("count", "{}", "2"),), earlier=("a", "b"))
    failed = replace(reply(Key("m", "names", "2", "a"), "error"), failure=Failure("too_long", "it is long"))
    folder = written(
        tmp_path / "run", [replace(made, response=called, display=Display(4, "2 3", "here")), failed]
    )
    first, second = read(folder).frame.to_dict("records")
    assert first["images"] == "\n".join(image.file for image in prompt.images)
    assert (first["calls"], first["earlier"], first["display"]) == ("count({}) = 2", "a\n\nb", "straw")
    assert (first["tag_tier"], first["note_read"], first["display_tokens"]) == ("A", 3, 2)
    assert (second["outcome"], second["failure_message"]) == ("too_long", "it is long")
    assert json.loads((folder / "run.json").read_bytes())["planned"] == 9


def test_a_run_in_memory_is_the_same(tmp_path: Path) -> None:
    folder = written(tmp_path / "run", [reply(Key("m", "names", str(i), "a"), "right") for i in range(3)])
    pd.testing.assert_frame_equal(Rows.of(log.read_run(folder)).frame, read(folder).frame)
