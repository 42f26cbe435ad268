"""Gates pass what is no worse, stop what is, and say so where the items do not decide; false alarms stay within 5 %."""

import json
import math
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evals import assert_no_worse, stats
from evals.errors import BadInput, EvalsError
from evals.log import Run, read_run
from evals.stats import Estimate
from evals.verdict import text
from evals.verdict.gate import Finding, Kind, Outcome, Verdict, decide
from evals.verdict.gated import gate
from evals.verdict.rules import Demand, Rules, rules
from evals.verdict.side import labelled
from evals.verdict.sides import of_run
from tests.conftest import Done
from tests.kept import OURS, asked, kept, run_of

AFTER = "b/model"


def estimate(low: float, high: float, n: int = 100) -> Estimate:
    return Estimate((low + high) / 2, low, high, n, n, "made")


def finding(low: float, high: float, kind: Kind = "margin", bound: float = 0.05, **more: Any) -> Finding:
    """What was measured: an interval, and one a half wider that calls a regression."""
    usual, extra = estimate(low, high), (high - low) / 4
    strict = replace(usual, low=low - extra, high=high + extra)
    told: dict[str, Any] = {
        "value": 0.5,
        "baseline": 0.5,
        "paired": True,
        "lost": 0.0,
        "unit": "share",
        "better": "higher",
        **more,
    }
    return Finding("names", "FR", "rate", kind=kind, bound=bound, usual=usual, strict=strict, **told)


@pytest.mark.parametrize(
    ("kind", "low", "high", "word"),
    [
        ("margin", -0.04, 0.02, "pass"),
        ("margin", -0.04, -0.01, "pass"),  # surely worse, by less than the margin
        ("margin", -0.06, 0.02, "undecided"),
        ("margin", -0.12, -0.04, "regress"),
        ("margin", -0.09, -0.01, "undecided"),  # the stricter interval reaches 0.01
        ("floor", 0.06, 0.09, "pass"),
        ("floor", 0.05, 0.09, "pass"),
        ("floor", 0.04, 0.09, "undecided"),
        ("floor", 0.01, 0.03, "regress"),
        ("ceiling", 0.01, 0.04, "pass"),
        ("ceiling", 0.01, 0.05, "pass"),
        ("ceiling", 0.01, 0.06, "undecided"),
        ("ceiling", 0.07, 0.09, "regress"),
        ("margin", math.nan, math.nan, "undecided"),
    ],
)
def test_a_demand_is_decided_by_its_intervals(kind: Kind, low: float, high: float, word: str) -> None:
    (found,) = decide([finding(low, high, kind)], Rules())
    assert found.word == word
    assert bool(found.reason) == math.isnan(low)


def test_replies_that_had_nothing_to_judge_do_not_pass_and_still_regress() -> None:
    lost = [finding(-0.01, 0.01, lost=0.2), finding(-0.3, -0.2, lost=0.2)]
    assert [each.word for each in decide(lost, Rules())] == ["undecided", "regress"]
    assert [each.word for each in decide(lost, Rules(lost=0.2))] == ["pass", "regress"]


def test_more_items_are_told_until_the_bound_would_be_cleared() -> None:
    near, far = (
        decide([finding(low, high)], Rules())[0].more for low, high in ((-0.051, 0.06), (-0.3, 0.26))
    )
    assert near is not None
    assert far is not None
    assert 1 <= near < far


@pytest.mark.parametrize(
    ("words", "incomplete", "statuses"),
    [
        (("pass", "pass"), (), (0, 0, 0)),
        (("pass", "regress"), (), (1, 1, 1)),
        (("undecided", "regress"), (), (1, 1, 1)),
        (("pass", "undecided"), (), (3, 0, 1)),
        (("pass",), ("unfinished",), (3, 3, 1)),
        (("undecided",), ("unfinished",), (3, 3, 1)),
        ((), (), (3, 0, 1)),
    ],
)
def test_the_exit_status_of_a_gate(
    words: tuple[Any, ...], incomplete: tuple[str, ...], statuses: tuple[int, ...]
) -> None:
    outcome = Outcome(tuple(Verdict(finding(0, 0), word) for word in words), incomplete, ())
    assert tuple(outcome.status(undecided) for undecided in (None, "pass", "fail")) == statuses


def test_where_nothing_changed_samples_are_counted_and_not_clusters(tmp_path: Path) -> None:
    one, two = (
        [
            replace(each, cluster=f"template {i % 3}")
            for i, each in enumerate(asked("f" * 200, model, "r" * 200))
        ]
        for model in (OURS, AFTER)
    )
    same = outcome(read_run(kept(tmp_path, one)), read_run(kept(tmp_path, two)))
    assert set(words(same).values()) == {"pass"}
    assert same.verdicts[0].finding.usual.method.endswith("samples: nothing changed")
    expected = stats.share_difference(np.zeros(200), np.arange(200))
    assert (same.verdicts[0].finding.usual.low, same.verdicts[0].finding.usual.high) == (
        expected.low,
        expected.high,
    )


# How often it errs


def changes(rng: np.random.Generator, n: int, rise: float, fall: float) -> np.ndarray[Any, Any]:
    """Changes of n yes-or-no items of which so many rise and fall."""
    return rng.choice([1.0, -1.0, 0.0], n, p=[rise, fall, 1 - rise - fall])


def gated(  # noqa: PLR0913, PLR0917  a simulation is its parameters
    rng: np.random.Generator, n: int, rise: float, fall: float, rule: Rules, metrics: int = 2
) -> set[str]:
    """The words of a gate of independent metrics, decided as a real one is."""
    findings = []
    for _ in range(metrics):
        moved, alone = changes(rng, n, rise, fall), np.arange(n)
        usual, strict = (
            stats.share_difference(moved, alone, level=level) for level in (0.95, rule.level(metrics))
        )
        findings.append(replace(finding(0, 0), usual=usual, strict=strict))
    return {each.word for each in decide(findings, rule)}


@pytest.mark.parametrize(("n", "moving"), [(60, 0.1), (60, 0.5), (200, 0.04), (400, 0.2)])
def test_where_nothing_changed_at_most_one_gate_in_twenty_regresses(n: int, moving: float) -> None:
    rng = np.random.default_rng(n)
    alarms = sum("regress" in gated(rng, n, moving / 2, moving / 2, Rules()) for _ in range(400))
    assert alarms <= 0.05 * 400


def test_a_hundred_daily_gates_share_the_five_per_cent() -> None:
    rng = np.random.default_rng(5)
    daily = Rules(looks=100)
    alarmed = sum(any("regress" in gated(rng, 60, 0.1, 0.1, daily, 1) for _ in range(100)) for _ in range(40))
    assert alarmed <= 2
    assert daily.level(2) == pytest.approx(1 - 0.05 / 200)


def test_a_drop_of_ten_points_is_found_at_four_hundred_items() -> None:
    rng = np.random.default_rng(6)
    assert sum("regress" in gated(rng, 400, 0.05, 0.15, Rules()) for _ in range(200)) >= 0.8 * 200


def test_a_candidate_worse_by_the_margin_rarely_passes() -> None:
    rng = np.random.default_rng(7)
    assert sum(gated(rng, 400, 0.05, 0.10, Rules(), 1) == {"pass"} for _ in range(400)) <= 0.05 * 400


# Runs


def outcome(before: Run | None, after: Run, rule: Rules | None = None) -> Outcome:
    named = labelled([of_run(before), of_run(after)]) if before else (of_run(after),)
    return gate(named[-1], named[0] if before else None, rule or Rules())


def words(found: Outcome) -> dict[str, str]:
    """The verdicts on the metrics themselves."""
    about = [each for each in found.verdicts if not each.finding.about_counts]
    return {f"{each.finding.metric} {each.finding.kind}": each.word for each in about}


def test_a_model_that_falls_silent_regresses_though_nothing_is_wrong(tmp_path: Path) -> None:
    """Of 400 names it now speaks of 200, as before: the rate of those that count has not changed."""
    found = outcome(
        run_of(tmp_path, "fa" * 200), run_of(tmp_path, "fa" * 100 + "u" * 200, AFTER), Rules(lost=1)
    )
    assert words(found)["FR margin"] == "pass"
    silent = next(each for each in found.verdicts if each.finding.about_counts)
    assert silent.word == "regress"
    assert silent.finding.usual.value == pytest.approx(-200 / 420)
    allowed = Rules(lost=1, counted=0.6, metrics={"names.FR": Demand()})
    assert (
        outcome(run_of(tmp_path, "fa" * 200), run_of(tmp_path, "fa" * 100 + "u" * 200, AFTER), allowed).word
        == "pass"
    )


def test_headlines_are_gated_in_their_good_direction(tmp_path: Path) -> None:
    some, more = "f" * 100 + "a" * 300, "f" * 200 + "a" * 200
    real = "r" * 200
    better = outcome(run_of(tmp_path, more, people=real), run_of(tmp_path, some, AFTER, real))
    worse = outcome(run_of(tmp_path, some, people=real), run_of(tmp_path, more, AFTER, real))
    assert words(better) == {"FR margin": "pass", "J margin": "pass"}
    assert words(worse) == {"FR margin": "regress", "J margin": "regress"}
    assert worse.verdicts[0].finding.usual.value == pytest.approx(-0.25)


def test_named_metrics_are_gated_in_place_of_the_headlines(tmp_path: Path) -> None:
    rule = Rules(metrics={"names.OA": Demand(margin=0.1, ceiling=0.4), "names.CH": Demand(floor=0.1)})
    run = run_of(tmp_path, "f" * 60, people="r" * 60)
    assert list(words(outcome(run, run_of(tmp_path, "f" * 60, AFTER, "r" * 60), rule))) == [
        "OA ceiling",
        "OA margin",
        "CH floor",
        "CH margin",
    ]


def test_limits_need_no_baseline(tmp_path: Path) -> None:
    rule = Rules(metrics={"names.FR": Demand(ceiling=0.4)})
    assert words(outcome(None, run_of(tmp_path, "f" * 10 + "a" * 90), rule)) == {"FR ceiling": "pass"}
    assert words(outcome(None, run_of(tmp_path, "f" * 90 + "a" * 10), rule)) == {"FR ceiling": "regress"}
    with pytest.raises(BadInput, match="nothing is demanded"):
        outcome(None, run_of(tmp_path, "f" * 90))


def test_items_of_another_seed_are_compared_unpaired_and_it_is_said(tmp_path: Path) -> None:
    pattern = "f" * 100 + "a" * 300
    found = outcome(
        run_of(tmp_path, pattern),
        run_of(tmp_path, pattern, AFTER, seed=8),
        Rules(margin=0.1, metrics={"names.FR": Demand()}),
    )
    assert words(found) == {"FR margin": "pass"}
    assert not found.verdicts[0].finding.paired
    assert found.said[-1] == "names: the rates are compared unpaired, as of different items"
    assert "unpaired" in text.sentence(found.verdicts[0])


def test_an_unfinished_run_does_not_pass(tmp_path: Path) -> None:
    run = run_of(tmp_path, "a" * 400, people="r" * 200)
    partial = run_of(tmp_path, "a" * 400, AFTER, "r" * 200, planned=700)
    found = outcome(run, partial)
    assert set(words(found).values()) == {"pass"}
    assert found.incomplete == ("the run is unfinished: 100 replies are missing or failed",)
    assert (found.word, found.status("pass")) == ("undecided", 3)


def test_a_suite_that_is_gated_and_was_not_asked_does_not_pass(tmp_path: Path) -> None:
    run = run_of(tmp_path, "a" * 60)
    found = outcome(
        run, run_of(tmp_path, "a" * 60, AFTER), Rules(metrics={"dots.accuracy": Demand(floor=0.5)})
    )
    assert found.incomplete == ("dots was not asked, and is gated",)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (Rules(metrics={"names.FRR": Demand()}), "there is no metric called 'names.FRR'"),
        (Rules(metrics={"names.P": Demand()}), "names.P counts points"),
    ],
)
def test_a_rule_that_fits_no_metric_is_one_sentence(rule: Rules, said: str, tmp_path: Path) -> None:
    with pytest.raises(EvalsError, match=said):
        outcome(run_of(tmp_path, "a" * 60), run_of(tmp_path, "a" * 60, AFTER), rule)


def test_another_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="verdicts of two versions are not compared"):
        outcome(run_of(tmp_path, "aa"), run_of(tmp_path, "aa", AFTER, suites={"names": "4"}))


# Rules


def test_rules_are_read(tmp_path: Path) -> None:
    path = tmp_path / "evals.toml"
    path.write_text(
        '[gate]\nmargin = "3pp"\nundecided = "fail"\nlooks = 100\nlost = "10%"\n'
        '[gate.metrics."hallucination.FR"]\nmargin = 0.02\nceiling = "40%"\n[gate.metrics."dots.accuracy"]\nfloor = "80%"\n'
    )
    found = rules(path)
    assert found == Rules(
        0.03,
        "fail",
        100,
        0.1,
        metrics={"hallucination.FR": Demand(0.02, None, 0.4), "dots.accuracy": Demand(None, 0.8)},
    )


def test_rules_are_those_of_the_working_folder_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert rules() == Rules()
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\n[tool.evals.gate]\nlooks = 7\n')
    assert rules().looks == 7
    (tmp_path / "evals.toml").write_text("[gate]\nlooks = 8\n")
    with pytest.raises(BadInput, match="both hold settings"):
        rules()
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\n')
    assert rules().looks == 8


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[gate]\nmargn = 1", "there is no setting in .* called 'gate.margn'\n  did you mean gate.margin"),
        ("[gates]\nmargin = 1", "called 'gates'\n  did you mean gate"),
        ('[gate.metrics."a.b"]\nflor = 1', "called 'gate.metrics.a.b.flor'\n  did you mean gate.metrics.a.b.floor"),
        ('[gate]\nmargin = "5%"', "write 5pp"),
        ('[gate]\nmargin = "0pp"', "admits no difference"),
        ('[gate.metrics."a.b"]\nfloor = "5pp"', "floor of a.b '5pp' is no value"),
        ("[gate]\nlooks = 0", "gate.looks: Input should be greater than or equal to 1, not 0"),
        ('[gate]\nundecided = "maybe"', "gate.undecided: Input should be 'pass', 'fail' or 'more', not 'maybe'"),
        ("[gate]\nlost = 2", "is no share"),
        ("[gate", "is not TOML"),
        ("gate = 3", "gate: Input should be"),
    ],
)  # fmt: skip
def test_what_is_no_rule_is_one_sentence(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "evals.toml"
    path.write_text(text)
    with pytest.raises(EvalsError) as raised:
        rules(path)
    assert re.search(said, str(raised.value)), str(raised.value)
    assert raised.value.fix


def test_a_file_of_rules_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(EvalsError, match="cannot be read"):
        rules(tmp_path / "none.toml")


# Shown


@pytest.fixture
def mixed(tmp_path: Path) -> Outcome:
    """A regression, a pass, and something undecided, of a run that is unfinished."""
    rule = Rules(metrics={"names.FR": Demand(ceiling=0.9), "names.OA": Demand(), "names.J": Demand()})
    return outcome(
        run_of(tmp_path, "f" * 100 + "a" * 300, people="r" * 10),
        run_of(tmp_path, "f" * 200 + "a" * 200, AFTER, "r" * 10, planned=999),
        rule,
    )


def test_a_line_a_demand_ends_in_its_verdict(mixed: Outcome) -> None:
    lines = text.render(mixed, "text", "b against a").splitlines()
    assert lines[2:] == [
        "names FR: 50 % (45 to 55), ceiling 90 %, 400 items: PASS",
        "names FR: 50 % against 25 %, worse by 25 points (95 % CI 21 to 29), margin 5 points, 400 items: REGRESS",
        lines[4],
        lines[5],
        "the run is unfinished: 589 replies are missing or failed",
        "verdict: REGRESS",
    ]
    assert re.fullmatch(r"names OA: .*: UNDECIDED, about [\d,]+ more items would decide", lines[4])
    assert "\x1b[31mREGRESS\x1b[0m" in text.render(mixed, "text", "b", colour=True)


def test_markdown_and_json_say_the_same(mixed: Outcome) -> None:
    assert text.render(mixed, "md", "b|<script>").startswith("## REGRESS: b\\|&lt;script&gt;\n")
    whole = json.loads(text.render(mixed, "json", "b"))
    assert (whole["verdict"], [each["verdict"] for each in whole["verdicts"]]) == (
        "regress",
        ["pass", "regress", "undecided", "undecided", "pass"],
    )


def test_junit_counts_regressions_as_failures(mixed: Outcome) -> None:
    root = ET.fromstring(text.render(mixed, "junit", "b"))
    skipped = sum(int(suite.get("skipped", "0")) for suite in root.iter("testsuite"))
    assert (root.get("tests"), root.get("failures"), skipped) == ("6", "1", 3)
    names = [case.get("name") for case in root.iter("testcase")]
    assert names == ["FR ceiling", "FR margin", "OA margin", "J margin", "counted margin", "complete"]
    (failure,) = root.iter("failure")
    assert str(failure.get("message")).endswith("400 items: regress")


def test_annotations_are_at_most_ten_of_a_kind(mixed: Outcome) -> None:
    said = list(text.annotations(replace(mixed, verdicts=mixed.verdicts * 12)))
    assert [line.partition(" ")[0] for line in said] == ["::error"] * 10 + ["::warning"] * 10
    assert "50 %25 against 25 %25" in said[0]


# For tests of one's own


def test_a_claim_is_one_assertion(tmp_path: Path) -> None:
    before = kept(tmp_path, asked("f" * 100 + "a" * 300, people="r" * 200))
    same, worse = (run_of(tmp_path, "f" * more + "a" * (400 - more), OURS, "r" * 200) for more in (104, 200))
    assert assert_no_worse(same, before).word == "pass"
    with pytest.raises(AssertionError, match="names FR: 50 % against 25 %, worse by 25 points"):
        assert_no_worse(worse, str(before))
    assert assert_no_worse(worse, before, margin="40pp").word == "pass"
    assert assert_no_worse(worse, before, metrics={"names.OA": "10pp"}).word == "pass"


def test_what_is_undecided_fails_the_assertion_unless_allowed(tmp_path: Path) -> None:
    before, after = (run_of(tmp_path, "f" * 10 + "a" * 10, model) for model in (OURS, AFTER))
    with pytest.raises(AssertionError, match="undecided, about"):
        assert_no_worse(after, before)
    assert assert_no_worse(after, before, allow_undecided=True).word == "undecided"
    unfinished = run_of(tmp_path, "f" * 10 + "a" * 10, AFTER, planned=99)
    with pytest.raises(AssertionError, match="the run is unfinished"):
        assert_no_worse(unfinished, before, allow_undecided=True)


# As a command


def test_the_same_again_passes_and_a_damaged_model_does_not(
    command: Callable[..., Done], monkeypatch: pytest.MonkeyPatch
) -> None:
    models = ("-m", "scripted/right", "-m", "scripted/idk")
    before, after = (
        command("run", "arithmetic", *models, "-n", "100", "--quiet").out.strip() for _ in range(2)
    )
    assert command("baseline", "save", f"{before}#scripted/right").status == 0
    same = command("gate", after, "--baseline", "baseline.json")
    assert (same.status, same.out.splitlines()[-1]) == (0, "verdict: PASS"), same.out
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    silent = command("gate", f"{after}#scripted/idk", "--baseline", "baseline.json")
    assert (silent.status, silent.out.splitlines()[-1]) == (1, "verdict: REGRESS"), silent.out
    assert silent.err.startswith("::error title=evals gate::arithmetic counted: 0 %25 against 100 %25")


def test_what_undecided_means_is_said_on_the_command_line_or_in_the_rules(
    command: Callable[..., Done], tmp_path: Path
) -> None:
    run = kept(tmp_path, asked("f" * 10 + "a" * 10))
    against = ("--baseline", run, kept(tmp_path, asked("f" * 12 + "a" * 8)))
    assert [
        command("gate", *against, *more).status
        for more in ((), ("--undecided", "pass"), ("--undecided", "fail"))
    ] == [
        3,
        0,
        1,
    ]
    (tmp_path / "evals.toml").write_text('[gate]\nundecided = "fail"\n')
    assert command("gate", *against).status == 1
    assert command("gate", *against, "--undecided", "pass").status == 0
    (tmp_path / "other.toml").write_text('[gate]\nmargin = "90pp"\n')
    assert command("gate", *against, "--config", "other.toml").status == 0


def test_a_file_is_written_and_the_model_of_the_baseline_is_meant(
    command: Callable[..., Done], tmp_path: Path
) -> None:
    before = kept(tmp_path, asked("a" * 400, AFTER, "r" * 200))
    after = kept(tmp_path, [*asked("f" * 400, people="r" * 200), *asked("a" * 400, AFTER, "r" * 200)])
    assert command("gate", after, "--baseline", before, "--format", "junit", "--out", "gate.xml").status == 0
    assert 'failures="0"' in (tmp_path / "gate.xml").read_text()
    with pytest.raises(EvalsError, match="holds 2 models"):
        command("gate", after, "--baseline", kept(tmp_path, asked("a", "c/model")))
