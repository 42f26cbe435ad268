"""What a reply says, taken out of what was sent: the steps that every scorer shares, in their fixed order.

    1 reasoning     hidden working is set apart and never scored
    2 turns         what a model writes in the user's name is cut off
    3 characters    look-alike characters become one, for comparison only
    4 markup        Markdown and LaTeX are taken off

A scorer starts from the `Reading`; what it then looks for (a number, a spelling, a behaviour) is its own affair.
"""

from dataclasses import dataclass

from evals.reading.characters import normalise
from evals.reading.markup import unwrap
from evals.reading.reasoning import separate
from evals.reading.turns import cut
from evals.types import Response

__all__ = ["Reading", "normalise", "read", "unwrap"]


@dataclass(frozen=True, slots=True)
class Reading:
    """A response, read.

    Attributes:
        text: the visible reply, otherwise as sent: Markdown, LaTeX and line breaks are still there.
        reasoning: hidden working, from the provider's own field and from tags in the text.
        truncated: the reply ended before anything visible was said.
        normalised: `text` with look-alike characters folded (step 3), its markup still there.
        plain: `normalised` without Markdown and LaTeX (step 4).
        rules: what was done to the text, in order, such as "reasoning: lone closing tag".
    """

    text: str
    reasoning: str
    truncated: bool
    normalised: str
    plain: str
    rules: tuple[str, ...]


def read(response: Response) -> Reading:
    """Take a response through steps 1 to 4. Pure, linear in the length of the text, and never raises."""
    parts = separate(response.text)
    text, turn_rule = cut(parts.text)
    reasoning = "\n".join(part for part in (response.reasoning, parts.reasoning) if part)
    unfinished = not parts.closed or (response.stop == "length" and bool(reasoning))
    normalised = normalise(text)
    return Reading(
        text=text,
        reasoning=reasoning,
        truncated=not text and unfinished,
        normalised=normalised,
        plain=unwrap(normalised),
        rules=tuple(rule for rule in (parts.rule, turn_rule) if rule),
    )
