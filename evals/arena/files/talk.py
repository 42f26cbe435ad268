"""Talk: two conversations about one thing as a question and two answers, so that they can be judged again; and back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

TURN = "\n\n---\n\n"
"""Between a model's replies to several turns of one conversation, which are one answer."""

Turn = tuple[str, str]
"""Role and text."""


@dataclass(frozen=True)
class Talk:
    """What was asked, and what both said.

    Attributes:
        text: the user's last turn; before: what came before it that both conversations share.
        a, b: what the models answered: to all turns where their earlier replies differ.
    """

    text: str
    before: tuple[Turn, ...]
    a: str
    b: str

    @property
    def shared(self) -> bool:
        """Whether replies are part of what was asked."""
        return any(role == "assistant" for role, _ in self.before)

    @property
    def turns(self) -> int:
        """How many turns of the user there are."""
        return 1 + sum(role == "user" for role, _ in self.before)

    @property
    def asked(self) -> str:
        """All that the user said, by which equal prompts are known."""
        return "\n".join([*(text for role, text in self.before if role == "user"), self.text])


def talk(a: Any, b: Any, turns: int | None = None, *, shared: bool | None = None) -> Talk | None:
    """Two conversations, lists of {"role", "content"}, as one thing that was asked.

    Args:
        turns: only the first so many turns of the user were judged.
        shared: whether earlier replies are part of what was asked; None: if they are the same in both.
    Returns: None where they are no such lists, hold pictures, end without a reply, or ask different things.
    """
    one, other = _turns(a), _turns(b)
    if one is None or other is None:
        return None
    one, other = _cut(one, turns), _cut(other, turns)
    asked = [turn for turn in one if turn[0] != "assistant"]
    if asked != [turn for turn in other if turn[0] != "assistant"]:
        return None
    if not (_answered(one) and _answered(other)):
        return None
    if one[:-1] == other[:-1] and shared is not False:
        return Talk(one[-2][1], tuple(one[:-2]), one[-1][1], other[-1][1])
    return Talk(asked[-1][1], tuple(asked[:-1]), _said(one), _said(other))


def _turns(found: Any) -> list[Turn] | None:
    if not isinstance(found, list):
        return None
    turns = []
    for each in found:
        text = _text(each.get("content")) if isinstance(each, dict) else None
        if text is None or each.get("role") not in {"system", "user", "assistant"}:
            return None
        turns.append((each["role"], text))
    return turns


def _text(content: Any) -> str | None:
    """A turn's text: as it is, or in parts as later files have it; None if a part of it is no text."""
    if isinstance(content, list):
        parts = [_part(part) for part in content]
        return None if None in parts else "\n".join(part for part in parts if part is not None)
    return content if isinstance(content, str) else None


def _part(part: Any) -> str | None:
    if not isinstance(part, Mapping) or part.get("type") != "text" or part.get("image"):
        return None
    return part["text"] if isinstance(part.get("text"), str) else None


def _cut(turns: Sequence[Turn], most: int | None) -> list[Turn]:
    """The conversation up to the reply to so many turns of the user."""
    kept: list[Turn] = []
    asked = 0
    for turn in turns:
        asked += turn[0] == "user"
        if most is not None and asked > most:
            break
        kept.append(turn)
    return kept


def _answered(turns: Sequence[Turn]) -> bool:
    """Whether it ends with a turn of the user and a reply."""
    return [role for role, _ in turns[-2:]] == ["user", "assistant"]


def _said(turns: Sequence[Turn]) -> str:
    return TURN.join(text for role, text in turns if role == "assistant")


def conversation(text: str, before: Sequence[Turn], answer: str) -> list[dict[str, str]]:
    """A question and one answer as a conversation; replies to several turns stand below each."""
    asked = [*before, ("user", text)]
    places = [place for place, (role, _) in enumerate(asked) if role == "user"]
    replies = answer.split(TURN)
    if len(replies) != len(places) or any(role == "assistant" for role, _ in before):
        places, replies = places[-1:], [answer]
    after = dict(zip(places, replies, strict=True))
    turns: list[Turn] = []
    for place, turn in enumerate(asked):
        turns.append(turn)
        if place in after:
            turns.append(("assistant", after[place]))
    return [{"role": role, "content": said} for role, said in turns]
