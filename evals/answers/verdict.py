"""Yes or no: the word, the statement that amounts to it, or neither when they contradict each other."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from evals.answers.answer import Answer, nothing
from evals.answers.frames import surest
from evals.answers.lexicon import Found, Lexicon, Span
from evals.answers.page import page
from evals.numbers import flat
from evals.reading import unwrap

_LEXICON = Lexicon(Path(__file__).parent / "verdicts.toml")
_OPENS = re.compile(r"(?:\A|[.!?:;\n…])[\s\"'(*-]{0,4}\Z")
_STOPS = re.compile(r"[\"'*)]{0,3}(?:[.,!;:—–\n]|\Z| - | — )")
_FIRST = re.compile(r"[\s\"'(*-]{0,4}")
_NO = re.compile(r"(?<![^\W\d_])no(?![^\W\d_])")
_IN_FRAME = re.compile(
    r"\W*(?:(?P<yes>yes|true|correct|ja|oui|sí|si|sì|sim|是的?|对|はい)"
    r"|(?P<no>no|false|incorrect|nein|non|não|不是|否|いいえ))(?![^\W\d_])",
    re.IGNORECASE,
)

Word = tuple[str, int]
"""A verdict, yes or no, and where it stands."""


def yes_no_answer(text: str) -> Answer:
    """Whether a reply says yes or no: "yes", "no" or None; a denied existence is no, a contradiction is neither.

    Args:
        text: the visible reply with its markup.
    """
    if not text.strip():
        return nothing("empty")
    framed = _framed(text)
    if framed:
        return framed
    plain = flat(unwrap(text))
    plain = _without(plain, _LEXICON.find(plain)["neither"])
    said = _LEXICON.find(plain)
    if said["both"]:
        return nothing("both")
    words, stated = sorted(_words(said), key=lambda word: word[1]), _stated(said)
    if words:
        return _worded(said, words, stated)
    if len(stated) == 1:
        return _answer([(stated.pop(), 0)], "statement")
    return nothing("contradiction" if stated else "no verdict")


def _without(plain: str, spans: Sequence[Span]) -> str:
    """The text with some stretches blanked out; nothing moves."""
    pieces, at = [], 0
    for start, end in spans:
        pieces += [plain[at:start], "#" * (end - start)]
        at = end
    return "".join([*pieces, plain[at:]])


def _framed(text: str) -> Answer | None:
    """The verdict that the surest mark points at."""
    laid = page(text)
    for frame in surest(laid):
        match = _IN_FRAME.match(laid.plain, frame.start, frame.end)
        if match:
            return _answer([("yes" if match["yes"] else "no", frame.start)], frame.rule)
    return None


def _words(said: Found) -> Iterator[Word]:
    """Verdict words; those with other uses only where a sentence opens with them and a stop follows."""
    lower = said.lower
    for verdict in ("yes", "no"):
        yield from ((verdict, start) for start, _ in said[verdict])
        for start, end in said[f"opening_{verdict}"]:
            if _OPENS.search(lower, max(0, start - 5), start) and _STOPS.match(lower, end):
                yield verdict, start
    for match in _NO.finditer(lower):
        if _STOPS.match(lower, match.end()) or _FIRST.fullmatch(lower, 0, match.start()):
            yield "no", match.start()


def _stated(said: Found) -> set[str]:
    """What the statements amount to: "it does not" denies, though it begins as "it does"."""
    denied = {start for start, _ in said["denies"]}
    affirmed = any(start not in denied for start, _ in said["affirms"])
    return ({"no"} if denied else set()) | ({"yes"} if affirmed else set())


def _worded(found: Found, words: list[Word], stated: set[str]) -> Answer:
    """Verdict words that agree count unless every statement denies them; a change of mind counts as its end."""
    said = {word for word, _ in words}
    if len(said) == 2:
        turned = any(words[0][1] < start <= words[-1][1] for start, _ in found["retracting"])
        return _answer(words, "retracted") if turned else nothing("contradiction")
    if len(stated) == 1 and stated != said:
        return nothing("contradiction")
    return _answer(words, "verdict")


def _answer(words: list[Word], rule: str) -> Answer:
    return Answer(
        words[-1][0],
        "verdict",
        rule,
        first=words[0][0],
        last=words[-1][0],
        first_at=words[0][1],
        n_candidates=len(words),
    )
