"""Letters written one by one, whatever stands between them: s-t-r, "s", "t", 1. s 2. t, sierra tango, double r."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from evals.answers.graphemes import MARKS

_DATA = tomllib.loads((Path(__file__).parent / "alphabet.toml").read_text("utf-8"))
_PHONETIC: dict[str, str] = _DATA["phonetic"]
_REPEATS: dict[str, int] = _DATA["repeats"]
_CONJUNCTIONS = frozenset({"and", "then", "und", "et", "followed", "by"})

LETTER = rf"[^\W\d_][{MARKS}]*"
_TOKEN = re.compile(rf"(?:{LETTER})+")
_SINGLE = re.compile(LETTER)
_ABBREVIATION = re.compile(r"\b(?:i\.e\.|e\.g\.|a\.m\.|p\.m\.|u\.s\.)", re.IGNORECASE)
_X_RAY = re.compile(r"\bx[- ]ray\b", re.IGNORECASE)
_AS_IN = re.compile(
    rf"(?<=[^\W\d_]) (?:as in|for|like|wie|comme|como|come) [\"']?(?:{LETTER})+[\"']?", re.IGNORECASE
)
_PLACE = re.compile(
    r"\b\d{1,3}(?:st|nd|rd|th)\b(?: letter| character)?|\b(?:letter|character|position) (?:number )?\d{1,3}\b"
    r"|\b(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|last|next) (?:letter|character)(?= ?[:=-])",
    re.IGNORECASE,
)
_UNSEEN = re.compile(r"[\s\d\"'*_`]+|\(\)|\[\]")
_GAP = 24
_WORD_GAP = re.compile(r"[ \u2009\"']{1,4}|[ \u2009\"']{0,3}-[ \u2009\"']{0,3}")


@dataclass(slots=True)
class Run:
    """Letters in a row with one kind of separator.

    Attributes:
        letters: as written, one grapheme each; of a phonetic alphabet, lower case.
        start, end: its place in the text.
        separator: what stands between, without white space, quotes and digits; None until the second letter.
        starts: where each letter stands.
    """

    letters: list[str]
    start: int
    end: int
    separator: str | None = None
    starts: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Letter:
    text: str
    start: int
    end: int
    apart: bool
    linked: bool


def runs(plain: str) -> list[Run]:
    """The runs of two letters and more, in order; neighbours that are only a space or hyphen apart are one phrase."""
    found: list[Run] = []
    for run in _runs(_masked(plain)):
        if len(run.letters) < 2:
            continue
        if found and found[-1].end < run.start and _WORD_GAP.fullmatch(plain, found[-1].end, run.start):
            found[-1].letters += run.letters
            found[-1].end = run.end
        else:
            found.append(run)
    return found


def _masked(plain: str) -> str:
    """Abbreviations, places ("3rd letter") and "as in Charlie" made blank, x-ray one word; no place moves."""
    plain = _ABBREVIATION.sub(lambda match: "#" * len(match[0]), plain)
    plain = _X_RAY.sub(lambda match: "xray".ljust(len(match[0])), plain)
    plain = _PLACE.sub(lambda match: " " * len(match[0]), plain)
    return _AS_IN.sub(lambda match: " " * len(match[0]), plain)


def _letters(plain: str) -> Iterator[_Letter]:
    """Single letters in order, each with whether a word stands between it and the one before ("apart")."""
    apart, times, linked = True, 1, False
    for match in _TOKEN.finditer(plain):
        word = match[0].casefold()
        single = _SINGLE.fullmatch(match[0])
        if single and _contracted(plain, match):
            apart, times = True, 1
        elif single or word in _PHONETIC:
            text = match[0] if single else _PHONETIC[word]
            yield _Letter(text * times, match.start(), match.end(), apart, linked)
            apart, times, linked = False, 1, False
        elif word in _REPEATS:
            times = _REPEATS[word]
            linked = True
        elif word in _CONJUNCTIONS:
            linked = True
        else:
            apart, times, linked = True, 1, False


def _contracted(plain: str, match: re.Match[str]) -> bool:
    """I'm, r's, it's: an apostrophe with letters on both sides."""
    before, after = plain[max(0, match.start() - 2) : match.start()], plain[match.end() : match.end() + 2]
    return (before[-1:] == "'" and before[:1].isalpha()) or (after[:1] == "'" and after[1:].isalpha())


def _runs(plain: str) -> Iterator[Run]:
    run: Run | None = None
    for letter in _letters(plain):
        gap = plain[run.end : letter.start] if run else ""
        if run is None or letter.apart or len(gap) > _GAP:
            if run:
                yield run
            run = _begun(letter)
            continue
        separator = _UNSEEN.sub("", re.sub(r"[^\W\d_]+", "", gap))
        if run.separator in (None, separator) or (letter.linked and separator in ("", run.separator)):
            run.separator = separator if run.separator is None else run.separator
            _extend(run, letter)
            continue
        last = _last(run)
        yield run
        run = _begun(last if last and len(run.letters) == 1 else letter)
        if run.end < letter.start:
            run.separator = separator
            _extend(run, letter)
    if run:
        yield run


def _begun(letter: _Letter) -> Run:
    return Run(list(letter.text), letter.start, letter.end, starts=[letter.start])


def _extend(run: Run, letter: _Letter) -> None:
    run.letters += list(letter.text) if len(set(letter.text)) == 1 else [letter.text]
    run.end = letter.end
    run.starts.append(letter.start)


def _last(run: Run) -> _Letter | None:
    """Of a run of two, the second letter: with what follows it may belong to a run of another separator."""
    if len(run.letters) != 2:
        return None
    letter = run.letters.pop()
    start = run.starts.pop()
    end, run.end = run.end, run.start + len(run.letters[0])
    return _Letter(letter, start, end, apart=False, linked=False)
