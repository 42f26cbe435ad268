"""The command line: what it prints, and one clear sentence with exit status 2 for what the user must mend."""

import json
from pathlib import Path

import pytest

from evals import __version__
from tests.conftest import Evals

RUN = ("run", "./sums", "-m", "./adder.py/m", "-n", "2")


@pytest.mark.usefixtures("sums", "adder")
@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("run",), "no suite is named"),
        (("run", "halucination"), "did you mean hallucination"),
        (("run", "./nowhere"), "no suite called './nowhere'"),
        (("run", "./sums", "-m", "poket"), "did you mean pocket"),
        (("run", "./sums", "-m", "nope"), "there are: "),
        (("run", "./sums", "-m", "pocket/bluf"), "did you mean bluff"),
        (("run", "./sums", "-m", "/x"), "no provider"),
        (("run", "./sums", "-m", "./adder.py/m?seconds"), "key=value"),
        (("run", "./sums", "-m", "together/some-model"), "TOGETHER_API_KEY"),
        (("run", "./sums", "-m", "openai/gpt-5"), "OPENAI_API_KEY"),
        ((*RUN, "--arm", "step"), "did you mean steps"),
        ((*RUN, "--set", "largest"), "has no ="),
        ((*RUN, "--set", "largest=many"), "largest"),
        ((*RUN, "--set", "larges=1"), "did you mean largest"),
        ((*RUN, "--seed", "today"), "no whole number"),
        ((*RUN, "--size", "full"), "give one of them"),
        ((*RUN, "--concurrency", "0"), "--concurrency 0"),
        ((*RUN, "--repeat", "0"), "--repeat 0"),
        ((*RUN, "--quiet", "--json"), "give one of them"),
        (("run", "./sums", "-m", "./adder.py/m?seconds=soon"), "adder.py: connect failed: ValueError"),
        ((*RUN, "--out", "adder.py"), "cannot be written"),
        (("run", "./sums", "-m", "./adder.py/m", "--size", "huge"), "no size of suite sums"),
        (("run", "--resume", "nowhere"), "no run in nowhere"),
        (("run", "./sums", "--resume", "nowhere"), "leave out SUITE"),
        (("run", "--resume", "nowhere", "-n", "0"), "leave out SUITE"),
        (("run", "--resume", "nowhere", "--repeat", "2"), "leave out SUITE"),
        (("show", "nowhere"), "no suite called"),
        (("report",), "no run is named"),
        (("report", "nowhere"), "no run in nowhere"),
        (("score",), "what to judge"),
        (("score", "./sums", "nowhere.jsonl"), "cannot be read"),
        (("score", "--run", "nowhere"), "no run in nowhere"),
        (("list", "nothing"), "nothing"),
        (("run", "--no-such-option"), "--no-such-option"),
        (("no-such-command",), "no-such-command"),
    ],
    ids=str,
)
def test_what_the_user_must_mend_is_one_sentence_and_status_2(
    args: tuple[str, ...], said: str, evals: Evals
) -> None:
    done = evals(*args)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (evals.cwd / "runs").exists()


@pytest.mark.usefixtures("adder")
def test_a_malformed_suite_file_is_named_with_its_line(evals: Evals, sums: Path) -> None:
    (sums / "suite.py").write_text("x = 1\ny = (\n")
    done = evals(*RUN)
    assert done.returncode == 2
    assert f"{sums}/suite.py cannot be loaded: SyntaxError in line 2" in done.stderr


@pytest.mark.usefixtures("sums", "adder")
def test_a_corrupt_log_line_is_named_by_number(evals: Evals) -> None:
    evals(*RUN, "--quiet")
    (log,) = evals.cwd.glob("runs/*/replies.jsonl")
    lines = log.read_text().splitlines(keepends=True)
    log.write_text("".join([lines[0], "garbage\n", *lines[2:]]))
    for command in (("report", log.parent), ("run", "--resume", log.parent), ("score", "--run", log.parent)):
        done = evals(*command)
        assert done.returncode == 2
        assert "line 2 is damaged" in done.stderr


def test_the_version_is_printed(evals: Evals) -> None:
    assert evals("--version").stdout.strip() == f"evals {__version__}"


def test_list_names_what_there_is(evals: Evals) -> None:
    out = evals("list").stdout
    for name in ("hallucination", "pocket/MODEL", "openai/MODEL", "summary", "none in runs"):
        assert name in out


@pytest.mark.usefixtures("sums", "adder")
def test_list_tells_finished_runs_from_unfinished_ones(evals: Evals) -> None:
    evals(*RUN, "--quiet")
    evals("run", "./sums", "-m", "./adder.py/m?fail=5", "-n", "20", "--quiet")
    rows = evals("list", "runs").stdout.splitlines()
    assert ["unfinished" in row for row in rows] == [False, True]


@pytest.mark.usefixtures("sums", "adder")
def test_a_damaged_run_does_not_hide_the_others(evals: Evals) -> None:
    evals(*RUN, "--quiet")
    (evals.cwd / "runs" / "damaged").mkdir()
    (evals.cwd / "runs" / "damaged" / "run.json").write_text("{")
    done = evals("list", "runs")
    assert done.returncode == 0, done.stderr
    assert "run.json is damaged" in done.stdout
    assert "finished, 4 replies" in done.stdout


@pytest.mark.usefixtures("sums", "adder")
def test_the_next_command_can_be_pasted_whatever_the_folder_is_called(evals: Evals) -> None:
    done = evals(*RUN, "--out", "my runs")
    (run,) = evals.cwd.glob("my runs/*")
    assert f"evals report 'my runs/{run.name}' --format html" in done.stdout


@pytest.mark.usefixtures("sums")
def test_show_prints_exact_prompts_and_sends_nothing(evals: Evals) -> None:
    done = evals("show", "./sums", "-n", 2, "--arm", "steps")
    assert done.returncode == 0
    assert done.stdout.count("Work step by step.") == 2
    assert "largest=99" in done.stdout
    lines = [json.loads(line) for line in evals("show", "./sums", "-n", 2, "--json").stdout.splitlines()]
    assert len(lines) == 4
    assert len({line["hash"] for line in lines}) == 4


@pytest.mark.usefixtures("sums", "adder")
def test_the_end_of_a_run_says_what_was_found_where_it_lies_and_what_to_do_next(evals: Evals) -> None:
    done = evals(*RUN[:-2], "-n", "20")
    assert done.returncode == 0, done.stderr
    (run,) = evals.cwd.glob("runs/*")
    for said in ("accuracy", "100", "undecided", f"runs/{run.name}", "evals report"):
        assert said in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= max(
        80,
        len(
            f"pictures and every reply, as a page: evals report runs/{run.name} --format html --out report.html"
        ),
    )
    assert "\x1b" not in done.stdout + done.stderr
    assert "40 replies planned" in done.stderr


@pytest.mark.usefixtures("sums", "adder")
def test_json_is_one_object_on_standard_output(evals: Evals) -> None:
    done = evals(*RUN, "--json")
    assert json.loads(done.stdout)
    assert done.stderr == ""


@pytest.mark.usefixtures("sums", "adder")
@pytest.mark.parametrize("form", ["table", "md", "csv", "json", "html"])
def test_report_has_every_format(form: str, evals: Evals) -> None:
    run = evals(*RUN, "--quiet").stdout.strip()
    done = evals("report", run, "--format", form, "--out", "report")
    assert done.returncode == 0, done.stderr
    assert "accuracy" in (evals.cwd / "report").read_text()


@pytest.mark.usefixtures("sums")
def test_score_judges_a_file_by_the_suites_own_scorer(evals: Evals) -> None:
    rows: list[dict[str, object]] = [
        {"response": "It is 12.", "target": 12, "more": "kept"},
        {"response": "13", "target": "12", "arm": "steps", "tags": {"big": False}},
        {"response": "no\u2028idea", "target": None},
    ]
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (evals.cwd / "answers.jsonl").write_text("".join(lines))
    done = evals("score", "./sums", "answers.jsonl")
    assert done.returncode == 0, done.stderr
    judged = [json.loads(line) for line in done.stdout.rstrip("\n").split("\n")]
    assert [row["outcome"] for row in judged] == ["right", "wrong", "unparsed"]
    assert [{key: row[key] for key in given} for row, given in zip(judged, rows, strict=True)] == rows
    assert judged[0]["rule"] == "last_integer"
    assert "right 1" in done.stderr


@pytest.mark.usefixtures("sums")
@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 2"),
        ("[]", "line 2"),
        ('{"response": "x"}', "target"),
        ('{"target": "x"}', "response"),
        ('{"response": "x", "target": null, "arm": "stepz"}', "did you mean steps"),
    ],
)
def test_a_line_that_cannot_be_judged_is_named(line: str, said: str, evals: Evals) -> None:
    (evals.cwd / "answers.jsonl").write_text('{"response": "1", "target": "1"}\n' + line + "\n")
    done = evals("score", "./sums", "answers.jsonl")
    assert done.returncode == 2
    assert said in done.stderr


def test_a_scorer_that_raises_is_named_with_the_answer(evals: Evals, sums: Path) -> None:
    path = sums / "suite.py"
    path.write_text(path.read_text().replace("score=last_integer", "score=lambda *_: 1 / 0"))
    (evals.cwd / "answers.jsonl").write_text('{"response": "1", "target": "1"}\n')
    done = evals("score", "./sums", "answers.jsonl")
    assert done.returncode == 2
    assert "failed on answer 1: ZeroDivisionError" in done.stderr
