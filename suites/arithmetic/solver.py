"""A second opinion: reads the numbers out of a problem's text and solves the equations that its sentences state.

It shares nothing with the generator but the sentences: it never sees the steps or the numbers drawn. Exact fractions;
an answer is given only where the equations leave no other.
"""

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from .forms import SLOT, WORD, Form, words

Exact = int | Fraction
Values = Mapping[str, Exact]


class Unsolved(Exception):
    """The equations contradict each other, or leave the answer open."""


@dataclass(frozen=True, slots=True)
class Linear:
    """A sum of unknowns, each times a number, plus a constant."""

    terms: Mapping[str, Exact]
    constant: Exact

    def plus(self, other: "Linear", times: Exact = 1) -> "Linear":
        """The sum of it and `times` the other; terms that vanish are dropped."""
        terms = dict(self.terms)
        for name, n in other.terms.items():
            terms[name] = terms.get(name, 0) + times * n
            if not terms[name]:
                del terms[name]
        return Linear(terms, self.constant + times * other.constant)

    def times(self, factor: Exact) -> "Linear":
        """Every part of it times a number."""
        return Linear({name: factor * n for name, n in self.terms.items() if factor}, factor * self.constant)


def answer(form: Form, text: str) -> Exact:
    """The one answer to a problem as it is told.

    Raises: Unsolved: the text is not this form's, or its equations have no solution or several.
    """
    equations = [equation for part in (*form.say, form.ask) for equation in part.equations]
    solved = solve(equations, read(form, text))
    if "answer" not in solved:
        raise Unsolved(f"the equations leave the answer open: {text}")
    return solved["answer"]


def read(form: Form, text: str) -> dict[str, Exact]:
    """The numbers of a problem, out of its text; a sentence about something else is passed over."""
    found = _pattern(form).fullmatch(text)
    if found is None:
        raise Unsolved(f"this is not {form.template} at level {form.level}: {text}")
    return {name: int(number) for name, number in found.groupdict().items()}


@cache
def _pattern_of(say: str, ask: str) -> re.Pattern[str]:
    aside = "|".join(re.sub(r"\(\?P<\w+>", "(?:", _regex(text)) for text in words().distractors)
    return re.compile(rf"(?:(?:{aside}) )?{_regex(say)} (?:(?:{aside}) )?{_regex(ask)}")


def _pattern(form: Form) -> re.Pattern[str]:
    return _pattern_of(" ".join(part.text for part in form.say), form.ask.text)


def _regex(text: str) -> str:
    """A pattern of a sentence: numbers where it has slots, any words where it has words."""
    parts = re.split(r"(\{[\w:]+\})", text)
    return "".join(
        f"(?P<{slot[1]}>[0-9]+)"
        if (slot := SLOT.fullmatch(part))
        else r"[\w' -]+?"
        if WORD.fullmatch(part)
        else re.escape(part)
        for part in parts
    )


def solve(equations: list[str], known: Values) -> dict[str, Exact]:
    """Everything that the equations determine.

    Those that are linear in what is unknown are solved together; what that settles may make others linear, and so on.
    Raises: Unsolved: two equations contradict each other.
    """
    values, settled = dict(known), -1
    while len(values) > settled:
        settled = len(values)
        rows = [row for equation in equations if (row := _row(equation, values)) is not None]
        values |= _eliminate(rows)
    return values


def _row(equation: str, values: Values) -> Linear | None:
    """What is 0: the left side less the right; None while it is not linear in what is unknown."""
    left, right = (_expression(side, values) for side in _sides(equation))
    return left.plus(right, -1) if left and right else None


@cache
def _sides(equation: str) -> tuple[ast.expr, ...]:
    return tuple(ast.parse(side, mode="eval").body for side in equation.split(" = "))


def _expression(node: ast.expr, values: Values) -> Linear | None:
    """A side of an equation, or a part of it; None where two unknowns are multiplied."""
    if isinstance(node, ast.Name):
        return Linear({}, values[node.id]) if node.id in values else Linear({node.id: 1}, 0)
    if not isinstance(node, ast.BinOp):
        raise Unsolved(f"an equation may hold names and + - * only, not {ast.unparse(node)}")
    left, right = _expression(node.left, values), _expression(node.right, values)
    return _combined(node.op, left, right) if left and right else None


def _combined(op: ast.operator, left: Linear, right: Linear) -> Linear | None:
    if isinstance(op, ast.Add | ast.Sub):
        return left.plus(right, 1 if isinstance(op, ast.Add) else -1)
    if not isinstance(op, ast.Mult):
        raise Unsolved(f"an equation may hold + - * only, not {type(op).__name__}")
    if left.terms and right.terms:
        return None
    return left.times(right.constant) if left.terms else right.times(left.constant)


def _eliminate(rows: list[Linear]) -> dict[str, Exact]:
    """Gauss and Jordan: the unknowns that have one value only."""
    reduced: dict[str, Linear] = {}
    for given in rows:
        row = given
        for name, other in reduced.items():
            if name in row.terms:
                row = row.plus(other, -row.terms[name])
        if not row.terms:
            if row.constant:
                raise Unsolved("two equations contradict each other")
            continue
        pivot = next(iter(row.terms))
        row = row.times(Fraction(1, row.terms[pivot]))
        for name, other in reduced.items():
            if pivot in other.terms:
                reduced[name] = other.plus(row, -other.terms[pivot])
        reduced[pivot] = row
    return {name: -row.constant for name, row in reduced.items() if len(row.terms) == 1}
