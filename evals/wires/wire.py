"""What all wires have in common: options, a host's quirks, and how they are learned.

Hosts differ in what they take: one wants `max_completion_tokens`, one refuses a temperature, one knows no system role.
What is known beforehand is declared as Quirks. What is not is learned from the host's refusal: the request is sent
once more without what it names, the lesson is kept for the connection if that helped, and each reply records what was
dropped. What the user asked for by an option is never dropped: there the refusal stands.

Nor are pictures, tools and likelihoods: without them it would be another question. Where a host refuses the first of
them, the model is taken not to have the capability: that request fails as "unsupported", and no further one is sent.
"""

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import Any, ClassVar, Literal
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field

from evals.errors import BadInput, Lost, ProviderError, Unsupported
from evals.lens.tokens import GIVE, Tokens
from evals.money.pricelist import differs, listed
from evals.money.prices import FREE, Price, flat
from evals.money.usage import Counts, added, counts
from evals.net.complaint import Complaint
from evals.net.http import Answer, HostError, Http
from evals.pacing.quota import Quota
from evals.provider import parsed
from evals.types import LACKS, Capability, Message, Prompt, Response, Stop

STOPS: Mapping[str, Stop] = {
    "stop": "stop",
    "eos": "stop",
    "eos_token": "stop",
    "end_turn": "stop",
    "stop_sequence": "stop",
    "length": "length",
    "max_tokens": "length",
    "model_length": "length",
    "max_output_tokens": "length",
    "model_context_window_exceeded": "length",
    "continuation": "length",
    "content_filter": "filter",
    "refusal": "filter",
    "safety": "filter",
    "recitation": "filter",
    "language": "filter",
    "blocklist": "filter",
    "prohibited_content": "filter",
    "spii": "filter",
    "image_safety": "filter",
    "escalation": "filter",
    "tool_calls": "tool",
    "tool_use": "tool",
    "function_call": "tool",
}
"""The reasons hosts give for the end of a reply -> ours."""

WireName = Literal["chat", "completion", "responses", "messages", "gemini"]

Spared = Literal["temperature", "top_p", "stop", "seed"]
SPARED: tuple[Spared, ...] = ("temperature", "top_p", "stop", "seed")
"""What is left out, and recorded as dropped, where a host does not take it; but for what the user set by an option."""

OTHER_LIMIT: Mapping[str, str] = {
    "max_tokens": "max_completion_tokens",
    "max_completion_tokens": "max_tokens",
}
"""The two names of a limit on OpenAI's older wires."""

REFUSAL = re.compile(
    r"unsupported|not (?:be )?(?:supported|allowed|permitted|accepted|enabled|valid)|n[o']t support|unexpected|"
    r"unrecogni[sz]ed|unknown|extra|invalid|deprecated|instead|must be|only|cannot (?:both )?be",
    re.IGNORECASE,
)
Extra = Literal["images", "tools", "logprobs"]
"""What a wire may carry beside text, and a host refuse."""

REFUSED: Mapping[Extra, re.Pattern[str]] = {
    "images": re.compile(
        r"image|vision|visual|multi-?modal|mmproj|content (?:type|part)|content.{0,40}\bstring\b|valid string",
        re.IGNORECASE,
    ),
    "tools": re.compile(r"\btools?\b|tool[_-](?:choice|use|call)|function[_ ]call", re.IGNORECASE),
    "logprobs": re.compile(r"\becho\b|log_?prob", re.IGNORECASE),
}
"""What hosts speak of when they refuse them."""
NONE_HERE = re.compile(
    r"no endpoints? found|is not a|at most 0|requires? --|to be set|missing|not (?:enabled|available|implemented|have)|"
    r"must be|expected|cannot|can't|does not|only|should be",
    re.IGNORECASE,
)
NO_SYSTEM = re.compile(
    r"\bsystem\b.*\brole\b|\brole\b.*\bsystem\b|(?:system|developer)[_ ]?instruction", re.IGNORECASE
)
TOO_MUCH = re.compile(r"too large|too long", re.IGNORECASE)


LEAVE_OUT = "leave those arms out, or choose another model"


class Settings(BaseModel):
    """The options of a model's name (`?key=value`), the same for every host; None leaves things to the arm or host."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    base_url: str | None = None
    key_env: str | None = None
    wire: WireName | None = None
    timeout: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    temperature: float | None = Field(default=None, ge=0, le=10, allow_inf_nan=False)
    top_p: float | None = Field(default=None, gt=0, le=1, allow_inf_nan=False)
    max_tokens: int | None = Field(default=None, ge=1)
    reasoning_effort: str | None = Field(default=None, min_length=1)
    images: bool | None = None
    tools: bool | None = None
    logprobs: bool | None = None
    tokenizer: str | None = Field(default=None, min_length=1)
    price_in: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    price_out: float | None = Field(default=None, ge=0, allow_inf_nan=False)

    @property
    def price(self) -> Price | None:
        """The price that the user has given, in US dollars for a million tokens."""
        if self.price_in is None or self.price_out is None:
            return None
        return flat(self.price_in, self.price_out, "as given in its name")

    @classmethod
    def parse(cls, host: str, options: Mapping[str, str]) -> "Settings":
        """The options as typed values.

        Raises: BadInput: an unknown option, or a value out of range; names the known ones.
        """
        if "@" in options.get("base_url", ""):
            raise BadInput(
                f"base_url of {host} holds a user or a password, and a model's name is written into every log",
                "put the key into a variable, and its name after key_env=",
            )
        if ("price_in" in options) != ("price_out" in options):
            raise BadInput(
                f"of price_in and price_out of {host} only one is given",
                "give both, in US dollars for a million tokens: ?price_in=0.5&price_out=2",
            )
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", options.get("key_env", "_")):
            raise BadInput(  # its value may be the key itself, and is not repeated
                f"option key_env of {host} is not the name of an environment variable",
                "put the key into one, and its name after key_env=",
            )
        return parsed(cls, host, options)


@dataclass(frozen=True, slots=True)
class Quirks:
    """What a host takes.

    Attributes:
        max_tokens: what it calls the limit of tokens.
        temperature: whether it takes one.
        top_p: whether it takes one.
        seed: what it calls one, False where it takes none.
        stop: whether it takes stop strings; where not, the reply is cut at the first of them.
        system: whether it knows a system role; where not, the system message opens the user's first.
        images, tools: whether the model sees pictures, and calls tools.
        logprobs: whether it tells how likely a given text is; True where that is known, for few hosts do.
        model: whether it heeds the model's name; where not, a reply of another model than the named is none.
    """

    max_tokens: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    temperature: bool = True
    top_p: bool = True
    seed: Literal["seed", "random_seed", False] = "seed"
    stop: bool = True
    system: bool = True
    images: bool = True
    tools: bool = True
    logprobs: bool = False
    model: bool = True


Post = Callable[[str, Mapping[str, Any], str], Awaitable[Answer]]
"""(path, JSON, the model that it concerns) -> what was answered to it; raises as `Http.post`."""

DeskName = Literal["openai", "messages"]
"""How hosts take in many requests as one batch: OpenAI's files, or Anthropic's Message Batches. See evals.batch."""

Lens = Callable[[Http, str, str], Awaitable[Tokens]]
"""(the client, the model, a text) -> the text in the model's tokens."""


@dataclass
class Wire(ABC):
    """A connection to one model over one wire; a Provider.

    Attributes:
        model: what the host calls it.
        http: the client.
        settings: what the user set in the model's name.
        quirks: what the host takes, as far as is known; grows as refusals come.
        concurrency: how many requests at a time it is best given.
        lens: how its tokens are known, where they are.
        batches: whether its host takes batches.
        batched: whether its requests go into a batch, and are billed so.
        runs_here: whether this machine computes it, so that no token costs anything.
        own_price: what the user says that it costs, which goes before all that is known otherwise.
        notice: empty: real models speak for themselves.
        path: what requests go to, `{model}` in it stands for the model.
        names: our settings -> what this wire calls them, where hosts do not differ in it.
        auth, headers: the header that carries the key, and what else is sent with every request.
        lacks: the settings that this wire has not.
        interface: whether it talks or continues texts.
        takes: what it can carry beside text.
        desk: how batches of its requests are taken in, where they are.
        usage: where answers say what they have taken.
    """

    model: str
    http: Http
    settings: Settings = field(default_factory=Settings)
    quirks: Quirks = field(default_factory=Quirks)
    concurrency: int = 16
    lens: Lens | None = None
    batches: bool = False
    batched: bool = False
    runs_here: bool = False
    own_price: Price | None = None
    notice: ClassVar[str] = ""
    path: ClassVar[str]
    names: ClassVar[Mapping[str, str]] = {}
    auth: ClassVar[str] = "authorization"
    headers: ClassVar[Mapping[str, str]] = {}
    lacks: ClassVar[frozenset[Spared]] = frozenset()
    interface: ClassVar[Capability]
    takes: ClassVar[tuple[Extra, ...]] = ()
    desk: ClassVar[DeskName | None] = None
    usage: ClassVar[str] = "usage"
    _taken: set[Capability] = field(default_factory=set, init=False, repr=False)

    @property
    def can(self) -> frozenset[Capability]:
        """The interface it speaks, and "seed" and what else it takes until the host refuses or the user denies it."""
        able: set[Capability] = {self.interface} | ({"seed"} if self._takes("seed", self.quirks) else set())
        able |= {name for name in self.takes if getattr(self.quirks, name)}
        return frozenset(name for name in able if getattr(self.settings, name, None) is not False)

    @property
    def account(self) -> Hashable:
        """By what its host counts requests: models of one address and key share a limit."""
        return self.http.url, hash(self.http.key.value)

    @property
    def quota(self) -> Quota:
        """What the host said last is left of its limits."""
        return self.http.quota

    @property
    def identity(self) -> dict[str, Any]:
        """What makes a prompt a request, beside the prompt: who is asked, and the options that settle nothing of it."""
        sent = self.settings.model_dump(exclude_none=True, include={"top_p", "reasoning_effort"})
        return {"url": self.http.url + self.path, "model": self.model, **sent}

    def settled(self, prompt: Prompt) -> Prompt:
        """The prompt with what the user set in the model's name in place of the arm's settings."""
        temperature, most = self.settings.temperature, self.settings.max_tokens
        if temperature is not None and temperature != prompt.temperature:
            prompt = replace(prompt, temperature=temperature)
        return prompt if most in (None, prompt.max_tokens) else replace(prompt, max_tokens=most)

    async def reply(self, prompt: Prompt, post: Post | None = None) -> Response:
        """One reply to one prompt.

        Args: post: what carries the request to the host and the answer back, in place of the client.
        Raises: ProviderError: the request failed, or another model answered. Unsupported: the prompt is for the other wire.
        """
        post = post or self.http.post
        self.admit(prompt)
        quirks, learned = self.quirks, dict[str, Any]()
        while True:
            body, dropped = self.request(prompt, quirks)
            try:
                answer = await post(self.path.format(model=quote(self.model)), body, self.model)
            except HostError as error:
                lesson = learn(error.complaint, self._sent(prompt, quirks), system=_opens(prompt))
                if lesson.keys() <= learned.keys():  # nothing, or refused again without it
                    raise self.incapable(error, prompt) or error from None
                learned |= lesson
                quirks = replace(quirks, **lesson)
                continue
            response = self._understood(answer)
            if learned:
                self.quirks = replace(self.quirks, **learned)
            self._taken |= prompt.needs
            if "stop" in dropped:
                response = replace(response, text=_until(prompt.stop, response.text))
            return replace(response, dropped=dropped) if dropped else response

    def _understood(self, answer: Answer) -> Response:
        """The answer's meaning. Raises: ProviderError: as `read` and `_named`; it holds what the answer has taken."""
        try:
            response = self.read(answer)
            self._named(response)
        except ProviderError as error:
            with suppress(ValueError, RecursionError, AttributeError):  # what is no JSON object tells nothing
                tokens = self.counted(json.loads(answer.content).get(self.usage))
                error.lost = Lost(
                    added(tokens.read, tokens.written) or 0, self._cost(tokens, self.model) or 0.0
                )
            raise
        return response

    def counted(self, usage: Any) -> Counts:
        """What a usage record of this wire says."""
        return counts(usage)

    def _named(self, response: Response) -> None:
        """See that the model that was named has answered, where a host answers whatever is asked for.

        Raises: ProviderError: another has. A file may be named without its folder and ending.
        """
        said = response.model
        if self.quirks.model or self.model in {"default", said, PurePath(said).name, PurePath(said).stem}:
            return
        if said:
            name, other = self.http.host, self.http.quote(said)
            raise ProviderError(
                "not_found",
                f"{name} serves the model {other!r} and answers every other name with it, {self.model!r} too",
                f"write -m {name} for whatever it serves, or start it with the model that you mean",
            )

    def admit(self, prompt: Prompt) -> None:
        """Raises: ProviderError: the prompt needs what the model has not."""
        needs = prompt.needs
        for name in sorted(needs - self.can) if needs else ():
            raise ProviderError("unsupported", f"{self.model} of {self.http.host} {LACKS[name]}", LEAVE_OUT)

    def incapable(self, error: HostError, prompt: Prompt) -> ProviderError | None:
        """What a refusal of the first pictures, tools or likelihoods means: that the model has none of them."""
        for name in self.takes:
            if name in prompt.needs - self._taken and refuses(name, error):
                return self.lacking(name, error.message)
        return None

    def lacking(self, name: Extra, why: str) -> ProviderError:
        """The failure of a request for what the model turns out not to have, which is remembered."""
        without: dict[str, Any] = {name: False}
        self.quirks = replace(self.quirks, **without)
        said = f"{self.model} of {self.http.host} {LACKS[name]}: {why}"
        return ProviderError("unsupported", said, LEAVE_OUT)

    async def tokens(self, text: str) -> Tokens:
        """A text in the model's tokens. Raises: as provider.Tokenizes."""
        if self.lens is None:
            raise Unsupported(f"{self.http.host} does not tell how {self.model} cuts text into tokens", GIVE)
        return await self.lens(self.http, self.model, text)

    def price(self, *, batch: bool = False) -> Price | None:
        """What it costs now, as far as is known: what the user says, else by who computes it.

        Args: batch: in a batch, where the price is not the user's.
        """
        here = FREE if self.runs_here else None
        return self._given or here or listed(self.http.url, self.model, batch=batch)

    @property
    def _given(self) -> Price | None:
        """The user's own price."""
        return self.own_price or self.settings.price

    async def close(self) -> None:
        """Close all connections."""
        await self.http.close()

    @abstractmethod
    def request(self, prompt: Prompt, quirks: Quirks) -> tuple[dict[str, Any], tuple[str, ...]]:
        """The JSON to send, and the names of what the prompt asks for and the host does not take."""

    @abstractmethod
    def read(self, answer: Answer) -> Response:
        """The answer's meaning. Raises: ProviderError: it is garbled."""

    def spent(self, tokens: Counts, served: str) -> dict[str, Any]:
        """What an answer has taken, as the fields of its response: tokens, and US dollars as far as they are known.

        The user's own price goes before what the host says that it has charged, and that before all lists.
        Args: served: the model that the host says has answered.
        """
        return {
            "tokens_in": tokens.read,
            "tokens_out": tokens.written,
            "tokens_reasoning": tokens.reasoning,
            "cost_usd": self._cost(tokens, served),
        }

    def _cost(self, tokens: Counts, served: str) -> float | None:
        if tokens.charged is not None and self._given is None:
            return tokens.charged
        price = self.price(batch=self.batched)
        if price is None or (price.is_listed and differs(self.http.url, self.model, served)):
            return None
        return price.cost(tokens.read, tokens.written, tokens.cached, tokens.stored)

    def _spelled(self, quirks: Quirks) -> Mapping[str, str]:
        """What the settings are called here that have a name of their own."""
        return {"max_tokens": quirks.max_tokens, "seed": quirks.seed or "seed", **self.names}

    def sampling(self, prompt: Prompt, quirks: Quirks) -> tuple[dict[str, Any], tuple[str, ...]]:
        """The part of the JSON that says how to sample, and what was dropped from it."""
        wanted, names = self._wanted(prompt), self._spelled(quirks)
        dropped = tuple(name for name in SPARED if name in wanted and not self._takes(name, quirks))
        kept = {names.get(name, name): value for name, value in wanted.items() if name not in dropped}
        return kept, dropped

    def _wanted(self, prompt: Prompt) -> dict[str, Any]:
        """How the prompt and the user's options want the model to sample, by our names."""
        prompt = self.settled(prompt)
        wanted = {
            "max_tokens": prompt.max_tokens,
            "temperature": prompt.temperature,
            "top_p": self.settings.top_p,
            "stop": list(prompt.stop) or None,
            "seed": prompt.seed,
        }
        return {name: value for name, value in wanted.items() if value is not None}

    def _takes(self, name: Spared, quirks: Quirks) -> bool:
        """Whether a setting is sent: the wire has it, and the host takes it or the user insists."""
        taken = bool(getattr(quirks, name)) or name in self.settings.model_fields_set
        return taken and name not in self.lacks

    def _sent(self, prompt: Prompt, quirks: Quirks) -> dict[str, str]:
        """What a refusal may teach us to spare or rename: our names -> what stood in the JSON."""
        names, own = self._spelled(quirks), self.settings.model_fields_set
        spared = {name for name in SPARED if self._takes(name, quirks) and name not in own}
        free = {"max_tokens", *spared}
        return {name: names.get(name, name) for name in self._wanted(prompt) if name in free}


@dataclass
class Talk(Wire):
    """A wire over which a model is talked to."""

    interface: ClassVar[Capability] = "chat"
    takes: ClassVar[tuple[Extra, ...]] = ("images", "tools")

    def turns(self, prompt: Prompt, quirks: Quirks) -> tuple[tuple[Message, ...], tuple[str, ...]]:
        """The messages, and what was dropped: a model that knows no system role finds it in the user's first message.

        Raises: Unsupported: the prompt is a text to be continued.
        """
        if not prompt.messages:
            raise Unsupported(
                f"{self.model} is talked to and cannot continue a text",
                "add ?wire=completion, if the host serves it so",
            )
        if quirks.system or not _opens(prompt):
            return prompt.messages, ()
        system, first, *rest = prompt.messages
        return (replace(first, content=f"{system.content}\n\n{first.content}"), *rest), ("system role",)


def apart(messages: Sequence[Message]) -> tuple[str, tuple[Message, ...]]:
    """(system message, turns), for wires that send the two apart; the first is empty if there is none."""
    if messages[0].role == "system":
        return messages[0].content, tuple(messages[1:])
    return "", tuple(messages)


def _opens(prompt: Prompt) -> bool:
    """Whether the conversation begins with a system message."""
    return bool(prompt.messages) and prompt.messages[0].role == "system"


def _until(stops: Sequence[str], text: str) -> str:
    """The text before the first of the stop strings, as hosts cut it that take them."""
    ends = [place for place in map(text.find, stops) if place >= 0]
    return text[: min(ends, default=len(text))]


def learn(said: Complaint, sent: Mapping[str, str], *, system: bool) -> dict[str, Any]:
    """What a refusal teaches: the changed fields of Quirks; nothing if it names nothing that we could leave out.

    Args:
        sent: our names of what was sent and can be spared or renamed -> what stood in the JSON.
        system: whether a system message was sent.
    """
    if (
        said.status not in (400, 422, 500) or said.kind == "too_long"
    ):  # 500: what chat templates that raise end in
        return {}
    words = f"{said.about} {said.said}"
    if (said.about not in sent.values() and not REFUSAL.search(words)) or TOO_MUCH.search(words):
        return {}
    other = OTHER_LIMIT.get(sent["max_tokens"])
    if other and re.search(rf"\b{other}\b", words):
        return {"max_tokens": other}
    for name in SPARED:
        if name in sent and re.search(rf"\b{sent[name]}\b", words):
            return {name: False}
    return {"system": False} if system and NO_SYSTEM.search(words) else {}


def refuses(name: Extra, error: HostError) -> bool:
    """Whether a host's error says that it takes no such thing for this model."""
    said = error.complaint
    if (
        said.status not in (400, 404, 415, 422, 500, 501)
        or said.kind == "too_long"
        or TOO_MUCH.search(said.said)
    ):
        return False
    lost = said.kind == "not_found" and said.status != 501 and "endpoint" not in said.said
    if said.kind in ("auth", "filtered") or lost:
        return False
    words = f"{said.about} {said.said}"
    return bool(REFUSED[name].search(words) and (REFUSAL.search(words) or NONE_HERE.search(words)))


def stop_reason(http: Http, reason: str | None) -> Stop:
    """Why a reply ended; a host that gives no reason means "stop".

    Raises: ProviderError: a reason nobody has told us of, which might mean that the reply is cut short.
    """
    stop = STOPS.get((reason or "stop").lower())
    if stop is None:
        raise ProviderError(
            "garbled", f"{http.host} ended a reply for an unknown reason: {http.quote(reason or '')}"
        )
    return stop
