"""Runs a transformers model: continues prompts, each in its own way, and measures how likely continuations are.

transformers' own `generate` does the computing, so that whatever cache or positions a model needs are as its authors
wrote them; which token is taken and when a reply ends is decided here, prompt by prompt, so that prompts of different
settings can share a batch and a seed gives the same text in any.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from inspect import signature
from random import Random
from threading import Event
from typing import Any

from evals.types import Likelihood


@dataclass(frozen=True, slots=True)
class Ask:
    """A prompt in tokens and how to continue it.

    Attributes:
        ids: the prompt, at least one token.
        most: the most tokens of the reply.
        temperature: 0 takes the likeliest token.
        seed: of the sampling.
        stop: strings before which the reply is cut.
    """

    ids: tuple[int, ...]
    most: int
    temperature: float = 0.0
    seed: int | None = None
    stop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: its tokens (the end token left out), its text, and whether it ended by itself."""

    ids: tuple[int, ...]
    text: str
    ended: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A text in tokens of which the last `count` are asked about."""

    ids: tuple[int, ...]
    count: int


Weigh = tuple[Line, ...]
"""What is asked about the choices of one prompt: a line each."""
Weighed = tuple[Likelihood, ...]


@dataclass(slots=True)
class _Row:
    """A reply in the making; `length` is known once it has ended."""

    ask: Ask
    rng: Random
    length: int | None = None


@dataclass
class Decoder:
    """A model and its tokenizer, on one device.

    Attributes:
        model, tokenizer: of transformers; the model's own settings of generation are cleared.
        ends: the tokens that end a reply.
        context: the most tokens it reads and writes in all; None where it does not say.
        rows: how many are computed at once.
    """

    model: Any
    tokenizer: Any
    ends: tuple[int, ...]
    context: int | None
    rows: int
    _closing: Event = field(default_factory=Event, init=False, repr=False)

    def close(self) -> None:
        """End what is being written at its next token, and let go of the model."""
        self._closing.set()
        self.model = None

    def work(self, asked: Sequence[Ask | Weigh]) -> list[Written | Weighed | Exception]:
        """Answers to what is asked, in order."""
        import torch

        answers: dict[int, Written | Weighed] = {}
        with torch.inference_mode():
            asks = [(at, each) for at, each in enumerate(asked) if isinstance(each, Ask)]
            written = self._write([ask for _, ask in asks]) if asks else []
            answers.update(zip((at for at, _ in asks), written, strict=True))
            for at, each in enumerate(asked):
                if not isinstance(each, Ask):
                    answers[at] = self._weigh(each)
        return [answers[at] for at in range(len(asked))]

    @property
    def _keeps(self) -> bool:
        """Whether the model can leave out the logits nobody asks for, which may be gigabytes."""
        return "logits_to_keep" in signature(self.model.forward).parameters

    # Writing

    def _write(self, asks: Sequence[Ask]) -> list[Written]:
        """Continue prompts together, padded on the left."""
        import torch
        from transformers import LogitsProcessorList, StoppingCriteriaList

        model, width = self.model, max(len(ask.ids) for ask in asks)
        pad = model.generation_config.pad_token_id
        ids = torch.tensor([[pad] * (width - len(ask.ids)) + list(ask.ids) for ask in asks])
        mask = torch.tensor([[0] * (width - len(ask.ids)) + [1] * len(ask.ids) for ask in asks])
        rows = [_Row(ask, Random(ask.seed)) for ask in asks]

        def ended(ids: Any, _scores: Any, **_: Any) -> Any:
            return torch.tensor([self._ends(row, ids[at, width:]) for at, row in enumerate(rows)]).to(
                ids.device
            )

        found = model.generate(
            ids.to(model.device),
            attention_mask=mask.to(model.device),
            max_new_tokens=max(ask.most for ask in asks),
            do_sample=False,
            logits_processor=LogitsProcessorList([lambda _ids, scores: _picked(rows, scores)]),
            stopping_criteria=StoppingCriteriaList([ended]),
        )
        return [self._written(row, found[at, width:].tolist()) for at, row in enumerate(rows)]

    def _ends(self, row: _Row, ids: Any) -> bool:
        """Whether a reply is as long as it may be, or has come to a stop string."""
        if row.length is None and (
            len(ids) >= row.ask.most or self._closing.is_set() or self._stopped(row.ask.stop, ids)
        ):
            row.length = len(ids)
        return row.length is not None

    def _stopped(self, stops: Sequence[str], ids: Any) -> bool:
        """Whether a stop string is at the end of what is written; no token is less than a byte of it."""
        if not stops:
            return False
        tail = self._text(ids[-max(len(stop.encode()) for stop in stops) - 3 :].tolist())
        return any(stop in tail for stop in stops)

    def _written(self, row: _Row, ids: list[int]) -> Written:
        ids = ids[: row.length]
        end = next((at for at, token in enumerate(ids) if token in self.ends), None)
        ids = ids[:end]
        text = self._text(ids)
        cuts = [at for stop in row.ask.stop if (at := text.find(stop)) >= 0]
        return Written(tuple(ids), text[: min(cuts, default=None)], ended=end is not None or bool(cuts))

    def _text(self, ids: Sequence[int]) -> str:
        return str(self.tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False))

    # Weighing

    def _weigh(self, lines: Sequence[Line]) -> Weighed:
        """How likely the ends of lines are; lines that differ in their last token alone are computed once."""
        groups: dict[tuple[int, ...], list[int]] = {}
        for at, line in enumerate(lines):
            if line.count:
                groups.setdefault(line.ids[:-1], []).append(at)
        found = dict.fromkeys(range(len(lines)), Likelihood(0.0, greedy=True))
        for heads in _batched(sorted(groups, key=len), self.rows):
            most = {head: max(lines[at].count for at in groups[head]) for head in heads}
            for head, logprobs in zip(heads, self._logprobs(most), strict=True):
                found |= {at: _likelihood(lines[at], logprobs) for at in groups[head]}
        return tuple(found[at] for at in range(len(lines)))

    def _logprobs(self, heads: dict[tuple[int, ...], int]) -> list[Any]:
        """For each text the logarithms of the probabilities of what follows its last so many tokens.

        They are padded on the right, where no token before it looks.
        """
        import torch

        width = max(map(len, heads))
        kept = max(width - len(head) + count for head, count in heads.items())
        ids = torch.tensor([list(head) + [0] * (width - len(head)) for head in heads])
        mask = torch.tensor([[1] * len(head) + [0] * (width - len(head)) for head in heads])
        device, some = self.model.device, {"logits_to_keep": kept} if self._keeps else {}
        logits = self.model(ids.to(device), attention_mask=mask.to(device), use_cache=False, **some).logits
        first = width - logits.shape[1]  # a model that only seems to know `logits_to_keep` gives all
        ranges = [slice(len(head) - count - first, len(head) - first) for head, count in heads.items()]
        return [torch.log_softmax(logits[at, range_].float(), dim=-1) for at, range_ in enumerate(ranges)]


def _picked(rows: Sequence[_Row], scores: Any) -> Any:
    """The scores, with all but the drawn token ruled out for prompts that are sampled."""
    for at, row in enumerate(rows):
        if row.ask.temperature and row.length is None:
            token = _draw(scores[at], row.ask.temperature, row.rng)
            scores[at] = float("-inf")
            scores[at, token] = 0.0
    return scores


def _draw(scores: Any, temperature: float, rng: Random) -> int:
    """A token from the softmax of scores over temperature: where a number of the prompt's own generator falls."""
    import torch

    weights = torch.softmax(scores.cpu().double() / temperature, dim=-1).cumsum(-1)
    place = torch.searchsorted(weights, rng.random() * weights[-1].item(), right=True)
    return min(int(place), len(weights) - 1)


def _likelihood(line: Line, logprobs: Any) -> Likelihood:
    """Of a line's last tokens, from the logarithms of probabilities at their places."""
    tokens = line.ids[-line.count :]
    there = logprobs[-line.count :]
    total = sum(float(there[at, token]) for at, token in enumerate(tokens))
    return Likelihood(total, greedy=there.argmax(-1).tolist() == list(tokens))


def _batched(items: Sequence[tuple[int, ...]], size: int) -> Iterator[Sequence[tuple[int, ...]]]:
    return (items[at : at + size] for at in range(0, len(items), size))
