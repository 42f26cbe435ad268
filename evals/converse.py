"""Conversations: a prompt's turns are asked one after the other, and the tools that the model calls are answered in between."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from evals import tools
from evals.errors import NOTHING_LOST, Lost, ProviderError
from evals.retry import Line, Tried, always, ask
from evals.types import Message, Prompt, Response

ROUNDS = 8
"""How often, in one turn, a model is asked again with the results of its calls."""

SUMMED = ("tokens_in", "tokens_out", "tokens_reasoning", "seconds", "cost_usd")


async def converse(line: Line, prompt: Prompt, wanted: Callable[[], bool] = always) -> Tried:
    """Ask the prompt, then each follow-up with the conversation so far; totals are over all turns.

    A turn ends when the model calls no tool, its reply is cut off, or it has been asked again ROUNDS times: calls that
    are not carried out then say so, and the last reply stands as it is.
    Args: wanted: asked when there is room for the first request; if not, nothing is sent.
    Raises: Drained: it is not wanted, or nothing new is to be sent, and the first turn was not answered.
    """
    turn, said = await _turn(line, replace(prompt, followups=()) if prompt.followups else prompt, wanted)
    if not prompt.followups:
        return turn
    turns = [turn]
    for question in prompt.followups:
        if turn.response is None:
            break
        turn, said = await _turn(line, _with(said, Message("user", question)), begun=True)
        turns.append(turn)
    whole = _total(turns)
    if whole.response is None:
        return whole
    earlier = tuple(turn.response.text for turn in turns[:-1] if turn.response)
    return replace(whole, response=replace(whole.response, earlier=earlier))


async def _turn(
    line: Line, prompt: Prompt, wanted: Callable[[], bool] = always, *, begun: bool = False
) -> tuple[Tried, Prompt]:
    """A turn of the user's, until the model has answered: its reply, and the conversation up to that."""
    heard: list[Tried] = []
    while True:
        tried = await ask(line, prompt, wanted, begun=begun or bool(heard))
        if tried.response is None:
            return _total([*heard, tried]), prompt
        open_end = bool(prompt.tools) and tried.response.stop != "length" and len(heard) < ROUNDS
        reply = tried.response
        if reply.calls:
            try:
                reply = _settled(reply, prompt, carry_out=open_end)
            except ProviderError as fault:
                return _total([*heard, replace(tried, response=None, error=fault)]), prompt
            tried = replace(tried, response=reply)
        heard.append(tried)
        prompt = _with(prompt, _as_said(prompt, reply))
        if not (reply.calls and open_end):
            return _total(heard), prompt


def _with(prompt: Prompt, message: Message) -> Prompt:
    return replace(prompt, messages=(*prompt.messages, message))


def _as_said(prompt: Prompt, reply: Response) -> Message:
    """A reply as a turn of the conversation; calls belong to it only where tools were offered."""
    if not prompt.tools:
        return Message("assistant", reply.text)
    return Message("assistant", reply.text, calls=reply.calls, echo=reply.echo)


def _settled(reply: Response, prompt: Prompt, *, carry_out: bool) -> Response:
    """The reply with a result for each of its calls, of which it has some; the first of them holds what was said before.

    Raises: ProviderError: a tool's function failed.
    """
    first, *others = reply.calls
    calls = (replace(first, said=reply.text), *others)
    if not carry_out:
        why = "the conversation ends here"
        return replace(reply, calls=tuple(tools.refused(call, why) for call in calls))
    return replace(reply, calls=tuple(tools.carry_out(prompt.tools, call) for call in calls))


def _total(heard: Sequence[Tried]) -> Tried:
    """Several requests as one: the last one's answer or error, with what belongs to all of them."""
    last = heard[-1]
    if len(heard) == 1:
        return last
    attempts = sum(tried.attempts for tried in heard)
    lost = sum((tried.lost for tried in heard), NOTHING_LOST)
    replies = [tried.response for tried in heard if tried.response]
    if last.response is None:
        return replace(last, attempts=attempts, lost=sum(map(_taken, replies), lost))
    whole = replace(
        last.response,
        **{name: _sum(getattr(reply, name) for reply in replies) for name in SUMMED},
        reasoning="\n\n".join(reply.reasoning for reply in replies if reply.reasoning),
        calls=tuple(call for reply in replies for call in reply.calls),
        dropped=tuple(dict.fromkeys(name for reply in replies for name in reply.dropped)),
        cached=all(reply.cached for reply in replies),
    )
    return replace(last, response=whole, attempts=attempts, lost=lost)


def _taken(reply: Response) -> Lost:
    """What a turn has taken that is lost with a later one."""
    return Lost((reply.tokens_in or 0) + (reply.tokens_out or 0), reply.cost_usd or 0.0)


def _sum(values: Iterable[Any]) -> Any:
    """The sum of what is known of all; None where it is not known of one."""
    found = list(values)
    return None if None in found else sum(found)
