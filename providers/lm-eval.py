"""lm-eval's backends, in this process: whatever `lm_eval run --model` knows; for hosts, our own providers tell more.

evals run hallucination -m 'lm-eval/hf?pretrained=./my-model&dtype=float32'
evals run SUITE -m 'lm-eval/vllm?pretrained=Qwen/Qwen3-0.6B'

Needs `pip install 'behavior-evals[lm-eval]'`, and what the backend itself needs. What follows ? goes to the backend, but
for chat, temperature and max_tokens. lm-eval gives the text of a reply and nothing besides: tokens and cut replies are
told by the backend's tokenizer where it has one, and not at all where it has none.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from evals.errors import PASSING, NotFound, ProviderError, Unsupported
from evals.hush import hushed
from evals.lm_backend import NAME, backends, has_template, line, made
from evals.net import complaint
from evals.provider import parsed
from evals.together import Together
from evals.types import Capability, Likelihood, Prompt, Response

NEEDS, EXTRA = ("lm_eval",), "lm-eval"
"""What must be importable, and the extra that brings it."""
CAN: frozenset[Capability] = frozenset({"chat", "completion", "logprobs"})
"""What its backends can be asked for; those that talk only, and those without a chat template, for less."""
MOST = 32
"""How many requests are handed over in one list: the backend makes its own batches of them."""


class Options(BaseModel):
    """The options that are ours; all others are the backend's."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    chat: bool | None = None
    temperature: float | None = Field(default=None, ge=0, le=10, allow_inf_nan=False)
    max_tokens: int | None = Field(default=None, ge=1)


@dataclass(frozen=True, slots=True)
class Call:
    """One thing asked of a backend: a function of its name, with arguments as lm-eval's Instance has them."""

    kind: str
    arguments: tuple[Any, ...]


@dataclass
class Backend:
    """A backend of lm-eval; a Provider.

    Attributes:
        name: as lm-eval knows it.
        lm: the backend.
        options: ours.
        talks: whether it is talked to.
        only: whether it does nothing else.
    """

    name: str
    lm: Any
    options: Options
    talks: bool
    only: bool
    concurrency: int = MOST
    in_process: bool = True
    _together: "Together[tuple[Call, ...], list[Any]]" = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._together = Together(self._work, MOST)

    @property
    def notice(self) -> str:
        return "" if self._tells else f"{NAME}/{self.name} does not tell when a reply was cut at its limit."

    @property
    def can(self) -> frozenset[Capability]:
        if self.only:
            return frozenset({"chat"})
        able = CAN if self.talks else CAN - {"chat"}
        return able if self._weighs else able - {"logprobs"}

    @property
    def _tells(self) -> bool:
        """Whether it has a tokenizer that gives the tokens of a text."""
        return not self.only and getattr(self.lm, "tokenizer", None) is not None

    @property
    def _weighs(self) -> bool:
        """Whether it gives likelihoods: backends made of lm-eval's template need a tokenizer for it."""
        return not hasattr(self.lm, "_loglikelihood_tokens") or self._tells

    def settled(self, prompt: Prompt) -> Prompt:
        """The prompt with what the user set in the model's name in place of the arm's settings."""
        return replace(prompt, **self.options.model_dump(exclude={"chat"}, exclude_none=True))

    async def reply(self, prompt: Prompt) -> Response:
        """One reply to one prompt, or the likelihoods of its choices.

        Raises: Unsupported: the prompt is of a kind that the backend does not take. ProviderError: the prompt fills its
            context, or the backend failed.
        """
        start, prompt = time.monotonic(), self.settled(prompt)
        dropped = () if prompt.seed is None else ("seed",)
        if prompt.choices:
            lines = tuple(Call("loglikelihood", (prompt.text, choice)) for choice in prompt.choices)
            self._room(prompt.text + max(prompt.choices, key=len), least=0)
            found = await self._together.ask(lines)
            weighed = tuple(Likelihood(float(logprob), bool(greedy)) for logprob, greedy in found)
            return Response("", seconds=time.monotonic() - start, likelihoods=weighed)
        context = self._context(prompt)
        read, most = self._room(context if isinstance(context, str) else "", least=1, most=prompt.max_tokens)
        (text,) = await self._together.ask((Call("generate_until", (context, _settings(prompt, most))),))
        written = len(self._tokens(text, add_special_tokens=False)) if self._tells else None
        return Response(
            text,
            stop="length" if written is not None and written >= most else "stop",
            tokens_in=read,
            tokens_out=written,
            seconds=time.monotonic() - start,
            dropped=dropped,
        )

    async def close(self) -> None:
        """Stop handing over, and let go of the backend."""
        self._together.close()
        self.lm = None

    def _context(self, prompt: Prompt) -> Any:
        """What goes before the reply: the text, or the conversation as the backend wants it."""
        if not prompt.messages:
            if self.only:
                raise Unsupported(
                    f"{NAME}/{self.name} is talked to and continues no text", "choose another backend"
                )
            return prompt.text
        if not self.talks:
            raise Unsupported(
                f"{NAME}/{self.name} continues texts here and is not talked to",
                "add ?chat=yes, if its tokenizer has a chat template",
            )
        turns = [{"role": message.role, "content": message.content} for message in prompt.messages]
        return self.lm.apply_chat_template(turns)

    def _tokens(self, text: str, **more: Any) -> list[int]:
        return list(self.lm.tok_encode(text, **more))

    def _room(self, text: str, least: int, most: int = 0) -> tuple[int | None, int]:
        """How many tokens a text has, and how many may follow it: lm-eval cuts its beginning off to make room for all.

        Raises: ProviderError: there is no room.
        """
        if not self._tells or getattr(self.lm, "tokenized_requests", True) is False:
            return None, most
        read, longest = len(self._tokens(text)), int(self.lm.max_length)
        if read > longest - least:
            raise ProviderError(
                "too_long",
                f"the prompt has {read} tokens, {NAME}/{self.name} reads {longest} in all",
                "shorten it, or say how many it reads: ?max_length=",
            )
        return read, min(most, longest - read)

    # In the thread

    def _work(self, asked: Sequence[tuple[Call, ...]]) -> list[list[Any] | Exception]:
        """Hand over all that is asked, one list a kind; each asker's answers, or why there are none."""
        calls = [call for each in asked for call in each]
        answers: dict[int, Any] = {}
        with hushed():
            for kind in ("generate_until", "loglikelihood"):
                some = [call for call in calls if call.kind == kind]
                answers.update(zip(map(id, some), self._handed(kind, some), strict=True))
            _close_bars()
        found: list[list[Any] | Exception] = []
        for each in asked:
            got = [answers[id(call)] for call in each]
            failed = next((one for one in got if isinstance(one, Exception)), None)
            found.append(got if failed is None else failed)
        return found

    def _handed(self, kind: str, calls: Sequence[Call]) -> list[Any]:
        """Answers in order. Where a list fails by what is in it, its members are handed over one by one."""
        from lm_eval.api.instance import Instance

        if not calls:
            return []
        wanted = [Instance(kind, {}, call.arguments, at) for at, call in enumerate(calls)]
        try:
            return list(getattr(self.lm, kind)(wanted))
        except Exception as error:  # noqa: BLE001  a backend is its authors' code; every asker gets to know
            meant = self._meant(error)
            if len(calls) == 1 or meant.kind in PASSING or meant.kind in ("auth", "not_found"):
                return [meant] * len(calls)
        return [self._handed(kind, [call])[0] for call in calls]

    def _meant(self, error: Exception) -> ProviderError:
        """What a backend's failure means, whichever of its clients raised it."""
        names = {kind.__name__ for kind in type(error).__mro__}
        said = f"{NAME}/{self.name}: {line(error)}"
        answer = getattr(error, "response", None)
        status = getattr(answer, "status_code", None) or getattr(error, "status", None)
        if isinstance(status, int):
            body = getattr(answer, "content", b"") or str(error).encode()
            told = complaint.read(status, dict(getattr(answer, "headers", {})), body)
            return ProviderError(told.kind, f"{said}: {told.said}", retry_after=told.retry_after)
        if names & {"Timeout", "TimeoutError"}:
            return ProviderError("timeout", said)
        if names & {"ConnectionError", "ClientConnectorError"}:
            where = getattr(self.lm, "base_url", "") or "the server"
            return ProviderError(
                "unreached",
                f"{where}, to which {NAME}/{self.name} was sent, takes no connection",
                "start the server, or correct base_url",
            )
        return ProviderError("provider", said)


def _close_bars() -> None:
    """End the bars that a failure has left, which would draw themselves once more when they are thrown away."""
    from tqdm import tqdm

    for bar in tuple(getattr(tqdm, "_instances", ())):
        bar.close()


def _settings(prompt: Prompt, most: int) -> dict[str, Any]:
    """How to continue, as lm-eval's tasks say it."""
    temperature = prompt.temperature or 0.0
    return {
        "until": list(prompt.stop),
        "max_gen_toks": most,
        "do_sample": temperature > 0,
        "temperature": temperature,
    }


def connect(model: str = "", /, **options: str) -> Backend:
    """A backend by name, set up with the options that are not ours.

    Raises: Unsupported: lm-eval, or what the backend needs, is not installed. NotFound: no such backend. BadInput: an
        option is not right, or the backend cannot be set up with them.
    """
    own = {key: value for key, value in options.items() if key in Options.model_fields}
    told = parsed(Options, NAME, own)
    names = backends()
    if model not in names:
        raise NotFound.among("backend of lm-eval", model, names)
    lm = made(model, {key: value for key, value in options.items() if key not in own})
    only = "Chat" in type(lm).__name__
    talks = told.chat is not False and (only or told.chat is True or has_template(lm))
    return Backend(model, lm, told, talks, only)
