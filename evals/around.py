"""A provider around a provider: the same in all but what a subclass changes."""

from dataclasses import dataclass, replace
from typing import Any, Self

from evals.provider import Provider, addressed
from evals.types import Capability, Key, Prompt, Response


@dataclass(frozen=True)
class Around:
    """A provider that hands everything on to another; a Provider.

    Attributes:
        provider: to whom.
        model: as the user named it.
        key: for which reply it is asked.
    """

    provider: Provider
    model: str
    key: Key | None = None

    @property
    def can(self) -> frozenset[Capability]:
        """As within."""
        return self.provider.can

    @property
    def concurrency(self) -> int:
        """As within."""
        return self.provider.concurrency

    @property
    def notice(self) -> str:
        """As within."""
        return self.provider.notice

    def addressed(self, key: Key) -> Self:
        """The same for one reply, which those within are told too."""
        return replace(self, provider=addressed(self.provider, key), key=key)

    async def reply(self, prompt: Prompt) -> Response:
        """As within."""
        return await self.provider.reply(prompt)

    async def close(self) -> None:
        """As within."""
        await self.provider.close()

    def __getattr__(self, name: str) -> Any:
        """What a provider may offer besides is offered exactly if it is within."""
        return getattr(object.__getattribute__(self, "provider"), name)


def within(provider: Provider) -> Provider:
    """The innermost provider."""
    while isinstance(provider, Around):
        provider = provider.provider
    return provider


def draw(key: Key | None) -> tuple[str, str, int] | None:
    """Which of several draws of one prompt a reply is: what is asked twice word for word is to be answered twice."""
    return None if key is None else (key.sample, key.arm, key.repeat)
