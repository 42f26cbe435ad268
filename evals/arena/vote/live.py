"""Live: a person asks, two models drawn by chance answer, and both answers are shown when the later of them has ended.

Providers hand over whole answers, so nothing is streamed: how fast a text appears would tell whose it is.
"""

import asyncio
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from evals.arena import folder
from evals.arena.answers import Answer, Question
from evals.arena.vote.dealer import LIVE
from evals.arena.vote.desk import Desk, Refused
from evals.arena.vote.ledger import Deal, Person
from evals.errors import BadInput
from evals.pacing.limiter import Limiter
from evals.provider import ModelName, connect, settled
from evals.retry import Line, Patience, ask
from evals.types import Message, Prompt

LONGEST = 30_000
"""Characters of a question at most, as at Chatbot Arena."""
TOKENS = 2_048
"""Tokens of an answer at most, unless the model's name says otherwise."""
PATIENCE = Patience(attempts=4, seconds=60.0)


@dataclass
class Live:
    """Models that people may ask.

    Attributes: lines: model -> the line to it; say: is told what goes wrong, with names: for the terminal, not the page.
    """

    lines: Mapping[str, Line]
    say: Callable[[str], None]
    _asked: dict[str, "asyncio.Task[Deal]"] = field(default_factory=dict)

    async def ask(self, desk: Desk, person: Person, name: str, text: str) -> Deal:
        """A pair of fresh answers to a question, put before whoever asked; the same for the same `name`, if sent again.

        Raises: Refused: a model has not answered. EvalsError: the answers cannot be kept.
        """
        key = f"{person.name}|{name}"
        if key not in self._asked:
            self._asked[key] = asyncio.create_task(self._ask(desk, person, text))
            self._asked[key].add_done_callback(lambda _: self._forget(key))
        return await asyncio.shield(self._asked[key])

    async def _ask(self, desk: Desk, person: Person, text: str) -> Deal:
        models = secrets.SystemRandom().sample(sorted(self.lines), 2)
        prompt = Prompt((Message("user", text),), max_tokens=TOKENS, temperature=None)
        answers = await asyncio.gather(*(self._answer(model, prompt) for model in models))
        question = Question(id=f"{LIVE}{secrets.token_hex(8)}", text=text, categories=("live",))
        told = [
            Answer(question=question.id, model=model, text=reply)
            for model, reply in zip(models, answers, strict=True)
        ]

        def keep() -> Deal:
            desk.take(folder.add(desk.arena.folder, [question], told))
            left, right = models
            return desk.deal(person, {"kind": "live", "question": question.id, "left": left, "right": right})

        return await asyncio.to_thread(keep)

    async def _answer(self, model: str, prompt: Prompt) -> str:
        line = self.lines[model]
        tried = await ask(line, settled(line.provider, prompt))
        if tried.response is not None:
            return tried.response.text
        self.say(f"{model}: {tried.error.message if tried.error else 'no answer'}")
        raise Refused("one of the models has not answered; ask again, or ask something else")

    def _forget(self, key: str) -> None:
        """Keep some of what was asked, for pages that did not hear the answer; what failed may be asked again."""
        task = self._asked[key]
        if task.cancelled() or task.exception() is not None:
            del self._asked[key]
        for old in list(self._asked)[:-100]:
            if self._asked[old].done():
                del self._asked[old]

    async def close(self) -> None:
        """Let go of the models."""
        await asyncio.gather(*(line.provider.close() for line in self.lines.values()))


def live(models: Iterable[str], say: Callable[[str], None]) -> Live:
    """Connects to models.

    Raises: BadInput: fewer than two, or one that only continues texts. EvalsError: as `connect`.
    """
    names = tuple(dict.fromkeys(models))
    if len(names) < 2:
        raise BadInput("--live needs two models at least", "write --live -m A -m B")
    return Live({name: _line(name) for name in names}, say)


def _line(name: str) -> Line:
    provider = connect(ModelName.parse(name))
    if "chat" not in provider.can:
        raise BadInput(f"{name} only continues texts, and cannot be talked to", "name another model")
    return Line(provider, Limiter(provider.concurrency), patience=PATIENCE)
