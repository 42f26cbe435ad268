"""The suites' own generators, loaded by path: what is taught is drawn by the code that asks, on the other side of the split."""

from functools import cache
from types import ModuleType

from evals import shelf


@cache
def module(suite: str, file: str) -> ModuleType:
    """One of our suites' files, such as dots/display.py."""
    return shelf.load(shelf.home("suite") / suite / f"{file}.py")


SHOWN = 2
"""Of a suite's three paraphrases, how many the training data may use; the third stays hidden."""
