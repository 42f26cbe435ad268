"""A model whose requests are watched: a provider around a provider, which tells of each when it is sent and how it ended."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from evals import events
from evals.around import Around
from evals.errors import ProviderError
from evals.provider import Provider
from evals.types import Key, Prompt, Response

Ended = Response | BaseException
"""How a request ended."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One request as it is sent.

    Attributes:
        model: as the user named it.
        key: for which reply; None where it is for none.
        prompt: what is asked.
        provider: of whom.
    """

    model: str
    key: Key | None
    prompt: Prompt
    provider: Provider

    @property
    def about(self) -> dict[str, str | int]:
        """For which reply it is, as the fields of an event."""
        if (key := self.key) is None:
            return {}
        return {"suite": key.suite, "sample": key.sample, "arm": key.arm, "repeat": key.repeat}


Watch = Callable[[Sent], Callable[[Ended], None]]
"""Is told of a request that is sent; gives what to tell of its end."""


@dataclass(frozen=True)
class Watched(Around):
    """A model whose requests are watched.

    Attributes:
        watches: by whom.
    """

    watches: tuple[Watch, ...] = field(kw_only=True)

    async def reply(self, prompt: Prompt) -> Response:
        """As within. Raises: as within."""
        sent = Sent(self.model, self.key, prompt, self.provider)
        ends = [watch(sent) for watch in self.watches]
        try:
            response = await self.provider.reply(prompt)
        except BaseException as error:
            for end in ends:
                end(error)
            raise
        for end in ends:
            end(response)
        return response


def watched(providers: Mapping[str, Provider], watches: tuple[Watch, ...]) -> dict[str, Provider]:
    """The models, watched if anybody does."""
    if not watches:
        return {**providers}
    return {model: Watched(one, model, watches=watches) for model, one in providers.items()}


def by_events(sent: Sent) -> Callable[[Ended], None]:
    """A watch that tells events: sent and answered to those who debug, what failed as a warning."""
    about = {"model": sent.model, **sent.about}
    events.event(events.DEBUG, "request sent", **about)

    def end(came: Ended) -> None:
        if isinstance(came, Response):
            taken = ("seconds", "tokens_in", "tokens_out", "cost_usd", "stop")
            events.event(
                events.DEBUG,
                "request answered",
                **about,
                served=came.model or None,
                **{name: getattr(came, name) for name in taken},
            )
        elif isinstance(came, ProviderError):
            refused = came.kind == "rate_limit"
            events.event(
                events.WARNING,
                "request refused" if refused else "request failed",
                **about,
                kind=came.kind,
                message=came.message,
                retry_after=came.retry_after,
            )
        else:
            events.event(events.WARNING, "request broken off", **about, by=type(came).__name__)

    return end
