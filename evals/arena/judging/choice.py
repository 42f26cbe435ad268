"""Which pairs are judged, where not all are: as many of every two models, by an order that the seed draws."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice, zip_longest

from evals.arena.pairs import Match

Contest = tuple[str, str]
"""Two models, sorted."""


def choose(
    matches: Iterable[Match], seed: int, most: int | None = None, per_question: int | None = None
) -> list[Match]:
    """At most so many matches, and of each question; the contests that have fewest are served first.

    Of one seed, fewer are always the beginning of more, so that what was judged is never judged in vain.
    """
    drawn = sorted(matches, key=lambda match: place(f"choice|{seed}", match.id))
    wanted = drawn if per_question is None else _few_of_each(drawn, per_question)
    return list(islice(_in_turn(wanted), most))


def place(seed: str, thing: str) -> bytes:
    """By this a thing is sorted into an order that is random, and in which others that come later change nothing."""
    return hashlib.sha256(f"{seed}|{thing}".encode()).digest()


def contest(match: Match) -> Contest:
    """The two models of a match."""
    one, other = sorted((match.a.model, match.b.model))
    return one, other


def _few_of_each(matches: list[Match], count: int) -> Iterator[Match]:
    """So many of each question, of the contests that have been taken least."""
    taken: Counter[Contest] = Counter()
    by_question: dict[str, list[Match]] = {}
    for match in matches:
        by_question.setdefault(match.question.id, []).append(match)
    for left in by_question.values():
        for _ in range(min(count, len(left))):
            match = min(left, key=lambda each: taken[contest(each)])
            left.remove(match)
            taken[contest(match)] += 1
            yield match


def _in_turn(matches: Iterable[Match]) -> Iterator[Match]:
    """One of each contest, then a second of each, and so on."""
    by_contest: dict[Contest, list[Match]] = {}
    for match in matches:
        by_contest.setdefault(contest(match), []).append(match)
    for row in zip_longest(*by_contest.values()):
        yield from (match for match in row if match is not None)
