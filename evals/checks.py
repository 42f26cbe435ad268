"""Checks that a provider keeps what the engine relies on, and finds out what its model really does.

What is the provider's part (its failures, its counts, its stop reasons) is right or wrong; what is the model's part (to
follow, to see, to call) is there or not. A check sends a handful of short prompts.
"""

import asyncio
import math
import os
import re
import struct
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from evals.converse import converse
from evals.errors import EvalsError, ProviderError, Unsupported
from evals.pacing.limiter import Limiter
from evals.provider import ModelName, Provider, connect
from evals.retry import Line, Patience
from evals.types import Capability, Image, Message, Prompt, Response, Tool

ENOUGH = 1024
"""Tokens of a reply, so that a model that reasons first comes to its answer."""

NEAR = 0.1
"""How far the logprobs of two requests for the same may lie apart: servers add them up in batches, in half precision."""

NOWHERE = "no-such-model-xyzzy"
WORD = "KESTREL"
CITY = "Vellmark"

Asked = Callable[["Checked"], Awaitable[str]]


@dataclass(frozen=True)
class Finding:
    """One line: what was looked at, how it stands, and why.

    Attributes:
        check: its name.
        state: "failed" is the provider's fault alone.
        words: what was seen.
    """

    check: str
    state: Literal["ok", "not supported", "failed"]
    words: str


class Lacking(Exception):
    """What was looked at is not there; no fault of the provider."""


class Faulty(Exception):
    """The provider does not keep what the engine relies on."""


@dataclass(frozen=True)
class Checked:
    """The provider in question, and the model's name as it was typed."""

    name: ModelName
    provider: Provider

    async def ask(self, prompt: Prompt) -> Response:
        """The reply to a prompt, its tools answered; tried again where a failure can pass.

        Raises: ProviderError: as the provider says.
        """
        line = Line(self.provider, Limiter(1), patience=Patience(attempts=3, most=5.0))
        tried = await converse(line, prompt)
        if tried.response is None:
            raise tried.error or ProviderError("server", "no answer")
        return tried.response

    def prompt(self, text: str, *before: Message, **more: Any) -> Prompt:
        """A question as this model can be asked: said by a user, or as a text to be continued."""
        told: dict[str, Any] = {"max_tokens": ENOUGH, **more}
        if "chat" in self.provider.can:
            return replace(Prompt((*before, Message("user", text))), **told)
        return replace(Prompt(text=f"Q: {text}\nA:", stop=("\nQ:",)), **told)


async def check(name: ModelName) -> AsyncIterator[Finding]:
    """Every check in turn; nothing after the first where the model does not answer at all.

    Raises: EvalsError: the provider cannot be connected.
    """
    checked = Checked(name, connect(name))
    try:
        for title, asked in CHECKS.items():
            finding = await _find(checked, title, asked)
            yield finding
            if finding.state == "failed" and title == "answers":
                return
    finally:
        await checked.provider.close()
    yield await _find(checked, "closes", _closes)


async def _find(checked: Checked, title: str, asked: Asked) -> Finding:
    try:
        return Finding(title, "ok", await asked(checked))
    except Lacking as found:
        return Finding(title, "not supported", str(found))
    except Faulty as found:
        return Finding(title, "failed", str(found))
    except ProviderError as error:
        state: Literal["not supported", "failed"] = (
            "not supported" if error.kind == "unsupported" else "failed"
        )
        return Finding(title, state, error.message)
    except Exception as error:  # noqa: BLE001  a provider is its author's code; what it raises is what we look for
        return Finding(title, "failed", f"raised {type(error).__name__}, which is no ProviderError: {error}")


async def _says_what_it_is(checked: Checked) -> str:
    it = checked.provider
    known = set(get_args(Capability))
    if not set(it.can) <= known or not set(it.can) & {"chat", "completion"}:
        raise Faulty(
            f"`can` is {sorted(it.can)}; it takes chat or completion, and names among {sorted(known)}"
        )
    if not isinstance(it.concurrency, int) or it.concurrency < 1 or not isinstance(it.notice, str):
        raise Faulty("`concurrency` is a whole number from 1, `notice` a text")
    return f"can: {', '.join(sorted(it.can))}; {it.concurrency} at a time"


async def _answers(checked: Checked) -> str:
    said = await checked.ask(checked.prompt("Reply with one word: yes."))
    if not isinstance(said, Response) or not isinstance(said.text, str):
        raise Faulty("`reply` gives no Response with a text")
    if not said.text.strip():
        raise Faulty("the reply is empty")
    return repr(said.text.strip()[:40])


async def _names_the_model(checked: Checked) -> str:
    said = await checked.ask(checked.prompt("Reply with one word: yes."))
    if not said.model:
        raise Lacking("it is not told which model answered")
    return said.model


async def _counts(checked: Checked) -> str:
    said = await checked.ask(checked.prompt("Reply with one word: yes."))
    if said.seconds is None or said.seconds < 0:
        raise Faulty(f"seconds is {said.seconds}")
    if said.tokens_in is None or said.tokens_out is None:
        raise Lacking("tokens are not counted")
    if said.tokens_in < 1 or said.tokens_out < (said.tokens_reasoning or 0):
        raise Faulty(
            f"{said.tokens_in} tokens in, {said.tokens_out} out, {said.tokens_reasoning} of them hidden"
        )
    return f"{said.tokens_in} in, {said.tokens_out} out"


async def _tells_when_cut(checked: Checked) -> str:
    said = await checked.ask(checked.prompt("Write the numbers from 1 to 200.", max_tokens=16))
    if len(said.text.split()) > 100:
        raise Faulty("a reply limited to 16 tokens is much longer")
    if said.stop != "length":
        if _counts_on(said.text) or (said.tokens_out or 0) >= 16:
            raise Faulty(
                f"a reply that was cut at 16 tokens says that it ended with {said.stop!r}, and not by length"
            )
        raise Lacking("the model ended by itself")
    return "a cut reply says so"


async def _takes_a_system_message(checked: Checked) -> str:
    _needs(checked, "chat", "it is not talked to")
    said = await checked.ask(
        checked.prompt("How are you?", Message("system", f"Whatever is asked, reply with one word: {WORD}."))
    )
    if "system role" in said.dropped:
        raise Lacking("there is no system role; its words open the user's message")
    return _has(said, WORD, "the model does not follow it")


async def _remembers(checked: Checked) -> str:
    _needs(checked, "chat", "it is not talked to")
    said = await checked.ask(
        checked.prompt(
            "What is the password? Reply with it alone.",
            Message("user", f"The password is {WORD}."),
            Message("assistant", "Understood."),
        )
    )
    return _has(said, WORD, "the model does not recall what was said before")


async def _heeds_stops(checked: Checked) -> str:
    said = await checked.ask(
        checked.prompt("Write the numbers from 1 to 9, with blanks between.", stop=("5",), temperature=0.0)
    )
    if "5" in said.text:
        raise Faulty(f"the reply goes on after a stop string: {said.text[:40]!r}")
    return "cut here, as the host takes none" if "stop" in said.dropped else "heeded"


async def _takes_a_temperature(checked: Checked) -> str:
    said = await checked.ask(checked.prompt("Reply with one word: yes.", temperature=0.0))
    if "temperature" in said.dropped:
        raise Lacking("it was left out, and that is recorded")
    return "taken"


async def _heeds_a_seed(checked: Checked) -> str:
    if "seed" not in checked.provider.can:
        raise Lacking("there is none")
    prompt = checked.prompt("Make up a name for a boat.", temperature=1.0, seed=7, max_tokens=64)
    first, second = [await checked.ask(prompt) for _ in range(2)]
    if "seed" in first.dropped:
        raise Lacking("it was left out, and that is recorded")
    if (first.text, first.reasoning) != (second.text, second.reasoning):
        raise Lacking("it is taken, and two replies to one prompt differ nevertheless")
    return "two replies to one prompt are the same"


async def _calls_tools(checked: Checked) -> str:
    _needs(checked, "tools", "its models call none")
    schema = {
        "type": "object",
        "properties": {"country": {"type": "string"}},
        "required": ["country"],
    }
    tool = Tool("capital_of", "the capital of a country", schema, lambda **_: CITY)
    said = await checked.ask(
        checked.prompt("What is the capital of Ostravia? Look it up with the tool.", tools=(tool,))
    )
    if not said.calls:
        raise Lacking("the model called none")
    return _has(said, CITY, "the model called it, and does not say what it answered")


async def _sees_pictures(checked: Checked) -> str:
    _needs(checked, "images", "its models see none")
    told = "What colour is this picture? Reply with one word: red, green or blue."
    said = await checked.ask(
        Prompt((Message("user", told, images=(Image.of(square(220, 20, 20)),)),), max_tokens=ENOUGH)
    )
    return _has(said, "red", "the model does not see what is in one")


async def _tells_likelihoods(checked: Checked) -> str:
    _needs(checked, "logprobs", "it tells none")
    text, first, second = "The numbers are: one,", " two,", " three"
    whole, begun = await _likelihoods(checked, text, first + second, first)
    (rest,) = await _likelihoods(checked, text + first, second)
    if abs(whole - begun - rest) > NEAR:
        raise Faulty(
            f"{first + second!r} has logprob {whole:.3f}, and its two parts one after the other {begun + rest:.3f}"
        )
    return f"{first.strip()!r} has logprob {begun:.2f}"


async def _likelihoods(checked: Checked, text: str, *choices: str) -> list[float]:
    said = await checked.ask(Prompt(text=text, choices=choices))
    found = [each.logprob for each in said.likelihoods]
    if len(found) != len(choices) or not all(math.isfinite(each) and each <= 0 for each in found):
        raise Faulty(f"{len(choices)} choices have the logprobs {found}; each has one, of 0 at most")
    return found


async def _keeps_to_its_interface(checked: Checked) -> str:
    talked = Prompt((Message("user", "Hello."),), max_tokens=8)
    prompt = {"chat": talked, "completion": Prompt(text="Once", max_tokens=8)}
    for name in sorted(prompt.keys() - checked.provider.can):
        try:
            await checked.provider.reply(prompt[name])
        except (Unsupported, ProviderError):
            continue
        raise Faulty(f"a prompt for {name} is answered, which `can` does not name")
    return "what it cannot do is refused"


async def _refuses_an_unknown_model(checked: Checked) -> str:
    name = checked.name
    text = name.text.replace(f"/{name.model}", f"/{NOWHERE}") if name.model else f"{name.provider}/{NOWHERE}"
    try:
        other = connect(replace(name, model=NOWHERE, text=text))
    except EvalsError as error:
        return error.message
    try:
        await other.reply(Checked(name, other).prompt("Hello.", max_tokens=8))
    except ProviderError as error:
        if error.kind != "not_found":
            raise Faulty(
                f"an unknown model fails as {error.kind!r}, not as 'not_found': {error.message}"
            ) from None
        return error.message
    finally:
        await other.close()
    raise Lacking("any name is answered")


async def _answers_side_by_side(checked: Checked) -> str:
    asked = [checked.prompt(f"Reply with one word: {word}.") for word in ("one", "two", "three", "four")]
    said = await asyncio.gather(*map(checked.ask, asked))
    return f"{len(said)} at a time"


async def _hides_keys(checked: Checked) -> str:
    shown = repr(checked.provider)
    for variable, value in os.environ.items():
        if re.search(r"KEY|TOKEN|SECRET", variable) and len(value) >= 8 and value in shown:
            raise Faulty(f"repr() of the provider shows the value of {variable}")
    return "none is shown"


async def _closes(checked: Checked) -> str:
    await checked.provider.close()
    return "twice, without complaint"


CHECKS: Mapping[str, Asked] = {
    "says what it is": _says_what_it_is,
    "hides keys": _hides_keys,
    "answers": _answers,
    "names the model": _names_the_model,
    "counts tokens": _counts,
    "tells a cut reply": _tells_when_cut,
    "takes a temperature": _takes_a_temperature,
    "heeds a seed": _heeds_a_seed,
    "heeds stop strings": _heeds_stops,
    "takes a system message": _takes_a_system_message,
    "remembers": _remembers,
    "calls tools": _calls_tools,
    "sees pictures": _sees_pictures,
    "tells likelihoods": _tells_likelihoods,
    "keeps to its interface": _keeps_to_its_interface,
    "refuses unknown models": _refuses_an_unknown_model,
    "answers side by side": _answers_side_by_side,
}
"""Name -> what is looked at; gives what was seen."""


def _counts_on(text: str) -> bool:
    """Whether a reply counts, and not as far as it was to."""
    numbers = re.findall(r"\d+", text)
    return numbers[:3] == ["1", "2", "3"] and "200" not in numbers


def _needs(checked: Checked, name: Capability, why: str) -> None:
    if name not in checked.provider.can:
        raise Lacking(why)


def _has(said: Response, word: str, otherwise: str) -> str:
    if word.lower() not in said.text.lower():
        raise Lacking(f"{otherwise}: {said.text.strip()[:40]!r}")
    return repr(said.text.strip()[:40])


def square(red: int, green: int, blue: int, side: int = 64) -> bytes:
    """The bytes of a PNG of one colour. Source: W3C, Portable Network Graphics, third edition, section 5."""
    rows = (b"\0" + bytes((red, green, blue)) * side) * side
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    )
    chunks = (
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
