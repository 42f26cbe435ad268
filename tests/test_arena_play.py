"""Models play on prompts of a file or on a suite; the same command again asks nothing, and what is no prompt is named."""

from collections.abc import Callable
from pathlib import Path

import pytest

from evals.arena import folder
from evals.errors import BadFile, BadInput, NotFound
from tests.conftest import Done

Command = Callable[..., Done]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("p.txt", "Who?\n\n  What {x}, then?  \n"),
        (
            "p.jsonl",
            '{"prompt": "Who?"}\n{"question": "What {x}, then?", "id": "w", "categories": ["a", "b"]}\n',
        ),
        ("p.csv", 'input,category,cluster\nWho?,,\n"What {x}, then?","a,b",c\n'),
        ("prompts", "Who?\nWhat {x}, then?"),
    ],
)
def test_prompts_of_any_file_are_asked_word_for_word(
    command: Command, tmp_path: Path, name: str, text: str
) -> None:
    (tmp_path / name).write_text(text)
    done = command("arena", "play", "-m", "scripted/echo", "-m", "scripted/idk", "--prompts", name, "--quiet")
    assert done.out == "arena: 2 models, 2 questions, 4 answers, 2 pairs to judge\n"
    found = folder.read(tmp_path / "arena")
    assert {answer.text for (_, model), answer in found.answers.items() if model == "scripted/echo"} == {
        "Who?",
        "What {x}, then?",
    }
    categories = {question.text: question.categories for question in found.questions.values()}
    more = ("a", "b") if name in {"p.jsonl", "p.csv"} else ()
    assert categories == {
        "Who?": ("p" if "." in name else "prompts",),
        "What {x}, then?": ("p" if "." in name else "prompts", *more),
    }


def test_the_same_command_asks_nothing_and_another_model_joins(
    command: Command, adder: Path, tmp_path: Path
) -> None:
    (tmp_path / "p.txt").write_text("1 + 1\n1 + 2\n")
    args = ("arena", "play", "--prompts", "p.txt", "--quiet", "-m", str(adder))
    command(*args)
    command(*args)
    assert len((tmp_path / "requests.txt").read_text().split()) == 2
    done = command("arena", "play", "--prompts", "p.txt", "--quiet", "-m", "scripted/echo")
    assert done.out == "arena: 2 models, 2 questions, 4 answers, 2 pairs to judge\n"


def test_what_fails_is_missing_and_what_was_answered_is_kept(
    command: Command, adder: Path, tmp_path: Path
) -> None:
    (tmp_path / "p.txt").write_text("1 + 1\n1 + 2\n")
    done = command("arena", "play", "--prompts", "p.txt", "--quiet", "-m", f"{adder}?fail=3")
    assert done.status == 3
    assert done.out == "arena: 1 model, 1 question, 1 answer, 0 pairs to judge\n"
    assert "answers that are missing: 1;" in done.err


def test_of_a_suite_the_scores_stay_and_settings_of_a_model_are_its_own_affair(
    command: Command, sums: Path, tmp_path: Path
) -> None:
    models = ("-m", "scripted/right", "-m", "scripted/wrong?every=2")
    command("arena", "play", *models, "--prompts", str(sums), "-n", "6", "--arm", "plain", "--quiet")
    found = folder.read(tmp_path / "arena")
    assert (len(found.questions), len(found.answers)) == (6, 12)
    assert {answer.merit for (_, model), answer in found.answers.items() if model == "scripted/right"} == {
        1.0
    }
    assert {answer.merit for answer in found.answers.values()} == {0.0, 1.0}


def test_who_only_continues_texts_meets_the_others_on_the_same_question(
    command: Command, tmp_path: Path
) -> None:
    command(
        "arena",
        "play",
        "-m",
        "pocket/base",
        "-m",
        "scripted/idk",
        "--prompts",
        "hallucination",
        "-n",
        "2",
        "--quiet",
    )
    found = folder.read(tmp_path / "arena")
    assert len(found.answers) == 2 * len(found.questions)
    assert not [question for question in found.questions.values() if "A:" in question.text]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("p.jsonl", '{"prompt": "x"}\n{"text": "y"}\n', "p.jsonl, line 2 has no prompt"),
        ("p.jsonl", '{"prompt": 3}\n', "line 1 has no prompt"),
        ("p.jsonl", "x\n", "line 1 is not JSON"),
        ("p.csv", "prompt,id\nx,1\ny,1\n", "two prompts of the id '1'"),
        ("p.csv", "prompt\n", "has no rows"),
        ("p.txt", " \n\n", "has no prompts"),
    ],
)
def test_what_is_no_prompt_is_named_with_its_line(
    command: Command, tmp_path: Path, name: str, text: str, words: str
) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(BadFile, match=words):
        command("arena", "play", "-m", "scripted/idk", "--prompts", name)


@pytest.mark.parametrize(
    ("args", "error", "words"),
    [
        ((), BadInput, "models and prompts are needed"),
        (("-m", "scripted/idk"), BadInput, "models and prompts are needed"),
        (("-m", "scripted/idk", "--prompts", "none.txt"), BadFile, "none.txt cannot be read"),
        (("-m", "scripted/idk", "--prompts", "dotz"), NotFound, "did you mean dots"),
        (
            ("-m", "scripted/idk", "--prompts", "dots", "--size", "quick", "-n", "3"),
            BadInput,
            "--size and -n",
        ),
    ],
)
def test_what_cannot_be_played_is_told(
    command: Command, args: tuple[str, ...], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        command("arena", "play", *args)
