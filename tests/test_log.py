"""The run log loses nothing that was written, names what is damaged, and gives back what was put in."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals import log
from evals.errors import BadFile, BadInput, NotFound
from evals.plan import Request, plan
from evals.types import Failure, Image, Key, Message, Prompt, Reply, Response, Score, Tool, ToolCall

texts = st.text(st.characters(exclude_categories=["Cs"]))
tags = st.dictionaries(
    texts, st.one_of(texts, st.integers(-(2**53), 2**53), st.booleans(), st.floats(-1e6, 1e6))
)
responses = st.builds(Response, text=texts, reasoning=texts, tokens_out=st.none() | st.integers(0, 10**6))
scores = st.builds(
    Score, outcome=texts, answer=st.none() | texts, value=st.none() | st.floats(0, 1), notes=tags
)
replies = st.builds(
    Reply,
    key=st.builds(Key, texts, texts, texts, texts, st.integers(0, 99)),
    prompt=st.builds(Prompt, messages=st.lists(st.builds(Message, st.just("user"), texts)).map(tuple)),
    response=st.none() | responses,
    score=st.none() | scores,
    failure=st.none() | st.builds(Failure, texts, texts),
    target=st.none() | texts,
    cluster=texts,
    tags=tags,
    attempts=st.integers(1, 9),
    at=texts,
)


images = st.builds(Image.of, st.binary(min_size=1), st.sampled_from(["image/png", "image/jpeg"]))
tools = st.builds(
    Tool, texts, texts, st.dictionaries(texts, st.lists(st.integers() | texts)), st.just(lambda: "")
)
calls = st.builds(ToolCall, texts, texts, texts, st.booleans(), texts, texts)
seeing = st.builds(
    Prompt,
    messages=st.lists(
        st.builds(Message, st.just("user"), texts, st.lists(images, max_size=2).map(tuple)), max_size=2
    ).map(tuple),
    tools=st.lists(tools, max_size=2).map(tuple),
)


def reply(sample: str, text: str = "hello") -> Reply:
    key = Key("m", "s", sample, "a")
    return Reply(key, Prompt(text="?"), Response(text), Score("right"), None, None, sample, {}, 1, "now")


@pytest.fixture
def folder(sums: Path, tmp_path: Path) -> Path:
    return log.create(tmp_path / "runs", plan(Request(suites=(str(sums),), models=("m",), size=2)), {}, {})


@given(replies)
def test_a_line_gives_back_the_reply(reply: Reply) -> None:
    line = log.REPLY.dump_json(reply, exclude_defaults=True)
    assert b"\n" not in line
    assert log.REPLY.validate_json(line) == reply


def test_the_last_line_of_a_key_holds(folder: Path) -> None:
    with log.Writer(folder) as writer:
        for each in (reply("1", "first"), reply("2"), reply("1", "second")):
            writer.append(each)
    run = log.read_run(folder)
    assert [(r.key.sample, r.response.text) for r in run.replies if r.response] == [
        ("1", "second"),
        ("2", "hello"),
    ]


@given(cut=st.integers(1, 200))
def test_a_torn_last_line_costs_only_itself(cut: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("torn") / "replies.jsonl"
    whole = log.REPLY.dump_json(reply("1"), exclude_defaults=True) + b"\n"
    torn = log.REPLY.dump_json(reply("2"), exclude_defaults=True)[:cut]
    path.write_bytes(whole + torn)
    assert [r.key.sample for r in log.read_replies(path)] == ["1"]
    with log.Writer(path.parent) as writer:
        writer.append(reply("3"))
    assert [r.key.sample for r in log.read_replies(path)] == ["1", "3"]


def test_a_damaged_line_is_named_by_number(folder: Path) -> None:
    with log.Writer(folder) as writer:
        for number in range(3):
            writer.append(reply(str(number)))
    lines = (folder / "replies.jsonl").read_bytes().splitlines(keepends=True)
    lines[1] = lines[1].replace(b'"key"', b'"kex"')
    (folder / "replies.jsonl").write_bytes(b"".join(lines))
    with pytest.raises(BadFile, match="line 2 is damaged"):
        log.read_run(folder)


def test_two_processes_cannot_write_one_run(folder: Path) -> None:
    with log.Writer(folder), pytest.raises(BadInput, match="another process"):
        log.Writer(folder)


@pytest.mark.parametrize(
    ("content", "error"),
    [("{", BadFile), ('{"schema": 99}', BadFile), (None, NotFound)],
)
def test_a_folder_without_a_good_run_json_is_refused(
    content: str | None, error: type[Exception], tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / "run.json").write_text(content)
    with pytest.raises(error):
        log.read_about(tmp_path)


@pytest.mark.parametrize("keeps", [True, False])
def test_a_run_of_a_later_format_is_refused_as_such(folder: Path, keeps: bool) -> None:
    about = json.loads((folder / "run.json").read_text()) if keeps else {"plan": "told otherwise"}
    (folder / "run.json").write_text(json.dumps(about | {"schema": log.SCHEMA + 1}))
    with pytest.raises(BadFile, match="update evals"):
        log.read_about(folder)


def test_a_log_that_cannot_be_written_is_one_sentence_and_leaves_the_lock_free(folder: Path) -> None:
    (folder / "replies.jsonl").unlink(missing_ok=True)
    (folder / "replies.jsonl").mkdir()
    with pytest.raises(BadInput, match="cannot be written"):
        log.Writer(folder)
    (folder / "replies.jsonl").rmdir()
    with log.Writer(folder):
        pass


def test_an_unfinished_run_of_the_same_request_is_found_again(sums: Path, folder: Path) -> None:
    asked = Request(suites=(str(sums),), models=("m",), size=2)
    assert log.unfinished(folder.parent, asked) == folder
    assert log.unfinished(folder.parent, Request(suites=(str(sums),), models=("m",), size=3)) is None
    about = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps(about | {"finished": "2026-11-23T00:00:00Z"}))
    assert log.unfinished(folder.parent, asked) is None


@given(prompt=seeing, calls=st.lists(calls, max_size=2).map(tuple))
def test_pictures_tools_and_calls_come_back_and_hash_as_before(
    tmp_path_factory: pytest.TempPathFactory, prompt: Prompt, calls: tuple[ToolCall, ...]
) -> None:
    folder = tmp_path_factory.mktemp("run")
    put = replace(
        reply("x"), prompt=prompt, response=Response("7", calls=calls, echo={"only": "for the host"})
    )
    with log.Writer(folder) as writer:
        writer.append(put)
    (got,) = log.read_replies(folder / "replies.jsonl")
    assert got == put
    assert got.prompt.hash == prompt.hash
    assert got.response is not None
    assert got.response.echo == {}
    for image in prompt.images:
        assert hashlib.sha256((folder / "images" / image.file).read_bytes()).hexdigest() == image.sha256


def test_a_picture_is_kept_once_and_no_line_holds_its_bytes(folder: Path) -> None:
    shown = Image.of(b"\x89PNG" + bytes(100_000))
    prompt = Prompt((Message("user", "How many?", images=(shown,)),))
    with log.Writer(folder) as writer:
        for name in "abc":
            writer.append(replace(reply(name), prompt=prompt))
    assert [path.name for path in (folder / "images").iterdir()] == [f"{shown.sha256}.png"]
    assert (folder / "replies.jsonl").stat().st_size < 2_000


def test_a_run_without_pictures_has_no_folder_for_them(folder: Path) -> None:
    with log.Writer(folder) as writer:
        writer.append(reply("a"))
    assert not (folder / "images").exists()


@pytest.mark.parametrize(
    ("prompt", "known"),
    [
        (
            Prompt(
                (Message("system", "a"), Message("user", "Zoë ☃")), followups=("x",), stop=("Q:",), seed=3
            ),
            "19be3d6e9aafec5a",
        ),
        (Prompt(text="Once"), "49efac0531426329"),
    ],
)
def test_prompts_of_text_alone_hash_as_they_always_did(prompt: Prompt, known: str) -> None:
    assert prompt.hash == known


def test_another_picture_or_tool_is_another_prompt() -> None:
    plain = Prompt((Message("user", "?"),))
    seen = [
        replace(plain, messages=(Message("user", "?", images=(Image.of(data),)),)) for data in (b"1", b"2")
    ]
    told = [
        replace(plain, tools=(Tool("t", said, {"type": "object"}, lambda: ""),)) for said in ("one", "other")
    ]
    assert len({prompt.hash for prompt in (plain, *seen, *told)}) == 5
