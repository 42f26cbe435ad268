"""A model whose answers are kept in a cache: a provider around a provider, which asks only what it was never asked.

The address of an answer is everything that makes its request what it is: host and model or, of a provider that has none,
its name and its file; the settings that reach the host; the exact prompt; and which draw it is. Two samples, arms or
repeats that send the same words are draws of their own, and never share an answer.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from evals import shelf
from evals.around import Around, draw
from evals.keeping.cache import Cache
from evals.provider import ModelName, Provider, Recalled, recalled, settled
from evals.types import CANONICAL, Prompt, Response


@dataclass
class Tally:
    """What came of a model's cache in one process.

    Attributes:
        hits: how many answers came from it.
        asked: how many did not.
        served: the model that the host has said last that it answers with.
        from_others: served model -> answers of it that came from the cache, whatever is served now.
        lost: why an answer could not be stored, if that has happened.
    """

    hits: int = 0
    asked: int = 0
    served: str = ""
    from_others: Counter[str] = field(default_factory=Counter)
    lost: str = ""

    def said(self, model: str) -> Iterator[str]:
        """What a user should know at the end, a sentence each."""
        if self.hits:
            yield f"{model}: {self.hits:,} of {self.hits + self.asked:,} answers came from the cache"
        for other, count in self.from_others.items():
            if self.served not in ("", other):
                yield (
                    f"{model}: {count:,} answers from the cache are {other}'s, and its host serves {self.served} now; "
                    "to mix no two models, run it anew with the same cache"
                )
        if self.lost:
            yield f"{model}: not every answer could be stored in the cache: {self.lost}"


@dataclass(frozen=True)
class Cached(Around):
    """A model whose answers are kept.

    Attributes:
        cache: where.
        identity: what is asked, as JSON-able data.
        tally: what came of it.
    """

    cache: Cache = field(kw_only=True)
    identity: Mapping[str, Any] = field(kw_only=True)
    tally: Tally = field(kw_only=True)

    def recall(self, prompt: Prompt) -> Recalled | None:
        """The answer from the cache; none of a model that the host is known to serve no more.

        Raises: BadFile: the cache is damaged.
        """
        if (known := recalled(self.provider, prompt)) is not None:
            return known
        found = self.cache.get(self.address(prompt))
        if found is None or self.tally.served not in ("", found.model):
            return None
        self.tally.hits += 1
        self.tally.from_others[found.model] += 1
        return Recalled(replace(found, cached=True))

    async def reply(self, prompt: Prompt) -> Response:
        """A fresh answer, stored before it is given. Raises: as within; a failure is never stored."""
        response = await self.provider.reply(prompt)
        self.tally.asked += 1
        self.tally.served = response.model
        self.tally.lost = self.cache.put(self.address(prompt), self.model, response) or self.tally.lost
        return response

    def address(self, prompt: Prompt) -> bytes:
        """The SHA-256 of the canonical JSON of all that makes a request what it is."""
        sent = settled(self.provider, prompt)
        echoes = [dict(turn.echo) for turn in sent.messages if turn.echo]
        whole = {"to": self.identity, "prompt": sent.plain(), "echo": echoes, "draw": draw(self.key)}
        return hashlib.sha256(CANONICAL.encode(whole).encode()).digest()


def identity(model: str, provider: Provider) -> Mapping[str, Any]:
    """What is asked when a model is. Wires know; of others it is the model as it was named, and the provider's file."""
    own = getattr(provider, "identity", None)
    if own is not None:
        told: Mapping[str, Any] = own
        return told
    file = shelf.find("provider", ModelName.parse(model).provider)
    return {"model": model, "file": hashlib.sha256(file.read_bytes()).hexdigest()}


@contextmanager
def by_cache(
    folder: Path, providers: Mapping[str, Provider], say: Callable[[str], None]
) -> Iterator[dict[str, Provider]]:
    """The models with their answers kept in a folder; at the end it is said what came of that.

    Raises: as Cache.
    """
    cache = Cache(folder)
    tallies = {model: Tally() for model in providers}
    try:
        yield {
            model: Cached(one, model, cache=cache, identity=identity(model, one), tally=tallies[model])
            for model, one in providers.items()
        }
    finally:
        cache.close()
        for model, tally in tallies.items():
            for sentence in tally.said(model):
                say(sentence)
