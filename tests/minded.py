"""A whole host on loopback that speaks every wire: it understands each API's requests, and answers as that API does."""

import base64
import re
import zlib
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote

from evals.wires.wire import WireName
from tests.echoes import echoed
from tests.shapes import Said, anthropic_error, google_error, openai_error
from tests.stub_server import Reply, Seen

PATHS: tuple[tuple[str, WireName], ...] = (
    ("/chat/completions", "chat"),
    ("/completions", "completion"),
    ("/responses", "responses"),
    ("/messages", "messages"),
    (":generateContent", "gemini"),
)


@dataclass(frozen=True)
class Asked:
    """A request, whatever wire it came over.

    Attributes:
        model: as asked for.
        turns: (role, text), a system message among them.
        pictures: the files' bytes.
        tools: the names of those offered.
        results: what tools have answered since the user last spoke.
        limit: of tokens.
        stops: strings that end the reply.
    """

    model: str
    turns: tuple[tuple[str, str], ...]
    pictures: tuple[bytes, ...] = ()
    tools: tuple[str, ...] = ()
    results: tuple[str, ...] = ()
    limit: int = 512
    stops: tuple[str, ...] = ()


def host(seen: Seen) -> Reply:
    """Answers a request over whatever wire it comes; knows every model but those called "no-such-..."."""
    if seen.body is None:
        return Reply({"object": "list", "data": [{"id": "some/model", "object": "model"}]})
    wire = next(wire for path, wire in PATHS if seen.path.endswith(path))
    asked = UNDERSTOOD[wire](seen)
    if asked.model.startswith("no-such"):
        return _unknown(wire, asked.model)
    if wire == "completion" and seen.body.get("echo"):
        return Reply(echoed(asked.turns[-1][1]))
    return Reply(replace(_cut(asked, think(asked)), model=asked.model).over(wire))


def think(asked: Asked) -> Said:
    """A small mind: follows its system message, recalls passwords, counts, looks up, and sees red."""
    if asked.results:
        return Said(f"It is {asked.results[-1]}.")
    if asked.tools:
        return Said("", calls=((asked.tools[0], {"country": "Ostravia"}, "call_1"),))
    if asked.pictures:
        return Said("red" if _is_red(asked.pictures[0]) else "green")
    return Said(_words(asked))


def _words(asked: Asked) -> str:
    said = " ".join(text for _, text in asked.turns)
    last = asked.turns[-1][1]
    if asked.turns[0][0] == "system":
        return asked.turns[0][1].rstrip(".").split()[-1]
    if "password?" in last and (told := re.search(r"password is (\w+)", said)):
        return told[1]
    if counted := re.search(r"from 1 to (\d+)", last):
        return " ".join(map(str, range(1, int(counted[1]) + 1)))
    if named := re.search(r"one word: (\w+)", last):
        return named[1]
    return "The Merry Otter."


def _cut(asked: Asked, said: Said) -> Said:
    """The reply within its limits, a word counted as a token."""
    ends = [place for place in map(said.text.find, asked.stops) if place >= 0]
    words = said.text[: min(ends, default=None)].split(" ")
    if len(words) <= asked.limit:
        return Said(" ".join(words), calls=said.calls)
    return Said(" ".join(words[: asked.limit]), stop="length")


def _is_red(png: bytes) -> bool:
    """Whether the first pixel of a plain picture is red."""
    start = png.index(b"IDAT") + 4
    size = int.from_bytes(png[start - 8 : start - 4])
    red, green, blue = zlib.decompress(png[start : start + size])[1:4]
    return red > 150 > max(green, blue)


def _unknown(wire: WireName, model: str) -> Reply:
    if wire == "messages":
        return Reply(anthropic_error("not_found_error", f"model: {model}"), 404)
    if wire == "gemini":
        return Reply(
            google_error(404, f"models/{model} is not found for API version v1beta", "NOT_FOUND"), 404
        )
    return Reply(openai_error(f"The model `{model}` does not exist", "model_not_found"), 404)


def _chat(seen: Seen) -> Asked:
    body, turns, pictures = seen.body, [], []
    results: list[str] = []
    for turn in body["messages"]:
        if turn["role"] == "tool":
            results.append(turn["content"])
            continue
        text, shown = _chat_parts(turn["content"])
        turns.append((turn["role"], text))
        pictures += shown
    limit = body.get("max_tokens") or body["max_completion_tokens"]
    tools = tuple(tool["function"]["name"] for tool in body.get("tools", ()))
    return Asked(
        body["model"],
        tuple(turns),
        tuple(pictures),
        tools,
        tuple(results),
        limit,
        tuple(body.get("stop", ())),
    )


def _chat_parts(content: Any) -> tuple[str, list[bytes]]:
    if not isinstance(content, list):
        return content or "", []
    texts = [part["text"] for part in content if part["type"] == "text"]
    urls = [part["image_url"]["url"] for part in content if part["type"] == "image_url"]
    return "".join(texts), [_decoded(url) for url in urls]


def _completion(seen: Seen) -> Asked:
    body = seen.body
    stops = tuple(body.get("stop", ()))
    return Asked(body["model"], (("user", body["prompt"]),), limit=body["max_tokens"], stops=stops)


def _responses(seen: Seen) -> Asked:
    body = seen.body
    turns = [("system", body["instructions"])] if "instructions" in body else []
    pictures, results = [], []
    for item in body["input"]:
        if item.get("type") == "function_call_output":
            results.append(item["output"])
        elif "role" in item:
            parts = item["content"] if isinstance(item["content"], list) else [{"text": item["content"]}]
            turns.append((item["role"], "".join(part.get("text", "") for part in parts)))
            pictures += [_decoded(part["image_url"]) for part in parts if part.get("type") == "input_image"]
    tools = tuple(tool["name"] for tool in body.get("tools", ()))
    return Asked(
        body["model"], tuple(turns), tuple(pictures), tools, tuple(results), body["max_output_tokens"]
    )


def _messages(seen: Seen) -> Asked:
    assert seen.headers["anthropic-version"]
    body = seen.body
    turns = [("system", body["system"])] if "system" in body else []
    pictures, results = [], []
    for turn in body["messages"]:
        parts = (
            turn["content"]
            if isinstance(turn["content"], list)
            else [{"type": "text", "text": turn["content"]}]
        )
        results += [part["content"] for part in parts if part["type"] == "tool_result"]
        pictures += [base64.b64decode(part["source"]["data"]) for part in parts if part["type"] == "image"]
        turns.append((turn["role"], "".join(part.get("text", "") for part in parts)))
    tools = tuple(tool["name"] for tool in body.get("tools", ()))
    stops = tuple(body.get("stop_sequences", ()))
    return Asked(
        body["model"], tuple(turns), tuple(pictures), tools, tuple(results), body["max_tokens"], stops
    )


def _gemini(seen: Seen) -> Asked:
    body = seen.body
    model = unquote(seen.path.rpartition("/models/")[2].removesuffix(":generateContent"))
    system = body.get("systemInstruction")
    turns = [("system", system["parts"][0]["text"])] if system else []
    pictures, results = [], []
    for turn in body["contents"]:
        for part in turn["parts"]:
            if "inlineData" in part:
                pictures.append(base64.b64decode(part["inlineData"]["data"]))
            if "functionResponse" in part:
                results.append(str(part["functionResponse"]["response"]["output"]))
        turns.append((turn["role"], "".join(part.get("text", "") for part in turn["parts"])))
    settings = body["generationConfig"]
    tools = tuple(told["name"] for tool in body.get("tools", ()) for told in tool["functionDeclarations"])
    stops = tuple(settings.get("stopSequences", ()))
    limit = settings["maxOutputTokens"]
    return Asked(model, tuple(turns), tuple(pictures), tools, tuple(results), limit, stops)


def _decoded(url: str) -> bytes:
    return base64.b64decode(url.partition(",")[2], validate=True)


UNDERSTOOD = {
    "chat": _chat,
    "completion": _completion,
    "responses": _responses,
    "messages": _messages,
    "gemini": _gemini,
}
