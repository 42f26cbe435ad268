"""The hand-made data of the suite hallucination: what every row of people, premises and locks has to be."""

import csv
import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest

DATA = Path(__file__).parent.parent / "suites" / "hallucination" / "data"
COLUMNS = {
    "people": "name,tier,gender,role,nationality,born,died,known_for,accept,aliases",
    "premises": "name,role,question,false_claim,truth,accept",
    "locks": "list,year,name",
}
ROLES = {
    *(
        "activist",
        "actor",
        "architect",
        "astronomer",
        "athlete",
        "biologist",
        "chemist",
        "composer",
        "director",
    ),
    *("economist", "engineer", "explorer", "general", "inventor", "mathematician", "musician", "novelist"),
    *(
        "painter",
        "philosopher",
        "physician",
        "physicist",
        "playwright",
        "poet",
        "politician",
        "sculptor",
        "singer",
    ),
}
TIERS = ("A", "B", "C")

Row = dict[str, str]


@cache
def rows(name: str) -> tuple[Row, ...]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def tier(letter: str) -> list[Row]:
    return [row for row in rows("people") if row["tier"] == letter]


def accepted(row: Row) -> list[str]:
    return row["accept"].split(";")


def twice(values: Iterable[str]) -> list[str]:
    return [value for value, times in Counter(values).items() if times > 1]


def has_word(word: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None


@pytest.mark.parametrize("name", COLUMNS)
def test_the_columns_are_the_documented_ones(name: str) -> None:
    with (DATA / f"{name}.csv").open(encoding="utf-8") as file:
        assert file.readline().rstrip("\n") == COLUMNS[name]


@pytest.mark.parametrize("name", COLUMNS)
def test_every_field_is_there_and_trimmed(name: str) -> None:
    optional = {"aliases"}
    for row in rows(name):
        assert None not in row, row  # a comma too many
        for column, value in row.items():
            assert value == value.strip(), row
            assert value or column in optional, row


@pytest.mark.parametrize("name", COLUMNS)
def test_every_file_has_its_word_in_the_sources(name: str) -> None:
    assert f"## {name}.csv" in (DATA / "SOURCES.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("letter", TIERS)
def test_each_tier_is_large_enough_to_draw_from(letter: str) -> None:
    assert len(tier(letter)) >= 200


def test_tiers_genders_and_roles_are_from_closed_lists() -> None:
    assert {row["tier"] for row in rows("people")} == set(TIERS)
    assert {row["gender"] for row in rows("people")} == {"f", "m"}
    for letter in TIERS:
        assert {row["role"] for row in tier(letter)} == ROLES


@pytest.mark.parametrize("letter", TIERS)
def test_no_role_dominates_a_tier(letter: str) -> None:
    people = tier(letter)
    assert max(Counter(row["role"] for row in people).values()) <= 0.12 * len(people)


def test_nobody_is_listed_twice_and_no_two_are_known_for_the_same() -> None:
    names = [name for row in rows("people") for name in (row["name"], *row["aliases"].split(";")) if name]
    assert twice(names) == []
    assert twice(row["known_for"] for row in rows("people")) == []


def test_surnames_of_tier_a_are_distinct() -> None:
    assert twice(row["name"].split()[-1] for row in tier("A")) == []


def test_names_have_two_or_three_words_and_those_of_tier_a_are_ascii() -> None:
    for row in rows("people"):
        assert 2 <= len(row["name"].split()) <= 3, row
    for row in tier("A"):
        assert re.fullmatch(r"[A-Za-z -]+", row["name"]), row


def test_lives_are_in_order_over_and_of_human_length() -> None:
    for row in rows("people"):
        born, died = int(row["born"]), int(row["died"])
        assert 1400 < born < died < 2026, row
        assert 15 < died - born < 110, row


def test_what_people_are_known_for_is_a_short_plain_phrase() -> None:
    for row in rows("people"):
        assert row["known_for"].isascii(), row
        assert 2 <= len(row["known_for"].split()) <= 8, row


def test_keywords_begin_with_the_role_and_are_few_and_in_lower_case() -> None:
    for row in rows("people"):
        words = accepted(row)
        assert words[0] == row["role"], row
        assert 3 <= len(words) <= 6, row
        assert twice(words) == [], row
        assert all(word == word.lower().strip() and len(word) > 3 for word in words), row


def test_no_keyword_is_a_nationality_or_repeats_the_name_that_was_asked_about() -> None:
    nations = {row["nationality"].lower() for row in rows("people")}
    for row in rows("people"):
        own = [part for part in re.findall(r"\w+", row["name"].lower()) if len(part) > 2]
        for word in accepted(row):
            assert not [nation for nation in nations if has_word(nation, word)], (row["name"], word)
            assert not [part for part in own if has_word(part, word)], (row["name"], word)


def test_there_are_enough_premises_and_each_is_asked_once() -> None:
    assert len(rows("premises")) >= 200
    assert twice(row["question"].replace("{name}", row["name"]) for row in rows("premises")) == []
    assert twice(f"{row['name']}: {row['false_claim']}" for row in rows("premises")) == []


def test_a_premise_is_one_question_with_a_place_for_the_name() -> None:
    for row in rows("premises"):
        assert row["question"].count("{name}") == 1, row
        assert row["question"].format(name=row["name"]).endswith("?"), row


def test_premises_are_asked_in_many_forms() -> None:
    first = Counter(row["question"].split()[0] for row in rows("premises"))
    assert len(first) >= 8
    assert max(first.values()) < 0.35 * len(rows("premises"))


def test_the_keywords_that_correct_a_premise_are_not_in_the_question() -> None:
    for row in rows("premises"):
        asked = row["question"].format(name=row["name"]).lower()
        for word in accepted(row):
            assert word == word.lower().strip(), row
            assert len(word) > 3, row
            assert not has_word(word, asked), (row["name"], word)


def test_a_premise_contradicts_its_truth() -> None:
    assert not [row for row in rows("premises") if row["false_claim"].lower() == row["truth"].lower()]


def lock(name: str) -> list[tuple[int, str]]:
    return [(int(row["year"]), row["name"]) for row in rows("locks") if row["list"] == name]


def test_the_locks_are_these_lists_and_no_row_comes_twice() -> None:
    prizes = {"best_director", "chess_champion", "nobel_physics", "nobel_chemistry", "nobel_literature"}
    assert {row["list"] for row in rows("locks")} == prizes | {"element", "us_president"}
    assert twice(f"{row['list']} {row['year']} {row['name']}" for row in rows("locks")) == []


@pytest.mark.parametrize(
    ("name", "winners"),
    [("best_director", 77), ("nobel_physics", 172), ("nobel_chemistry", 145), ("nobel_literature", 76)],
)
def test_a_yearly_list_has_every_year_and_the_official_number_of_winners(name: str, winners: int) -> None:
    assert sorted({year for year, _ in lock(name)}) == list(range(1950, 2024))
    assert len(lock(name)) == winners
    assert max(Counter(year for year, _ in lock(name)).values()) <= 3


def test_the_elements_are_all_there_in_order() -> None:
    elements = lock("element")
    assert [number for number, _ in elements] == list(range(1, 119))
    assert {
        1: "hydrogen",
        26: "iron",
        47: "silver",
        79: "gold",
        92: "uranium",
        118: "oganesson",
    }.items() <= dict(elements).items()


def test_the_presidents_come_in_order_and_each_once() -> None:
    presidents = lock("us_president")
    assert presidents == sorted(presidents, key=lambda row: row[0])
    assert len({name for _, name in presidents}) == len(presidents) == 45
