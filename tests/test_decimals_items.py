"""Items of the suite decimals: right by a second reading, balanced, and the same bytes for the same seed."""

import hashlib
import re
from collections import Counter
from decimal import Decimal
from itertools import combinations

import pytest

from evals.types import Sample
from suites.decimals import items

SEED = 20261123
WORDS = {
    "larger": max,
    "higher": max,
    "newer": max,
    "later": max,
    "smaller": min,
    "lower": min,
    "older": min,
} | {"earlier": min}


@pytest.fixture(scope="module")
def full() -> list[Sample]:
    return list(items.samples(SEED, 1920, None))


def read_again(text: str) -> str:
    """The answer out of the question alone: program, book and calendar count items, everything else is a number."""
    x, y = re.findall(r"\d+\.\d+", text.replace("1.0 is followed by 1.1", ""))
    pick = next(WORDS[word] for word in re.findall(r"[a-z]+", text) if word in WORDS)
    if re.search(r"program|book|month", text):
        return str(pick(x, y, key=lambda number: tuple(map(int, number.split(".")))))
    return str(pick(x, y, key=Decimal))


def test_a_second_implementation_finds_every_answer_in_the_text_alone() -> None:
    for sample in items.samples(9, 20_000, None):
        assert read_again(sample.input) == sample.target, sample.input


def test_a_pair_in_conflict_has_the_other_answer_where_numbers_are_places(full: list[Sample]) -> None:
    for start in range(0, len(full), 6):
        pair = full[start : start + 6]
        answers = {
            reads: {s.target for s in pair if s.tags["reads"] == reads} for reads in ("number", "place")
        }
        assert len(answers["number"]) == len(answers["place"]) == 1
        assert (answers["number"] != answers["place"]) == (pair[0].tags["pair"] == "conflict")


@pytest.mark.parametrize("n", [96, 480, 1920])
def test_sizes_are_balanced(full: list[Sample], n: int) -> None:
    for pair, share in (("conflict", 3), ("agree", 1)):
        found = [sample for sample in full[:n] if sample.tags["pair"] == pair]
        assert len(found) == n * share // 4
        for tag in ("context", "order", "asked"):
            assert len(set(Counter(sample.tags[tag] for sample in found).values())) == 1
    for one, other in combinations(("context", "order", "asked"), 2):
        cells = Counter((sample.tags[one], sample.tags[other]) for sample in full[:n])
        assert len(set(cells.values())) == 1


def test_whoever_always_names_the_first_is_right_half_the_time(full: list[Sample]) -> None:
    for context in items.contexts():
        found = [s for s in full if s.tags["context"] == context.name and s.tags["pair"] == "conflict"]
        assert sum(s.tags["first"] == s.target for s in found) * 2 == len(found)


def test_the_longer_number_is_right_half_the_time(full: list[Sample]) -> None:
    found = [sample for sample in full if sample.tags["pair"] == "conflict"]
    longer = [max(sample.cluster.split(), key=len) for sample in found]
    assert sum(s.target == text for s, text in zip(found, longer, strict=True)) * 2 == len(found)


def test_every_day_is_one_of_the_calendar_and_no_decimal_ends_in_nought() -> None:
    for pair in items.pairs():
        assert 1 <= pair.whole <= 12
        assert 1 <= pair.short <= 9 < pair.long <= 28
        assert not any(text.endswith("0") for text in pair.texts)


def test_no_pair_is_the_talks_or_kept_for_training(full: list[Sample]) -> None:
    said = {sample.cluster for sample in full}
    assert items.TALK not in said
    assert not any(items.training_side(pair) for pair in items.pairs())
    assert len(said) == 1920 // 6


def test_the_same_seed_gives_the_same_bytes_and_a_smaller_size_the_first_of_them(full: list[Sample]) -> None:
    quick = [sample.input for sample in items.samples(SEED, 96, None)]
    assert quick == [sample.input for sample in full[:96]]
    assert quick != [sample.input for sample in items.samples(SEED + 1, 96, None)]
    assert hashlib.sha256("\n".join(quick).encode()).hexdigest() == (
        "642162ff0aae44fdddd5d426871bc31b3c2cb4f0cfd2f3335bfeeaeeb11199c6"
    )


def test_more_samples_than_pairs_repeat_no_sample_until_all_ways_are_used() -> None:
    many = [sample.input for sample in items.samples(SEED, 5_000, None)]
    assert len(set(many)) == len(many)
