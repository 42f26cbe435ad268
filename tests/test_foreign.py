"""Logs of other tools become runs whose numbers are those that the tool printed."""

import json
import shutil
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals import log
from evals.errors import BadFile
from evals.foreign import Foreign, keep, read
from evals.foreign.record import CLOSE
from evals.gathering import gather, suites_of
from evals.measure import measure
from evals.reporting import publish
from tests.conftest import Evals

DATA = Path(__file__).parent / "data" / "foreign"
TIME = "2026-11-23T05-04-18.593449"
CHOICE, WORDS = (DATA / f"samples_toy_{name}_{TIME}.jsonl" for name in ("choice", "words"))
RESULTS = DATA / f"results_{TIME}.json"

PRINTED = [
    (CHOICE, "lm-eval 0.4.13", "task", {"acc": 0.6, "acc_norm": 0.8}),
    (
        WORDS,
        "lm-eval 0.4.13",
        "task",
        {"exact_match,whole": 0.4, "exact_match,number": 0.0},
    ),
    *(
        (
            DATA / name,
            "Inspect 0.3.285",
            "task",
            {"includes": 2 / 3, "length": 0.5583333333333333, "polite": 1 / 3},
        )
        for name in ("capitals.eval", "capitals.json")
    ),
    (DATA / "greetings.json", "promptfoo 0.121.20", "prompt 1", {"pass": 1 / 3, "score": 0.5}),
    (DATA / "greetings.json", "promptfoo 0.121.20", "prompt 2", {"pass": 2 / 3, "score": 2 / 3}),
]
"""File, tool, arm, and the numbers that the tool printed, copied from its output."""


@pytest.mark.parametrize(("path", "tool", "arm", "printed"), PRINTED)
def test_a_report_shows_the_numbers_that_the_tool_printed(
    path: Path, tool: str, arm: str, printed: dict[str, float], tmp_path: Path
) -> None:
    found = read(path)
    assert (found.made.tool, found.differences()) == (tool, [])
    rows = gather([log.read_run(keep(found, tmp_path))])
    table = measure(rows, suites_of(rows))
    shown = table[table["arm"] == arm].set_index("metric")["value"].to_dict()
    assert {name: shown[name] for name in printed} == pytest.approx(printed, abs=CLOSE)


@pytest.mark.parametrize("path", [CHOICE, DATA / "capitals.eval", DATA / "greetings.json"])
@pytest.mark.parametrize("form", ["table", "md", "csv", "json", "html"])
def test_every_format_shows_an_imported_run(path: Path, form: str, tmp_path: Path) -> None:
    found = read(path)
    text = publish([log.read_run(keep(found, tmp_path))], form)  # type: ignore[arg-type]
    assert found.models[0] in text
    assert found.made.scored[0].name in text


def test_each_prompt_reply_and_verdict_is_kept() -> None:
    words = {reply.key.sample: reply for reply in read(WORDS).replies}
    assert words["0"].prompt.text == "Question: Say the word that laughs.\nAnswer:"
    assert (words["0"].target, words["0"].tags["kind"]) == ("lol", "echo")
    assert [words[id_].outcome for id_ in ("0", "1")] == ["right", "wrong"]

    choice = read(CHOICE).replies[1]
    assert choice.response is not None
    assert (choice.response.text, choice.outcome) == ("8", "wrong")

    capital = next(reply for reply in read(DATA / "capitals.eval").replies if reply.key.sample == "jp")
    assert [turn.role for turn in capital.prompt.messages] == ["system", "user"]
    assert capital.response is not None
    assert (capital.response.text, capital.response.tokens_out) == ("Kyoto, I think, please.", 4)
    assert capital.tags == {"continent": "Asia"}

    greeting = read(DATA / "greetings.json").replies[0]
    assert greeting.prompt.turn == "Say hello to Ada"
    assert greeting.score is not None
    assert (greeting.outcome, greeting.score.rule) == ("wrong", "failed: icontains")


def test_both_forms_of_an_inspect_log_say_the_same() -> None:
    packed, plain = (read(DATA / f"capitals.{kind}") for kind in ("eval", "json"))
    assert packed.made == plain.made
    assert packed.means() == plain.means()
    assert {(reply.key, reply.outcome) for reply in packed.replies} == {
        (reply.key, reply.outcome) for reply in plain.replies
    }


def test_a_number_that_is_not_the_mean_of_the_replies_is_said(tmp_path: Path) -> None:
    changed = json.loads(RESULTS.read_text())
    changed["results"]["toy_choice"]["acc,none"] = 0.7
    (tmp_path / RESULTS.name).write_text(json.dumps(changed))
    shutil.copy(CHOICE, tmp_path)
    (said,) = read(tmp_path / CHOICE.name).differences()
    assert said.startswith("acc of dummy/i82qcls7: lm-eval 0.4.13 printed 0.7, ")
    assert said.endswith("0.6")


def test_a_score_of_all_items_together_is_named_and_left_out() -> None:
    assert read(CHOICE).left_out == ("f1 is of all items together, no reply has it: left out",)


def test_a_score_of_which_less_is_better_decides_no_outcome(tmp_path: Path) -> None:
    results = json.loads(RESULTS.read_text())
    results["higher_is_better"]["toy_choice"]["acc"] = False
    (tmp_path / RESULTS.name).write_text(json.dumps(results))
    shutil.copy(CHOICE, tmp_path)
    found = read(tmp_path / CHOICE.name)
    assert {reply.score.rule for reply in found.replies if reply.score} == {"acc_norm"}
    assert {each.name: each.better for each in found.made.scored} == {"acc": "lower", "acc_norm": "higher"}


def test_samples_without_their_results_are_named_by_their_folder(tmp_path: Path) -> None:
    folder = tmp_path / "my-model"
    folder.mkdir()
    shutil.copy(CHOICE, folder)
    found = read(folder / CHOICE.name)
    assert (found.models, found.name, found.printed) == (("my-model",), "toy_choice", {})


def test_a_failed_request_is_no_wrong_answer(tmp_path: Path) -> None:
    output = json.loads((DATA / "greetings.json").read_text())
    first = output["results"]["results"][0]
    first.update(failureReason=2, error="no such host", success=False, score=0, response=None)
    (tmp_path / "out.json").write_text(json.dumps(output))
    reply = read(tmp_path / "out.json").replies[0]
    assert (reply.score, reply.outcome) == (None, "error")
    assert reply.failure is not None
    assert reply.failure.message == "no such host"


def test_tests_of_the_same_variables_are_repeats_of_one_item(tmp_path: Path) -> None:
    output = json.loads((DATA / "greetings.json").read_text())
    output["results"]["results"] *= 2
    (tmp_path / "out.json").write_text(json.dumps(output))
    replies = read(tmp_path / "out.json").replies
    assert len({reply.key for reply in replies}) == 12
    assert {reply.key.repeat for reply in replies} == {0, 1}


def deflated(path: Path) -> None:
    """An Inspect log as a zip of the standard library."""
    whole = json.loads((DATA / "capitals.json").read_text())
    samples = whole.pop("samples")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("header.json", json.dumps(whole))
        for sample in samples:
            archive.writestr(f"samples/{sample['id']}_epoch_{sample['epoch']}.json", json.dumps(sample))


def test_a_deflated_log_of_inspect_is_read(tmp_path: Path) -> None:
    deflated(tmp_path / "x.eval")
    assert read(tmp_path / "x.eval").means() == read(DATA / "capitals.json").means()


def test_two_imports_of_one_task_are_compared(tmp_path: Path) -> None:
    whole = json.loads((DATA / "capitals.json").read_text())
    whole["eval"]["model"] = "mockllm/other"
    (tmp_path / "other.json").write_text(json.dumps(whole))
    found = [read(DATA / "capitals.eval"), read(tmp_path / "other.json")]
    text = publish([log.read_run(keep(each, tmp_path)) for each in found], "table")
    assert "mockllm/other" in text
    assert "no difference" in text or "undecided" in text or "differ" in text


def cut(path: Path) -> None:
    path.write_bytes((DATA / "capitals.eval").read_bytes()[:9000])


def without_header(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("_journal/start.json", "{}")


def bad_member(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("header.json", '{"status": "success", "eval": {"task": "t", "model": "m"}}')
        archive.writestr("samples/a_epoch_1.json", '{"id": "a", "epoch": "one", "input": "?"}')


BAD = [
    ("x.jsonl", '{"doc_id": 0}\n', "x.jsonl, line 1: arguments: Field required"),
    ("x.jsonl", CHOICE.read_text().splitlines()[0] + "\n{nonsense\n", "x.jsonl, line 2: "),
    ("x.jsonl", "", "x.jsonl has no lines"),
    ("x.json", "{", "x.json is not JSON"),
    ("x.json", "[1]", "x.json is no log that evals knows"),
    ("x.json", '{"a": 1}', "x.json is no log that evals knows"),
    ("x.json", '{"results": {"version": 2}}', "x.json has promptfoo's format 2, evals reads format 3"),
    ("x.json", '{"results": {"version": 3, "results": []}}', "x.json: results.results: "),
    ("x.json", RESULTS.read_text(), "x.json holds lm-eval's results without the replies"),
    (
        "x.json",
        '{"status": "error", "eval": {"task": "t", "model": "m"}}',
        "x.json has no samples: its status is error",
    ),
    ("x.json", '{"status": "success", "eval": {}}', "x.json: eval.task: Field required"),
    ("x.eval", cut, "x.eval is no whole zip"),
    ("x.eval", without_header, "x.eval has no header.json: the run was cut short"),
    ("x.eval", bad_member, "x.eval, samples/a_epoch_1.json: epoch: "),
    ("gone.jsonl", None, "gone.jsonl cannot be read"),
    ("gone.eval", None, "gone.eval is no whole zip"),
]


@pytest.mark.parametrize(("name", "content", "said"), BAD)
def test_what_cannot_be_read_is_said_in_one_sentence(
    name: str, content: object, said: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    if callable(content):
        content(path)
    elif isinstance(content, str):
        path.write_text(content)
    with pytest.raises(BadFile) as caught:
        read(path)
    assert said in caught.value.message
    assert "\n" not in caught.value.message
    assert caught.value.fix


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@given(st.data())
def test_a_damaged_line_is_read_or_refused_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    line = json.loads(CHOICE.read_text().splitlines()[0])
    line[data.draw(st.sampled_from(sorted(line)))] = data.draw(JSON)
    path = tmp_path_factory.mktemp("damaged") / "samples_x.jsonl"
    path.write_text(json.dumps(line))
    try:
        found: Foreign | None = read(path)
    except BadFile:
        found = None
    if found is not None:
        folder = keep(found, path.parent)
        assert len(log.read_run(folder).replies) == 1


def test_the_command_says_what_it_found_and_the_run_is_only_reported(evals: Evals) -> None:
    done = evals("import", CHOICE, DATA / "greetings.json")
    assert done.returncode == 0, done.stderr
    assert "5 replies of dummy/i82qcls7 to toy_choice, by lm-eval 0.4.13" in done.stdout
    assert "as the tool printed: acc 0.6, acc_norm 0.8" in done.stdout
    folder = next(evals.cwd.glob("runs/*toy_choice*"))
    assert "60 %" in evals("report", folder).stdout
    for args in (("score", "--run", folder), ("run", "--resume", folder)):
        refused = evals(*args)
        assert refused.returncode == 2
        assert "was imported from lm-eval 0.4.13" in refused.stderr


def test_a_file_that_cannot_be_read_leaves_no_run(evals: Evals) -> None:
    (evals.cwd / "bad.json").write_text("{}")
    done = evals("import", CHOICE, "bad.json")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert not list(evals.cwd.glob("runs/*"))
