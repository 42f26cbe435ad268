"""Estimates: what a plan will ask of its models and what that may cost, before anything is spent.

Requests are counted. Tokens read are those of the exact prompts, by the model's own tokenizer where it is at hand, else a
token for four bytes; of an arm with many prompts some are looked at, and the others taken to be like them. How much a model
will write nobody knows: at most what the prompts allow, and likely a quarter of that, which is a guess. Where replies of an
arm are there, the likely is the mean of what they took, in which the guess counts as one reply.
"""

import asyncio
import json
import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from evals.converse import ROUNDS
from evals.errors import EvalsError
from evals.money.budget import LIKELY
from evals.money.prices import MILLION, Price
from evals.plan import Plan, Planned
from evals.provider import Provider, Tokenizes, lens, price, settled
from evals.types import Arm, Key, Prompt, Reply, Sample

PROBES = 32
"""So many prompts of an arm are looked at."""

BYTES = 4
"""Bytes of UTF-8 for a token where the tokenizer is not at hand: about right for English."""

AROUND = 4
"""Tokens that most chat templates put around a message."""

PICTURE = 1_000
"""Tokens for a picture: hosts count from a few hundred to 1,600, each in its own way."""


@dataclass(frozen=True, slots=True)
class Amount:
    """Requests, the tokens they read and write, and US dollars; None where no price is known."""

    requests: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: float | None = 0.0

    def __add__(self, other: "Amount") -> "Amount":
        known = self.cost_usd is not None and other.cost_usd is not None
        return Amount(
            self.requests + other.requests,
            self.tokens_in + other.tokens_in,
            self.tokens_out + other.tokens_out,
            (self.cost_usd or 0.0) + (other.cost_usd or 0.0) if known else None,
        )


@dataclass(frozen=True, slots=True)
class Bill:
    """What one model is asked.

    Attributes:
        model: as it was named.
        replies: how many are still to come.
        likely, most: a guess, and a bound if the host keeps to the limits that it is given.
        price: by which it is counted; None if none is known.
        route: by what tokens are counted; empty where bytes were.
        probed: how many of the prompts were looked at; prompts: how many there are.
        pictures: how many are shown; their tokens are a guess.
        told: by how many replies, which are there, it is known what others likely take.
    """

    model: str
    replies: int = 0
    likely: Amount = Amount()
    most: Amount = Amount()
    price: Price | None = None
    route: str = ""
    probed: int = 0
    prompts: int = 0
    pictures: int = 0
    told: int = 0


@dataclass(frozen=True)
class Estimate:
    """What a plan asks, a bill a model; `batch`: where hosts have such an interface, in batches."""

    bills: tuple[Bill, ...]
    batch: bool = False


@dataclass(slots=True)
class Told:
    """What replies took of which that is known: how many they are, and the tokens they read and wrote together."""

    replies: int = 0
    read: int = 0
    written: int = 0


Took = Mapping[tuple[str, str, str], Told]
"""(model, suite, arm) -> what its replies took."""


def took(replies: Iterable[Reply]) -> Took:
    """What replies that are there took, arm by arm."""
    found: dict[tuple[str, str, str], Told] = {}
    for reply in replies:
        came = reply.response
        if came is not None and came.tokens_in is not None and came.tokens_out is not None:
            own = found.setdefault((reply.key.model, reply.key.suite, reply.key.arm), Told())
            own.replies += 1
            own.read += came.tokens_in
            own.written += came.tokens_out
    return found


def estimate(
    plan: Plan,
    providers: Mapping[str, Provider],
    done: Iterable[Key] = (),
    took: Took | None = None,
    *,
    batch: bool = False,
) -> Estimate:
    """What a plan will ask of its models.

    Args:
        providers: model -> connection. Nothing is sent, but to a server that is asked how it cuts texts into tokens.
        done: what is answered already.
        took: what those replies took.
        batch: whether requests go into batches; it is for the caller to say so only where the host takes them.
    """
    answered = Counter((key.model, key.suite, key.arm) for key in done)
    bills = [
        _bill(model, provider, tuple(_groups(plan, model, provider, answered, took or {})), batch=batch)
        for model, provider in providers.items()
    ]
    return Estimate(tuple(bills), batch)


def at_most(prompt: Prompt, own: Price | None) -> Amount:
    """What a reply to one prompt may take, its tokens read counted by bytes; without a price, no money is known."""
    lengths = {text: math.ceil(len(text.encode()) / BYTES) for text in _texts(prompt)}
    return _amount(1, _talk(prompt, lengths)[1], own)


@dataclass(frozen=True)
class _Group:
    """The prompts of an arm: how many replies are missing, how many prompts there are, some of them, and what others took."""

    missing: int
    prompts: int
    probes: tuple[Prompt, ...]
    told: Told


def _groups(
    plan: Plan, model: str, provider: Provider, answered: Counter[tuple[str, str, str]], took: Took
) -> Iterator[_Group]:
    """What one model is still asked, arm by arm."""
    for part in plan.of(model):
        for arm in part.arms:
            pool, asked = _asked(plan, part, arm)
            missing = asked - answered[model, part.suite.name, arm.name]
            if missing > 0:
                prompts = (plan.prompt(model, part, arm, sample) for sample in _spread(pool))
                told = took.get((model, part.suite.name, arm.name), Told())
                yield _Group(missing, len(pool), tuple(settled(provider, prompt) for prompt in prompts), told)


def _bill(model: str, provider: Provider, groups: Sequence[_Group], *, batch: bool) -> Bill:
    """The groups added up."""
    route, lengths = _lengths(
        provider, {text for each in groups for prompt in each.probes for text in _texts(prompt)}
    )
    bill = Bill(model, price=price(provider, batch=batch), route=route)
    for each in groups:
        talks = [_talk(prompt, lengths) for prompt in each.probes]
        likely = _known(_mean_talk([likely for likely, _ in talks]), each.told)
        most = _bound(_mean_talk([most for _, most in talks]), likely)
        shown = each.missing * _mean([len(prompt.images) for prompt in each.probes])
        bill = replace(
            bill,
            replies=bill.replies + each.missing,
            likely=bill.likely + _amount(each.missing, likely, bill.price),
            most=bill.most + _amount(each.missing, most, bill.price),
            probed=bill.probed + len(talks),
            prompts=bill.prompts + each.prompts,
            pictures=bill.pictures + round(shown),
            told=bill.told + each.told.replies,
        )
    return bill


def _asked(plan: Plan, part: Planned, arm: Arm) -> tuple[Sequence[Sample], int]:
    """The samples that an arm may be asked about, and how many replies it has."""
    samples = [sample for sample in part.certain if arm.takes(sample)]
    tracks = [track for walked, track in part.walks() if walked.name == arm.name]
    asked = plan.request.repeat * (len(samples) * arm.repeat + sum(track.calls for track in tracks))
    return samples + [sample for track in tracks for sample in track.pool], asked


def _spread(pool: Sequence[Sample]) -> Sequence[Sample]:
    """At most PROBES of them, evenly from first to last."""
    if len(pool) <= PROBES:
        return pool
    return [pool[place * (len(pool) - 1) // (PROBES - 1)] for place in range(PROBES)]


# Tokens


def _said(prompt: Prompt) -> list[str]:
    """What stands in its first request."""
    return [prompt.text, *(message.content for message in prompt.messages)]


def _texts(prompt: Prompt) -> Iterator[str]:
    """What the suite says in it, first and later."""
    yield from filter(None, (*_said(prompt), *prompt.followups))


def _lengths(provider: Provider, texts: Collection[str]) -> tuple[str, dict[str, int]]:
    """(by what, text -> tokens); by nothing where bytes are counted, since the tokenizer is not at hand."""
    own = lens(provider)
    if own is not None and texts:
        try:
            return asyncio.run(_cut(provider, own, texts))
        except EvalsError:
            pass  # said so: the route stays empty
    return "", {text: math.ceil(len(text.encode()) / BYTES) for text in texts}


async def _cut(provider: Provider, own: Tokenizes, texts: Collection[str]) -> tuple[str, dict[str, int]]:
    gate = asyncio.Semaphore(provider.concurrency)

    async def one(text: str) -> tuple[str, int]:
        async with gate:
            found = await own.tokens(text)
        return found.route, len(found)

    try:
        found = await asyncio.gather(*map(one, texts))
    finally:
        await provider.close()
    return found[0][0], {text: length for text, (_, length) in zip(texts, found, strict=True)}


@dataclass(frozen=True, slots=True)
class _Talk:
    """The requests of one conversation, and the tokens that they read and write together; or the mean of several."""

    requests: float
    read: float
    written: float


def _talk(prompt: Prompt, lengths: Mapping[str, int]) -> tuple[_Talk, _Talk]:
    """What one prompt likely takes, and at most: each request reads again all that was said before."""
    told = [
        {"name": tool.name, "about": tool.description, "parameters": tool.parameters} for tool in prompt.tools
    ]
    tools = len(json.dumps(told)) // BYTES if told else 0
    later = [lengths.get(text, 0) + AROUND for text in prompt.followups]
    first = (
        sum(lengths.get(text, 0) for text in _said(prompt))
        + AROUND * len(prompt.messages)
        + PICTURE * len(prompt.images)
        + tools
    )
    if prompt.choices:
        whole = _Talk(len(prompt.choices), len(prompt.choices) * first, len(prompt.choices))
        return whole, whole
    calls = (1, ROUNDS) if prompt.tools else (0, 0)
    likely = math.ceil(prompt.max_tokens / LIKELY)
    return _turns(first, later, likely, calls[0]), _turns(first, later, prompt.max_tokens, calls[1])


def _turns(first: int, later: Sequence[int], reply: int, calls: int) -> _Talk:
    """A conversation in which every reply has this many tokens, and so many in a turn call tools."""
    context = requests = read = 0
    for question in (first, *later):
        context += question
        for _ in range(calls + 1):
            requests, read = requests + 1, read + context
            context += reply
    return _Talk(requests, read, requests * reply)


def _mean_talk(talks: Sequence[_Talk]) -> _Talk:
    return _Talk(
        *(_mean([getattr(talk, name) for talk in talks]) for name in ("requests", "read", "written"))
    )


def _known(guess: _Talk, told: Told) -> _Talk:
    """What a conversation likely takes, of which some are there: their mean, in which the guess counts as one."""
    n = 1 + told.replies
    return _Talk(guess.requests, (guess.read + told.read) / n, (guess.written + told.written) / n)


def _bound(most: _Talk, likely: _Talk) -> _Talk:
    """The most that one takes: where a host counts more tokens than we do, it is no less than what is likely."""
    return _Talk(most.requests, max(most.read, likely.read), max(most.written, likely.written))


def _amount(replies: int, talk: _Talk, own: Price | None) -> Amount:
    """So many conversations like this one."""
    requests, read, written = replies * talk.requests, replies * talk.read, replies * talk.written
    if own is None:
        return Amount(round(requests), round(read), round(written), None)
    rates = own.at(read / requests)
    cost = (read * rates.input + written * rates.output) / MILLION
    return Amount(round(requests), round(read), round(written), cost)


def _mean(numbers: Sequence[float]) -> float:
    return sum(numbers) / len(numbers)
