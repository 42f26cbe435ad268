"""What stands behind a chat host in tests: minds that see pictures, call tools, or do neither, as hosts really do."""

import base64
import io
import json
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image
from scipy import ndimage

from tests.stub_server import Reply, chat, complaint

Mind = Callable[[Any], Reply]


def spots(png: bytes) -> int:
    """How many connected patches there are that differ from the picture's corner: what an eye counts as dots."""
    pixels = np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)
    ink = np.abs(pixels - pixels[0, 0]).max(axis=2) > 40
    _, found = ndimage.label(ink, structure=np.ones((3, 3)))
    return int(found)


def said(body: Any) -> str:
    """The text of the user's last message."""
    content = next(turn["content"] for turn in reversed(body["messages"]) if turn["role"] == "user")
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


def pictures(body: Any) -> list[bytes]:
    """The pictures of all messages, decoded from their data URLs."""
    parts = [
        part for turn in body["messages"] if isinstance(turn["content"], list) for part in turn["content"]
    ]
    urls = [part["image_url"]["url"] for part in parts if part["type"] == "image_url"]
    assert all(url.startswith("data:image/png;base64,") for url in urls)
    return [base64.b64decode(url.partition(",")[2], validate=True) for url in urls]


def results(body: Any) -> list[str]:
    """What the tools have answered since the user's last message."""
    found: list[str] = []
    for turn in body["messages"]:
        found = [] if turn["role"] == "user" else found
        found += [turn["content"]] if turn["role"] == "tool" else []
    return found


def calls(
    *made: tuple[str, str | dict[str, Any]], content: str | None = None, reason: str = "tool_calls"
) -> Reply:
    """A reply that calls tools: (name, arguments), the latter as an object or as the very text."""
    called = [
        {
            "id": f"call_{number}",
            "type": "function",
            "function": {"name": name, "arguments": given if isinstance(given, str) else json.dumps(given)},
        }
        for number, (name, given) in enumerate(made)
    ]
    return Reply(chat(content, reason, tool_calls=called))


def sees(body: Any) -> Reply:
    """Counts the dots of the one picture; without one, asks for it."""
    found = pictures(body)
    return Reply(chat(str(spots(found[0])) if found else "I see no picture."))


def calls_first(*made: tuple[str, str | dict[str, Any]], content: str | None = None) -> Mind:
    """Calls these tools, then repeats what they answered."""
    return lambda body: (
        Reply(chat(", ".join(results(body)))) if results(body) else calls(*made, content=content)
    )


def refuses(words: str, status: int = 400) -> Mind:
    """Refuses pictures and tools in a host's words; answers everything else."""

    def mind(body: Any) -> Reply:
        if pictures(body) or body.get("tools"):
            return Reply(complaint(words), status)
        return Reply(chat("3"))

    return mind
