"""Trends: changes are decided with few false alarms and soon, and what differs is told apart."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from evals import load, report, stats
from evals.charts import paint
from evals.document import Document
from evals.errors import BadInput, NotFound
from evals.frame import read
from evals.gathering import gather
from evals.measure import measure
from evals.show import Format, render
from evals.stats import Point, Track
from evals.verdict.trend import trends, worse
from evals.verdict.trending import document
from evals.view import Row, records
from tests.conftest import Evals
from tests.kept import OURS, kept
from tests.made import NAMES, replies

SIZE = 400
"""Items of a metric at the standard size of hallucination, and more than in one arm of the others."""

FRESH, PUBLIC, STILL = None, 0.9, 1.0
"""How much of a run is as in the one before: new items, the same with some noise, and the same at temperature 0."""


def walk(rng: np.random.Generator, shares: Sequence[float], keep: float | None, size: int = SIZE) -> Track:
    """Runs with these true shares, a share `keep` of the public items answered as ever."""
    base = rng.random(size)
    points: list[Point] = []
    for place, share in enumerate(shares):
        luck = rng.random(size)
        drawn = luck if keep is None else np.where(rng.random(size) < keep, base, luck)
        value = (drawn < share).astype(float)
        middle = value.mean() if keep is None or not points else points[0].value
        pulls = dict(enumerate(((value - middle) / size).tolist()))
        spread = float(stats.variance((value - value.mean()) / size))
        points.append(Point(float(value.mean()), size, place if keep is None else 0, pulls, spread))
    return stats.track(points)


@pytest.mark.parametrize("keep", [FRESH, PUBLIC])
@pytest.mark.parametrize("share", [0.02, 0.5])
def test_a_hundred_days_without_a_change_raise_few_alarms(keep: float | None, share: float) -> None:
    rng = np.random.default_rng(5)
    alarms = sum(bool(stats.changes(walk(rng, [share] * 100, keep))) for _ in range(20))
    assert alarms <= 3, "at 5 %, more than 3 of 20 come once in 60 times; about 1 % is seen"


@pytest.mark.parametrize("keep", [FRESH, PUBLIC, STILL])
@pytest.mark.parametrize(("before", "after"), [(0.6, 0.5), (0.95, 0.85), (0.1, 0.2)])
def test_ten_points_are_seen_within_days_and_placed_where_they_began(
    keep: float | None, before: float, after: float
) -> None:
    rng = np.random.default_rng(6)
    found = [stats.changes(walk(rng, [before] * 15 + [after] * 15, keep)) for _ in range(20)]
    assert sum(len(each) == 1 for each in found) >= 18
    firsts = [each[0] for each in found if each]
    assert sorted(each.seen - 15 for each in firsts)[15] <= 2, "three in four by the third day"
    assert sum(each.low <= 15 <= each.high for each in firsts) >= 18
    assert sum(each.at == 15 for each in firsts) >= 15


def test_what_was_decided_stays_and_a_return_is_a_second_change() -> None:
    rng = np.random.default_rng(7)
    whole = walk(rng, [0.6] * 10 + [0.4] * 6 + [0.6] * 10, FRESH)
    found = stats.changes(whole)
    assert [each.at for each in found] == [10, 16]
    rng = np.random.default_rng(7)
    early = stats.changes(walk(rng, [0.6] * 10 + [0.4] * 6, FRESH))
    assert [each.seen for each in early] == [found[0].seen]


def test_a_model_that_answers_as_ever_never_changes_and_few_flips_do_not_decide() -> None:
    rng = np.random.default_rng(8)
    assert stats.changes(walk(rng, [0.5] * 30, STILL)) == ()
    points = [
        Point(share, SIZE, 0, {i: float(i < flips) / SIZE for i in range(SIZE)}, 0.0006)
        for share, flips in [(0.5, 0)] * 5 + [(0.5 + 12 / SIZE, 12)] * 5
    ]
    assert stats.changes(stats.track(points)) == ()
    assert stats.step(stats.track(points), [4], [5]).decided


def test_a_step_of_fresh_runs_is_unpaired_and_one_of_the_same_seed_paired() -> None:
    rng = np.random.default_rng(9)
    apart, together = (walk(rng, [0.5, 0.5], keep) for keep in (FRESH, PUBLIC))
    wide, narrow = (stats.step(each, [0], [1]) for each in (apart, together))
    newcombe = np.sqrt(2 * 0.25 / SIZE) * 1.96
    assert wide.high - wide.value == pytest.approx(newcombe, rel=0.02)
    assert narrow.high - narrow.low < 0.5 * (wide.high - wide.low)
    assert (stats.shared(apart, 0, 1), stats.shared(together, 0, 1)) == (False, True)


# Runs in folders


def day(folder: Path, number: int, share: float, seed: int = 7, **more: Any) -> Path:
    """A run of a day: of 100 made-up names this share is fabricated; served by `served`."""
    count = round(100 * share)
    ends = ["fabricated"] * count + ["abstained"] * (100 - count)
    model = more.pop("model", OURS)
    rows = replies({(model, "neutral"): np.random.default_rng(number).permutation(ends).tolist()}, "made-up")
    rows += replies({(model, "neutral"): ["right"] * 20}, "real")
    at = f"2026-11-{number:02}T10:00:00.000+00:00"
    served = more.pop("served", "")
    dated = [
        replace(each, at=at, response=replace(each.response, model=served) if each.response else None)
        for each in rows
    ]
    made = kept(folder, dated, seed=seed, created=at, finished=at, **more)
    return made.rename(made.with_name(f"202611{number:02}-100000-names"))


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirty days; from the 19th on the host serves another model, which makes up more."""
    folder = tmp_path_factory.mktemp("month")
    for number in range(1, 31):
        late = number > 18
        day(folder, number, 0.5 if late else 0.2, seed=number, served="big-2" if late else "big-1")
    return folder / "runs"


@pytest.fixture(scope="module")
def told(month: Path) -> Document:
    return document([str(month)])


def rows(table: pd.DataFrame, metric: str = "FR") -> list[Row]:
    return records(table[table["metric"] == metric])


def test_a_frame_goes_in_and_a_frame_comes_out(month: Path) -> None:
    replied = load(f"{month}/*")
    table = replied.pipe(report("trend"))
    assert list(table["metric"].unique()) == ["FR", "J"]
    alone = measure(replied[replied["run"] == "20261119-100000-names"], {"names": NAMES}, ())
    found = rows(table)[18]
    same = ["value", "low", "high", "n", "clusters", "unit", "better", "method"]
    assert {name: found[name] for name in same} == {name: records(alone)[0][name] for name in same}
    assert (table["at"].dt.day.to_list(), str(table["seed"].dtype)) == ([*range(1, 31)] * 2, "Int64")


def test_a_change_is_told_with_the_served_model_that_came_with_it(told: Document) -> None:
    table = told.sections[0].table
    (changed,) = [row for row in rows(table) if row["sentence"]]
    assert (changed["run"], changed["verdict"], changed["switched"]) == (
        "20261119-100000-names",
        "worse",
        True,
    )
    assert changed["decided"] in {"20261119-100000-names", "20261120-100000-names"}
    assert "50 % after 20 %, +30" in changed["sentence"]
    assert "the host serves big-2 instead of big-1 since 2026-11-19 (20261119-100000)" in changed["sentence"]
    assert [row["level"] for row in rows(table)] == [1] * 18 + [2] * 12
    assert len(worse(table)) == 2


@pytest.mark.parametrize("form", ["table", "md", "csv", "json", "html"])
def test_every_format_shows_it(form: Format, told: Document) -> None:
    text = render(told, form)
    assert all(word in text for word in ("worse", "big-2", "FR"))
    if form == "table":
        assert max(map(len, text.splitlines())) <= 80
    if form == "json":
        assert len(json.loads(text)["reports"]["trend"]) == 60


def test_ci_fails_on_a_change_for_the_worse_alone(month: Path, evals: Evals) -> None:
    failed = evals("trend", str(month), "--fail-on-change")
    assert failed.returncode == 1
    assert "is worse since 2026-11-19" in failed.stderr
    assert "worse ‡" in failed.stdout
    assert not worse(document([str(month)], since=date(2026, 11, 19)).sections[0].table)


def test_pictures_show_levels_changes_and_served_models(told: Document) -> None:
    drawn = {each.name: each for each in told.pictures}
    assert set(drawn) == {"names-fr-trend", "names-j-trend"}
    image = paint.svg(drawn["names-fr-trend"])
    assert all(word in image for word in (">worse<", ">big-2<", "fabrication rate", "40 %"))
    assert "50 % on 2026-11-30" in drawn["names-fr-trend"].alt


def test_other_versions_options_and_arms_are_shown_apart(tmp_path: Path) -> None:
    day(tmp_path, 1, 0.9, suites={"names": "2"})
    for number in (2, 3):
        day(tmp_path, number, 0.2)
    found = document([str(tmp_path / "runs")]).sections[0]
    assert [row["suite_version"] for row in rows(found.table)] == ["3", "3", "2"]
    assert not (found.table["sentence"] != "").any()
    assert "names: runs of different versions (3 and 2) are shown apart" in found.view.lines
    with pytest.raises(BadInput, match="versions 2 and 3"):
        load(tmp_path / "runs" / "*")
    assert len(load(tmp_path / "runs" / "*", apart=True)) == 360


def test_a_version_that_is_gone_does_not_fail_the_newest(tmp_path: Path) -> None:
    for number in range(1, 9):
        day(tmp_path, number, 0.1 if number < 5 else 0.9, suites={"names": "2"})
    place = [str(tmp_path / "runs")]
    assert worse(document(place).sections[0].table)
    day(tmp_path, 9, 0.9)
    assert not worse(document(place).sections[0].table)


def test_an_unfinished_run_is_marked_and_counts_only_if_little_is_missing(tmp_path: Path) -> None:
    for number, planned in ((1, 120), (2, 122), (3, 400)):
        day(tmp_path, number, 0.2, planned=planned)
    found = document([str(tmp_path / "runs")]).sections[0]
    seen = rows(found.table)
    assert [(row["counted"], row["missing"], row["verdict"]) for row in seen] == [
        (True, 0, "first"),
        (True, 2, "steady"),
        (False, 280, "unfinished"),
    ]
    assert "20261102-100000 is unfinished, 2 of 122 replies are missing or failed" in found.view.notes
    assert any(
        "280 of 400 replies are missing or failed: it is shown, and does not" in each
        for each in found.view.notes
    )


def test_one_run_is_no_trend_and_one_sentence_says_so(tmp_path: Path) -> None:
    day(tmp_path, 1, 0.2)
    section = document([str(tmp_path / "runs")]).sections[0]
    assert "names 3, a/model, FR: there is one run, and a trend needs two" in section.view.lines
    assert not worse(section.table)
    assert not section.view.pictures


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"suites": ["nmes"]}, "did you mean names?"),
        ({"models": ["other"]}, "there is no model in the runs called 'other'"),
        ({"since": date(2030, 1, 1)}, "the newest was begun on 2026-11-01"),
    ],
)
def test_what_is_not_there_is_one_sentence(more: dict[str, Any], said: str, tmp_path: Path) -> None:
    day(tmp_path, 1, 0.2)
    with pytest.raises(NotFound) as raised:
        document([str(tmp_path / "runs")], **more)
    assert said in str(raised.value)


def test_no_runs_is_exit_status_2(evals: Evals) -> None:
    done = evals("trend", "nowhere")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("evals: there is no run in nowhere")


def test_two_runs_of_one_name_are_refused(tmp_path: Path) -> None:
    for part in ("a", "b"):
        (tmp_path / part).mkdir()
        day(tmp_path / part, 1, 0.2)
    with pytest.raises(BadInput, match="2 runs are called 20261101-100000-names"):
        document([str(tmp_path / "*" / "runs")])
    with pytest.raises(NotFound):
        document([str(tmp_path / "c" / "*")])


def test_repeats_and_two_arms_are_averaged_within_a_run(tmp_path: Path) -> None:
    runs = [read(day(tmp_path, number, 0.2)) for number in (1, 2)]
    twice = [
        replace(run, frame=pd.concat([run.frame, run.frame.assign(repeat=1)], ignore_index=True))
        for run in runs
    ]
    once, both = (rows(trends(gather(each, apart=True), {"names": NAMES})) for each in (runs, twice))
    assert [(row["value"], row["n"]) for row in once] == [(row["value"], row["n"]) for row in both]
    assert both[1]["change"] == once[1]["change"]
    assert both[1]["paired"]
