"""Suites are checked when they are loaded, and render exact prompts."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from evals import suite as suites
from evals import toml_suite
from evals.errors import BadFile, BadInput, NotFound
from evals.types import Arm, Message, Sample


def test_a_template_is_filled_from_the_sample_and_its_fields() -> None:
    arm = Arm("a", "Who is {input}, the {role}?", system="Be brief.", max_tokens=9)
    prompt = suites.render(arm, Sample("1", "Ada", fields={"role": "writer"}))
    assert prompt.messages == (Message("system", "Be brief."), Message("user", "Who is Ada, the writer?"))
    assert prompt.max_tokens == 9


def test_an_arm_that_needs_completion_has_its_text_continued() -> None:
    arm = Arm("a", "{input} =", needs=frozenset({"completion"}), stop=("\n",))
    prompt = suites.render(arm, Sample("1", "2 + 2"))
    assert (prompt.text, prompt.messages, prompt.stop) == ("2 + 2 =", (), ("\n",))


def test_a_template_may_be_a_function() -> None:
    assert suites.render(Arm("a", lambda s: s.input[::-1]), Sample("1", "abc")).messages[-1].content == "cba"


def test_a_field_that_the_sample_lacks_is_named() -> None:
    with pytest.raises(BadFile, match="role"):
        suites.render(Arm("a", "{role}"), Sample("1", "Ada"))


@pytest.mark.parametrize("template", ["{input", "{input.age}", lambda s: s.fields["age"], lambda s: 1 / 0])
def test_a_template_that_fails_is_one_sentence(template: "str | Callable[[Sample], str]") -> None:
    with pytest.raises(BadFile, match="arm 'a'"):
        suites.render(Arm("a", template), Sample("1", "Ada"))


def test_braces_in_the_input_are_left_alone() -> None:
    assert suites.render(Arm("a", "{input}"), Sample("1", "{x}")).messages[0].content == "{x}"


def test_arms_are_the_default_ones_unless_named(sums: Path) -> None:
    suite = suites.load(str(sums))
    assert [arm.name for arm in suite.pick_arms([])] == ["plain", "steps"]
    assert [arm.name for arm in suite.pick_arms(["all"])] == ["plain", "steps", "spare"]
    assert [arm.name for arm in suite.pick_arms(["spare"])] == ["spare"]
    with pytest.raises(NotFound, match="did you mean steps"):
        suite.pick_arms(["step"])


def test_options_are_read_by_their_types(sums: Path) -> None:
    suite = suites.load(str(sums))
    assert suite.parse_options({"largest": "5"}).largest == 5
    with pytest.raises(BadInput, match="largest"):
        suite.parse_options({"largest": "many"})
    with pytest.raises(NotFound, match="did you mean largest"):
        suite.parse_options({"larges": "5"})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('Arm("steps"', 'Arm("plain"'), "name of its own"),
        (('"steps", "plain", "working', '"stepz", "plain", "working'), "stepz"),
        (('Contrast("steps", "accuracy"', 'Contrast("steps", "precision"'), "precision"),
        (('"accuracy"),)', '"accuracy", by="tall", match=("big",)),)'), "'tall', which is not among"),
        (('"accuracy"),)', '"accuracy", by="big"),)'), "strata are matched by tags"),
        (('"accuracy"),)', '"accuracy", match=("big",)),)'), "strata are matched by tags"),
        (("suite = Suite(", "other = Suite("), "no `suite = Suite"),
        (('name="sums"', 'name="my/sums"'), "cannot name a suite"),
        (("metrics=(ACCURACY,)", "metrics=()"), "a contrast or index names 'accuracy'"),
        (('"What is {input}?")', '"{input}", repeat=0)'), "arm 'plain' with repeat 0 asks nothing"),
        (
            ('"What is {input}?")', '"{input}", system="Be brief.", needs=frozenset({"completion"}))'),
            "takes no system message, follow-ups, pictures or tools",
        ),
    ],
)
def test_a_malformed_suite_is_refused_when_loaded(change: tuple[str, str], said: str, sums: Path) -> None:
    path = sums / "suite.py"
    path.write_text(path.read_text().replace(*change))
    with pytest.raises(BadFile, match=said):
        suites.load(str(sums))


TOML = """
name = "capitals"
about = "capitals of countries"
data = "capitals.csv"
scorer = "includes"

[[arms]]
name = "plain"
prompt = "What is the capital of {input}?"
"""


def test_a_suite_of_data_alone_needs_no_code(tmp_path: Path) -> None:
    (tmp_path / "suite.toml").write_text(TOML)
    (tmp_path / "capitals.csv").write_text("input,target,continent\nFrance,Paris,Europe\nJapan,Tokyo,Asia\n")
    suite = suites.load(str(tmp_path))
    samples = list(suite.samples(1, 10, suite.parse_options({})))
    assert {(s.input, s.target, s.tags["continent"]) for s in samples} == {
        ("France", "Paris", "Europe"),
        ("Japan", "Tokyo", "Asia"),
    }
    assert len({s.id for s in samples}) == 2


def test_jsonl_data_may_say_that_nothing_is_right(tmp_path: Path) -> None:
    (tmp_path / "suite.toml").write_text(TOML.replace("capitals.csv", "capitals.jsonl"))
    (tmp_path / "capitals.jsonl").write_text(json.dumps({"input": "Atlantis", "target": None}) + "\n")
    (sample,) = suites.load(str(tmp_path)).samples(1, 10, None)
    assert sample.target is None


def test_jsonl_lines_end_at_line_feeds_alone(tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    rows = [{"input": "a\u2028b\x85c", "target": "d"}, {"input": "e", "target": "f"}]
    path.write_text("\n\n".join(json.dumps(row, ensure_ascii=False) for row in rows))
    assert [sample.input for sample in toml_suite.read_rows(path)] == [row["input"] for row in rows]


def test_a_spreadsheets_csv_is_read_with_its_mark_and_its_line_breaks(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_bytes('\ufeffinput,target\r\n"two\nlines",a\r\nb,c\r\n'.encode())
    assert [sample.input for sample in toml_suite.read_rows(path)] == ["two\nlines", "b"]


@pytest.mark.parametrize(
    ("toml", "data", "said"),
    [
        (TOML.replace("name =", "nam ="), "input,target\na,b\n", "name"),
        (TOML.replace('"includes"', '"includez"'), "input,target\na,b\n", "did you mean includes"),
        (TOML + "[", "input,target\na,b\n", "not TOML"),
        (TOML, "question,target\na,b\n", "line 2 has no input"),
        (TOML, "input,target\n", "no rows"),
        (TOML, "input,target\na,b,c\n", "line 2 has not as many cells"),
        (TOML, "input,target,more\na,b,c\nd,e\n", "line 3 has not as many cells"),
        (TOML.replace("capitals.csv", "nowhere.csv"), "", "cannot be read"),
        (TOML.replace("capitals.csv", "capitals.jsonl"), "", "no rows"),
    ],
)
def test_malformed_data_suites_say_what_is_wrong(toml: str, data: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "suite.toml").write_text(toml)
    (tmp_path / "capitals.csv").write_text(data)
    (tmp_path / "capitals.jsonl").write_text("")
    with pytest.raises((BadFile, NotFound)) as caught:
        suites.load(str(tmp_path))
    assert said in str(caught.value)
