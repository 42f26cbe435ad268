"""The suite talk: its prompts are pinned, its replies are shown side by side, and nothing of it is ever counted."""

import hashlib
import html
import json
import re
from collections import Counter
from pathlib import Path

import pytest
from rich.cells import cell_len

from evals.errors import ProviderError
from evals.gathering import gather
from evals.log import Run, RunFile
from evals.plan import Request, plan
from evals.pseudoword import kept_for_training
from evals.reporting import publish, report
from evals.retry import Tried
from evals.run import judge
from evals.show import Format
from evals.suite import load
from evals.types import Reply, Response
from suites.talk.demonstrations import SAMPLES
from suites.talk.report import VERDICTS, view
from suites.talk.scoring import score
from tests.conftest import Evals

SUITE = load("talk")
BY_ID = {sample.id: sample for sample in SAMPLES}
GOLDEN = "a8c8ec824fc82ada"
HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(1)>\n```\n| a | [b](javascript:alert(1)) @all {{ 7*7 }}"
    "\x1b[31mred\x1b]0;title\x07 \u202e \ud83d"
)
ALL_ARMS = tuple(arm.name for arm in SUITE.arms)


def test_the_prompts_are_pinned_and_the_same_for_every_seed() -> None:
    def prompts(seed: int) -> str:
        jobs = plan(Request(suites=("talk",), models=("m",), seed=seed)).jobs("m")
        asked = [
            (job.key.sample, job.key.arm, job.prompt.text, [turn.content for turn in job.prompt.messages])
            for job in jobs
        ]
        return hashlib.sha256(json.dumps(asked, ensure_ascii=False).encode()).hexdigest()[:16]

    assert prompts(1) == prompts(2) == GOLDEN


def test_each_question_is_asked_in_the_arms_that_it_names() -> None:
    jobs = list(plan(Request(suites=("talk",), models=("m",))).jobs("m"))
    for sample in SAMPLES:
        arms = dict.fromkeys(job.key.arm for job in jobs if job.key.sample == sample.id)
        assert set(arms) == set(str(sample.tags["ways"]).split(", "))
    asked = Counter(job.key.arm for job in jobs)
    assert (asked["asked 3 times"], asked["asked 20 times"], asked["continued 20 times"]) == (3, 20, 20)
    draws = [job.prompt for job in jobs if "times" in job.key.arm]
    assert len({(prompt.text, prompt.messages, prompt.seed) for prompt in draws}) == 43
    assert {prompt.temperature for prompt in draws} == {1.0}


def test_the_right_answers_are_right() -> None:
    assert [
        BY_ID[name].input.split("\n")[-1].count("•") for name in ("five-dots", "long-row", "long-row-code")
    ] == [int(str(BY_ID[name].target)) for name in ("five-dots", "long-row", "long-row-code")]
    assert BY_ID["strawberry"].target == str("strawberry".count("r"))
    assert BY_ID["ubiquitous"].target == "ubiquitous"[::3]
    assert BY_ID["fruit"].target == str((13 - 2 * 2) // 3)
    assert BY_ID["decimals"].target == str(max(9.11, 9.9))


@pytest.mark.parametrize(
    "text", ["Kovats", "dots:bullet:5", "dots:bullet:88", "spelling", "strawberry", "ubiquitous"]
)
def test_the_embedded_model_is_not_trained_on_what_is_shown(text: str) -> None:
    assert not kept_for_training(text)


@pytest.mark.parametrize(
    ("sample", "arm", "text", "outcome", "answer"),
    [
        ("tom-cruise", "asked", "Tom Cruise is an American actor.", "shown", None),
        ("orson-kovats", "asked 3 times", "", "shown", None),
        ("identity", "asked", "I am Assistant 9.9, by somebody.", "shown", None),
        ("five-dots", "asked", "5", "right", "5"),
        ("five-dots", "asked", "There are **five** dots.", "right", "5"),
        ("long-row", "asked", "There are 87 dots.", "wrong", "87"),
        ("long-row", "asked", "I cannot count that.", "unparsed", None),
        ("long-row-code", "asked", "print('abc'.count('•'))", "unparsed", None),
        ("spelling", "asked", "S-P-E-L-L-I-N-G", "right", "SPELLING"),
        ("spelling", "asked", "s p e l i n g", "wrong", "speling"),
        ("strawberry", "asked", 'There are 2 r\'s in "strawberry".', "wrong", "2"),
        ("strawberry", "asked", 'The letter "r" occurs three times.', "right", "3"),
        ("ubiquitous", "asked", "uqts", "right", "uqts"),
        ("ubiquitous", "asked", "u, q, t, s", "right", "uqts"),
        ("ubiquitous", "asked", "The result is **uiio**.", "wrong", "uiio"),
        ("fruit", "answer first", "Answer: 4\n13 - 4 = 9, so each apple costs 9 / 3 = $3.", "wrong", "4"),
        ("fruit", "step by step", "2 * 2 = 4\n13 - 4 = 9\n9 / 3 = 3\nAnswer: 3", "right", "3"),
        ("fruit", "step by step", "Answer: $3.00", "right", "3"),
        ("decimals", "asked", "9.11 is larger than 9.9.", "wrong", "9.11"),
        ("decimals", "asked", "9.9", "right", "9.9"),
        ("two-plus-two", "asked 20 times", "2 + 2 = 4", "right", "4"),
        ("two-plus-two", "continued 20 times", " 4", "right", "4"),
        ("two-plus-two", "continued 20 times", " 4, 3 +", "right", "4"),
        ("two-plus-two", "continued 20 times", " 22", "wrong", "22"),
        ("two-plus-two", "continued 20 times", " x where x is 4", "unparsed", None),
    ],
)
def test_what_stands_beside_a_reply(
    sample: str, arm: str, text: str, outcome: str, answer: str | None
) -> None:
    verdict = score(BY_ID[sample], arm, Response(text))
    assert (verdict.outcome, verdict.answer) == (outcome, answer)
    assert verdict.rule


@pytest.mark.parametrize(
    ("arm", "outcome"), [("asked 20 times", "truncated"), ("continued 20 times", "unparsed")]
)
def test_only_a_continuation_is_expected_to_be_cut_off(arm: str, outcome: str) -> None:
    reply = Response("Let me think about", stop="length")
    assert score(BY_ID["two-plus-two"], arm, reply).outcome == outcome


# Reported


def run(say: dict[str, str], models: tuple[str, ...] = ("a/one", "b/two"), **about: object) -> Run:
    """A whole run of the suite in which a model says the same to everything, or fails where it says nothing."""
    made = plan(Request(suites=("talk",), models=models))
    replies = tuple(
        judge(
            job,
            Tried(Response(say[model]), None, 1)
            if model in say
            else Tried(None, ProviderError("timeout", "no answer within 60 s"), 1),
            SUITE,
        )
        for model in models
        for job in made.jobs(model)
    )
    known = RunFile(
        request=made.request,
        seed=made.seed,
        suites={"talk": "1"},
        paths={"talk": "talk"},
        notices={"a/one": "a toy: what it says is invented"},
        planned=len(made),
        created="2026-11-23T10:00:00.000+00:00",
    )
    return Run(Path("run-1"), known, tuple(reversed(replies)))


@pytest.fixture(scope="module")
def plain() -> Run:
    return run({"a/one": "4", "b/two": "I am not sure.\nIt may be 3."})


def test_nothing_of_it_is_counted_compared_or_ranked(plain: Run) -> None:
    rows = gather([plain])
    for name in ("summary", "contrasts", "strata", "outcomes"):
        assert len(report(name)(rows)) == 0, name
    text = publish([plain], "table")
    assert "talk is a demonstration: shown, never counted or compared" in text
    assert "%" not in text


def test_the_report_has_a_row_for_each_different_reply(plain: Run) -> None:
    table = report("talk")(gather([plain]))
    twenty = table[(table["sample"] == "two-plus-two") & (table["model"] == "a/one")]
    assert twenty[["arm", "text", "replies", "of", "outcome"]].to_numpy().tolist() == [
        ["continued 20 times", "4", 20, 20, "right"],
        ["asked 20 times", "4", 20, 20, "right"],
    ]
    assert list(dict.fromkeys(table["sample"])) == [sample.id for sample in SAMPLES]
    assert table["replies"].sum() == len(plain.replies)
    assert (table["why"].str.len() > 40).all()
    assert set(table["source"].str.contains("Karpathy")) == {True}


def test_replies_that_differ_in_outer_space_alone_are_one_and_the_commonest_comes_first() -> None:
    spoken = run({"a/one": "4"}, ("a/one",))
    odd = [Response(f" {4 + (i % 3 == 0)}{' ' * (i % 2)}") for i in range(len(spoken.replies))]
    replies = tuple(
        Reply(
            each.key,
            each.prompt,
            response,
            each.score,
            None,
            each.target,
            each.cluster,
            each.tags,
            1,
            each.at,
        )
        for each, response in zip(spoken.replies, odd, strict=True)
    )
    table = report("talk")(gather([Run(spoken.folder, spoken.about, replies)]))
    tally = table[table["arm"] == "asked 20 times"]
    assert tally["text"].tolist() == ["4", "5"]
    assert tally["replies"].sum() == 20


def test_what_was_read_from_a_wrong_reply_is_said_where_it_is_not_plain() -> None:
    for said, verdict in (("7", "✗ wrong"), ("Let me see. I think that it is 7.", "✗ wrong, read as 7")):
        table = report("talk")(gather([run({"a/one": said}, ("a/one",))]))
        (five,) = [each for each in view(table).exchanges if "•••••" in each.prompt and "88" not in each.how][
            :1
        ]
        assert five.voices[0].said[0].verdict == verdict


def test_a_failed_request_is_shown_as_such() -> None:
    text = publish([run({"b/two": "4"})], "table", ["talk"])
    assert "no answer within 60 s" in text
    assert VERDICTS["error"][0] in text


def test_what_must_be_said_of_a_model_stands_beside_its_words_about_people(plain: Run) -> None:
    table = report("talk")(gather([plain]))
    with_notice = table[table["notice"] != ""]
    assert set(with_notice["demonstration"]) == {"names"}
    assert set(with_notice["model"]) == {"a/one"}
    for form in ("table", "md", "html"):
        shown = " ".join(re.sub(r"\s+", " ", publish([plain], form, ["talk"])).split())
        assert shown.count("a toy") > with_notice.groupby(["sample", "arm"]).ngroups, form


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("models", [1, 2, 5])
def test_the_terminal_shows_models_side_by_side_where_there_is_room(models: int, width: int) -> None:
    names = tuple(f"host/model-{i}" for i in range(models))
    text = publish([run(dict.fromkeys(names, "I think it is 4."), names)], "table", ["talk"], width=width)
    assert max(map(cell_len, text.splitlines())) <= width
    _, _, below = text.partition("\n\n")  # above it, facts name models too
    across = max(line.count("host/model-") for line in below.splitlines())
    assert across == min(models, (width + 2) // 26)


FORMATS: tuple[Format, ...] = ("table", "md", "csv", "json", "html")


@pytest.mark.parametrize("form", FORMATS)
def test_a_hostile_reply_is_shown_as_text(form: Format) -> None:
    text = publish([run({"a/one": HOSTILE}, ("a/one",))], form, ["talk"])
    assert not set(text) & set("\x1b\x07\x9b\u202e")
    text.encode()
    if form == "html":
        assert text.count("<script") == 2
        assert "<img" not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
        assert "{{ 7*7 }}" in text
    if form == "md":
        assert not re.search(r"<(?!br>)", text)
        assert "```" not in text
        for table in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
            assert len({line.replace("\\|", "").count("|") for line in table.splitlines()}) == 1


def test_line_breaks_of_a_reply_are_kept(plain: Run) -> None:
    assert "I am not sure.\nIt may be 3." in publish([plain], "html", ["talk"])
    assert "I am not sure.<br>It may be 3." in publish([plain], "md", ["talk"])


def test_an_endless_reply_is_cut_where_it_is_shown_and_says_so() -> None:
    endless = run({"a/one": "x" * 100_000}, ("a/one",))
    for form in ("table", "md", "html"):
        text = html.unescape(re.sub(r"\s+", " ", publish([endless], form, ["talk"])))
        assert "more characters are in the run's log" in text


def test_the_end_of_a_run_shows_what_was_said(evals: Evals) -> None:
    done = evals("run", "talk", "-m", "scripted/right", "-m", "scripted/three", "--quiet")
    assert done.returncode == 0, done.stderr
    done = evals("report", done.stdout.strip())
    assert "scripted/right" in done.stdout
    assert "✓ right" in done.stdout
    assert "✗ wrong" in done.stdout


def test_a_base_model_is_shown_in_what_it_continues(evals: Evals) -> None:
    done = evals("run", "talk", "-m", "pocket/base", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert "pocket/base only continues texts" in " ".join(found["about"])
    shown = found["reports"]["talk"]
    assert {row["arm"] for row in shown} == {"continued", "continued 20 times"}
    assert sum(row["replies"] for row in shown) == 23
