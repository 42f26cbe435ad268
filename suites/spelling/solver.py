"""Solves a prompt a second time, from its text alone and by other means: the oracle of the suite's right answers."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache

from .words import known

Solve = Callable[[str, Sequence[str], Sequence[str], int], str]
"""(first word, further words, letters in the order of the prompt, number) -> the answer."""


def solve(prompt: str) -> str:
    """The answer to a prompt of the arm "word", lower case.

    Raises: LookupError: not exactly one of the seventeen questions is asked.
    """
    quoted = re.findall(r'"([^"]+)"', prompt)
    words, letters = [q for q in quoted if len(q) > 1], [q for q in quoted if len(q) == 1]
    numbers = re.search(r"(?:number|position|place|every) (\d+)", prompt)
    asked = re.sub(r'"[^"]+"', "_", prompt)
    fitting = [answer for pattern, answer in QUESTIONS.items() if re.search(pattern, asked)]
    if len(fitting) != 1:
        raise LookupError(f"{len(fitting)} questions fit {prompt!r}")
    return fitting[0](words[0], words[1:], letters, int(numbers[1]) if numbers else 0)


def _rhythm(word: str, k: int) -> str:
    return "".join(letter for at, letter in enumerate(word) if at % k == 0)


def _rebuilt(word: str, asked: str, instead: str) -> str:
    return instead.join(word.split(asked))


def _swapped(word: str, letters: Sequence[str]) -> str:
    one, other = (word.index(letter) for letter in letters)
    (low, first), (high, second) = sorted([(one, letters[1]), (other, letters[0])])
    return word[:low] + first + word[low + 1 : high] + second + word[high + 1 :]


def _corrected(wrong: str) -> str:
    """The only listed word within one edit; "?" if there is another. An edit leaves one end as it was."""
    half = len(wrong) // 2
    heads = _beginning(_sorted(backwards=False), wrong[: half - 1])
    tails = (word[::-1] for word in _beginning(_sorted(backwards=True), wrong[half + 1 :][::-1]))
    near = {word for word in (*heads, *tails) if within_one(word, wrong)}
    return near.pop() if len(near) == 1 else "?"


@cache
def _sorted(*, backwards: bool) -> list[str]:
    return sorted(word[::-1] if backwards else word for word in known())


def _beginning(words: list[str], start: str) -> list[str]:
    return words[bisect_left(words, start) : bisect_left(words, start + "~")]


def within_one(one: str, other: str) -> bool:
    """Whether one edit at most lies between two words: what is left between their common ends is tiny."""
    start = next(
        (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    a, b = one[start:], other[start:]
    while a and b and a[-1] == b[-1]:
        a, b = a[:-1], b[:-1]
    return max(len(a), len(b)) < 2 or (len(a) == len(b) == 2 and a == b[::-1])


QUESTIONS: dict[str, Solve] = {
    r"^Spell _|one by one\.|consist of\? Give all": lambda w, _o, _l, _n: "-".join(w),
    r"as one word|to a single word|without any gaps": lambda w, _o, _l, _n: w,
    r"backwards\.|^Reverse|from last to first": lambda w, _o, _l, _n: w[::-1],
    r"^How many times|how often|^What is the number of times": lambda w, _o, ls, _n: str(Counter(w)[ls[0]]),
    r"How many letters|^Count the letters|How long": lambda w, _o, _l, _n: str(sum(1 for _ in w)),
    r"^What is letter number|^Which letter .* counting from 1\?|first letter is place 1\.": lambda w, _o, _l, n: (
        list(w)[n - 1]
    ),
    r"^Counting from the end|counting backwards|from the back": lambda w, _o, _l, n: w[::-1][n - 1],
    r"first and the last|begins with|closes it": lambda w, _o, _l, _n: f"{w[0]} {w[len(w) - 1]}",
    r"every \d\w\w (?:letter|one)": lambda w, _o, _l, n: _rhythm(w, n),
    r"^Does _|^Is the letter|^Would": lambda w, _o, ls, _n: "yes" if w.find(ls[0]) >= 0 else "no",
    r"At which position|What is its position|what number is": lambda w, _o, ls, _n: str(w.find(ls[0]) + 1),
    r"^Insert|^Put _ behind": lambda w, _o, ls, _n: _rebuilt(w, ls[1], ls[1] + ls[0]),
    r"^Every _ in _ gets": lambda w, _o, ls, _n: _rebuilt(w, ls[0], ls[0] + ls[1]),
    r"^Delete|^Remove|What is left": lambda w, _o, ls, _n: _rebuilt(w, ls[0], ""),
    r"^Replace|^Change each": lambda w, _o, ls, _n: _rebuilt(w, ls[0], ls[1]),
    r"takes the place": lambda w, _o, ls, _n: _rebuilt(w, ls[1], ls[0]),
    r"^Swap|^Exchange|change places": lambda w, _o, ls, _n: _swapped(w, ls),
    r"spelling mistake|^Correct|made a mistake": lambda w, _o, _l, _n: _corrected(w),
    r"has more letters|is longer": lambda w, o, _l, _n: max(w, o[0], key=len),
    r"rearranged|exactly the same letters": lambda w, o, _l, _n: (
        "yes" if Counter(w) == Counter(o[0]) else "no"
    ),
    r"by shuffling": lambda w, o, _l, _n: "yes" if Counter(w) == Counter(o[0]) else "no",
}
"""What a prompt says, its quoted parts as _, and how it is answered."""
