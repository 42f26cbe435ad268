"""Scorers that a data-only suite can name: pure functions of (sample, arm, response)."""

import re
import unicodedata
from collections.abc import Callable

from evals.types import Response, Sample, Score

Scorer = Callable[[Sample, str, Response], Score]

INTEGER = re.compile(r"[-+]?\d{1,3}(?:[,\u202f\u00a0]\d{3})+(?!\d)|[-+]?\d+")


def _fold(text: str) -> str:
    """Compatibility characters, case, surrounding punctuation and runs of white space made alike."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(folded.split()).strip(" .!?\"'*`")


def exact(sample: Sample, _arm: str, response: Response) -> Score:
    """Right if the whole reply is the target, up to case, white space and surrounding punctuation."""
    if not response.text.strip():
        return Score("unparsed", rule="exact.empty")
    answer = _fold(response.text)
    return Score("right" if answer == _fold(sample.target or "") else "wrong", answer, rule="exact")


def includes(sample: Sample, _arm: str, response: Response) -> Score:
    """Right if the target occurs in the reply as whole words, up to case and white space."""
    if not response.text.strip():
        return Score("unparsed", rule="includes.empty")
    target = re.escape(_fold(sample.target or ""))
    found = re.search(rf"(?<!\w){target}(?!\w)", _fold(response.text))
    return Score("right" if found else "wrong", sample.target if found else None, rule="includes")


def last_integer(sample: Sample, _arm: str, response: Response) -> Score:
    """Right if the last whole number of the reply ("so 1,204 dots" is 1204) equals the target."""
    found = INTEGER.findall(unicodedata.normalize("NFKC", response.text))
    if not found:
        return Score("unparsed", rule="last_integer.none")
    answer = str(int(re.sub(r"[^\d-]", "", found[-1])))
    return Score("right" if answer == str(sample.target) else "wrong", answer, rule="last_integer")


SCORERS: dict[str, Scorer] = {"exact": exact, "includes": includes, "last_integer": last_integer}
