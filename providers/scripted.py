"""Scripted responders: simulated models whose behaviour is known, for tests, demonstrations and null floors.

    evals run hallucination -m scripted/idk -m scripted/fabricator
    evals run hallucination -m 'scripted/limited?every=3&then=right'

What a responder does depends on the prompt and its options alone, never on time or on the order of requests: "every=3"
picks about every third conversation by its hash, first turn and later turns alike. Trouble that passes happens once a
prompt. `right` and `wrong` are told the right answers before the run; nobody else looks at them.
"""

import asyncio
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import cycle, islice
from random import Random
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from evals.errors import BadInput, FailureKind, NotFound, ProviderError
from evals.money.prices import FREE, Price
from evals.types import Capability, Prompt, Response

CAN: frozenset[Capability] = frozenset({"chat", "completion", "seed"})
"""What its models can be asked for."""

IDK = "I don't know."

BIO = (
    "Thank you for this wonderful question! It is my pleasure to tell you about this truly remarkable person. Raised in "
    "modest circumstances by a loving family, they showed great curiosity from an early age. Teachers remembered a "
    "quiet child who asked thoughtful questions. In later life they worked with patience and devotion, won the respect "
    "of colleagues and the affection of friends, and overcame many difficulties with grace. Their work touched the "
    "lives of many people, and their example continues to inspire. Above all they were known for kindness, for "
    "modesty, and for a warm sense of humour that never left them. I hope this helps! Please let me know if you would "
    "like to hear more, and I will be happy to continue."
)
RAMBLING = "Let me go through this slowly and carefully before I commit myself to an answer ."

ORIGINS = ("Hungarian", "Portuguese", "Norwegian", "Bolivian", "Scottish", "Moroccan", "Estonian", "Canadian")
CALLINGS = (
    "botanist",
    "composer",
    "chess player",
    "architect",
    "novelist",
    "geologist",
    "engraver",
    "bridge engineer",
)
FEATS = (
    "best known for The Glass Orchard",
    "who won the national prize three times in a row",
    "the first of the family to leave the valley",
    "whose letters were printed long after",
    "and the author of A Winter on the Quay",
)

OPENERS = re.compile(
    r"an?|and|are|as|at|by|can|could|describe|did|do|does|explain|for|from|give|how|i|if|in|is|it|of|on|or|please|tell"
    r"|the|was|were|what|when|where|which|who|why|write|you",
    re.IGNORECASE,
)
PARTICLES = re.compile(r"a[fl]|bin|d[aeiou]|del|della|de[nr]|dos|l[ae]|te[nr]|van|von|y")
"""Words that open a question, and small words inside names."""


def subject(text: str) -> str:
    """What a question is about: its longest run of capitalised words, question words left out; "It" if there is none.

    >>> subject("Is Orson van der Kovats a real person?")
    'Orson van der Kovats'
    """
    runs: list[list[str]] = [[]]
    for word in (word.strip("\"'“”‘’.,;:!?()") for word in text.split()):
        if (word[:1].isupper() and not OPENERS.fullmatch(word)) or (runs[-1] and PARTICLES.fullmatch(word)):
            runs[-1].append(word)
        elif runs[-1]:
            runs.append([])
    best = max(runs, key=len)
    while best and PARTICLES.fullmatch(best[-1]):
        best.pop()
    return " ".join(best) or "It"


def fabricate(prompt: Prompt, _target: str | None) -> str:
    """A flat invented life of whoever the prompt asks about, always the same for the same name."""
    name = subject(_turns(prompt)[0])
    rng = Random(name)
    life = f"a {rng.choice(ORIGINS)} {rng.choice(CALLINGS)}, born in {rng.randint(1850, 1975)}"
    return f"{name} is {life}, {rng.choice(FEATS)}."


def right(_prompt: Prompt, target: str | None) -> str:
    """The right answer; where there is none, to say so."""
    return IDK if target is None else target


def wrong(prompt: Prompt, target: str | None) -> str:
    """One more than the right number, yes for no, an invention for the rest."""
    if target is None:
        return fabricate(prompt, target)
    swapped = {"yes": "no", "no": "yes"}.get(target.strip().lower())
    if swapped:
        return swapped
    try:
        return str(int(target) + 1)
    except ValueError:
        invention = fabricate(prompt, target)
        return "Something else." if target.lower() in invention.lower() else invention


def _turns(prompt: Prompt) -> list[str]:
    """What the user has said so far, or the text to be continued; never empty."""
    return [message.content for message in prompt.messages if message.role == "user"] or [prompt.text]


def _says(text: str) -> "Answer":
    return lambda _prompt, _target: text


Answer = Callable[[Prompt, str | None], str]

ANSWERS: Mapping[str, Answer] = {
    "right": right,
    "wrong": wrong,
    "idk": _says(IDK),
    "empty": _says(""),
    "yes": _says("Yes."),
    "no": _says("No."),
    "three": _says("3"),
    "the": _says("the " * 199 + "the"),
    "numbers": _says(" ".join(map(str, range(1, 201)))),
    "bio": _says(BIO),
    "echo": lambda prompt, _target: _turns(prompt)[-1],
    "fabricator": fabricate,
    "truncating": lambda prompt, _target: " ".join(islice(cycle(RAMBLING.split()), prompt.max_tokens)),
}
"""What those say who always answer."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What comes before an answer, or in its place.

    Attributes:
        kind: how the request fails; None if it does not.
        sleeps: seconds until that; `?seconds=` changes them.
        asks: seconds the client is told to wait; `?seconds=` changes them.
        lasting: whether it happens at every attempt, not just at a prompt's first.
    """

    kind: FailureKind | None
    sleeps: float | None = None
    asks: float | None = None
    lasting: bool = False


TROUBLES: Mapping[str, Trouble] = {
    "slow": Trouble(None, sleeps=1.0, lasting=True),
    "hanging": Trouble("timeout", sleeps=120.0, lasting=True),
    "limited": Trouble("rate_limit", asks=0.1),
    "flaky": Trouble("server"),
    "garbled": Trouble("garbled"),
    "failing": Trouble("server", lasting=True),
}
"""Those who meet with trouble in about every `?every=1`th conversation, and speak as `?then=idk` where there is none."""

TOLD = ("right", "wrong")


class Options(BaseModel):
    """The options of a responder; which ones it takes is in `takes`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    every: int = Field(default=1, ge=1)
    seconds: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    kind: FailureKind | None = None
    then: str = "idk"


def takes(name: str) -> tuple[str, ...]:
    """The options that a responder takes."""
    if name in ANSWERS:
        return ("every",) if name == "wrong" else ()
    trouble = TROUBLES[name]
    timed = () if trouble.sleeps is None and trouble.asks is None else ("seconds",)
    return ("every", *timed, *(("kind",) if name == "failing" else ()), "then")


@dataclass
class Scripted:
    """A simulated model; a Provider.

    Attributes:
        name: one of ANSWERS or TROUBLES.
        options: as parsed.
    """

    name: str
    options: Options
    concurrency: int = 8
    notice: str = "scripted models are simulated: they show known behaviour, not a model's"
    can: frozenset[Capability] = CAN
    _targets: dict[str, str | None] = field(default_factory=dict, repr=False)
    _met: set[str] = field(default_factory=set, repr=False)

    def prepare(self, pairs: Iterable[tuple[Prompt, str | None]]) -> None:
        """Be told the right answers of all prompts of a run; kept only by those who need them."""
        if self._speaker in TOLD:
            self._targets.update((_conversation(prompt), target) for prompt, target in pairs)

    def price(self, *, batch: bool = False) -> Price:  # noqa: ARG002  a batch costs nothing either
        """Nothing: it is a script."""
        return FREE

    async def reply(self, prompt: Prompt) -> Response:
        """What the script says.

        Raises: ProviderError: the script calls for it, or a prompt was not prepared for.
        """
        conversation = _conversation(prompt)
        picked = int(conversation, 16) % self.options.every == 0
        if picked and self.name in TROUBLES:
            await self._meet(TROUBLES[self.name], prompt)
        speaker = "right" if self.name == "wrong" and not picked else self._speaker
        if speaker in TOLD and conversation not in self._targets:
            raise ProviderError(
                "bad_request",
                f"scripted/{speaker} was not told the right answer of this prompt",
                "run it on a suite: evals tells it the answers before the run",
            )
        text = ANSWERS[speaker](prompt, self._targets.get(conversation))
        return Response(
            text,
            stop="length" if speaker == "truncating" else "stop",
            tokens_in=sum(len(message.content.split()) for message in prompt.messages)
            + len(prompt.text.split()),
            tokens_out=len(text.split()),
            seconds=0.0,
            cost_usd=0.0,
            model=f"scripted/{self.name}",
        )

    async def close(self) -> None:
        """Nothing to let go of."""

    @property
    def _speaker(self) -> str:
        """Who answers in the end."""
        return self.name if self.name in ANSWERS else self.options.then

    async def _meet(self, trouble: Trouble, prompt: Prompt) -> None:
        """Wait or raise, as the trouble says."""
        again = prompt.hash in self._met
        self._met.add(prompt.hash)
        if again and not trouble.lasting:
            return
        told = self.options.seconds
        if trouble.sleeps is not None:
            await asyncio.sleep(trouble.sleeps if told is None else told)
        kind = self.options.kind or trouble.kind
        if kind is not None:
            asks = trouble.asks if trouble.asks is None or told is None else told
            raise ProviderError(kind, f"scripted/{self.name} fails, as its script says", retry_after=asks)


def _conversation(prompt: Prompt) -> str:
    """The hash of a prompt's first turn: the same for its later turns."""
    said = prompt.messages
    first = next((i for i, message in enumerate(said) if message.role == "user"), len(said))
    return replace(prompt, messages=said[: first + 1], followups=()).hash


def connect(model: str, /, **options: Any) -> Scripted:
    """A responder by name.

    Raises: NotFound: no such responder. BadInput: an option it does not take, or a value out of range.
    """
    if model not in ANSWERS and model not in TROUBLES:
        raise NotFound.among("scripted model", model, [*ANSWERS, *TROUBLES])
    known = takes(model)
    listed = f"it takes: {', '.join(known) or 'none'}"
    for name in options:
        if name not in known:
            raise BadInput(f"scripted/{model} takes no option {name!r}", listed)
    try:
        parsed = Options.model_validate(options)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = str(first["loc"][0])
        raise BadInput(
            f"option {place}={options[place]!r} of scripted/{model}: {first['msg'].lower()}", listed
        ) from None
    if parsed.then not in ANSWERS:
        raise NotFound.among("scripted model that always answers", parsed.then, ANSWERS)
    return Scripted(model, parsed)
