"""Items of the suite arithmetic: whole, balanced, solved twice, and the same bytes for the same seed."""

import hashlib
import re
from collections import Counter
from fractions import Fraction
from itertools import pairwise
from random import Random

import pytest
from scipy.stats import ks_2samp

from suites.arithmetic import arms, draw, items, solver
from suites.arithmetic.draw import Numbers
from suites.arithmetic.forms import SLOT, Form, Sentence, forms, templates
from suites.arithmetic.items import Problem
from suites.arithmetic.solver import Unsolved

LEVELS, DIGITS = range(1, 7), range(1, 5)
SEED = 20261123


@pytest.fixture(scope="module")
def many() -> list[Problem]:
    """20,000 problems; `uv run python -m suites.arithmetic.audit` makes and solves 100,000."""
    return list(items.problems(7, 20_000, LEVELS, DIGITS))


@pytest.fixture(scope="module")
def full() -> list[Problem]:
    return list(items.problems(SEED, 960, LEVELS, DIGITS))


def known(form: Form, name: str) -> bool:
    return name in form.kinds


# Forms


def test_there_are_sixteen_templates_at_six_levels() -> None:
    assert len(templates()) == 16
    assert set(forms()) == {(name, level) for name in templates() for level in LEVELS}


@pytest.mark.parametrize("form", forms().values(), ids=lambda form: f"{form.template}-{form.level}")
def test_a_level_is_that_many_operations_each_on_the_result_of_the_last(form: Form) -> None:
    assert len(form.steps) == form.level
    assert all(step.name in (after.left, after.right) for step, after in pairwise(form.steps))
    operands = [name for step in form.steps for name in (step.left, step.right) if known(form, name)]
    assert sorted(operands) == sorted(form.kinds), "every number of the text is used, and once"


@pytest.mark.parametrize("form", forms().values(), ids=lambda form: f"{form.template}-{form.level}")
def test_sentences_state_all_that_is_needed_and_leave_nothing_open(form: Form) -> None:
    numbers = next(draw.draws(form, 2, Random(form.template)))
    equations = [equation for part in (*form.say, form.ask) for equation in part.equations]
    names = set(re.findall(r"[a-z]\w*", " ".join(equations)))
    solved = solver.solve(equations, numbers.given)
    assert set(solved) == names | set(form.kinds)
    assert solved["answer"] == numbers.answer


@pytest.mark.parametrize("level", LEVELS)
def test_operations_and_kinds_of_numbers_have_the_same_proportion_at_every_level(level: int) -> None:
    here = [form for form in forms().values() if form.level == level]
    assert Counter(step.op for form in here for step in form.steps) == {
        "*": 3 * level,
        "/": 3 * level,
        "+": 5 * level,
        "-": 5 * level,
    }
    assert Counter(kind for form in here for kind in form.kinds.values()) == {
        "count": 6 * (level + 1),
        "amount": 6 * (level + 1),
        "total": 4 * (level + 1),
    }


# Answers


def test_a_second_implementation_finds_every_answer_in_the_text_alone(many: list[Problem]) -> None:
    for problem in many:
        assert solver.answer(problem.form, problem.text) == problem.numbers.answer, problem.text


def test_every_result_is_a_whole_number_within_bounds(many: list[Problem]) -> None:
    for problem in many:
        assert all(2 <= result <= 10 ** (problem.digits + 2) for result in problem.numbers.results)


def test_no_answer_is_shown_or_met_on_the_way(many: list[Problem]) -> None:
    for problem in many:
        shown = {int(number) for number in re.findall(r"\d+", problem.text)}
        assert problem.numbers.answer not in shown
        assert problem.numbers.answer not in problem.numbers.results[:-1]


def test_working_ends_with_the_answer(full: list[Problem]) -> None:
    for problem in full:
        lines = draw.working(problem.form, problem.numbers)
        assert len(lines) == problem.form.level
        for line in lines:
            left, op, right, result = re.fullmatch(r"(\d+) (.) (\d+) = (\d+)", line).groups()  # type: ignore[union-attr]
            value = {
                "+": Fraction.__add__,
                "-": Fraction.__sub__,
                "*": Fraction.__mul__,
                "/": Fraction.__truediv__,
            }[op]
            assert value(Fraction(left), Fraction(right)) == Fraction(result)
        assert lines[-1].endswith(f"= {problem.numbers.answer}")


@pytest.mark.parametrize(
    ("equations", "fault"),
    [
        (["answer = a + x"], "open"),
        (["answer = x + y", "x + y = a", "x - y = answer - x"], ""),
        (["answer = x", "x = a", "x = a + a"], "contradict"),
        (["a * x = a * answer", "y = x * x"], "open"),
        (["x * y = a", "answer = a + a", "x = a"], ""),
        (["answer = a / a"], "only"),
        (["answer = -a"], "only"),
    ],
)
def test_the_solver_answers_only_where_there_is_one_answer(equations: list[str], fault: str) -> None:
    form = Form(
        "made up",
        1,
        "",
        (Sentence("There are {a:count} of them.", tuple(equations)),),
        Sentence("How many?", ()),
        (),
        {"a": "count"},
    )
    if fault:
        with pytest.raises(Unsolved, match=fault):
            solver.answer(form, "There are 6 of them. How many?")
    else:
        assert solver.answer(form, "There are 6 of them. How many?")


def test_the_solver_refuses_a_text_that_is_not_the_form_s() -> None:
    with pytest.raises(Unsolved, match="not fruit"):
        solver.answer(forms()["fruit", 1], "Emily buys apples. What is the cost of each apple, in dollars?")


def test_a_text_is_read_as_its_own_form_alone(full: list[Problem]) -> None:
    for problem in full[:48]:
        readers = []
        for form in forms().values():
            try:
                solver.read(form, problem.text)
            except Unsolved:
                continue
            readers.append(form)
        assert readers == [problem.form]


def test_equations_that_state_something_else_are_caught() -> None:
    form = forms()["fruit", 3]
    numbers = next(draw.draws(form, 1, Random(1)))
    problem = items.tell(form, 1, numbers, Random(1))
    more = re.sub(r"\$(\d+)\.", lambda price: f"${int(price[1]) + 1}.", problem.text, count=1)
    assert solver.answer(form, more) != numbers.answer


# Spread


@pytest.mark.parametrize("digits", DIGITS)
@pytest.mark.parametrize("level", LEVELS)
def test_numbers_are_spread_alike_at_every_level(full: list[Problem], level: int, digits: int) -> None:
    shown = {
        same: [
            n
            for problem in full
            if problem.digits == digits and (problem.form.level == level) == same
            for n in problem.numbers.given.values()
        ]
        for same in (True, False)
    }
    found = ks_2samp(shown[True], shown[False])
    assert found.statistic < 0.06
    assert found.pvalue > 0.9


@pytest.mark.parametrize("level", LEVELS)
def test_the_spread_is_alike_to_a_hundredth_in_the_long_run(many: list[Problem], level: int) -> None:
    here = [n for problem in many if problem.form.level == level for n in problem.numbers.given.values()]
    there = [n for problem in many if problem.form.level != level for n in problem.numbers.given.values()]
    assert ks_2samp(here, there).statistic < 0.01


def test_the_test_of_spread_can_fail() -> None:
    """Without the ledger's choice, numbers differ between levels by far more than the bound."""
    rng = Random(1)
    shown: dict[int, list[int]] = {
        level: [
            n
            for name in templates()
            for _ in range(150)
            for n in next(draw.draws(forms()[name, level], 1, rng)).given.values()
        ]
        for level in (1, 6)
    }
    assert ks_2samp(shown[1], shown[6]).statistic > 0.03


@pytest.mark.parametrize(("n", "each"), [(24, 1), (240, 10), (960, 40)])
def test_every_level_meets_every_number_of_digits_equally_often(n: int, each: int) -> None:
    met = Counter(cell for _, cell in items.schedule(Random(3), n, [(x, y) for x in LEVELS for y in DIGITS]))
    assert set(met.values()) == {each}


@pytest.mark.parametrize("n", [240, 960])
def test_templates_are_met_equally_often_to_within_a_few(n: int) -> None:
    met = Counter(name for name, _ in items.schedule(Random(3), n, [(x, y) for x in LEVELS for y in DIGITS]))
    assert max(met.values()) - min(met.values()) <= 4


def test_every_template_meets_every_cell_within_384_items() -> None:
    cells = [(x, y) for x in LEVELS for y in DIGITS]
    assert len(set(items.schedule(Random(3), 384, cells))) == 384


# Sides, and the talk's own problem


def test_no_item_is_kept_for_training(many: list[Problem]) -> None:
    assert not any(draw.training_side(problem.form, problem.numbers.given) for problem in many)


def test_training_draws_are_the_other_side() -> None:
    form = forms()["fruit", 3]
    drawn = draw.draws(form, 1, Random(5), training=True)
    theirs = {draw.canonical(form, next(drawn).given) for _ in range(300)}
    drawn = draw.draws(form, 1, Random(5))
    ours = {draw.canonical(form, next(drawn).given) for _ in range(300)}
    assert not ours & theirs


@pytest.mark.parametrize("training", [True, False])
def test_the_talks_own_problem_is_never_drawn(monkeypatch: pytest.MonkeyPatch, training: bool) -> None:
    form = forms()["fruit", 3]
    talk = Numbers({"n": 3, "m": 2, "p": 2, "t": 13}, (4, 9, 3))
    assert draw.canonical(form, talk.given) == draw.TALK
    given = iter([talk, talk, next(draw.draws(form, 2, Random(2), training=training))])
    monkeypatch.setattr(draw, "attempt", lambda *_: next(given))
    assert next(draw.draws(form, 1, Random(), training=training)) is not talk


def test_no_problem_occurs_twice_at_full_size(full: list[Problem]) -> None:
    said = {draw.canonical(problem.form, problem.numbers.given) for problem in full}
    assert len(said) == len(full) == len({problem.text for problem in full})


# Texts


def test_the_same_seed_gives_the_same_bytes_and_a_smaller_size_the_first_of_them(full: list[Problem]) -> None:
    quick = [problem.text for problem in items.problems(SEED, 24, LEVELS, DIGITS)]
    assert quick == [problem.text for problem in full[:24]]
    assert quick != [problem.text for problem in items.problems(SEED + 1, 24, LEVELS, DIGITS)]
    digest = hashlib.sha256("\n".join(quick).encode()).hexdigest()
    assert digest == "41a2f61d2a23c8765cdb0ab911cd6909b2f72c38bf38e0f82477a291fbfa5133"


def test_a_distractor_changes_nothing_else(full: list[Problem]) -> None:
    told = list(items.problems(SEED, 240, LEVELS, DIGITS, distractor=True))
    for plain, other in zip(full, told, strict=False):
        assert plain.numbers == other.numbers
        assert solver.answer(other.form, other.text) == plain.numbers.answer
        extra = set(re.split(r"(?<=[.?]) ", other.text)) - set(re.split(r"(?<=[.?]) ", plain.text))
        assert len(extra) == 1
        number = int(re.findall(r"\d+", extra.pop())[0])
        assert number not in {*plain.numbers.given.values(), *plain.numbers.results}


def test_texts_are_finished_sentences_with_no_blank_left(many: list[Problem]) -> None:
    for problem in many:
        assert not re.search(r"[{}]|  | [.,?]", problem.text)
        assert problem.text.endswith("?")
        assert not re.search(r"\b[Aa] [aeiou]|\b[01]\b", problem.text), problem.text
        assert problem.unit.isalpha() or " " in problem.unit


def test_every_number_of_the_text_is_one_of_the_problem(full: list[Problem]) -> None:
    for problem in full:
        assert [int(n) for n in re.findall(r"\d+", problem.text)] == list(problem.numbers.given.values())
        assert len(
            SLOT.findall(" ".join(part.text for part in (*problem.form.say, problem.form.ask)))
        ) == len(problem.numbers.given)


def test_a_sample_says_what_it_is(full: list[Problem]) -> None:
    sample = items.sample(0, full[0])
    assert sample.target == str(full[0].numbers.answer)
    assert sample.cluster == sample.tags["template"] == full[0].form.template
    assert [items.sample(i, problem).tags["wording"] for i, problem in enumerate(full[:4])] == [1, 2, 3, 1]


def test_every_wording_stands_below_the_problem() -> None:
    sample = items.sample(4, next(items.problems(SEED, 1, LEVELS, DIGITS)))
    for arm, wordings in arms.advice().items():
        if arm != "check":
            assert len(wordings) == arms.WORDINGS
            assert arms.worded(arm, sample) == f"{sample.input}\n{wordings[1]}"
