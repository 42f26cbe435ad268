"""Every number that a text states, however it is written, with its exact value, its place and what the text says about it.

    flat        characters folded one for one, so that places stay true
    digits      1,204   3,5   -5   1.2e3   ½   \\frac{3}{4}   ④
    spelled     twelve   two hundred and five   einundzwanzig   quatre-vingt-dix
    cjk, roman  一百二十三   XIV
    joined      two and a half   1.2 million   2 dozen   two thirds
    around      about 50   50 %   $9   the 3rd   40 to 50   at least 7   not 3

Values are exact fractions. What a number means for the question asked is for `evals.answers` to say.
"""

from evals.numbers.around import describe
from evals.numbers.cjk import in_cjk
from evals.numbers.digits import in_digits
from evals.numbers.flat import flat
from evals.numbers.joined import halves, join
from evals.numbers.language import guess
from evals.numbers.number import Bound, Form, Number
from evals.numbers.roman import in_roman
from evals.numbers.spelled import in_words

__all__ = ["Bound", "Form", "Number", "flat", "guess", "numbers"]


def numbers(text: str, language: str = "") -> tuple[Number, ...]:
    """The numbers of a text, in order, without overlap. Pure, never raises, linear in the length of the text.

    Args:
        text: as sent or normalised; Markdown and LaTeX may still be there.
        language: two letters ("de": 1.204 is a thousand and more, 3,5 is a decimal); guessed where empty.
    """
    language = language or guess(text)
    plain = flat(text)
    found = [
        *in_digits(plain, language),
        *in_words(plain, language),
        *in_cjk(plain),
        *in_roman(plain),
        *halves(plain),
    ]
    return describe(plain, join(plain, _apart(found), language))


def _apart(found: list[Number]) -> list[Number]:
    """Numbers in order of place; of two that overlap the longer stays."""
    kept: list[Number] = []
    for number in sorted(found, key=lambda number: (number.start, -number.end)):
        if kept and number.start < kept[-1].end:
            if number.end - number.start > kept[-1].end - kept[-1].start:
                kept[-1] = number
        else:
            kept.append(number)
    return kept
