"""Hallucination: does a model tell of people and things that do not exist, and does it still know those that do?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Literal

from evals.suite import Suite
from evals.types import Sample, Tag

from . import people, things
from .arms import ARMS
from .entity import Asked, Entity, Tier
from .metrics import CONTRASTS, METRICS
from .scoring import score
from .solved import solved

Domain = Literal[
    "people", "places", "books", "papers", "medicines", "packages", "api", "species", "events", "products", "all"
]  # fmt: skip

PEOPLE: Mapping[Tier, int] = {"A": 20, "D": 18, "H": 6, "E": 4, "F": 4, "G": 4, "B": 2, "C": 2}
"""How the first 60 people are dealt to the tiers: 36 who do not exist and 20 famous ones carry the two headline rates."""

THINGS: Mapping[Tier, int] = {"D": 40, "A": 16, "B": 2, "C": 2}
"""The same for the other domains, which have four tiers."""


@dataclass(frozen=True)
class Options:
    """What `--set` can change.

    Attributes:
        domain: what the questions are about; "all" takes every domain in turn.
    """

    domain: Domain = "people"


def samples(seed: int, n: int, options: Options) -> list[Sample]:
    """The first n samples of an order without end, or as many as there are; fewer are the beginning of more."""
    if options.domain != "all":
        return list(islice(_domain(options.domain, seed), n))
    domains = [_domain(domain, seed) for domain in ("people", *things.INVENT)]
    return [next(domain) for domain, _ in zip(cycle(domains), range(n), strict=False)]


def _domain(domain: str, seed: int) -> Iterator[Sample]:
    """The samples of a domain: by weight at first, then evenly; a tier that has no more leaves the rest to the others."""
    tiers = dict(people.streams(seed) if domain == "people" else things.streams(domain, seed))
    given = dict.fromkeys(tiers, 0)
    while tiers:
        tier = due(PEOPLE if domain == "people" else THINGS, {tier: given[tier] for tier in tiers})
        asked = next(tiers[tier], None)
        if asked is None:
            del tiers[tier]
            continue
        given[tier] += 1
        yield sample(domain, given[tier], asked)


def due(weights: Mapping[Tier, int], given: Mapping[Tier, int]) -> Tier:
    """Whose turn it is: the tier furthest behind its weight until all have got theirs, then the one with fewest."""
    total = sum(given.values()) + 1
    if total <= sum(weights.values()):
        return max(given, key=lambda tier: weights[tier] * total - given[tier] * sum(weights.values()))
    return min(given, key=lambda tier: given[tier])


def sample(domain: str, number: int, asked: Asked) -> Sample:
    """The sample that asks about an entity in a paraphrase; `number` counts within domain and tier, from 1."""
    entity, paraphrase = asked
    labels: dict[str, Tag] = {
        "kind": entity.kind,
        "domain": domain,
        "tier": entity.tier,
        "paraphrase": paraphrase,
    }
    return Sample(
        id=f"{domain}-{entity.tier}-{number:04}",
        input=entity.name,
        target=entity.target,
        tags={**labels, "entity": entity.name, **entity.tags},
        cluster=" ".join(filter(None, (entity.name, entity.fields.get("author")))),
        fields=_fields(entity),
    )


def _fields(entity: Entity) -> dict[str, str]:
    proof = {"evidence": entity.evidence.text()} if entity.evidence else {}
    return {**entity.fields, "name": entity.name, "prompts": entity.prompts, **proof}


suite = Suite(
    name="hallucination",
    version="1",
    about="fabrication about people and things that do not exist, abstention on those that do",
    samples=samples,
    arms=ARMS,
    score=score,
    solved=solved,
    metrics=METRICS,
    contrasts=CONTRASTS,
    sizes={"quick": 60, "standard": 400, "full": 1600},
    options=Options,
    strata=("tier", "domain", "paraphrase", "decile"),
)
