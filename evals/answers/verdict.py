"""Yes or no: the word, the statement that amounts to it, or neither when they contradict each other."""

import re
import tomllib
from pathlib import Path

from evals.answers.answer import Answer, nothing
from evals.answers.frames import marked
from evals.answers.lexicon import pattern
from evals.numbers import flat
from evals.reading import unwrap

_SAYS: dict[str, list[str]] = tomllib.loads((Path(__file__).parent / "verdicts.toml").read_text("utf-8"))
_OPENS = r"(?:\A|(?<=[.!?:;\n…]))[\s\"'(*-]{0,4}"
_STOPS = r"(?=[\"'*)]{0,3}(?:[.,!;:—–\n]|\Z| - | — ))"
_VERDICT = re.compile(
    rf"(?P<yes>{pattern(_SAYS['yes'])})|(?P<no>{pattern(_SAYS['no'])})"
    rf"|{_OPENS}(?:(?P<opening_no>{pattern(_SAYS['opening_no'])})|(?P<opening_yes>{pattern(_SAYS['opening_yes'])})){_STOPS}"
    rf"|(?P<stopped>(?<![^\W\d_])no(?![^\W\d_])){_STOPS}|\A[\s\"'(*-]{{0,4}}(?P<first>no)(?![^\W\d_])",
    re.IGNORECASE,
)
_NEITHER = re.compile(pattern(_SAYS["neither"]), re.IGNORECASE)
_BOTH = re.compile(pattern(_SAYS["both"]), re.IGNORECASE)
_STATEMENT = re.compile(rf"(?P<no>{pattern(_SAYS['denies'])})|(?P<yes>{pattern(_SAYS['affirms'])})", re.IGNORECASE)
_RETRACTS = re.compile(pattern(_SAYS["retracting"]), re.IGNORECASE)
_IN_FRAME = re.compile(r"\W*(?:(?P<yes>yes|true|correct|ja|oui|sí|si|sì|sim|是的?|对|はい)|(?P<no>no|false|incorrect|nein|non|não|不是|否|いいえ))(?![^\W\d_])", re.IGNORECASE)


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
    plain = _NEITHER.sub(lambda match: "#" * len(match[0]), unwrap(text))
    if _BOTH.search(plain):
        return nothing("both")
    words = [("no" if "no" in (match.lastgroup or "") or match.lastgroup in ("stopped", "first") else "yes", match.start()) for match in _VERDICT.finditer(plain)]
    stated = {"no" if match["no"] else "yes" for match in _STATEMENT.finditer(plain)}
    if not words:
        return _answer([(stated.pop(), 0)], "statement") if len(stated) == 1 else nothing("contradiction" if stated else "no verdict")
    return _worded(plain, words, stated)


def _framed(text: str) -> Answer | None:
    """The verdict that the surest mark points at."""
    plain = flat(text)
    for frame in sorted(marked(text, plain), key=lambda frame: (frame.rank, -frame.start)):
        match = _IN_FRAME.match(plain, frame.start, frame.end)
        if match:
            return _answer([("yes" if match["yes"] else "no", frame.start)], frame.rule)
    return None


def _worded(plain: str, words: list[tuple[str, int]], stated: set[str]) -> Answer:
    """Verdict words that agree count unless every statement denies them; a change of mind counts as its end."""
    said = {word for word, _ in words}
    if len(said) == 2:
        turned = _RETRACTS.search(plain, words[0][1], words[-1][1] + 1)
        return _answer(words, "retracted") if turned else nothing("contradiction")
    if len(stated) == 1 and stated != said:
        return nothing("contradiction")
    return _answer(words, "verdict")


def _answer(words: list[tuple[str, int]], rule: str) -> Answer:
    return Answer(words[-1][0], "verdict", rule, first=words[0][0], last=words[-1][0], first_at=words[0][1], n_candidates=len(words))
