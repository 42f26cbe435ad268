"""Echoes: a text that a server gives back token by token, with how likely each of them was there.

OpenAI's older completions do so for `echo` with `logprobs`, and vLLM, SGLang and Fireworks after them. Their
`text_offset` is not relied on: vLLM counts tokens that begin a text, such as <s>, SGLang does not count at all. Where
a continuation begins is told from the tokens themselves.

Source: the `openai` package's types of `completions` (3.54); lm-eval 0.4.13, models/openai_completions.py, which asks so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from evals.types import Likelihood


@dataclass(frozen=True, slots=True)
class Echo:
    """A text as the server reads it.

    Attributes:
        tokens: as the server writes them, those that only begin a text among them.
        logprobs: the natural logarithm of each one's probability after those before it; None for the first.
        tops: the likeliest tokens in each one's place, with theirs; None for the first.
    """

    tokens: tuple[str, ...]
    logprobs: tuple[float | None, ...]
    tops: tuple[Mapping[str, float] | None, ...]

    @property
    def tells(self) -> bool:
        """Whether there is an echo, with probabilities of all but the first token, which follows none."""
        return bool(self.tokens) and None not in self.logprobs[1:] and all(self.tops[1:])

    def begins(self, text: str, choice: str) -> int | None:
        """The place of the first token of a choice that follows a text; None where the tokens do not spell the choice.

        A token that reaches from the text into the choice belongs to the choice.
        """
        at, spelled = len(self.tokens), ""
        while len(spelled) < len(choice) and at:
            at -= 1
            spelled = self.tokens[at] + spelled
        return at if len(spelled) >= len(choice) and (text + choice).endswith(spelled) else None

    def shared(self, other: "Echo") -> int:
        """How many tokens two texts have in common, from the first on."""
        pairs = zip(self.tokens, other.tokens, strict=False)
        return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))

    def likelihood(self, start: int) -> Likelihood | None:
        """How likely the tokens from a place on are; None where they begin with the first, of which it is not told."""
        total, greedy = 0.0, True
        for logprob, top in zip(self.logprobs[start:], self.tops[start:], strict=True):
            if logprob is None or not top:
                return None
            total, greedy = total + logprob, greedy and logprob >= max(top.values())
        return Likelihood(total, greedy)


def echo(
    tokens: Sequence[str],
    logprobs: Sequence[float | None],
    tops: Sequence[Mapping[str, float] | None],
    written: int,
) -> Echo:
    """What a server echoed, without the tokens that it wrote itself at the end. Raises: ValueError: lengths differ."""
    end = max(len(tokens) - written, 0)
    whole = list(zip(tokens, logprobs, tops, strict=True))[:end]
    return Echo(tuple(t for t, _, _ in whole), tuple(p for _, p, _ in whole), tuple(b for _, _, b in whole))
