"""Displays: where an item stands in its prompt, and which tokens a model reads there.

Tokens depend on what stands beside them, so the whole turn is cut and the item's part taken out of it. They are looked up
when the item is asked and kept in the log: a report then needs no server, and stays true when a tokenizer changes.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from evals.errors import BadFile, BadInput, ProviderError, Unsupported
from evals.lens.tokens import Tokens, pack
from evals.plan import Job
from evals.provider import Provider, lens
from evals.suite import render
from evals.types import Arm, Display, Sample

MARK = "\ue000"
"""A character of no script: put in an item's place, it shows where that is."""


def place(arm: Arm, sample: Sample, turn: str) -> tuple[int, int] | None:
    """Where an item stands in its turn, from and to, in characters; None where it does not stand in one place.

    The turn is rendered once more with one mark in the item's place. So the item is found in whatever form the arm gives
    it (spaced, in capitals), and not mistaken for the same letters elsewhere ("let" in "letter by letter"). Where an arm
    writes it by other means than its input, it is where that input stands, if it stands there once.
    """
    try:
        before, *rest = render(replace(arm, images=None), replace(sample, input=MARK)).turn.split(MARK)
    except BadFile:  # an arm that takes the item apart cannot do so with a mark
        return None
    if len(rest) == 1:
        (after,) = rest
        whole = turn.startswith(before) and turn.endswith(after) and len(before) + len(after) < len(turn)
        return (len(before), len(turn) - len(after)) if whole else None
    if rest or not sample.input or turn.count(sample.input) != 1:
        return None
    start = turn.index(sample.input)
    return start, start + len(sample.input)


def display(tokens: Tokens, start: int, end: int) -> Display:
    """The part of a turn between two places, in characters, with the tokens it is cut into."""
    first, last = (len(tokens.text[:at].encode()) for at in (start, end))
    return Display(first, pack(tokens.within(first, last)), tokens.route)


@dataclass
class Looker:
    """Looks at items as one model sees them. Without a tokenizer it says so once, and sees nothing.

    Attributes:
        model: as the user named it.
        provider: whose tokens they are.
        say: is told why nothing is seen.
    """

    model: str
    provider: Provider
    say: Callable[[str], None]
    _blind: bool = field(default=False, init=False)

    async def look(self, arm: Arm, job: Job) -> Display | None:
        """What an item looks like to the model; None where that is not known. It never hinders a run."""
        seen_by = None if self._blind else lens(self.provider)
        if seen_by is None:
            return None
        found = place(arm, job.sample, job.prompt.turn)
        if found is None:
            return None
        try:
            return display(await seen_by.tokens(job.prompt.turn), *found)
        except BadInput:  # not of this text
            return None
        except ProviderError as error:  # not this time; but nobody is to wait for it again and again
            if error.kind == "timeout":
                self._close(error.message, "")
        except Unsupported as unknown:
            self._close(unknown.message, f"; {unknown.fix}")
        except Exception as error:  # noqa: BLE001  a provider is the user's code; its fault must not end the run
            self._close(f"its tokens(text) failed: {type(error).__name__}: {error}", "")
        return None

    def _close(self, why: str, fix: str) -> None:
        if not self._blind:
            self.say(f"{self.model}: {why}, so its tokens are left out{fix}")
        self._blind = True
