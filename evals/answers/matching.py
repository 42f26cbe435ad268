"""Whether a number goes with what was asked for: "4 of them dots", "dots: 4", "$4", "4 •"."""

import re

from evals.numbers import Number

_PHRASE_END = re.compile(r"[\d.,;:!?()\n=]")
_NAMED = re.compile(
    r"(?P<name>[^\n.;,]{1,24}?)[ \u2009\"'()*]{0,4}(?:[:=|]|\b(?:is|are|count))[ \u2009*|]{0,4}\Z"
)
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_WORDS_AFTER = 4
_REACH = 40
_MONEY = frozenset({"dollar", "dollars", "usd", "euro", "euros", "pounds", "cents"})


def words_after(lower: str, number: Number, count: int) -> list[str]:
    """The first words after a number in its phrase: up to a stop, a comma, a bracket, another number."""
    after = lower[number.end : number.end + _REACH]
    stop = _PHRASE_END.search(after)
    return _WORD.findall(after[: stop.start()] if stop else after)[:count]


def goes_with(lower: str, number: Number, things: frozenset[str]) -> bool:
    """Whether one of the things asked for stands after the number in its phrase, names it, or is its currency.

    Args:
        lower: the flat text in lower case.
        number: one of its numbers.
        things: in lower case; none go with nothing.
    """
    if not things:
        return False
    if things & {"$", "€", "£"} and (number.currency or number.unit in _MONEY):
        return True
    after = words_after(lower, number, _WORDS_AFTER)
    if things.intersection(after) or things.intersection(word.removesuffix("'s") for word in after):
        return True
    near = lower[number.end : number.end + 8]
    if any(not thing.isascii() and thing in near for thing in things):
        return True
    named = _NAMED.search(lower, max(0, number.start - _REACH), number.start)
    return named is not None and bool(things.intersection(_WORD.findall(named["name"])[-2:]))
