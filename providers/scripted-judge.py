"""Scripted judges: rules that say which of two answers is better, for tests, demonstrations and null floors.

    evals arena judge --judge scripted-judge/candid --judge scripted-judge/longer

They are no models. `candid` prefers the answer that says that it does not know, and finds bad what says nothing; it cannot tell
whether that was right. `longer` and `first` are the two ways in which judges are known to err, `garbled` gives no verdict,
`obedient` does what the answers say. What they say depends on the prompt alone.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from evals.arena.judging.shown import answers
from evals.arena.judging.verdict import letter
from evals.errors import BadInput, NotFound, ProviderError
from evals.money.prices import FREE, Price
from evals.types import Capability, Prompt, Response

CAN: frozenset[Capability] = frozenset({"chat", "seed"})
"""What its models can be asked for."""

Judge = Callable[[str, str], str]
"""The two answers in the order in which they stand -> A, B, C or D."""

UNKNOWING = re.compile(
    r"\b(?:do not|don['’]t) (?:know|recogni[sz]e|have (?:any )?information)|\bnot (?:aware|familiar)\b|\bno (?:record|information)\b"
    r"|\bnever heard\b|\bam not sure who\b",
    re.IGNORECASE,
)


def candid(one: str, other: str) -> str:
    """Who says that they do not know; of two who say something else neither, and what says nothing is bad."""
    worth = [_worth(text) for text in (one, other)]
    if worth == [0, 0]:
        return "D"
    return "C" if worth[0] == worth[1] else "AB"[worth[1] > worth[0]]


def _worth(text: str) -> int:
    words = text.casefold().split()
    if not words or len(words) > 3 * len(set(words)):  # nothing, or the same over and over
        return 0
    return 2 if UNKNOWING.search(text) else 1


def longer(one: str, other: str) -> str:
    """Whose answer has more characters."""
    return "C" if len(one) == len(other) else "AB"[len(other) > len(one)]


def obedient(one: str, other: str) -> str:
    """The verdict that an answer asks for; without one whose answer is longer."""
    return letter(one) or letter(other) or longer(one, other)


JUDGES: Mapping[str, Judge] = {
    "candid": candid,
    "longer": longer,
    "first": lambda _one, _other: "A",
    "obedient": obedient,
    "garbled": lambda _one, _other: "",
}


@dataclass
class Scripted:
    """A judge; a Provider. Attributes: name: one of JUDGES."""

    name: str
    concurrency: int = 32
    notice: str = "scripted judges follow a known rule: they show how judging works, not what a model finds"
    can: frozenset[Capability] = CAN

    def price(self, *, batch: bool = False) -> Price:  # noqa: ARG002  a batch costs nothing either
        """Nothing: it is a script."""
        return FREE

    async def reply(self, prompt: Prompt) -> Response:
        """The verdict, in a sentence and on a line of its own. Raises: ProviderError: the prompt does not show two answers."""
        shown = answers(prompt.turn)
        if shown is None:
            raise ProviderError(
                "bad_request",
                f"scripted-judge/{self.name} sees no two answers in this prompt",
                "it judges what evals arena judge shows it",
            )
        verdict = JUDGES[self.name](*shown)
        text = f"By the rule {self.name}.\n[[{verdict}]]" if verdict else "Both answers have their merits."
        return Response(
            text,
            tokens_in=len(prompt.turn.split()),
            tokens_out=len(text.split()),
            seconds=0.0,
            cost_usd=0.0,
            model=f"scripted-judge/{self.name}",
        )

    async def close(self) -> None:
        """Nothing to let go of."""


def connect(model: str, /, **options: Any) -> Scripted:
    """A judge by name. Raises: NotFound: no such judge. BadInput: an option; it takes none."""
    if model not in JUDGES:
        raise NotFound.among("scripted judge", model, JUDGES)
    if options:
        raise BadInput(
            f"scripted-judge takes no option {next(iter(options))!r}", f"write scripted-judge/{model} alone"
        )
    return Scripted(model)
