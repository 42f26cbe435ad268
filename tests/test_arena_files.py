"""Battles in and out of files: what an export holds an import gives, and what is no battle is an error at its place."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.arena import folder, journal
from evals.arena.answers import Answer, Question
from evals.arena.battle import WINNERS, Battle
from evals.arena.files import Hints, keep, read, write
from evals.arena.files.shapes import Found
from evals.arena.files.talk import TURN, conversation, talk
from evals.errors import BadFile, BadInput
from tests.conftest import Done

DATA = Path(__file__).parent / "data" / "arena"
FORMS = (".jsonl", ".json", ".csv", ".parquet")

WORD = st.text(min_size=1, max_size=12).filter(
    lambda text: text.strip().lower() not in {"", "nan", "none", "null"}
)
BATTLES = st.builds(
    Battle,
    id=st.text(min_size=1),
    question=st.text(),
    cluster=st.text(),
    judge=st.text(),
    kind=st.sampled_from(("human", "model", "rule", "unknown")),
    model_a=st.just("x"),
    model_b=WORD.filter(lambda name: name != "x"),
    winner=st.sampled_from(WINNERS),
    weight=st.floats(0.001, 9),
    categories=st.lists(st.text(), max_size=2).map(tuple),
    style=st.dictionaries(st.text(), st.tuples(st.floats(0, 9), st.floats(0, 9)), max_size=2),
    notes=st.dictionaries(
        st.text(), st.booleans() | st.text() | st.integers(-9, 9) | st.floats(-9, 9), max_size=2
    ),
    at=st.text(max_size=5) | st.just("2026-11-29T10:00:00.250000Z"),
)


def arena_of(path: Path, battles: Sequence[Battle], found: Found | None = None) -> folder.Arena:
    made = found or Found(tuple(battles), (), (), {})
    return keep(made, path)


LOGS = st.lists(BATTLES, min_size=1, max_size=6, unique_by=lambda battle: battle.id)


def comes_back(at: Path, ending: str, battles: list[Battle]) -> None:
    assert write(arena_of(at / "arena", battles), at / f"file{ending}") == len(battles)
    assert list(read([at / f"file{ending}"]).battles) == battles


@pytest.mark.parametrize("ending", [".jsonl", ".json", ".csv"])
@settings(max_examples=25, deadline=None)
@given(battles=LOGS)
def test_an_import_of_an_export_gives_the_same_battles(
    tmp_path_factory: pytest.TempPathFactory, ending: str, battles: list[Battle]
) -> None:
    comes_back(tmp_path_factory.mktemp("arena"), ending, battles)


@settings(max_examples=5, deadline=None)
@given(battles=LOGS)
def test_an_import_of_a_parquet_file_gives_the_same_battles(
    tmp_path_factory: pytest.TempPathFactory, battles: list[Battle]
) -> None:
    comes_back(tmp_path_factory.mktemp("arena"), ".parquet", battles)


@pytest.mark.parametrize("ending", FORMS)
def test_the_end_of_a_file_name_is_only_for_writing(tmp_path: Path, ending: str) -> None:
    battle = Battle(id="1", model_a="x", model_b="y", winner="tie (bothbad)", kind="human")
    arena = arena_of(tmp_path / "arena", [battle])
    write(arena, tmp_path / f"file{ending}")
    (tmp_path / f"file{ending}").rename(tmp_path / "file.txt")
    assert read([tmp_path / "file.txt"]).battles == (battle,)


def test_what_was_withdrawn_is_not_exported_and_its_id_does_not_come_again(tmp_path: Path) -> None:
    battles = [Battle(id=name, model_a="x", model_b="y", winner="tie") for name in "12"]
    arena = arena_of(tmp_path / "arena", battles)
    with journal.Writer(arena.journal) as log:
        log.withdraw("1", "")
    write(arena, tmp_path / "file.json")
    assert read([tmp_path / "file.json"]).battles == (battles[1],)
    assert read([arena.journal]).battles == (battles[1],)
    with pytest.raises(BadInput, match="holds the battle '1' already"):
        keep(Found(tuple(battles[:1]), (), (), {}), arena.folder)


# Words


def said(*texts: str) -> list[dict[str, str]]:
    return [{"role": ("user", "assistant")[place % 2], "content": text} for place, text in enumerate(texts)]


def test_conversations_of_several_turns_become_one_question_and_two_answers() -> None:
    found = talk(said("q", "a", "and?", "b"), said("q", "c", "and?", "d"))
    assert found
    assert (found.text, found.before, found.a, found.b) == (
        "and?",
        (("user", "q"),),
        f"a{TURN}b",
        f"c{TURN}d",
    )
    assert conversation(found.text, found.before, found.a) == said("q", "a", "and?", "b")


def test_only_the_turns_that_were_judged_count() -> None:
    found = talk(said("q", "a", "and?", "b"), said("q", "c", "and?", "d"), 1)
    assert found
    assert (found.text, found.before, found.a, found.b) == ("q", (), "a", "c")


def test_earlier_replies_that_both_share_were_part_of_the_question() -> None:
    found = talk(said("q", "a", "and?", "b"), said("q", "a", "and?", "d"))
    assert found
    assert (found.before, found.a, found.b) == ((("user", "q"), ("assistant", "a")), "b", "d")


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (said("q", "a"), said("other", "b")),
        (said("q", "a", "q"), said("q", "b", "q")),
        (said("q"), said("q", "b")),
        (None, said("q", "b")),
        ([], []),
        ([{"role": "user"}], said("q", "b")),
        ([{"role": "user", "content": [{"type": "image", "image": "x"}]}], said("q", "b")),
    ],
)
def test_what_is_not_one_question_with_two_answers_is_none(a: Any, b: Any) -> None:
    assert talk(a, b) is None


TEXT = st.lists(st.sampled_from(["a", "-", "\n", TURN]), max_size=4).map("".join)
TURNS = st.tuples(st.sampled_from(("system", "user", "assistant")), TEXT)


@given(st.lists(TURNS, max_size=4), TEXT, TEXT, TEXT)
def test_words_come_back_from_conversations(before: list[tuple[str, str]], text: str, a: str, b: str) -> None:
    shared = any(role == "assistant" for role, _ in before)
    found = talk(conversation(text, before, a), conversation(text, before, b), shared=shared)
    assert found
    assert (found.text, list(found.before), found.a, found.b) == (text, before, a, b)


def test_questions_and_answers_come_back_from_chatbot_arenas_json(tmp_path: Path) -> None:
    question = Question(id="q", text="How?", before=(("system", "be brief"),), categories=("c",), cluster="k")
    answers = tuple(Answer(question="q", model=name, text=f"**{name}**") for name in "xy")
    battle = Battle(
        id="1", question="q", model_a="y", model_b="x", winner="model_b", categories=("c",), cluster="k"
    )
    arena = keep(Found((battle,), (question,), answers, {}), tmp_path / "arena")
    write(arena, tmp_path / "file.json")
    found = read([tmp_path / "file.json"])
    assert (list(found.battles), found.questions) == (arena.battles(), (question,))
    assert replace(found.battles[0], style={}) == battle
    assert set(found.answers) == set(answers)


def test_battles_about_answers_that_the_arena_has_say_what_these_look_like(tmp_path: Path) -> None:
    folder.add(
        tmp_path,
        [Question(id="q", text="How?")],
        [Answer(question="q", model="x", text="so **so**"), Answer(question="q", model="y", text="# Well")],
    )
    known = Battle(id="1", question="q", model_a="y", model_b="x", winner="tie")
    own = Battle(id="2", question="q", model_a="y", model_b="x", winner="tie", style={"tokens": (7, 8)})
    other = Battle(id="3", question="r", model_a="y", model_b="x", winner="tie")
    keep(Found((known, own, other), (), (), {}), tmp_path)
    styles = [battle.style for battle in folder.read(tmp_path).battles()]
    assert styles[0] == {"tokens": (1, 2), "headers": (1, 0), "lists": (0, 0), "bold": (0, 1)}
    assert styles[1:] == [{"tokens": (7, 8)}, {}]


# Published shapes


def test_chatbot_arenas_records() -> None:
    found = read([DATA / "chatbot_arena.json"], Hints(kind="human"))
    first, second, third = found.battles
    assert (first.winner, second.winner, third.winner) == ("model_b", "tie (bothbad)", "tie")
    assert (first.judge, first.kind, first.at) == ("arena_user_973", "human", "2023-04-24T14:16:05.500000Z")
    assert first.categories == ("English",)
    assert first.notes["anony"] is True
    assert first.notes["toxic_chat_tag"] == '{"roberta-large": {"flagged": false, "probability": 0.01}}'
    assert first.style["bold"] == (0, 1)
    assert [question.text for question in found.questions] == ["What is 2 + 2?", "Und auf Deutsch?", "Hi"]
    assert len(found.answers) == 6
    assert second.question == "58210e39b3fd4441a2bd4a518bb44c2e/2"


def test_the_arenas_later_records_with_parts_tags_and_counts() -> None:
    (battle, pictured) = read([DATA / "arena_140k.jsonl"]).battles
    assert (battle.winner, battle.at) == ("tie (bothbad)", "2025-05-01T12:30:00Z")
    assert set(battle.categories) == {"en", "code", "complexity", "if"}
    assert battle.style == {"tokens": (812, 431), "headers": (3, 0), "lists": (12, 4), "bold": (9, 1)}
    assert battle.id == battle.question == "c4b9710c-8d64-4bee-a0b0-94637ae4cc65"
    assert pictured.question == ""


@pytest.mark.parametrize("name", ["arena_140k.jsonl", "chatbot_arena.json", "alpaca_eval.json"])
def test_nested_records_in_parquet_are_the_same_battles_and_words(tmp_path: Path, name: str) -> None:
    path = tmp_path / "table.parquet"
    with duckdb.connect() as base:
        base.execute(f"COPY (SELECT * FROM read_json('{DATA / name}')) TO '{path}' (FORMAT parquet)")  # noqa: S608  our own files
    table, plain = read([path]), read([DATA / name])
    assert [(each.id, each.winner, each.style, each.at) for each in table.battles] == [
        (each.id, each.winner, each.style, each.at) for each in plain.battles
    ]
    assert [set(each.categories) for each in table.battles] == [
        set(each.categories) for each in plain.battles
    ]
    assert (table.questions, table.answers) == (plain.questions, plain.answers)


def test_the_arenas_columns_for_who_won_and_its_texts_in_lists() -> None:
    found = read([DATA / "arena_55k.csv"])
    assert [battle.winner for battle in found.battles] == ["model_a", "tie", "model_b"]
    assert [battle.question for battle in found.battles] == ["30192", "53567", ""]
    assert [(question.text, question.before) for question in found.questions] == [
        ('Why "42"?', ()),
        ("And then?", (("user", "Hi"),)),
    ]
    assert found.answers[0].text == "Because,\nwell."


@pytest.mark.parametrize("marks", ["1,1,0", "0,0,0", "1,0,x", "nan,0,1", ",0,1"])
def test_exactly_one_column_says_who_won(tmp_path: Path, marks: str) -> None:
    path = tmp_path / "table.csv"
    path.write_text(f"model_a,model_b,winner_model_a,winner_model_b,winner_tie\nx,y,{marks}\n", "utf-8")
    with pytest.raises(BadFile, match=r"line 2: .* exactly one must be 1"):
        read([path])


def test_an_answer_in_a_table_may_be_long(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text(f"model_a,model_b,winner,why\nx,y,tie,{'long ' * 100_000}\n", "utf-8")
    assert len(str(read([path]).battles[0].notes["why"])) == 500_000


def test_mt_benchs_judgments_tell_turns_and_judges_apart() -> None:
    found = read([DATA / "mt_bench.jsonl"])
    assert [battle.question for battle in found.battles] == ["81", "81/2", "81/2"]
    assert [battle.judge for battle in found.battles] == ["author_2", "author_2", "gpt-4/pair-v2-multi-turn"]
    assert len(found.questions) == 2


def test_plain_columns_have_ids_by_their_place_so_that_one_file_does_not_come_twice(tmp_path: Path) -> None:
    found = read([DATA / "fastchat.csv"])
    assert [battle.points_a for battle in found.battles] == [1, 0, 0.5, 0.5]
    assert len({battle.id for battle in found.battles}) == 4
    arena = keep(found, tmp_path / "arena")
    with pytest.raises(BadInput, match="was the file imported before"):
        keep(read([DATA / "fastchat.csv"]), arena.folder)


def test_alpacaevals_preferences_are_kept_to_the_last_digit() -> None:
    found = read([DATA / "alpaca_eval.json"], Hints(kind="model"))
    shares: dict[str, float] = {}
    for battle in found.battles:
        shares[battle.question] = shares.get(battle.question, 0.0) + battle.weight * battle.points_a
    preferences = [record["preference"] for record in json.loads((DATA / "alpaca_eval.json").read_text())]
    assert list(shares.values()) == pytest.approx([2 - preference for preference in preferences], abs=1e-15)
    assert {battle.judge for battle in found.battles} == {"weighted_alpaca_eval_gpt4_turbo"}
    assert found.battles[0].categories == ("helpful_base",)
    assert len(found.questions) == len(preferences)


# What is no battle

GOOD: dict[str, Any] = {"model_a": "x", "model_b": "y", "winner": "model_a"}


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        (
            {"winner": "A"},
            "the winner is 'A', which is none of model_a, model_b, tie, tie (bothbad), both_bad",
        ),
        ({"winner": "Tie"}, "the winner is 'Tie'"),
        ({"winner": None}, "the winner is missing"),
        ({"winner": 0.5}, "the winner is 0.5"),
        ({"winner": float("nan")}, "the winner is nan"),
        ({"model_b": "x"}, "'x' meets itself"),
        ({"model_a": ""}, "model_a is '', which names no model"),
        ({"model_a": "NaN"}, "model_a is 'NaN', which names no model"),
        ({"model_a": float("nan")}, "model_a is nan, which names no model"),
        ({"model_a": 7}, "model_a is 7, which names no model"),
        ({"weight": float("nan")}, "weight: Input should be a finite number"),
        ({"weight": -1}, "weight"),
        ({"tstamp": float("nan")}, "tstamp is nan, which is no number"),
        ({"tstamp": 1e300}, "tstamp is 1e+300, which is no time"),
        ({"evals": {"idd": 1}}, "what stands under evals"),
        ({"id": "0"}, "the battle '0' stands in"),
    ],
)
def test_what_is_no_battle_names_file_and_record(tmp_path: Path, fields: dict[str, Any], says: str) -> None:
    lines, array = tmp_path / "b.jsonl", tmp_path / "b.json"
    found = [GOOD | {"id": "0", "extra": 1}, GOOD | {"id": "1", "extra": 1} | fields]
    lines.write_text("\n".join(map(json.dumps, found)), "utf-8")
    array.write_text(json.dumps(found), "utf-8")
    for path, place in ((lines, "line 2"), (array, "record 2")):
        with pytest.raises(BadFile) as error:
            read([path])
        assert error.value.message.startswith(f"{path}, {place}: ")
        assert says in error.value.message


@pytest.mark.parametrize("preference", [0, 3, float("nan"), None, "x", True])
def test_an_annotation_without_a_preference_is_no_tie(tmp_path: Path, preference: object) -> None:
    path = tmp_path / "annotations.json"
    path.write_text(json.dumps([{"generator_1": "x", "generator_2": "y", "preference": preference}]), "utf-8")
    with pytest.raises(BadFile, match=r"record 1: (the preference is|preference is|there is no preference)"):
        read([path])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "holds no battle"),
        ("[]", "holds no battle"),
        ("[1]", "record 1: it is 1, not an object"),
        ("{", "line 1 is not JSON"),
        ("[\n{]", "line 2 is not JSON"),
        ("a,b\n1,2\n", "line 2: it is no battle: there is a, b"),
        ("model_a,model_b,winner\nx,y\n", "line 2: it has 2 cells, and the head has 3"),
        ('model_a,model_b,winner\nx,"y\n\nz",A\n', "line 2: the winner is 'A'"),
        ('model_a,model_b,winner\nx,"y', "line 2 is no CSV"),
        ("model_a,model_b,winner\nx,y,\n", "line 2: the winner is missing"),
        ("PAR1 but not Parquet", "is damaged"),
        ("\x00\xff", "line 1"),
    ],
)
def test_what_is_no_file_of_battles_is_one_sentence(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "file"
    path.write_text(text, "utf-8")
    with pytest.raises(BadFile) as error:
        read([path])
    assert str(path) in error.value.message
    if says != "line 1":
        assert says in error.value.message


def test_the_same_id_in_two_files_names_both(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).write_text(json.dumps(GOOD | {"id": "0"}), "utf-8")
    with pytest.raises(BadFile, match=r"two, line 1: the battle '0' stands in .*one, line 1 already"):
        read([tmp_path / "one", tmp_path / "two"])


def test_one_question_is_not_asked_in_two_ways(tmp_path: Path) -> None:
    records: list[dict[str, Any]] = [
        GOOD
        | {
            "question_id": "q",
            "judge": text,
            "conversation_a": said(text, "a"),
            "conversation_b": said(text, "b"),
        }
        for text in ("How?", "Why?")
    ]
    path = tmp_path / "file.json"
    path.write_text(json.dumps(records), "utf-8")
    with pytest.raises(BadFile, match="the question 'q' was asked in other words before"):
        read([path])


# The commands


def test_the_commands_import_and_export(command: Callable[..., Done], tmp_path: Path) -> None:
    done = command("arena", "import", DATA / "chatbot_arena.json", "--kind", "human")
    assert done.out == "arena: 3 battles of 4 models (format arena), 3 questions with words\n"
    assert command("arena", "export", "arena", "--out", "votes.json").out == "votes.json: 3 battles\n"
    assert read([Path("votes.json")]).battles == tuple(folder.read(Path("arena")).battles())
    with pytest.raises(BadInput, match="does not say as what"):
        command("arena", "export", "arena", "--out", "votes.xls")


def test_another_word_for_the_winner_is_taken_only_as_the_user_says(command: Callable[..., Done]) -> None:
    path = Path("votes.csv")
    path.write_text("model_a,model_b,winner\nx,y,A\nx,y,B\n", "utf-8")
    with pytest.raises(BadFile, match="line 2: the winner is 'A'") as error:
        command("arena", "import", path)
    assert "--label A=model_a" in error.value.fix
    assert not Path("arena").exists()
    labels = ("--label", "A=model_a", "--label", "B=model_b")
    command("arena", "import", path, *labels, "--as", "y=z")
    found = [(each.winner, each.model_b) for each in folder.read(Path("arena")).battles()]
    assert found == [("model_a", "z"), ("model_b", "z")]
    with pytest.raises(BadInput, match="is no word and winner"):
        command("arena", "import", path, "--label", "A=x")
    with pytest.raises(BadFile, match="line 2: 'y' meets itself"):
        command("arena", "import", path, *labels, "--as", "x=y", "--out", "other")


def test_annotations_that_have_not_judged_are_left_out_only_when_asked(command: Callable[..., Done]) -> None:
    pair = {"generator_1": "x", "generator_2": "y", "instruction": "q"}
    records = [pair | {"preference": None}, pair | {"preference": 1.25}]
    Path("a.json").write_text(json.dumps(records), "utf-8")
    with pytest.raises(BadFile) as error:
        command("arena", "import", "a.json")
    assert "--skip-unjudged" in error.value.fix
    done = command("arena", "import", "a.json", "--skip-unjudged")
    assert done.out.splitlines()[1:] == ["  1 record without a preference left out"]
    assert [each.weight for each in folder.read(Path("arena")).battles()] == [0.75, 0.25]


def test_the_format_can_be_said(command: Callable[..., Done]) -> None:
    Path("votes.csv").write_text("model_a,model_b,winner\nx,y,tie\n", "utf-8")
    with pytest.raises(BadFile, match="line 2: there is no preference"):
        command("arena", "import", "votes.csv", "--format", "alpaca")
