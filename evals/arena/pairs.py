"""Pairs: two models' answers to one question, side by side, in an order that a seed draws."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from evals.arena.answers import Answer, Question
from evals.arena.folder import Arena


@dataclass(frozen=True, slots=True)
class Match:
    """Two answers to one question, in the order in which they are shown.

    Attributes: a, b: shown first and second, or on the left and right.
    """

    question: Question
    a: Answer
    b: Answer

    @property
    def id(self) -> str:
        """The same whichever answer comes first: question and both models, sorted."""
        return "|".join((self.question.id, *sorted((self.a.model, self.b.model))))

    @property
    def swapped(self) -> "Match":
        """The same two answers in the other order."""
        return Match(self.question, self.b, self.a)


def pairs(arena: Arena, seed: int = 0) -> Iterator[Match]:
    """Every two answers to every question once; which comes first is drawn by the seed, question by question.

    The models of the answers may be the same text: what is equal is a match too, and a tie.
    """
    by_question: dict[str, list[Answer]] = {}
    for answer in arena.answers.values():
        by_question.setdefault(answer.question, []).append(answer)
    for question, answers in by_question.items():
        for one, other in combinations(sorted(answers, key=lambda answer: answer.model), 2):
            draw = random.Random(f"{seed}|{question}|{one.model}|{other.model}")
            match = Match(arena.questions[question], one, other)
            yield match.swapped if draw.random() < 1 / 2 else match
