"""A model whose exchanges are written down: a provider around a provider.

They go into the run's own folder as they come, so that a run which is cut short and gone on with has them all; at the end
of each process the file that the user has named is made of them.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from shlex import quote
from typing import Any

import pydantic_core

from evals.appended import Appended, whole_lines
from evals.around import Around
from evals.errors import BadInput, FailureKind, ProviderError
from evals.keeping import recording
from evals.keeping.recording import Cast, Cuts, Exchange
from evals.lens.tokens import Tokens
from evals.provider import Provider, Recalled, price, recalled, settled
from evals.types import Failure, Key, Prompt, Response

NAME = "exchanges.jsonl"

LASTING: frozenset[FailureKind] = frozenset({"bad_request", "unsupported", "too_long", "filtered"})
"""The failures that belong to a recording: what the host says to this very prompt. The others say something of the day."""


class Recorder:
    """Writes exchanges down as they come, and makes a recording of them.

    Args:
        file: of the recording.
        folder: of the run, whose log this process alone writes.
        models: what is said of each.
    Raises: BadInput: nothing can be written there.
    """

    def __init__(self, file: Path, folder: Path, models: Mapping[str, Cast]) -> None:
        self.file, self.models = file, models
        self._path = folder / NAME
        self._cuts: dict[tuple[str, str], Cuts] = {}
        recording.check(file)
        try:
            self._journal = Appended(self._path)
        except OSError as error:
            raise BadInput(f"{self._path} cannot be written: {error.strerror}", "free or unlock it") from None

    def lacks(self, done: Collection[Key]) -> int:
        """How many of these replies were answered without being written down."""
        there = {Key(**pydantic_core.from_json(each)["key"]) for each in whole_lines(self._path)}
        return sum(key not in there for key in done)

    def saw(self, model: str, tokens: Tokens) -> None:
        """Remember the tokens of a turn, for the exchange that will follow."""
        self._cuts[model, tokens.text] = Cuts.of(tokens)

    def write(self, key: Key, prompt: Prompt, came: Recalled) -> None:
        """One exchange. Raises: BadInput: the disk is full or gone."""
        failure = Failure(came.error.kind, came.error.message) if came.error else None
        cuts = self._cuts.get((key.model, prompt.turn))
        made = Exchange(
            recording.address(key, prompt), key, prompt, came.response, failure, came.requests, cuts
        )
        self._journal.append(recording.line(made))

    def close(self) -> None:
        """Make the recording, if anything was written down. Raises: BadInput: it cannot be written."""
        self._journal.close()
        if not self._path.stat().st_size:
            return
        try:
            recording.write(self.file, self.models, whole_lines(self._path))
        except BadInput as error:
            again = f"evals run --resume {quote(str(self._path.parent))} --record FILE"
            raise BadInput(error.message, f"nothing is lost or asked again: {again}") from None


@dataclass(frozen=True)
class Recorded(Around):
    """A model whose exchanges are written down.

    Attributes:
        recorder: by whom.
    """

    recorder: Recorder = field(kw_only=True)
    _asked: Counter[str] = field(default_factory=Counter, init=False, repr=False)

    def recall(self, prompt: Prompt) -> Recalled | None:
        """As within, and written down."""
        known = recalled(self.provider, prompt)
        if known is not None:
            self._write(prompt, known)
        return known

    async def reply(self, prompt: Prompt) -> Response:
        """As within, and written down. Raises: as within; failures that pass are not written down."""
        address = "" if self.key is None else recording.address(self.key, prompt)
        self._asked[address] += 1
        try:
            response = await self.provider.reply(prompt)
        except ProviderError as error:
            if error.kind in LASTING:
                self._write(prompt, Recalled(None, self._asked[address], error))
            raise
        self._write(prompt, Recalled(response, self._asked[address]))
        return response

    async def _tokens(self, text: str, cut: Callable[[str], Awaitable[Tokens]]) -> Tokens:
        found = await cut(text)
        self.recorder.saw(self.model, found)
        return found

    def __getattr__(self, name: str) -> Any:
        """As within; the tokens that it tells are remembered."""
        found = super().__getattr__(name)
        return partial(self._tokens, cut=found) if name == "tokens" else found

    def _write(self, prompt: Prompt, came: Recalled) -> None:
        if self.key is not None:
            self.recorder.write(self.key, prompt, came)


def cast(provider: Provider, *, batch: bool) -> Cast:
    """What a recording says of a model."""
    probe = Prompt(temperature=None, max_tokens=0)
    own = settled(provider, probe)
    return Cast(
        can=tuple(sorted(provider.can)),
        notice=provider.notice,
        price=price(provider, batch=batch),
        temperature=own.temperature,
        max_tokens=own.max_tokens or None,
    )


@contextmanager
def by_record(recorder: Recorder, providers: Mapping[str, Provider]) -> Iterator[dict[str, Provider]]:
    """The models with their exchanges written down; the recording is made at the end, however that comes.

    Raises: BadInput: the recording cannot be written.
    """
    try:
        yield {model: Recorded(one, model, recorder=recorder) for model, one in providers.items()}
    finally:
        recorder.close()
