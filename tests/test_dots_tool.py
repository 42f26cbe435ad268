"""The tool that counts, and what is noted of its calls; both new arms end to end, against a real chat host."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evals import log
from evals.converse import ROUNDS
from evals.measure import measure
from evals.reporting import load, report
from evals.suite import load as load_suite
from evals.types import Reply as LogLine
from evals.types import Response, Sample, Score, ToolCall
from suites.dots.scoring import score
from suites.dots.tool import TOOL, count_characters, fidelity
from tests.conftest import Evals
from tests.minds import Mind, calls, pictures, results, said, sees, spots
from tests.stub_server import Reply, Stub, chat, serving

SHOWN = ". . . . . . ."
ITEM = Sample(
    "s",
    SHOWN,
    "7",
    tags={"n": 7, "glyph": "stop", "kind": "ladder", "wording": 1},
    fields={"glyph": ".", "lines": "line", "before": "", "after": ""},
)


@pytest.mark.parametrize(
    ("text", "char", "found"),
    [("....", ".", "4"), ("a.b", "x", "0"), ("✋🏽✋🏽✋", "✋🏽", "2"), ("", "a", "0")],
)
def test_the_tool_counts_characters(text: str, char: str, found: str) -> None:
    assert count_characters(text, char) == found


def test_nothing_is_no_character() -> None:
    with pytest.raises(ValueError, match="char is empty"):
        count_characters("abc", "")
    assert TOOL.answer is count_characters


def call(text: object, *, failed: bool = False, name: str = "count_characters") -> ToolCall:
    return ToolCall(name, json.dumps({"text": text, "char": "."}), "7", failed=failed)


@pytest.mark.parametrize(
    ("made", "noted"),
    [
        ([], {"called": 0}),
        ([call(SHOWN)], {"called": 1, "copied": 0, "faithful": True}),
        ([call(f"{SHOWN}\n")], {"called": 1, "copied": 0, "faithful": True}),
        ([call(SHOWN.replace(" ", ""))], {"called": 1, "copied": 0, "faithful": False}),
        ([call(SHOWN + " .")], {"called": 1, "copied": 1, "faithful": False}),
        ([call("no display")], {"called": 1, "copied": -7, "faithful": False}),
        ([call("..."), call(SHOWN)], {"called": 2, "copied": 0, "faithful": True}),
        ([call(SHOWN), call("...", failed=True)], {"called": 1, "copied": 0, "faithful": True}),
        ([call(SHOWN, name="other")], {"called": 0}),
    ],
)
def test_what_is_noted_of_the_calls(made: list[ToolCall], noted: dict[str, object]) -> None:
    assert fidelity(made, SHOWN, ".") == noted
    found = score(ITEM, "count_characters", Response("7", calls=tuple(made)))
    assert (found.outcome, found.notes) == ("right", {**noted, "error": 0})


def test_the_final_answer_is_what_counts_not_what_the_tool_said() -> None:
    found = score(ITEM, "count_characters", Response("The answer is 8.", calls=(call(SHOWN),)))
    assert (found.outcome, found.notes["error"], found.notes["copied"]) == ("wrong", 1, 0)


def test_a_reply_that_never_answers_is_unparsed_and_its_calls_are_noted() -> None:
    found = score(ITEM, "count_characters", Response("", stop="tool", calls=(call(SHOWN),) * 9))
    assert (found.outcome, found.notes["called"]) == ("unparsed", 9)


# Against a host


def copying(body: Any) -> Reply:
    """Copies the display into the tool and repeats its result; counts dots in pictures; guesses 3 otherwise."""
    if pictures(body):
        return sees(body)
    if not body.get("tools"):
        return Reply(chat("3"))
    if results(body):
        return Reply(chat(results(body)[-1]))
    return calls(("count_characters", {"text": display(body), "char": glyph(body)}))


def display(body: Any) -> str:
    return said(body).split("\n\n")[1]


def glyph(body: Any) -> str:
    quoted = re.search('"([^"]+)"', said(body))
    assert quoted
    return quoted[1]


def miscopying(body: Any) -> Reply:
    """Drops the last two characters of longer displays."""
    if not body.get("tools") or results(body):
        return copying(body)
    text = display(body)
    return calls(("count_characters", {"text": text[:-2] if len(text) > 9 else text, "char": glyph(body)}))


def confused(body: Any) -> Reply:
    """Calls a tool that is not there, then sends broken arguments, then calls rightly."""
    if not body.get("tools"):
        return Reply(chat("3"))
    tried = len(results(body))
    if tried > 2:
        return Reply(chat(results(body)[-1]))
    wrong: list[tuple[str, str | dict[str, Any]]] = [
        ("python", {"code": "1"}),
        ("count_characters", '{"text": '),
    ]
    return calls(wrong[tried]) if tried < 2 else copying_again(body)


def copying_again(body: Any) -> Reply:
    return calls(("count_characters", {"text": display(body), "char": glyph(body)}))


@pytest.fixture
def stub() -> Iterator[Stub]:
    with serving() as server:
        yield server


def run(evals: Evals, stub: Stub, mind: Mind, arms: tuple[str, ...], n: int = 40) -> log.Run:
    stub.mind = mind
    named = [word for arm in arms for word in ("--arm", arm)]
    model = f"openai-compatible/m?base_url={stub.url}"
    done = evals("run", "dots", "-m", model, "-n", n, "--set", "largest=60", *named)
    assert done.returncode == 0, done.stderr
    (folder,) = (evals.cwd / "runs").iterdir()
    return log.read_run(folder)


def of(found: log.Run, arm: str) -> list[tuple[LogLine, Response, Score]]:
    replies = [reply for reply in found.replies if reply.key.arm == arm]
    return [(reply, reply.response, reply.score) for reply in replies if reply.response and reply.score]


def test_a_model_that_sees_and_calls_is_right_in_both_arms_and_the_report_says_so(
    evals: Evals, stub: Stub
) -> None:
    found = run(evals, stub, copying, ("direct", "image", "count_characters"))
    assert all(
        verdict.outcome == "right"
        for arm in ("image", "count_characters")
        for _, _, verdict in of(found, arm)
    )
    assert len(of(found, "count_characters")) == 40
    runs = [r for r, _, _ in of(found, "direct") if (r.tags["kind"], r.tags["layout"]) == ("ladder", "run")]
    assert len(of(found, "image")) == len(runs) > 15
    for reply, response, verdict in of(found, "count_characters"):
        assert (verdict.notes["called"], verdict.notes["copied"], verdict.notes["faithful"]) == (1, 0, True)
        assert response.calls[0].given()["text"] == display(
            {"messages": [{"role": "user", "content": reply.prompt.messages[-1].content}]}
        )
        assert response.tokens_in == 40
    rows = load(found.folder)
    contrasts = rows.pipe(report("contrasts"))
    effects = contrasts.set_index("name")["effect"]
    assert effects["image"] > 0.8
    assert effects["tool"] > 0.8
    measured = measure(rows, {"dots": load_suite("dots")}).set_index(["arm", "metric"])["value"]
    assert measured["count_characters", "called"] == measured["count_characters", "faithful"] == 1
    table = rows.pipe(report("suites/dots"))
    assert set(table[table["arm"] == "image"]["layout"]) <= {"", "picture"}
    assert not len(table[(table["arm"] == "image") & table["finding"].isin(["layout gap", "glyph gap"])])


def test_pictures_lie_in_the_runs_folder_once_and_show_what_was_asked(evals: Evals, stub: Stub) -> None:
    found = run(evals, stub, copying, ("image",), 20)
    asked = [(reply, image) for reply, _, _ in of(found, "image") for image in reply.prompt.images]
    files = {path.name: path.read_bytes() for path in (found.folder / "images").iterdir()}
    assert set(files) == {image.file for _, image in asked}
    for reply, image in asked:
        assert spots(files[image.file]) == int(reply.target or 0)
    lines = (found.folder / "replies.jsonl").read_bytes().splitlines()
    assert max(map(len, lines)) < 1_500
    before = len(stub.seen)
    assert evals("run", "--resume", found.folder).returncode == 0
    assert evals("score", "--run", found.folder).returncode == 0
    assert len(stub.seen) == before


def test_a_miscopied_display_is_told_from_a_miscounted_one(evals: Evals, stub: Stub) -> None:
    found = run(evals, stub, miscopying, ("count_characters",))
    for reply, response, verdict in of(found, "count_characters"):
        copied = int(verdict.notes["copied"])
        assert verdict.notes["faithful"] == (
            response.calls[0].given()["text"] == reply.prompt.messages[0].content.split("\n\n")[1]
        )
        if verdict.outcome == "wrong":
            assert verdict.notes["error"] == copied < 0
    assert {verdict.outcome for _, _, verdict in of(found, "count_characters")} == {"right", "wrong"}


def test_a_confused_model_is_told_what_is_wrong_and_may_go_on(evals: Evals, stub: Stub) -> None:
    found = run(evals, stub, confused, ("count_characters",), 10)
    for _, response, verdict in of(found, "count_characters"):
        assert [call.failed for call in response.calls] == [True, True, False]
        assert response.calls[0].result == "error: there is no tool 'python'; there is: count_characters"
        assert (verdict.outcome, verdict.notes["called"]) == ("right", 1)


def test_a_model_that_calls_for_ever_ends_unparsed(evals: Evals, stub: Stub) -> None:
    found = run(evals, stub, copying_again, ("count_characters",), 4)
    assert len(stub.seen) == 4 * (ROUNDS + 1)
    for _, response, verdict in of(found, "count_characters"):
        assert (verdict.outcome, verdict.notes["called"], response.stop) == ("unparsed", ROUNDS, "tool")


def test_a_model_that_ignores_its_tools_is_seen_to(evals: Evals, stub: Stub) -> None:
    found = run(evals, stub, lambda _body: Reply(chat("3")), ("count_characters",), 10)
    assert {verdict.notes["called"] for _, _, verdict in of(found, "count_characters")} == {0}


def test_the_embedded_model_leaves_both_arms_out(evals: Evals) -> None:
    done = evals("run", "dots", "-m", "scripted/three", "--arm", "all", "-n", 4)
    assert done.returncode == 0, done.stderr
    assert "scripted/three takes no images: arm image of suite dots is left out" in done.stderr
    assert "scripted/three calls no tools: arm count_characters of suite dots is left out" in done.stderr
    only = evals("run", "dots", "-m", "pocket", "--arm", "image", "-n", 4)
    assert only.returncode == 2
    assert "pocket takes no images" in only.stderr
    assert not Path(evals.cwd / "images").exists()
