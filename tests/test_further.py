"""Gates that ask for more: they decide what the first items could not, keep what they asked, and alarm no more often."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evals import stats
from evals.errors import BadInput, EvalsError
from evals.log import read_about
from evals.rounds import looks
from evals.verdict.baseline import digest
from evals.verdict.gate import Finding, decide
from evals.verdict.gated import Looks
from evals.verdict.rules import Rules, rules
from tests.conftest import Done

Command = Callable[..., Done]
MORE = ("--undecided", "more")


def run(command: Command, suite: Path, *models: str, n: int = 40, seed: int = 5) -> Path:
    """A run of these models; returns its folder."""
    named = [text for model in models for text in ("-m", model)]
    return Path(command("run", suite, *named, "-n", n, "--seed", seed, "--quiet").out.strip())


def rounds(folder: Path) -> list[Path]:
    return sorted(folder.glob("more/*"))


def test_what_the_first_items_leave_undecided_further_ones_decide(
    sums: Path, adder: Path, command: Command
) -> None:
    folder = run(command, sums, "scripted/right", f"{adder}/one")
    plain = command("gate", f"{folder}#{adder}/one", "--baseline", f"{folder}#scripted/right")
    done = command("gate", f"{folder}#{adder}/one", "--baseline", f"{folder}#scripted/right", *MORE)
    assert (plain.status, done.status) == (3, 0), done.out
    assert len(rounds(folder)) >= 1
    assert f"{40 * (1 + len(rounds(folder)))} of {40 * (1 + len(rounds(folder)))} samples shared" in done.out
    assert f"sums: pass at look {1 + len(rounds(folder))} of at most 4" in done.out
    assert {read_about(each).request.models for each in rounds(folder)} == {
        (f"{adder}/one", "scripted/right")
    }
    assert len({read_about(each).seed for each in (folder, *rounds(folder))}) == 1 + len(rounds(folder))


def test_a_second_gate_asks_nothing_again_and_finds_the_same(
    sums: Path, adder: Path, command: Command
) -> None:
    folder = run(command, sums, f"{adder}/one", "scripted/right")
    asked = ("gate", f"{folder}#{adder}/one", "--baseline", f"{folder}#scripted/right", *MORE)
    first, journal = command(*asked), (sums.parent / "requests.txt").read_bytes()
    second = command(*asked)
    assert (second.status, second.out) == (first.status, first.out)
    assert (sums.parent / "requests.txt").read_bytes() == journal


def test_what_the_first_look_decides_needs_no_more(sums: Path, command: Command) -> None:
    folder = run(command, sums, "scripted/right", "scripted/wrong")
    done = command("gate", f"{folder}#scripted/wrong", "--baseline", f"{folder}#scripted/right", *MORE)
    assert done.status == 1
    assert "regress at look 1 of at most 4, after 40 of at most 160 samples" in done.out
    assert not rounds(folder)


def test_what_no_budget_decides_ends_undecided(sums: Path, command: Command) -> None:
    folder = run(command, sums, "scripted/right", "scripted/three", n=10)
    command("baseline", "save", f"{folder}#scripted/right")
    done = command("gate", f"{folder}#scripted/right", "--baseline", "baseline.json", *MORE, "--most", 20)
    assert done.status == 3
    assert "undecided at look 2 of at most 2, after 20 of at most 20 samples" in done.out


def test_a_model_of_the_baselines_name_is_asked_alone_and_compared_unpaired(
    sums: Path, command: Command
) -> None:
    folder = run(command, sums, "scripted/right", n=30)
    command("baseline", "save", folder)
    done = command("gate", folder, "--baseline", "baseline.json", *MORE)
    assert (
        "further items were asked of scripted/right alone, for the baseline's model has the same name"
        in done.out
    )
    assert "compared unpaired" in done.out
    assert {read_about(each).request.models for each in rounds(folder)} == {("scripted/right",)}


def test_a_baseline_that_cannot_be_asked_is_named(sums: Path, command: Command) -> None:
    before = run(command, sums, "scripted/right", n=30)
    command("baseline", "save", before)
    text = Path("baseline.json").read_text("utf-8").replace("scripted/right", "nobody/here")
    data = json.loads(text)
    Path("baseline.json").write_text(json.dumps({**data, "hash": digest(data)}), "utf-8")
    done = command("gate", before, "--baseline", "baseline.json", *MORE)
    assert "nobody/here cannot be asked" in done.out


def test_a_floor_alone_asks_the_candidate_more(sums: Path, command: Command) -> None:
    Path("evals.toml").write_text(
        '[gate]\nundecided = "more"\nmost = 400\n[gate.metrics."sums.accuracy"]\nfloor = "90%"\n'
    )
    folder = run(command, sums, "scripted/right", n=20)
    done = command("gate", folder)
    assert done.status == 0
    assert rounds(folder)
    assert "pass at look" in done.out


def test_a_suite_without_fresh_items_is_asked_no_more(sums: Path, command: Command) -> None:
    path = sums / "suite.py"
    path.write_text(path.read_text().replace("rng = Random(seed)", "rng = Random(1)"))
    folder = run(command, sums, "scripted/right", "scripted/three", n=20)
    command("baseline", "save", f"{folder}#scripted/right")
    done = command("gate", f"{folder}#scripted/right", "--baseline", "baseline.json", *MORE)
    assert done.status == 3
    assert "there are no more" in done.out
    assert not rounds(folder)


def test_a_round_that_was_cut_short_is_gone_on_with(sums: Path, adder: Path, command: Command) -> None:
    folder = run(command, sums, f"{adder}/one", "scripted/right")
    asked = ("gate", f"{folder}#{adder}/one", "--baseline", f"{folder}#scripted/right", *MORE)
    command(*asked)
    (first, *_) = rounds(folder)
    lines = (first / "replies.jsonl").read_bytes().splitlines(keepends=True)
    (first / "replies.jsonl").write_bytes(b"".join(lines[:-3]))
    about = (first / "run.json").read_text("utf-8")
    (first / "run.json").write_text(about.replace(read_about(first).finished, ""), "utf-8")
    assert command(*asked).status == 0
    assert read_about(first).finished


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--most", "10"), "add --undecided more"),
        (("--most", "10", "--undecided", "fail"), "add --undecided more"),
    ],
)
def test_a_budget_without_more_is_refused(
    args: tuple[str, ...], said: str, sums: Path, command: Command
) -> None:
    folder = run(command, sums, "scripted/right", n=5)
    with pytest.raises(EvalsError) as error:
        command("gate", folder, "--baseline", folder, *args)
    assert said in str(error.value)


def test_a_suite_that_has_changed_has_no_further_items(sums: Path, command: Command) -> None:
    folder = run(command, sums, "scripted/right", "scripted/three", n=10)
    about = folder / "run.json"
    about.write_text(about.read_text("utf-8").replace('"sums": "1"', '"sums": "0"'), "utf-8")
    with pytest.raises(BadInput, match="run it anew"):
        command("gate", f"{folder}#scripted/right", "--baseline", f"{folder}#scripted/three", *MORE)


def test_the_rules_may_say_more(tmp_path: Path) -> None:
    (tmp_path / "evals.toml").write_text('[gate]\nundecided = "more"\nmost = 900\n')
    found = rules(tmp_path / "evals.toml")
    assert (found.undecided, found.most) == ("more", 900)


# How often it errs


def ends(  # noqa: PLR0913, PLR0917  a simulation is its parameters
    rng: np.random.Generator, gates: int, first: int, rise: float, fall: float, metrics: int = 1
) -> tuple[list[str], list[int]]:
    """How gates end that ask for more while undecided, and after how many items, decided as real ones are."""
    sizes, rule = looks(first, 4 * first), Rules()
    planned = Looks({"names": sizes})
    levels = [planned.level("names", level) for level in (0.95, rule.level(metrics))]
    words, asked = [], []
    for _ in range(gates):
        every = rng.choice([1.0, -1.0, 0.0], (metrics, sizes[-1]), p=[rise, fall, 1 - rise - fall])
        decided: dict[int, str] = {}
        for size in sizes:
            found = decide([_finding(change[:size], levels) for change in every], rule)
            for metric, each in enumerate(found):
                if each.word != "undecided":
                    decided.setdefault(metric, each.word)
            if "regress" in decided.values() or len(decided) == metrics:
                break
        undecided = len(decided) < metrics
        words.append("regress" if "regress" in decided.values() else "undecided" if undecided else "pass")
        asked.append(size)
    return words, asked


def _finding(change: Any, levels: list[float]) -> Finding:
    usual, strict = (stats.share_difference(change, np.arange(len(change)), level=level) for level in levels)
    return Finding(
        *("names", "FR", "rate", "share", "higher", "margin", 0.05, 0.5, 0.5),
        usual=usual,
        strict=strict,
        paired=True,
        lost=0.0,
    )


@pytest.mark.parametrize("metrics", [1, 2])
def test_where_nothing_changed_at_most_5_percent_of_gates_that_ask_for_more_regress(metrics: int) -> None:
    words, _ = ends(np.random.default_rng(1), 300, 60, 0.1, 0.1, metrics)
    assert words.count("regress") / len(words) <= 0.05


def test_a_drop_of_10_points_is_seen_at_standard_size_and_before_all_is_asked() -> None:
    words, asked = ends(np.random.default_rng(2), 200, 400, 0.05, 0.15)
    assert words.count("regress") / len(words) >= 0.8
    assert np.mean(asked) < 0.5 * 1600


def test_a_candidate_that_is_worse_by_the_margin_seldom_passes() -> None:
    words, _ = ends(np.random.default_rng(3), 300, 60, 0.075, 0.125)
    assert words.count("pass") / len(words) <= 0.05


def test_asking_for_more_decides_gates_that_one_look_does_not() -> None:
    words, asked = ends(np.random.default_rng(4), 200, 200, 0.05, 0.05)
    assert words.count("pass") / len(words) >= 0.8
    assert np.mean(asked) < 0.9 * 800
