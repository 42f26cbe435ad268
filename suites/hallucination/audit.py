"""Checks the made-up things in bulk.

uv run python -m suites.hallucination.audit              100,000 of each domain against every list
uv run python -m suites.hallucination.audit --chances    how often a draw hits a real word it was not taught
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from itertools import islice
from random import Random
from typing import get_args

from evals.pseudoword import kept_for_training
from evals.suite import FIXED_SEED, render
from evals.types import to_json

from . import evidence, known, people, suite, things, words
from .arms import ARMS
from .entity import Entity, Fresh, rows_of

DRAWS = 4_000
"""Draws from which shares are estimated."""


@dataclass(frozen=True)
class Audit:
    """What was found among many made-up things of one kind.

    Attributes:
        kind: domain, and tier where a domain has several kinds.
        made: how many there were.
        listed: how many are on a list of what is known.
        common: how many are a common given name with a common surname.
        taught: how many are kept for the training of the embedded model.
        repeated: how many came up a second time, and were passed over.
        bound: the largest expected number of namesakes of any.
        seconds: how long it took.
    """

    kind: str
    made: int
    listed: int
    common: int
    taught: int
    repeated: int
    bound: float
    seconds: float

    @property
    def sound(self) -> bool:
        """Whether none of them can be mistaken for something real, or was taught."""
        return not (self.listed or self.common or self.taught) and self.bound < evidence.LIMIT


# What is invented, against the lists


def audits(n: int, seed: int = FIXED_SEED) -> Iterator[Audit]:
    """The first n (or as many as there are) of every kind of made-up thing."""
    for kind, invent in KINDS.items():
        yield audit(kind, Fresh(invent(Random(f"{kind} {seed}"))), n)


def audit(kind: str, entities: Fresh, n: int) -> Audit:
    """What is found among the first n of them."""
    start = time.perf_counter()
    found = Counter[str]()
    made, bound = 0, 0.0
    for made, entity in enumerate(islice(entities, n), 1):  # noqa: B007
        found.update(check for check, holds in CHECKS.items() if holds(entity))
        bound = max(bound, entity.evidence.bound if entity.evidence else 1.0)
    took = time.perf_counter() - start
    return Audit(
        kind, made, found["listed"], found["common"], found["taught"], entities.repeated, bound, took
    )


def is_listed(entity: Entity) -> bool:
    """Whether the name, or an invented word in it, is on any list of what is known."""
    who = entity.who
    return (
        who in real_names()
        or known.fold(who) in known.anything()
        or any(word in known.anything() or word in known.surname_shares() for word in entity.words)
        or (entity.prompts == "packages" and (who in known.packages() or who in sys.stdlib_module_names))
        or (entity.prompts == "api" and _is_member(who))
    )


def _is_member(name: str) -> bool:
    module, _, member = name.rpartition(".")
    return member in known.stdlib()[module]


def is_common(entity: Entity) -> bool:
    """Whether a name of two or more words is made of census names only, as John Smithson is."""
    parts = known.fold(entity.who).split()
    return (
        entity.prompts != "api"
        and len(parts) > 1
        and all(part in known.given_shares() or part in known.surname_shares() for part in parts)
    )


def is_taught(entity: Entity) -> bool:
    """Whether it is kept for the training of the embedded model: by its surname, or whole if made of famous names."""
    return any(map(kept_for_training, (entity.name,) if entity.tier in "EF" else entity.words))


@cache
def real_names() -> frozenset[str]:
    """The names of everything real in this suite, and of those on the closed lists."""
    return frozenset(
        row["name"] for file in ("people.csv", "things.csv", "locks.csv") for row in rows_of(file)
    )


KINDS: Mapping[str, things.Invent] = {
    "people D": people.invented,
    "people E": people.near_misses,
    "people F": people.blends,
    "people H": people.locked,
    **things.INVENT,
}
"""Kind of made-up thing -> its endless source; near misses and blends of the famous run out."""

CHECKS: Mapping[str, Callable[[Entity], bool]] = {
    "listed": is_listed,
    "common": is_common,
    "taught": is_taught,
}


# How often a draw would hit something real


@dataclass(frozen=True)
class Chance:
    """How often a draw hits a real word that the models have not learned.

    Attributes:
        kind: which words; surnames for each tenth of likelihood apart, since each is drawn for itself.
        unlearned: on how many real words it was measured.
        taken: the share of draws that are taken.
        hit: the mean probability that a word taken is a certain one of them; its inverse is N of the bound U / N.
    """

    kind: str
    unlearned: int
    taken: float
    hit: float

    @property
    def sound(self) -> bool:
        """Whether the figure that the evidence rests on is an upper bound of this one."""
        return self.hit <= evidence.CHANCE.get(self.kind.split()[0], 1.0)


def chances() -> Iterator[Chance]:
    """For every lexicon: surnames against the 68,799 rarer ones of the census, the rest against half of their list."""
    for kind, recipe in words.RECIPES.items():
        listed = recipe.listed()
        if recipe.learned is None:
            listed = Random(kind).sample(listed, len(listed))
            yield _chance(kind, recipe.lexicon(listed[::2]), listed[1::2])
        else:
            yield from _chances_by_tenth(words.lexicon(kind), listed[recipe.learned :])


def _chance(kind: str, lexicon: words.Lexicon, unlearned: list[str]) -> Chance:
    drawn = _drawn(lexicon, words.USUAL)
    hits = sum(lexicon.chance(word) for word in unlearned if lexicon.fits(word))
    return Chance(kind, len(unlearned), len(drawn) / DRAWS, hits / len(unlearned) / (len(drawn) / DRAWS))


def _chances_by_tenth(lexicon: words.Lexicon, unlearned: list[str]) -> Iterator[Chance]:
    hits = dict.fromkeys(range(1, 11), 0.0)
    for word in filter(lexicon.fits, unlearned):
        hits[people.decile(word)] += lexicon.chance(word) / len(unlearned)
    for order in (words.USUAL, words.ODD):
        taken = Counter(map(people.decile, _drawn(lexicon, order)))
        for tenth in filter(lambda tenth: people.order_for(tenth) == order, range(1, 11)):
            share = taken[tenth] / DRAWS
            yield Chance(f"surnames {tenth}", len(unlearned), share, hits[tenth] / share)


def _drawn(lexicon: words.Lexicon, order: int) -> list[str]:
    """What is taken of DRAWS draws of any length."""
    rng = Random("audit")
    drawn = [lexicon.models[order].invent(rng, 1, 40) for _ in range(DRAWS)]
    return [word for word in drawn if lexicon.fits(word)]


# The same bytes everywhere


def digest(domain: suite.Domain, n: int, seed: int = FIXED_SEED) -> str:
    """SHA-256 of the first n samples of a domain and of their prompts in every arm, in hexadecimal."""
    found = sha256()
    for sample in suite.samples(seed, n, suite.Options(domain)):
        asked = [render(arm, sample).plain() for arm in ARMS]
        found.update(json.dumps([to_json(sample), asked], sort_keys=True).encode())
    return found.hexdigest()


# The command


def main() -> int:
    """Print the table; 1 if something is not sound."""
    parser = argparse.ArgumentParser(description="Checks the made-up things in bulk.")
    parser.add_argument("-n", type=int, default=100_000, help="how many of each kind (100,000)")
    parser.add_argument("--chances", action="store_true", help="how often a draw hits a real word")
    parser.add_argument(
        "--digest", action="store_true", help="a SHA-256 of the standard prompts of every domain"
    )
    args = parser.parse_args()
    sound = True
    lines = _chance_lines() if args.chances else _digest_lines() if args.digest else _audit_lines(args.n)
    for line, fine in lines:
        print(line, flush=True)  # noqa: T201
        sound = sound and fine
    return 0 if sound else 1


def _audit_lines(n: int) -> Iterator[tuple[str, bool]]:
    yield (
        f"{'kind':12}{'made':>9}{'listed':>8}{'common':>8}{'taught':>8}{'repeated':>10}{'bound':>10}{'seconds':>9}",
        True,
    )
    for it in audits(n):
        counts = f"{it.made:9,}{it.listed:8}{it.common:8}{it.taught:8}{it.repeated:10,}"
        yield f"{it.kind:12}{counts}{it.bound:10.1e}{it.seconds:9.1f}", it.sound


def _chance_lines() -> Iterator[tuple[str, bool]]:
    yield f"{'words':14}{'unlearned':>10}{'taken':>8}{'hit':>10}{'held to':>10}{'N':>10}", True
    for it in chances():
        limit = evidence.CHANCE.get(it.kind.split()[0])
        held = f"{limit:10.1e}" if limit else f"{'-':>10}"
        yield f"{it.kind:14}{it.unlearned:10,}{it.taken:8.3f}{it.hit:10.1e}{held}{1 / it.hit:10.1e}", it.sound


def _digest_lines() -> Iterator[tuple[str, bool]]:
    for domain in get_args(suite.Domain):
        yield f"{digest(domain, suite.suite.sizes['standard'])}  {domain}", True


if __name__ == "__main__":
    sys.exit(main())
