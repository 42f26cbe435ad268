"""Whether a number goes with what was asked for: "4 of them dots", "dots: 4", "$4", "4 •"."""

import re

from evals.numbers import Number

_PHRASE_END = re.compile(r"[\d.,;:!?()\n=]")
_NAMED = re.compile(r"(?P<name>[^\n.;,]{1,24}?)[ \u2009\"'()*]{0,4}(?:[:=|]|\b(?:is|are|count))[ \u2009*|]{0,4}\Z")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_WORDS_AFTER = 4
_MONEY = frozenset({"dollar", "dollars", "usd", "euro", "euros", "pounds", "cents"})


def goes_with(plain: str, number: Number, things: frozenset[str]) -> bool:
    """Whether one of the things asked for stands after the number in its phrase, names it, or is its currency."""
    if not things:
        return False
    if things & {"$", "€", "£"} and (number.currency or number.unit in _MONEY):
        return True
    after = plain[number.end : number.end + 40]
    stop = _PHRASE_END.search(after)
    after = (after[: stop.start()] if stop else after).casefold()
    words = _WORD.findall(after)[:_WORDS_AFTER]
    if things.intersection(words) or things.intersection(word.removesuffix("'s") for word in words):
        return True
    if any(not thing.isascii() and thing in after[:8] for thing in things):
        return True
    named = _NAMED.search(plain, max(0, number.start - 40), number.start)
    return bool(named) and bool(things.intersection(_WORD.findall(named["name"].casefold())[-2:]))
