"""Models of transformers, in this process: from the Hugging Face hub, or from a folder.

evals run hallucination -m hf/Qwen/Qwen3-0.6B
evals run hallucination -m 'hf/./my-model?dtype=bfloat16&device=cuda&batch=8'

Needs `pip install 'behavior-evals[hf]'`. A model whose tokenizer has a chat template is talked to, any other continues
texts; ?wire=completion makes a text of every question. A folder is read without a network.
"""

import time
from dataclasses import dataclass, field, replace
from typing import Any

from evals.errors import BadInput, ProviderError, Unsupported
from evals.lens.local import cut
from evals.lens.tokens import GIVE, Tokens
from evals.money.prices import FREE, Price
from evals.provider import parsed
from evals.together import Together
from evals.types import Capability, Message, Prompt, Response

from .decoder import Ask, Decoder, Line, Weigh, Weighed, Written
from .loading import NAME, Options, load, short_of_memory

CAN: frozenset[Capability] = frozenset({"chat", "completion", "logprobs", "seed"})
"""What its models can be asked for; those without a chat template are not talked to."""
NEEDS, EXTRA = ("torch", "transformers"), "hf"
"""What must be importable, and the extra that brings it."""


@dataclass
class InProcess:
    """A model in memory; a Provider that tells its tokens.

    What is asked at the same time is computed together, `batch` prompts at once. One at a time, a greedy reply depends on
    nothing but its prompt; with more, the sums of the products are added up in another order, which may decide where two
    tokens are as good as equally likely.
    """

    name: str
    decoder: Decoder
    options: Options
    notice: str = ""
    in_process: bool = True
    _together: "Together[Ask | Weigh, Written | Weighed]" = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._together = Together(self.decoder.work, self.options.batch)
        commit = getattr(self.decoder.model.config, "_commit_hash", None)
        self._served = f"{self.name}@{commit[:12]}" if commit else self.name

    @property
    def concurrency(self) -> int:
        return self.options.batch

    @property
    def can(self) -> frozenset[Capability]:
        return CAN if self._talks else CAN - {"chat"}

    @property
    def _talks(self) -> bool:
        return self.options.wire != "completion" and bool(self.decoder.tokenizer.chat_template)

    def settled(self, prompt: Prompt) -> Prompt:
        """The prompt with what the user set in the model's name in place of the arm's settings."""
        own = self.options.model_dump(include={"temperature", "max_tokens"}, exclude_none=True)
        return replace(prompt, **own)

    async def reply(self, prompt: Prompt) -> Response:
        """One reply to one prompt, or the likelihoods of its choices.

        Raises: Unsupported: messages for a model that is not talked to. ProviderError: the prompt fills the model's
            context, or memory is short.
        """
        start, prompt = time.monotonic(), self.settled(prompt)
        asked, dropped = self._asked(prompt)
        try:
            found = await self._together.ask(asked)
        except (RuntimeError, MemoryError) as error:
            raise short_of_memory(self.name, error) or error from None
        said = Response(
            "", seconds=time.monotonic() - start, cost_usd=0.0, model=self._served, dropped=dropped
        )
        if isinstance(found, Written):
            read = len(asked.ids) if isinstance(asked, Ask) else None
            stop: Any = "stop" if found.ended else "length"
            return replace(said, text=found.text, stop=stop, tokens_in=read, tokens_out=len(found.ids))
        return replace(said, likelihoods=found)

    def price(self, *, batch: bool = False) -> Price:  # noqa: ARG002  a batch costs nothing either
        """Nothing: it is computed here."""
        return FREE

    async def tokens(self, text: str) -> Tokens:
        """A text in the model's tokens. Raises: Unsupported: its tokenizer does not tell. BadInput: as `cut`."""
        tokenizer = getattr(self.decoder.tokenizer, "backend_tokenizer", None)
        if tokenizer is None:
            raise Unsupported(f"the tokenizer of {self.name} does not tell what its tokens stand for", GIVE)
        return cut(tokenizer, text, f"the tokenizer of {self.name}")

    async def close(self) -> None:
        """Stop computing, and let go of the model."""
        self._together.close()
        self.decoder.close()

    def _asked(self, prompt: Prompt) -> tuple[Ask | Weigh, tuple[str, ...]]:
        """The prompt in tokens, and what of it was dropped."""
        if prompt.choices:
            return tuple(self._line(prompt.text, choice) for choice in prompt.choices), ()
        ids, dropped = self._chat(prompt.messages) if prompt.messages else (self._encode(prompt.text), ())
        room = self._room(len(ids), least=1)
        most = prompt.max_tokens if room is None else min(prompt.max_tokens, room)
        return Ask(ids, most, prompt.temperature or 0.0, prompt.seed, prompt.stop), dropped

    def _room(self, length: int, least: int) -> int | None:
        """How many tokens may follow so many; None where the model does not say.

        Raises: ProviderError: fewer than the least that must.
        """
        context = self.decoder.context
        if context is not None and length + least > context:
            raise ProviderError(
                "too_long",
                f"the prompt has {length} tokens, {self.name} reads {context} in all",
                "shorten it",
            )
        return None if context is None else context - length

    # From words to tokens

    def _chat(self, messages: tuple[Message, ...]) -> tuple[tuple[int, ...], tuple[str, ...]]:
        """A conversation in tokens; a template that knows no system role finds it in the user's first message."""
        if not self._talks:
            raise Unsupported(
                f"{self.name} continues texts and is not talked to", "leave out ?wire=completion"
            )
        from jinja2 import TemplateError

        try:
            return self._templated(messages), ()
        except TemplateError as error:
            if len(messages) < 2 or messages[0].role != "system":
                raise BadInput(
                    f"the chat template of {self.name} refuses the conversation: {error}",
                    "add ?wire=completion",
                ) from None
        system, first, *rest = messages
        opened = replace(first, content=f"{system.content}\n\n{first.content}")
        return self._templated((opened, *rest)), ("system role",)

    def _templated(self, messages: tuple[Message, ...]) -> tuple[int, ...]:
        turns = [{"role": message.role, "content": message.content} for message in messages]
        thinking = self.options.thinking
        told = {} if thinking is None else {"enable_thinking": thinking}
        return tuple(
            self.decoder.tokenizer.apply_chat_template(
                turns, add_generation_prompt=True, tokenize=True, return_dict=False, **told
            )
        )

    def _encode(self, text: str) -> tuple[int, ...]:
        """A text in tokens, begun as the model's texts begin; but once, if the text itself says so."""
        tokenizer = self.decoder.tokenizer
        begun = bool(tokenizer.bos_token) and text.startswith(tokenizer.bos_token)
        ids = tuple(tokenizer.encode(text, add_special_tokens=not begun))
        return ids or self._begin()

    def _begin(self) -> tuple[int, ...]:
        """What a model reads before a text of nothing."""
        tokenizer = self.decoder.tokenizer
        first = tokenizer.eos_token_id if tokenizer.bos_token_id is None else tokenizer.bos_token_id
        if first is None:
            raise ProviderError(
                "bad_request", f"{self.name} cannot begin a text from nothing", "give it some text"
            )
        return (first,)

    def _line(self, text: str, choice: str) -> Line:
        """A text with a continuation, in tokens.

        Where the one ends is where the tokens of the text alone end, its last blanks left to the continuation. Source:
        lm-eval 0.4.13, `_encode_pair` in lm_eval/api/model.py: the same boundary gives the same likelihoods.
        """
        bare = text.rstrip()
        if bare:
            ids, before = self._encode(text + choice), len(self._encode(bare))
        else:
            tail = tuple(self.decoder.tokenizer.encode(text + choice, add_special_tokens=False))
            start = () if tail[:1] == self._begin() else self._begin()
            ids, before = (*start, *tail), 1
        self._room(len(ids) - 1, least=0)  # of its last token nothing is read
        return Line(ids, len(ids) - before)


def connect(model: str = "", /, **options: str) -> InProcess:
    """A model of the hub by name, or of a folder by path, loaded into memory.

    Raises: BadInput: no model, or an option it does not take. EvalsError: as `load`.
    """
    told = parsed(Options, NAME, options)
    return InProcess(model, load(model, told), told)
