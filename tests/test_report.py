"""Reports run on frames of runs; what they find fits a terminal, is safe to show, and loses no digit as data."""

import base64
import hashlib
import io
import json
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from rich.cells import cell_len

from evals import load, log, report, shelf
from evals.document import Document, Section
from evals.errors import BadFile, BadInput, NotFound
from evals.frame import Rows, frame
from evals.gathering import gather
from evals.log import Run, RunFile
from evals.plan import Request
from evals.reporting import NAMES as DEFAULTS
from evals.reporting import OWN, document, end, publish
from evals.show import Format, embedded, render
from evals.show.embedded import LONGEST
from evals.types import Image, Key, Message, Prompt, Reply
from evals.view import Table, View, in_order, metrics, plain
from tests.made import NAMES, replies, reply

FORMATS: tuple[Format, ...] = ("table", "md", "csv", "json", "html")
BLUFF, HONEST = "pocket/bluff", "pocket/honest"
NOTICE = "a toy model: what it says is invented"
HOSTILE = (
    "<script>alert(1)</script></script><!-- <img src=x onerror=alert(1)> "
    "\x1b[31mred\x1b]0;title\x07 \u202e | `code` [a](javascript:alert(1)) {{ 7*7 }} &amp; \ud83d"
)
SUITE = Path(__file__).parent / "made.py"


@pytest.fixture(autouse=True)
def names_suite(tmp_path: Path) -> Path:
    """The suite of `tests.made` as a user's own, in a folder."""
    folder = tmp_path / "names"
    folder.mkdir()
    (folder / "suite.py").write_text('"""Names."""\nfrom tests.made import NAMES as suite\n')
    return folder / "suite.py"


def sample_replies() -> list[Reply]:
    """Two models, two arms, made-up and real names, repeats of neither."""
    made_up = {
        (BLUFF, "neutral"): ["fabricated"] * 16 + ["abstained"] * 4,
        (BLUFF, "presuming"): ["fabricated"] * 20,
        (HONEST, "neutral"): ["fabricated"] + ["abstained"] * 19,
        (HONEST, "presuming"): ["fabricated"] * 11 + ["abstained"] * 9,
    }
    real = {key: ["right"] * 9 + ["abstained"] for key in made_up}
    return replies(made_up, "made-up") + replies(real, "real")


def run(suite: Path, rows: Sequence[Reply], name: str = "run-1", **changes: Any) -> Run:
    """A run that holds these replies; `changes` to what its run.json says."""
    models = tuple(dict.fromkeys(each.key.model for each in rows))
    about = RunFile(
        request=Request(suites=("names",), models=models),
        seed=7,
        suites={"names": "3"},
        paths={"names": str(suite)},
        notices=dict.fromkeys(models, NOTICE),
        planned=len(rows),
        created="2026-11-23T10:00:00.000+00:00",
    )
    return Run(suite.parent.parent / name, replace(about, **changes), tuple(rows))


@pytest.fixture
def made(names_suite: Path) -> Run:
    return run(names_suite, sample_replies())


# Reports as frames


@pytest.mark.parametrize("form", FORMATS)
def test_a_run_in_which_nothing_could_be_judged_is_reported_all_the_same(
    form: Format, names_suite: Path
) -> None:
    rows = replies({(BLUFF, arm): ["unparsed"] * 5 for arm in ("neutral", "presuming")}, "made-up")
    assert "FR" in publish([run(names_suite, rows)], form)


@pytest.mark.parametrize("name", shelf.names("report"))
def test_every_report_takes_a_frame_and_gives_one_even_of_nothing(name: str, made: Run) -> None:
    full = report(name, {"names": NAMES})(gather([made]))
    empty = report(name, {"names": NAMES})(frame([]))
    assert isinstance(full, pd.DataFrame)
    assert len(empty) == 0
    assert list(full)[:4] == list(empty)[:4]


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_can_show_a_run_without_replies(form: Format, names_suite: Path) -> None:
    assert publish([run(names_suite, [], planned=3)], form)


def test_summary_puts_several_arms_together_below_them(made: Run) -> None:
    found = report("summary")(gather([made]))
    fr = found[found["metric"] == "FR"]
    assert fr[["model", "arm", "value"]].to_numpy().tolist() == [
        [BLUFF, "neutral", 0.8],
        [BLUFF, "presuming", 1.0],
        [BLUFF, "all", 0.9],
        [HONEST, "neutral", 0.05],
        [HONEST, "presuming", 0.55],
        [HONEST, "all", 0.3],
    ]


def test_strata_are_those_the_suite_declares(made: Run) -> None:
    found = report("strata")(gather([made]))
    assert set(found["stratum"]) == {"tier"}
    assert set(found["level"]) == {"A", "B"}


def test_contrasts_hold_arms_and_models_each_with_its_sentence(made: Run) -> None:
    found = report("contrasts")(gather([made]))
    assert found.groupby("compared").size().to_dict() == {"arms": 4, "models": 15}
    said = found[found["headline"]]["sentence"].to_list()
    assert any(
        each.startswith("asking in a presuming way raises fabrication by 50 points (95 % CI 26 to 70, p ")
        for each in said
    )
    assert any(re.match(r"J is 0\.60 higher for pocket/honest than for pocket/bluff", each) for each in said)


def test_outcomes_add_up_to_the_replies(made: Run) -> None:
    found = report("outcomes")(gather([made]))
    assert found["replies"].sum() == len(made.replies)
    assert found.groupby(["model", "arm"])["share"].sum().to_list() == pytest.approx([1.0] * 4)


def test_a_suite_without_metrics_is_shown_and_never_counted(made: Run) -> None:
    shown = {"names": replace(NAMES, metrics=(), contrasts=())}
    for name in ("summary", "outcomes", "contrasts", "strata"):
        assert len(report(name, shown)(gather([made]))) == 0, name
    assert len(report("replies", shown)(gather([made]))) == len(made.replies)


def test_rules_come_commonest_first_with_a_reply_to_look_at(made: Run) -> None:
    found = report("rules")(gather([made]))
    assert found["replies"].is_monotonic_decreasing
    assert set(found["rule"]) == {"rule.fabricated", "rule.abstained", "rule.right"}
    assert found["sample"].notna().all()


def test_failures_are_counted_by_kind_and_are_no_verdicts(names_suite: Path) -> None:
    rows = replies({(BLUFF, "neutral"): ["error"] * 3 + ["fabricated"]}, "made-up")
    both = gather([run(names_suite, rows)])
    found = report("failures")(both)
    assert found[["failure", "replies", "attempts"]].to_numpy().tolist() == [["timeout", 3, 18]]
    assert report("rules")(both)["replies"].sum() == 1


def test_a_report_of_ones_own_is_a_file(made: Run, tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(
        '"""Mine.\n\nMore."""\ndef report(frame, suites):\n    return frame[["model", "seconds"]].head(2)\n'
    )
    text = publish([made], "table", [str(path)])
    assert "Mine\n" in text
    assert "0.25" in text


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("x = 1\n", "has no function report"),
        ("def report(frame, suites):\n    return 3\n", "gave int, not a frame"),
    ],
)
def test_what_is_no_report_is_said_so(source: str, said: str, made: Run, tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(source)
    with pytest.raises(BadFile, match=said):
        publish([made], "table", [str(path)])


def test_an_unknown_report_suggests_the_nearest(made: Run) -> None:
    with pytest.raises(NotFound, match="did you mean summary"):
        publish([made], "table", ["sumary"])


# What suites report of themselves

OF_ITSELF = '''"""Names: who was made up."""
import pandas as pd
from evals.view import Table, View

def report(frame, suites):
    assert list(suites) == list(frame["suite"].unique()) == ["names"]
    return frame[["model", "sample"]].head(3)

def view(table):
    return View((Table("The table", table),), (f"{len(table)} names were looked at",), ("a legend",))
'''


@pytest.fixture
def of_itself(names_suite: Path) -> Path:
    """The report of the suite's own, beside it in the user's folder."""
    path = names_suite.with_name("report.py")
    path.write_text(OF_ITSELF)
    return path


@pytest.mark.parametrize("form", ["table", "md", "json", "html"])
def test_a_suites_own_report_is_part_of_every_report_on_it(form: Format, made: Run, of_itself: Path) -> None:
    text = publish([made], form)
    if form == "json":
        assert len(json.loads(text)["reports"]["names"]) == 3
    else:
        assert all(part in text for part in ("The table", "3 names were looked at", "a legend"))


def test_the_end_of_a_run_has_of_a_suites_own_report_only_its_findings(made: Run, of_itself: Path) -> None:
    text = end(Rows.of(made))
    assert "3 names were looked at" in text
    assert "The table" not in text
    assert "a legend" not in text


def test_a_suites_own_report_has_the_replies_of_that_suite_alone(made: Run, of_itself: Path) -> None:
    other = replies({(BLUFF, "plain"): ["right"]}, "real", "sums")
    rows = pd.concat([gather([made]), frame(other)], ignore_index=True)
    suites = {"names": replace(NAMES, where=str(of_itself.with_name("suite.py"))), "sums": NAMES}
    assert len(report(str(of_itself), suites)(rows)) == 3


@pytest.mark.parametrize("name", ["dots", "suites/dots"])
def test_a_suites_own_report_is_found_by_the_suites_name(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert shelf.find("report", name) == shelf.home("suite") / "dots" / "report.py"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("def report(frame, suites):\n    return frame['nothing']\n", "KeyError in line 2: 'nothing'"),
        (
            "def report(frame, suites):\n    return frame\ndef view(table):\n    return 'x'",
            "gave str, not a View",
        ),
    ],
)
def test_a_fault_of_a_report_is_one_sentence(source: str, said: str, made: Run, of_itself: Path) -> None:
    of_itself.write_text(source)
    with pytest.raises(BadFile, match=said):
        publish([made], "table")


# Runs together


def test_models_and_arms_come_in_the_order_in_which_they_were_named(names_suite: Path) -> None:
    rows = sample_replies()
    shuffled = run(names_suite, sorted(rows, key=lambda each: each.key.model, reverse=True))
    ordered = replace(
        shuffled, about=replace(shuffled.about, request=Request(suites=("names",), models=(BLUFF, HONEST)))
    )
    assert list(gather([ordered])["model"].unique()) == [BLUFF, HONEST]


def test_one_run_named_twice_counts_once(made: Run) -> None:
    assert len(gather([made, made])) == len(made.replies)


def test_models_of_two_runs_are_compared_on_the_same_items(names_suite: Path) -> None:
    rows = sample_replies()
    parts = [
        run(names_suite, [each for each in rows if each.key.model == model], name)
        for model, name in ((BLUFF, "a"), (HONEST, "b"))
    ]
    found = report("contrasts")(gather(parts))
    assert found[(found["compared"] == "models") & (found["metric"] == "FR") & (found["arm"] == "all")][
        "n"
    ].tolist() == [40]


def test_versions_of_a_suite_are_not_mixed(names_suite: Path) -> None:
    runs = [
        run(names_suite, sample_replies(), name, suites={"names": version})
        for name, version in (("a", "2"), ("b", "3"))
    ]
    with pytest.raises(BadInput, match="versions 2 and 3 of suite names"):
        gather(runs)


def test_different_questions_under_one_id_are_not_mixed(names_suite: Path) -> None:
    rows = sample_replies()
    other = [replace(each, prompt=replace(each.prompt, text="otherwise")) for each in rows]
    with pytest.raises(BadInput, match="ask different things as sample made-up-0"):
        gather([run(names_suite, rows, "a"), run(names_suite, other, "b")])
    assert len(gather([run(names_suite, rows, "a"), run(names_suite, other, "b", seed=8)])) == 2 * len(rows)


def test_what_is_missing_and_what_has_changed_is_said(names_suite: Path) -> None:
    about = document([run(names_suite, sample_replies(), suites={"names": "2"}, planned=130)], ()).about
    assert about == (
        "names 2: 30 items, 2 arms, 2 models, 120 replies, seed 7",
        "suite names is now version 3: its metrics are today's",
        "cost unknown: pocket/bluff, pocket/honest",
        "run-1 is unfinished: 10 of 130 replies are missing or failed",
    )


def test_a_notebook_loads_folders_and_patterns(made: Run, tmp_path: Path) -> None:
    folder = tmp_path / "runs" / "one"
    folder.mkdir(parents=True)
    log.write_about(folder, made.about)
    with log.Writer(folder) as writer:
        for each in made.replies:
            writer.append(each)
    (tmp_path / "runs" / "notes.txt").write_text("no run")
    found = load(str(tmp_path / "runs" / "*"))
    assert len(found) == len(made.replies)
    assert set(found["run"]) == {"one"}
    assert load(folder).pipe(report("summary")).equals(found.pipe(report("summary")))
    assert len(found[found["tag_tier"] == "A"].pipe(report("summary"))) > 0
    with pytest.raises(NotFound, match="no run in"):
        load(str(tmp_path / "nowhere*"))


def test_importing_evals_is_light_and_knows_its_names() -> None:
    code = "import sys, evals; assert 'pandas' not in sys.modules; from evals import load, report; print(load, report)"
    out = subprocess.run([sys.executable, "-c", code], text=True, capture_output=True, check=True).stdout
    assert "function load" in out
    assert "function report" in out


# Shown


@pytest.mark.parametrize("width", [40, 80, 120])
def test_tables_fit_the_terminal(made: Run, width: int) -> None:
    text = publish([made], "table", width=width)
    assert max(cell_len(line) for line in text.splitlines()) <= width
    assert "\x1b" not in text


def test_a_wide_table_is_cut_between_columns_and_repeats_its_keys() -> None:
    rows = pd.DataFrame(
        {"model": ["m" * 50, "n"], **{f"metric{i}": ["0.50 (0.40 to 0.60)"] * 2 for i in range(7)}}
    )
    section = Section("wide", "Wide", rows, View((Table("", rows),)))
    text = render(Document((), {}, (section,), frame([])), "table")
    assert max(map(cell_len, text.splitlines())) <= 80
    assert text.count("0.50 (0.40 to 0.60)") == 14
    assert text.count("model") > 1


def test_colour_is_only_there_when_asked_for(made: Run) -> None:
    assert "\x1b[1m" in publish([made], "table", colour=True)


def test_the_end_of_a_run_says_what_was_found_in_words(made: Run) -> None:
    text = " ".join(publish([made], "table").split())
    assert "80 % (58 to 92)" in text
    assert "FR: fabrication rate (lower is better)" in text
    assert (
        "pocket/honest: asking in a presuming way raises fabrication by 50 points (95 % CI 26 to 70, p "
        in text
    )
    assert f"{BLUFF}, {HONEST}: {NOTICE}" in text


def test_the_end_of_a_run_counts_what_is_undecided_and_says_legends_once(made: Run) -> None:
    whole, brief = (" ".join(text.split()) for text in (publish([made], "table"), end(Rows.of(made))))
    assert "raises fabrication by 50 points" in brief
    assert ": undecided on" in whole
    assert ": undecided on" not in brief
    assert re.search(
        r"- 2 comparisons are undecided; about \d+ items would decide the first of them: evals report RUN --report contrasts",
        brief,
    )
    assert "names: FR ↓ fabrication rate; OA ↓ over-abstention; J ↑ discernment; P ↑ penalised" in brief
    assert f"names, {BLUFF}: fabricated (" in brief
    assert len(brief) < len(whole)


def test_a_folded_table_names_the_columns_for_which_there_is_no_room() -> None:
    rows = pd.DataFrame({"model": ["m"], **{f"metric{i}": ["0.50 (0.40 to 0.60)"] for i in range(7)}})
    section = Section("wide", "Wide", rows, View((Table("", rows, folded=True),)))
    text = render(Document((), {}, (section,), frame([])), "table")
    assert text.count("0.50 (0.40 to 0.60)") == 3
    assert "further columns: metric3, metric4, metric5, metric6" in text


def test_a_number_that_rests_on_too_few_replies_is_marked(names_suite: Path) -> None:
    rows = replies({(BLUFF, "neutral"): ["fabricated"] * 8 + ["error"] * 2}, "made-up")
    text = publish([run(names_suite, rows)], "table")
    assert "100 % (68 to 100) †" in text
    assert "more than 5 % of the replies had nothing to judge" in text


def test_csv_of_one_report_is_its_frame(made: Run) -> None:
    text = publish([made], "csv", ["summary"])
    back = pd.read_csv(io.StringIO(text), dtype={"better": "str"})
    expected = report("summary")(gather([made]))
    pd.testing.assert_frame_equal(back, expected, check_dtype=False, check_exact=True)


def test_csv_of_several_reports_says_which_row_is_whose(made: Run) -> None:
    back = pd.read_csv(io.StringIO(publish([made], "csv", ["summary", "outcomes"])))
    assert set(back["report"]) == {"summary", "outcomes"}
    assert back[back["report"] == "outcomes"]["replies"].sum() == len(made.replies)


def test_csv_of_the_replies_gives_back_every_text(names_suite: Path) -> None:
    odd = 'comma, "quote"\nnew line; =1+1 字'
    rows = [reply(Key(BLUFF, "names", "s", "neutral"), "right", {"kind": "real"}, text=odd)]
    back = pd.read_csv(io.StringIO(publish([run(names_suite, rows)], "csv", ["replies"])))
    assert back["text"].tolist() == [odd]


def test_json_holds_full_precision_and_null_for_what_is_unknown(made: Run) -> None:
    whole = json.loads(publish([made], "json"))
    assert set(whole) == {"about", "notices", "reports"}
    assert list(whole["reports"]) == [name for name in DEFAULTS["json"] if name != OWN]
    expected = report("summary")(gather([made]))
    low = [row["low"] for row in whole["reports"]["summary"]]
    assert low == [None if pd.isna(value) else value for value in expected["low"]]
    assert whole["reports"]["contrasts"][0]["odds_ratio"] is None
    assert whole["notices"] == {BLUFF: NOTICE, HONEST: NOTICE}


# Hostile text


class Page(HTMLParser):
    """What a page is made of: tags with attributes, and the text of scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.code: dict[str, str] = {}
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        tag, attributes = self.tags[-1] if self.tags else ("", {})
        if tag in {"script", "style"} and (key := attributes.get("type") or tag) not in self.code:
            self.code[key] = data
        else:
            self.words.append(data)

    def data(self) -> list[dict[str, Any]]:
        """The embedded replies."""
        found = json.loads(self.code["application/json"])
        columns = {
            name: ["" if code < 0 else coded["values"][code] for code in coded["codes"]]
            for name, coded in found["columns"].items()
        }
        return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


@pytest.fixture
def hostile(names_suite: Path) -> Run:
    """A model, a rule, a host's message and a tag that all try to break out."""
    tags = {"kind": "made-up", "tier": HOSTILE}
    good = reply(
        Key(f"evil/{HOSTILE}", "names", "s", "neutral"), "right", tags, text=HOSTILE, reasoning=HOSTILE
    )
    bad = reply(Key(f"evil/{HOSTILE}", "names", "t", "neutral"), "error", tags, text=HOSTILE)
    big = reply(Key(f"evil/{HOSTILE}", "names", "u", "neutral"), "right", tags, text="x" * 1_000_000)
    return run(names_suite, [good, bad, big])


def test_the_page_runs_its_own_script_and_nothing_else(hostile: Run) -> None:
    page = Page(publish([hostile], "html"))
    tags = [tag for tag, _ in page.tags]
    assert tags.count("script") == 2
    assert not {"img", "iframe", "object", "embed", "link", "base"} & set(tags)
    for _, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on") or name in {"style", "src"}]
        assert (attributes.get("href") or "#").startswith("#")
    (policy,) = [a["content"] for _, a in page.tags if a.get("http-equiv") == "Content-Security-Policy"]
    for code in ("script", "style"):
        digest = base64.b64encode(hashlib.sha256(page.code[code].encode()).digest()).decode()
        assert f"{code}-src 'sha256-{digest}'" in str(policy)
    assert "default-src 'none'" in str(policy)


def test_the_page_names_no_other_place(made: Run) -> None:
    text = publish([made], "html")
    assert not re.findall(r"(?:https?:)?//[\w.-]+\.\w", re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE))


def test_the_page_shows_a_hostile_text_as_text(hostile: Run) -> None:
    page = Page(publish([hostile], "html"))
    replies_shown = page.data()
    assert len(replies_shown) == 3
    assert replies_shown[0]["text"].startswith(
        "<script>alert(1)</script></script><!-- <img src=x onerror=alert(1)>"
    )
    assert "red" in replies_shown[0]["reasoning"]
    assert "{{ 7*7 }}" in "".join(page.words)
    assert replies_shown[2]["text"] == "x" * 1_000_000


def test_long_texts_are_cut_and_counted_where_a_page_has_no_room(
    hostile: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "ROOM", 900_000)
    text = Page(publish([hostile], "html")).data()[2]["text"]
    assert f"… {1_000_000 - LONGEST:,} more characters" in text
    assert len(text) < LONGEST + 100


def test_a_log_cannot_make_the_page_hold_a_file_that_is_no_picture_of_the_run(
    names_suite: Path, tmp_path: Path
) -> None:
    (tmp_path / "run-1" / "images").mkdir(parents=True)
    (tmp_path / "private.png").write_bytes(b"private")
    (tmp_path / "run-1" / "images" / "seen.png").write_bytes(b"seen")
    images = (Image("../../private", "image/png"), Image("seen", "image/png"))
    prompt = Prompt((Message("user", "what?", images),))
    rows = [reply(Key(BLUFF, "names", "s", "neutral"), "right", {"kind": "real"}, prompt=prompt)]
    text = publish([run(names_suite, rows)], "html")
    assert base64.b64encode(b"seen").decode() in text
    assert base64.b64encode(b"private").decode() not in text


@pytest.mark.parametrize("form", FORMATS)
def test_no_format_lets_a_control_through(form: Format, hostile: Run) -> None:
    text = publish([hostile], form, list(DEFAULTS["html"]))
    assert not set(text) & set("\x1b\x07\x9b\u202e\u2028")
    text.encode()
    assert len(text) < (1_200_000 if form == "html" else 200_000)


def test_markdown_keeps_a_hostile_text_in_its_cell(hostile: Run) -> None:
    text = publish([hostile], "md", list(DEFAULTS["html"]))
    assert "<" not in text
    assert not re.search(r"(?<!\\)\]\(", text)
    for table in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        assert len({line.replace("\\|", "").count("|") for line in table.splitlines()}) == 1


def test_the_notice_stands_where_words_are_shown(made: Run) -> None:
    for form in ("table", "md", "json", "html"):
        assert NOTICE in publish([made], form)
    assert publish([made], "html").count(NOTICE) == 2


# Views


def test_rows_are_brought_together_in_order_of_occurrence() -> None:
    table = pd.DataFrame({"a": ["y", "x", "y", "x"], "b": [1, 2, 3, 4]})
    assert in_order(table, "a")["b"].tolist() == [1, 3, 2, 4]


def test_a_plain_view_shows_any_frame() -> None:
    shown = plain(pd.DataFrame({"x": [0.123456, None], "y": ["a", None]})).tables[0].rows
    assert shown.to_numpy().tolist() == [["0.123", "a"], ["–", "–"]]


def test_a_metric_that_no_row_has_is_left_out(made: Run) -> None:
    found = report("summary")(gather([made]))
    table = metrics(found, ["model", "arm"])
    assert list(table.rows) == ["model", "arm", "n", "FR", "OA", "J", "P"]
