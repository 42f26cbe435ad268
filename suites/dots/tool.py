"""The tool that counts for the model, and what its calls show: whether the display was copied whole."""

from collections.abc import Iterable

from evals.types import Tag, Tool, ToolCall

NAME = "count_characters"


def count_characters(text: str, char: str) -> str:
    """How often a character occurs in a text; an emoji of several code points is one.

    >>> count_characters("a.b.", ".")
    '2'
    """
    if not char:
        raise ValueError("char is empty")
    return str(text.count(char))


TOOL = Tool(
    NAME,
    "Counts how often a character occurs in a text.",
    {
        "type": "object",
        "properties": {
            "text": {"type": "string", "description": "the text in which to count, exactly as it stands"},
            "char": {"type": "string", "description": "the character to count"},
        },
        "required": ["text", "char"],
        "additionalProperties": False,
    },
    count_characters,
)


def fidelity(calls: Iterable[ToolCall], display: str, glyph: str) -> dict[str, Tag]:
    """What the calls of a reply show: `called`, how many were carried out; of the last one, `copied`, marks in its text
    less those of the display, and `faithful`, whether its text is the display, white space around it left out.
    """
    texts = [str(call.given()["text"]) for call in calls if call.name == NAME and not call.failed]
    if not texts:
        return {"called": 0}
    last = texts[-1]
    return {
        "called": len(texts),
        "copied": last.count(glyph) - display.count(glyph),
        "faithful": last.strip() == display,
    }
