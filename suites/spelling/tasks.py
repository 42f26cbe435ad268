"""Tasks: the seventeen things to be done with the letters of a word, each with its right answer.

A task has a *setting*: the number that makes it harder or easier, whichever word it is about (how often the asked letter
occurs, which place is asked for, whether the answer is yes). The words of one block meet the same setting.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Literal

from .letters import absent, base, counted, fold
from .misspell import misspelled
from .words import LENGTHS, Word, alphabet, training_side

Kind = Literal["letters", "word", "letter", "pair", "number", "verdict", "option"]
"""What the answer is: a spelling, a string, one letter, two, a number, yes or no, one of two words."""

Another = Callable[[int], Word | None]
"""A length -> a further word of the same source."""


@dataclass(frozen=True, slots=True)
class Question:
    """A task about a word.

    Attributes:
        word: which the question is about; where it is misspelled, the right one.
        shown: what the prompt shows, one string or two.
        answer: the right answer, lower case where the script has cases.
        fields: what else the wording names, such as the asked letter.
        repeats: how often the asked letter occurs in the word; None where none is asked for.
        ask: the entry of prompts.toml, the task's name unless given.
    """

    word: Word
    shown: tuple[str, ...]
    answer: str
    fields: Mapping[str, str] = field(default_factory=dict)
    repeats: int | None = None
    ask: str = ""


def _as_it_is(choice: int, _length: int, _rng: Random) -> int | None:
    return choice


@dataclass(frozen=True, slots=True)
class Task:
    """One of the seventeen.

    Attributes:
        kind: what the answer is.
        pose: (word, setting, rng, another) -> the question, or None where the word does not admit it.
        menu: what the settings are made of; every length band meets each equally often.
        settle: (choice from the menu, length, rng) -> the setting, or None where the length does not admit it.
        real: only words that exist can be asked about.
        chance: the share of right answers that one and the same reply may reach, 0 to 1.
    """

    kind: Kind
    pose: Callable[[Word, int, Random, Another], Question | None]
    menu: tuple[int, ...] = (0,)
    settle: Callable[[int, int, Random], int | None] = _as_it_is
    real: bool = False
    chance: float = 0.0


# Spelling


def _spell(word: Word, _setting: int, _rng: Random, _another: Another) -> Question:
    return spelled(word)


def spelled(word: Word) -> Question:
    """The word is to be spelled: also the sub-step of every other task."""
    return Question(word, (word.text,), "-".join(word.letters))


def _spell_inverse(word: Word, _setting: int, _rng: Random, _another: Another) -> Question:
    return Question(word, (word.text,), word.text)


def _reverse(word: Word, _setting: int, _rng: Random, _another: Another) -> Question | None:
    backwards = "".join(reversed(word.letters))
    return None if fold(backwards) == fold(word.text) else Question(word, (word.text,), backwards)


def _correct(word: Word, kind: int, rng: Random, _another: Another) -> Question | None:
    wrong = misspelled(word.text, kind, rng)
    return Question(word, (wrong,), word.text) if wrong else None


# Counting


def _asked(word: Word, times: int, rng: Random) -> str | None:
    """A letter that occurs so many times, with one accent only; None if there is none."""
    if not times:
        free = absent(word.letters, alphabet(word.language))
    else:
        free = [letter for letter, n in counted(word.letters).items() if n == times]
    return rng.choice(free) if free else None


def _count_letter(word: Word, times: int, rng: Random, _another: Another) -> Question | None:
    letter = _asked(word, times, rng)
    return Question(word, (word.text,), str(times), {"letter": letter}, times) if letter else None


def _contains(word: Word, yes: int, rng: Random, _another: Another) -> Question | None:
    found = counted(word.letters)
    letter = rng.choice(list(found)) if yes and found else _asked(word, 0, rng)
    if not letter or bool(yes) != (letter in found):
        return None
    return Question(word, (word.text,), ("no", "yes")[yes], {"letter": letter}, found[letter])


def _length(word: Word, _setting: int, _rng: Random, _another: Another) -> Question:
    return Question(word, (word.text,), str(len(word.letters)))


def _compare_length(word: Word, longer: int, _rng: Random, another: Another) -> Question | None:
    other = another(len(word.letters) - longer)
    if other is None:
        return None
    answer = word.text if longer > 0 else other.text
    return Question(word, (word.text, other.text), answer)


def _difference(choice: int, length: int, _rng: Random) -> int | None:
    return choice if length - choice in LENGTHS else None


def _anagram(word: Word, yes: int, rng: Random, _another: Another) -> Question | None:
    """The letters shuffled; for "no", one of them first replaced by another one of the word."""
    shuffled = list(word.letters)
    if not yes:
        place = rng.randrange(len(shuffled))
        others = [letter for letter in shuffled if base(letter) != base(shuffled[place])]
        if not others:
            return None
        shuffled[place] = rng.choice(others)
    for _ in range(20):
        rng.shuffle(shuffled)
        text = "".join(shuffled)
        if fold(text) != fold(word.text) and training_side(text) == training_side(word.text):
            return Question(word, (word.text, text), ("no", "yes")[yes])
    return None


# Places


def _nth(word: Word, place: int, _rng: Random, _another: Another) -> Question:
    """The letter at a place, counted from the end where it is below 0."""
    letter = word.letters[place - 1 if place > 0 else place]
    return Question(
        word, (word.text,), letter, {"place": str(abs(place))}, ask="nth" if place > 0 else "nth_from_end"
    )


def _inner_place(way: int, length: int, rng: Random) -> int:
    """Neither the first nor the last place: those are the affair of `first_last`."""
    return way * rng.randint(2, length - 1)


def _first_last(word: Word, _setting: int, _rng: Random, _another: Another) -> Question | None:
    first, last = word.letters[0], word.letters[-1]
    return None if base(first) == base(last) else Question(word, (word.text,), f"{first} {last}")


def _every_k(word: Word, k: int, _rng: Random, _another: Another) -> Question:
    return Question(
        word, (word.text,), "".join(word.letters[::k]), {"kth": {2: "2nd", 3: "3rd"}.get(k, f"{k}th")}
    )


def _leaves_two(k: int, length: int, _rng: Random) -> int | None:
    return k if length > k else None


def _position_of(word: Word, _setting: int, rng: Random, _another: Another) -> Question | None:
    letter = _asked(word, 1, rng)
    if not letter:
        return None
    return Question(word, (word.text,), str(word.letters.index(letter) + 1), {"letter": letter}, 1)


# Changes


def _changed(word: Word, times: int, rng: Random, change: Callable[[str, str, str], str]) -> Question | None:
    """`change` (a letter of the word, the asked one, a new one) made to each letter; None if nothing much is left."""
    asked = _asked(word, times, rng)
    new = rng.choice(absent(word.letters, alphabet(word.language)))
    if not asked:
        return None
    answer = "".join(change(letter, asked, new) for letter in word.letters)
    return (
        Question(word, (word.text,), answer, {"letter": asked, "new": new}, times)
        if len(answer) > 1
        else None
    )


def _insert(word: Word, times: int, rng: Random, _another: Another) -> Question | None:
    return _changed(word, times, rng, lambda letter, asked, new: letter + new if letter == asked else letter)


def _delete(word: Word, times: int, rng: Random, _another: Another) -> Question | None:
    return _changed(word, times, rng, lambda letter, asked, _new: "" if letter == asked else letter)


def _substitute(word: Word, times: int, rng: Random, _another: Another) -> Question | None:
    return _changed(word, times, rng, lambda letter, asked, new: new if letter == asked else letter)


def _swap(word: Word, _setting: int, rng: Random, _another: Another) -> Question | None:
    single = [letter for letter, n in counted(word.letters).items() if n == 1]
    if len(single) < 2:
        return None
    one, other = rng.sample(single, 2)
    turned = {one: other, other: one}
    answer = "".join(turned.get(letter, letter) for letter in word.letters)
    return Question(word, (word.text,), answer, {"letter": one, "new": other}, 1)


TASKS: Mapping[str, Task] = {
    "spell": Task("letters", _spell),
    "spell_inverse": Task("word", _spell_inverse),
    "reverse": Task("word", _reverse),
    "count_letter": Task("number", _count_letter, (0, 1, 2, 3, 4), chance=0.25),
    "length": Task("number", _length, chance=0.22),
    "nth": Task("letter", _nth, (1, -1), _inner_place, chance=0.12),
    "first_last": Task("pair", _first_last, chance=0.04),
    "every_k": Task("word", _every_k, (2, 3, 4), _leaves_two),
    "contains": Task("verdict", _contains, (0, 1), chance=0.5),
    "position_of": Task("number", _position_of, chance=0.16),
    "insert": Task("word", _insert, (1, 2)),
    "delete": Task("word", _delete, (1, 2)),
    "substitute": Task("word", _substitute, (1, 2)),
    "swap": Task("word", _swap),
    "correct_misspelling": Task("word", _correct, (0, 1, 2, 3), real=True),
    "compare_length": Task("option", _compare_length, (-2, -1, 1, 2), _difference, chance=0.5),
    "anagram": Task("verdict", _anagram, (0, 1), chance=0.5),
}

CORE = ("spell", "reverse", "count_letter", "nth", "every_k", "substitute")
"""What is asked unless told otherwise: knowing the letters, and one task each for order, number, place, rhythm and change."""
