"""The items of the suite spelling: right answers, matched words, nothing that training has seen, the same bytes everywhere."""

import hashlib
import re
import unicodedata
from collections import Counter, defaultdict
from itertools import islice
from random import Random

import pytest

from evals.errors import BadInput, NotFound
from evals.pseudoword import kept_for_training
from evals.suite import FIXED_SEED
from evals.types import Sample
from suites.spelling import misspell, solver, words
from suites.spelling.items import BANDS, Options, samples, taught
from suites.spelling.letters import absent, counted, doubled, fold, letters
from suites.spelling.prompts import ASKED, FORMS, QUOTED, UPPER, WORD, WORDINGS, asking, form
from suites.spelling.tasks import CORE, TASKS
from suites.spelling.words import ABROAD, ENGLISH, REAL, SOURCES, known, listed, stocks, training_side

EVERYTHING = Options(tasks="all", sources="all")
QUICK_PROMPTS = "541c993128876941b6cf3531aa383f5a6887f37d614cd85b2885e0d2353798d5"


@pytest.fixture(scope="module")
def many() -> list[Sample]:
    """20,000 items; `uv run python -m suites.spelling.audit` makes and solves 100,000."""
    return list(samples(7, 20_000, EVERYTHING))


@pytest.fixture(scope="module")
def full() -> list[Sample]:
    return list(samples(FIXED_SEED, 1600, Options()))


# Answers


def test_a_second_implementation_finds_every_answer_in_the_prompt_alone(many: list[Sample]) -> None:
    ask = asking(WORD)
    for sample in many:
        assert solver.solve(ask(sample)) == sample.target, sample.id


def test_every_task_is_asked_in_every_wording_and_by_every_source_that_it_can_be(many: list[Sample]) -> None:
    met = {(s.tags["task"], s.tags["wording"], s.tags["source"]) for s in many}
    assert met == {
        (name, wording, source)
        for name, task in TASKS.items()
        for wording in range(1, WORDINGS + 1)
        for source in (REAL if task.real else SOURCES)
    }


@pytest.mark.parametrize(
    ("task", "word", "setting", "answer"),
    [
        ("spell", "strawberry", 0, "s-t-r-a-w-b-e-r-r-y"),
        ("reverse", "élève", 0, "evèlé"),
        ("count_letter", "strawberry", 3, "3"),
        ("every_k", "ubiquitous", 3, "uqts"),
        ("nth", "ubiquitous", 5, "u"),
        ("nth", "ubiquitous", -2, "u"),
        ("first_last", "silent", 0, "s t"),
        ("length", "żółw", 0, "4"),
        ("contains", "banana", 1, "yes"),
        ("contains", "banana", 0, "no"),
    ],
)
def test_answers_that_a_reader_can_check(task: str, word: str, setting: int, answer: str) -> None:
    question = TASKS[task].pose(words.word(word, "common"), setting, Random(1), lambda _length: None)
    assert question
    assert question.answer == answer


@pytest.mark.parametrize(
    ("task", "word", "setting"),
    [
        ("reverse", "level", 0),
        ("count_letter", "silent", 2),
        ("count_letter", "élève", 1),  # of e, é and è none can be asked for, l and v can
        ("first_last", "level", 0),
        ("swap", "noon", 0),
        ("delete", "noon", 1),
        ("anagram", "aaaa", 0),
        ("compare_length", "silent", 1),
    ],
)
def test_words_that_do_not_admit_a_question_are_passed_over(task: str, word: str, setting: int) -> None:
    question = TASKS[task].pose(words.word(word, "common", "fr"), setting, Random(1), lambda _length: None)
    assert question is None or question.fields["letter"] in "lv"


def test_yes_and_no_are_balanced(many: list[Sample]) -> None:
    for task in ("contains", "anagram"):
        english = [s.target for s in many if s.tags["task"] == task and s.tags["source"] in ENGLISH]
        assert 0.49 < english.count("yes") / len(english) < 0.51


def test_of_two_words_the_longer_one_is_named_first_as_often_as_last(many: list[Sample]) -> None:
    found = [s for s in many if s.tags["task"] == "compare_length" and s.tags["source"] in ENGLISH]
    assert 0.4 < sum(s.target == s.input for s in found) / len(found) < 0.6
    assert all(len(s.input) != len(s.fields["other"]) for s in found)


def test_every_number_of_repeats_is_asked_for(many: list[Sample]) -> None:
    times = Counter(s.tags["repeats"] for s in many if s.tags["task"] == "count_letter")
    assert set(times) == {0, 1, 2, 3, 4}
    assert max(times.values()) < 4 * min(times.values())


def test_a_misspelled_word_is_none_and_can_only_mean_one(many: list[Sample]) -> None:
    found = [s for s in many if s.tags["task"] == "correct_misspelling"]
    assert len(found) > 150
    for sample in found:
        assert sample.input not in known()
        assert sample.input != sample.target


@pytest.mark.parametrize(
    ("text", "word"), [("neccessary", "necessary"), ("begining", "beginning"), ("seperate", "separate")]
)
def test_well_known_misspellings_are_unmistakable(text: str, word: str) -> None:
    assert misspell.unmistakable(text, word)


@pytest.mark.parametrize(("text", "word"), [("form", "from"), ("lates", "later"), ("quite", "quiet")])
def test_slips_that_give_or_may_mean_another_word_are_not(text: str, word: str) -> None:
    assert not misspell.unmistakable(text, word)


# Blocks


def by_block(found: list[Sample]) -> dict[tuple[object, ...], dict[object, Sample]]:
    blocks: dict[tuple[object, ...], dict[object, Sample]] = defaultdict(dict)
    for sample in found:
        blocks[sample.tags["block"], sample.tags["task"]][sample.tags["source"]] = sample
    return blocks


def test_words_of_a_block_differ_in_nothing_but_their_source(full: list[Sample]) -> None:
    for (_, task), block in by_block(full).items():
        assert set(block) == set(ENGLISH)
        for tag in ("length", "band", "repeats", "wording"):
            assert len({sample.tags.get(tag) for sample in block.values()}) == 1, (task, tag)
        if task in ("contains", "anagram", "count_letter", "length"):
            assert len({sample.target for sample in block.values()}) == 1
        assert (
            len({sample.fields.get("place", "") + sample.fields.get("kth", "") for sample in block.values()})
            == 1
        )


def test_each_word_is_also_to_be_spelled(full: list[Sample]) -> None:
    tasks: dict[str, list[str]] = defaultdict(list)
    for sample in full:
        tasks[sample.cluster].append(str(sample.tags["task"]))
    assert len(tasks) == 800
    assert all(len(asked) == 2 and asked[0] == "spell" for asked in tasks.values())


def test_tasks_bands_sources_and_wordings_are_balanced(full: list[Sample]) -> None:
    for tag, most in (("task", 1.01), ("source", 1.01), ("wording", 1.05), ("band", 1.25)):
        times = Counter(s.tags[tag] for s in full if s.tags["task"] != "spell")
        assert max(times.values()) <= most * min(times.values()), (tag, times)
    assert Counter(s.tags["task"] for s in full) == {"spell": 800} | dict.fromkeys(set(CORE) - {"spell"}, 160)


def test_the_first_items_of_many_are_the_items_of_few(full: list[Sample]) -> None:
    assert list(samples(FIXED_SEED, 60, Options())) == full[:60]


def test_which_sources_are_chosen_changes_nothing_in_the_others(full: list[Sample]) -> None:
    alone = list(samples(FIXED_SEED, 200, Options(sources="nonsense")))
    assert alone == [s for s in full if s.tags["source"] == "nonsense"][:200]


def test_one_task_alone_can_be_asked() -> None:
    found = list(samples(1, 100, Options(tasks="count_letter", sources="random,common")))
    assert {s.tags["task"] for s in found} == {"count_letter"}
    assert {s.tags["task"] for s in samples(1, 20, Options(tasks="spell"))} == {"spell"}


def test_no_prompt_and_no_id_comes_twice(full: list[Sample]) -> None:
    assert len({s.id for s in full}) == len({asking(WORD)(s) for s in full}) == len(full)


def test_another_seed_gives_other_items() -> None:
    one, other = ({s.input for s in samples(seed, 400, Options())} for seed in (1, 2))
    assert len(one & other) < len(one) / 10


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"tasks": "count"}, NotFound),
        ({"tasks": ""}, NotFound),
        ({"tasks": "all,spell"}, NotFound),
        ({"sources": "usual"}, NotFound),
        ({"tasks": "correct_misspelling", "sources": "random"}, BadInput),
    ],
)
def test_options_that_make_no_sense_are_refused(settings: dict[str, str], error: type[Exception]) -> None:
    with pytest.raises(error):
        list(samples(1, 10, Options(**settings)))


def test_the_prompts_of_the_quick_size_are_the_same_everywhere() -> None:
    prompts = [asking(arm)(sample) for sample in samples(FIXED_SEED, 60, Options()) for arm in FORMS]
    assert hashlib.sha256("\0".join(prompts).encode()).hexdigest() == QUICK_PROMPTS


# Words


def test_no_word_is_among_those_kept_for_training(many: list[Sample]) -> None:
    for sample in many:
        for text in (sample.cluster, sample.input, sample.fields["other"]):
            assert not text or not kept_for_training(text), sample.id


def test_a_quarter_of_all_words_may_be_taught() -> None:
    for source in ("common", "rare"):
        ours = sum(training_side(each.text) for each in listed(source))
        assert 0.23 < ours / len(listed(source)) < 0.27
    taught = stocks("x", training=True)
    for source in SOURCES:
        for _ in range(5):
            assert kept_for_training(taught[source].take(5, lambda word: word.text) or "")


def test_items_for_training_are_on_the_other_side_in_other_wordings() -> None:
    found = list(islice(taught("t", list(TASKS), ENGLISH), 2_000))
    assert {s.tags["task"] for s in found} == set(TASKS)
    assert {s.tags["wording"] for s in found} == {1, 2}
    for sample in found:
        for text in (sample.cluster, sample.input, sample.fields["other"]):
            assert not text or kept_for_training(text), sample.id


def test_nonsense_and_random_letters_are_no_words_and_come_once(many: list[Sample]) -> None:
    invented = Counter(
        s.cluster for s in many if s.tags["source"] in ("nonsense", "random") and s.tags["task"] == "spell"
    )
    assert not set(invented) & known()
    assert max(invented.values()) == 1
    assert not any(words.refused(text) for text in invented)


def test_lists_hold_what_they_say() -> None:
    common, rare = ({each.text for each in listed(source)} for source in ("common", "rare"))
    assert len(common) > 10_000
    assert len(rare) > 9_000
    assert not common & rare
    assert common | rare <= known()
    assert not any(words.refused(text) for text in common | rare)
    assert {"decide", "opportunity"} <= common
    assert {"bespangle", "ethologist"} <= rare


def test_words_of_other_languages_are_composed_and_as_their_source_says() -> None:
    texts = [each.text for source in ABROAD for each in listed(source)]
    assert len(set(texts)) == len(texts) > 600
    for each in listed("accented"):
        assert any(not letter.isascii() for letter in each.letters), each
    for each in listed("non-latin"):
        assert not re.search("[a-z]", each.text)
    for text in texts:
        assert unicodedata.is_normalized("NFC", text)
        assert text == text.lower()
        assert 3 <= len(text) == len(letters(text)) == len(text.upper())


def test_what_upsets_is_refused_alone_and_inside_a_word() -> None:
    inside, whole = words._refusals()
    assert len(inside) > 80
    assert len(whole) > 150
    assert words._digest("hell") in whole
    assert words.refused("hell")
    assert not words.refused("hello")
    assert words.refused("nazis")
    assert not words.refused("strawberry")


def test_a_stock_repeats_itself_only_when_everything_was_taken() -> None:
    stock = words.Listed.of(words.listed("rare"), Random(1))
    length = 15
    size = len(stock.queues[length])
    taken = [stock.take(length, lambda word: word.text) for _ in range(size)]
    assert len(set(taken)) == size
    assert stock.take(length, lambda word: word.text) == taken[0]
    assert stock.take(99, lambda word: word.text) is None


def test_a_source_that_cannot_serve_says_so() -> None:
    assert stocks("x")["random"].take(5, lambda word: word.text if len(word.text) > 5 else None) is None


# Letters


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("cafe\u0301", ("c", "a", "f", "é")),
        ("שלום", ("ש", "ל", "ו", "ם")),
        ("q\u0307a", ("q\u0307", "a")),
        ("", ()),
    ],
)
def test_a_letter_is_what_a_reader_sees_as_one(text: str, found: tuple[str, ...]) -> None:
    assert letters(text) == found


@pytest.mark.parametrize(("one", "other"), [("É", "e\u0301"), ("σ", "ς"), ("מ", "ם"), ("Я", "я")])
def test_letters_that_differ_in_case_form_or_composition_are_the_same(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_letters_that_occur_with_and_without_an_accent_are_not_asked_for() -> None:
    assert counted(letters("élève")) == {"l": 1, "v": 1}
    assert counted(letters("σεισμός")) == {"ε": 1, "ι": 1, "μ": 1, "ό": 1}
    assert absent(letters("élève"), ("e", "a")) == ["a"]


def test_doubles_are_seen() -> None:
    assert doubled(letters("letter"))
    assert not doubled(letters("banana"))


def test_every_length_has_one_band() -> None:
    assert [name for length in range(3, 30) for name, band in BANDS.items() if length in band] == (
        ["3-6"] * 4 + ["7-9"] * 3 + ["10-12"] * 3 + ["13+"] * 17
    )


# Prompts


def test_each_task_asks_in_three_different_ways() -> None:
    assert set(ASKED) == set(TASKS) | {"nth_from_end"}
    assert all(len(set(wordings)) == WORDINGS for wordings in ASKED.values())


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("word", "łódź"),
        ("spaced", "ł ó d ź"),
        ("hyphenated", "ł-ó-d-ź"),
        ("upper", "ŁÓDŹ"),
        ("quoted", "ł, then ó, then d, then ź"),
        ("spell first", "łódź"),
    ],
)
def test_forms(name: str, shown: str) -> None:
    assert form(name, "ło\u0301dź") == shown


def test_forms_change_nothing_but_how_the_word_is_given(many: list[Sample]) -> None:
    for sample in many[:2_000]:
        shown = [text for text in (sample.input, sample.fields["other"]) if text]
        for name in FORMS:
            prompt = asking(name)(sample)
            assert all(form(name, text) in prompt for text in shown), (name, sample.id)
            if name not in (WORD, UPPER, "spell first"):
                assert not any(f'"{text}"' in prompt for text in shown)
        for name in ("spaced", "hyphenated"):
            other = asking(name)(sample)
            for text in shown:
                other = other.replace(f'"{form(name, text)}"', f'"{text}"')
            assert other == asking(WORD)(sample)


def test_capitals_are_asked_for_where_capitals_are_shown() -> None:
    sample = next(s for s in samples(1, 400, Options()) if s.tags["task"] == "count_letter")
    assert f'"{sample.fields["letter"].upper()}"' in asking(UPPER)(sample)
    assert f'"{sample.input.upper()}"' in asking(UPPER)(sample)


def test_two_words_told_letter_by_letter_have_names() -> None:
    sample = next(s for s in samples(1, 900, EVERYTHING) if s.tags["task"] == "compare_length")
    prompt = asking(QUOTED)(sample)
    assert prompt.startswith("Here are two words, letter by letter. The first one: ")
    assert "the first word" in prompt
    assert "the second word" in prompt
