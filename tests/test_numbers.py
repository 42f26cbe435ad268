"""Numbers: every way to write one reads back as that number, and what stands around it is told."""

import tomllib
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from evals.numbers import Number, flat, numbers
from evals.numbers.language import LANGUAGES, languages
from evals.numbers.roman import value as roman_value

HOME = Path(__file__).parent.parent / "evals" / "numbers"
PHRASES = tomllib.loads((HOME / "phrases.toml").read_text("utf-8"))


def only(text: str, language: str = "") -> Number:
    """The one number of a text."""
    (number,) = numbers(text, language)
    return number


@pytest.mark.parametrize(
    ("text", "value", "form"),
    [
        ("17", "17", "digits"),
        ("1,204", "1204", "grouped"),
        ("1 204", "1204", "grouped"),
        ("1\u202f204", "1204", "grouped"),
        ("1'204", "1204", "grouped"),
        ("1_204", "1204", "grouped"),
        ("1{,}204", "1204", "grouped"),
        (r"1\,204", "1204", "grouped"),
        ("12,34,567", "1234567", "grouped"),
        ("1.234.567", "1234567", "grouped"),
        ("3.5", "3.5", "decimal"),
        ("3,5", "3.5", "decimal"),
        (".5", "0.5", "decimal"),
        ("1.234,50", "1234.5", "decimal"),
        ("1,234.50", "1234.5", "decimal"),
        ("1 234,5", "1234.5", "decimal"),
        ("-5", "-5", "digits"),
        ("\u22125", "-5", "digits"),
        ("x = -5", "-5", "digits"),
        ("-$5", "-5", "digits"),
        ("$-5", "-5", "digits"),
        ("- 5", "5", "digits"),
        ("1.2e3", "1200", "power"),
        ("1.2 × 10^3", "1200", "power"),
        (r"6.02 \times 10^{3}", "6020", "power"),
        ("5 × 10⁻³", "0.005", "power"),
        ("10^4", "10000", "power"),
        ("2⁵", "32", "power"),
        ("3/4", "3/4", "fraction"),
        ("1 3/4", "7/4", "fraction"),
        ("½", "1/2", "fraction"),
        ("2½", "5/2", "fraction"),
        (r"\frac{3}{4}", "3/4", "fraction"),
        (r"\dfrac{3}{4}", "3/4", "fraction"),
        (r"1\tfrac{1}{2}", "3/2", "fraction"),
        ("two thirds", "2/3", "fraction"),
        ("three and a half", "7/2", "fraction"),
        ("3 and a half", "7/2", "fraction"),
        ("a half", "1/2", "fraction"),
        ("half", "1/2", "fraction"),
        ("12k", "12000", "digits"),
        ("$3M", "3000000", "digits"),
        ("1.2 million", "1200000", "decimal"),
        ("3 dozen", "36", "digits"),
        ("half a dozen", "6", "words"),
        ("a couple", "2", "words"),
        ("thrice", "3", "words"),
        ("two point five", "2.5", "decimal"),
        ("two point zero five", "2.05", "decimal"),
        ("minus five", "-5", "words"),
        ("one hundred and twenty-three", "123", "words"),
        ("two hundred five thousand, three", "205003", "words"),
        ("fuenfundzwanzig", "25", "words"),
        ("dreihundertfünfundvierzig", "345", "words"),
        ("trois cent quarante-cinq", "345", "words"),
        ("trescientos cuarenta y cinco", "345", "words"),
        ("trecentoquarantacinque", "345", "words"),
        ("trezentos e quarenta e cinco", "345", "words"),
        ("十二", "12", "cjk"),
        ("一百二十三", "123", "cjk"),
        ("一万零五十", "10050", "cjk"),
        ("二〇二四", "2024", "cjk"),
        ("1万2千", "12000", "cjk"),
        ("二点五", "2.5", "cjk"),
        ("XIV", "14", "roman"),
        ("V", "5", "roman"),
        ("**V.**", "5", "roman"),
        ("500 cents", "500", "digits"),
        ("500 cents.", "500", "digits"),
        ("1,204 cents", "1204", "grouped"),
        ("12.5 cents", "12.5", "decimal"),
        ("100 cent", "100", "digits"),
        ("5 per cent", "5", "digits"),
        ("one cent", "1", "words"),
        ("deux cents points", "200", "words"),
        ("cent", "100", "words"),
        ("cent mots", "100", "words"),
        ("= XIV", "14", "roman"),
        ("⑬", "13", "circled"),
        ("4️⃣2️⃣", "42", "digits"),
        ("🔟", "10", "circled"),
        ("１２", "12", "digits"),
        ("١٢", "12", "digits"),
        ("१२", "12", "digits"),
        ("𝟙𝟚", "12", "digits"),
    ],
)
def test_a_number_is_read_however_it_is_written(text: str, value: str, form: str) -> None:
    number = only(text)
    assert (number.value, number.form) == (Fraction(value), form)


@pytest.mark.parametrize(
    "text",
    [
        "GPT-4",
        "Qwen2.5",
        "1.2.3",
        "3x",
        "0tk000tg",
        "This one.",
        "once again",
        "I",
        "MIX them",
        "一共",
        "1/0",
        "9" * 61,
        "know",
        "none of these is one of them",
        "",
    ],
)
def test_what_only_looks_like_a_number_is_none(text: str) -> None:
    assert [number for number in numbers(text) if number.value != 0 or number.form != "words"] == []


@pytest.mark.parametrize(
    ("text", "language", "value", "other"),
    [("1.204", "en", "1.204", "1204"), ("1.204", "de", "1204", "1.204"), ("1,204", "en", "1204", "1.204"),
     ("1,204", "fr", "1.204", "1204"), ("0,125", "en", "0.125", None), ("12.5", "de", "12.5", None)],
)  # fmt: skip
def test_a_lone_separator_is_read_as_the_language_has_it_and_the_other_reading_is_kept(
    text: str, language: str, value: str, other: str | None
) -> None:
    number = only(text, language)
    assert number.value == Fraction(value)
    assert number.other == (Fraction(other) if other else None)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("98 99 100 101", [98, 99, 100, 101]),
        ("3,5,7", [3, 5, 7]),
        ("one two three", [1, 2, 3]),
        ("10 - 5", [10, 5]),
        ("10-5", [10, 5]),
        ("4x5", [4, 5]),
        ("ten minus five", [10, 5]),
        ("3, 8, and 9", [3, 8, 9]),
        ("- 5\n- 6", [5, 6]),
        ("twenty, one", [20, 1]),
    ],
)
def test_several_numbers_stay_several(text: str, values: list[int]) -> None:
    assert [number.value for number in numbers(text)] == values


@pytest.mark.parametrize(
    ("text", "attributes"),
    [
        ("the 3rd", {"ordinal": True}),
        ("the third", {"ordinal": True}),
        ("twenty-first", {"ordinal": True}),
        ("第三", {"ordinal": True}),
        ("$9", {"currency": "$"}),
        ("9 €", {"currency": "€"}),
        ("USD 9", {"currency": "usd"}),
        ("9 %", {"percent": True}),
        ("9 percent", {"percent": True}),
        ("12 dots", {"unit": "dots"}),
        ("12 **dots**", {"unit": "dots"}),
        ("40+", {"bound": "least"}),
        ("x > 40", {"bound": "least"}),
        ("50ish", {"approx": True}),
        ("a couple", {"approx": True}),
        ("12 dots is wrong", {"negated": True}),
    ],
)
def test_what_stands_beside_a_number_is_told(text: str, attributes: dict[str, object]) -> None:
    number = only(text)
    assert {name: getattr(number, name) for name in attributes} == attributes


ATTRIBUTE = {"approx": ("approx", True), "least": ("bound", "least"), "most": ("bound", "most"),
             "negated": ("negated", True), "percent": ("percent", True)}  # fmt: skip
BEFORE = [(t, phrase) for t in ("approx", "least", "most", "negated") for phrase in PHRASES[t]["before"]]
AFTER = [(t, phrase) for t in ATTRIBUTE for phrase in PHRASES[t].get("after", ())]


@pytest.mark.parametrize(("table", "phrase"), BEFORE)
def test_every_phrase_before_a_number_counts(table: str, phrase: str) -> None:
    name, value = ATTRIBUTE[table]
    assert getattr(only(f"It may be ({phrase} 47"), name) == value
    assert getattr(only("It may be 47"), name) != value


@pytest.mark.parametrize(("table", "phrase"), AFTER)
def test_every_phrase_after_a_number_counts(table: str, phrase: str) -> None:
    name, value = ATTRIBUTE[table]
    assert getattr(only(f"47 {phrase}, then"), name) == value


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("between 40 and 50", ["low", "high"]),
        ("40 to 50", ["low", "high"]),
        ("40–50", ["low", "high"]),
        ("40 bis 50", ["low", "high"]),
        ("10 or 11", ["either", "either"]),
        ("40 and 50", ["", ""]),
        ("50-40", ["", ""]),
        ("add 4 to 6", ["", ""]),
    ],
)
def test_neighbours_may_be_the_ends_of_a_range_or_alternatives(text: str, bounds: list[str]) -> None:
    assert [number.bound for number in numbers(text)] == bounds


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_table_reads_back(language: str) -> None:
    rows = [line.split("\t") for line in (HOME / "words.tsv").read_text("utf-8").splitlines()]
    column = rows[0].index(language)
    known = languages()[language]
    for row in rows[1:]:
        if row[column] not in known.articles:
            assert only(row[column], language).value == int(row[0])
    assert len({row[column] for row in rows}) == 101


ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
TENS = ["_", "_", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


def spelled(n: int, *, joined: bool) -> str:
    """English words, with "and" or without: written apart from the reader, from the grammar."""
    if n < 20:
        return ONES[n]
    if n < 100:
        return TENS[n // 10] + (f"-{ONES[n % 10]}" if n % 10 else "")
    size, name = next((s, w) for s, w in ((10**6, "million"), (1000, "thousand"), (100, "hundred")) if n >= s)
    rest = spelled(n % size, joined=joined) if n % size else ""
    link = " and " if joined and rest and n % size < 100 else " " if rest else ""
    return f"{spelled(n // size, joined=joined)} {name}{link}{rest}"


def chinese(n: int) -> str:
    """Chinese numerals below ten thousand, zeros inside written once."""
    text, zero = "", False
    for size, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = n // size % 10
        if digit:
            text += ("零" if zero and text else "") + "零一二三四五六七八九"[digit] + name
        zero = not digit
    return text


def roman(n: int) -> str:
    """A canonical Roman numeral, 1 to 3,999."""
    signs = [(1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"),
             (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")]  # fmt: skip
    text = ""
    for size, sign in signs:
        text += sign * (n // size)
        n %= size
    return text


def digits(n: int, zero: str) -> str:
    return "".join(chr(ord(zero) + int(digit)) for digit in str(n))


def indian(n: int) -> str:
    head, tail = divmod(n, 1000)
    groups = []
    while head:
        head, group = divmod(head, 100)
        groups.append(f"{group:02}" if head else str(group))
    return ",".join([*reversed(groups), f"{tail:03}" if groups else str(tail)])


STYLES: dict[str, Callable[[int], str]] = {
    "plain": str,
    "comma": "{:,}".format,
    "apostrophe": lambda n: f"{n:,}".replace(",", "'"),
    "curly apostrophe": lambda n: f"{n:,}".replace(",", "’"),
    "thin space": lambda n: f"{n:,}".replace(",", "\u2009"),
    "no-break space": lambda n: f"{n:,}".replace(",", "\u00a0"),
    "underscore": "{:_}".format,
    "LaTeX comma": lambda n: f"{n:,}".replace(",", "{,}"),
    "LaTeX thin space": lambda n: f"{n:,}".replace(",", r"\,"),
    "Indian": indian,
    "cents": "{:,}.00".format,
    "fullwidth": lambda n: digits(n, "０"),
    "Arabic-Indic": lambda n: digits(n, "٠"),
    "Devanagari": lambda n: digits(n, "०"),
    "bold": lambda n: digits(n, "𝟎"),
    "keycaps": lambda n: "".join(f"{digit}\ufe0f\u20e3" for digit in str(n)),
    "words": lambda n: spelled(n, joined=False),
    "words with and": lambda n: spelled(n, joined=True),
    "capital words": lambda n: spelled(n, joined=True).capitalize(),
}


@given(st.integers(0, 1_000_000), st.sampled_from(sorted(STYLES)))
def test_any_style_of_a_whole_number_reads_back(n: int, style: str) -> None:
    assert only(f"it is {STYLES[style](n)}.", "en").value == n


@given(st.integers(1, 9_999))
def test_chinese_numerals_read_back(n: int) -> None:
    assert only(chinese(n)).value == n


@given(st.integers(1, 3_999).filter(lambda n: n != 509))  # DIX, which is ten in French
@example(1)
@example(5)
@example(1_000)
def test_roman_numerals_read_back(n: int) -> None:
    assert roman_value(roman(n)) == n
    is_a_letter = len(roman(n)) == 1 and n != 5  # V alone is five, the other letters alone are letters
    assert [number.value for number in numbers(roman(n))] == ([] if is_a_letter else [n])


@given(st.integers(-999_999, 999_999), st.integers(0, 4), st.sampled_from(["en", "de"]))
def test_decimals_read_back_in_the_language_that_writes_them(n: int, places: int, language: str) -> None:
    value = Fraction(n, 10**places)
    written = f"{abs(n) // 10**places:,}" + (f".{abs(n) % 10**places:0{places}}" if places else "")
    if language == "de":
        written = written.translate(str.maketrans(",.", ".,"))
    assert only(f"= {'-' if n < 0 else ''}{written}", language).value == value


@given(st.integers(0, 99), st.integers(1, 99), st.integers(1, 99))
def test_fractions_read_back(whole: int, top: int, bottom: int) -> None:
    value = whole + Fraction(top, bottom)
    assert only(f"{whole} {top}/{bottom}").value == value
    assert only(rf"{whole}\frac{{{top}}}{{{bottom}}}").value == value


PIECES = ["1", "9" * 70, ",", ".", "'", " ", "-", "−", "/", "½", "\\frac{", "{", "}", "^", "⁵", "e9", "10^", "one", "hundred",
          "and", "a half", "zwei", "cent", "万", "一", "IX", "$", "%", "²", "①", "🔟", "\ufe0f\u20e3", "\n", "st", "k", "x", "०",
          "not ", "about ", " or ", " to ", "between "]  # fmt: skip


@given(
    st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=30).map("".join)),
    st.sampled_from(["", "de", "zh"]),
)
def test_any_text_is_read_and_places_are_true(text: str, language: str) -> None:
    found = numbers(text, language)
    assert len(flat(text)) == len(text)
    assert all(0 <= number.start < number.end <= len(text) for number in found)
    assert all(a.end <= b.start for a, b in pairwise(found))


@pytest.mark.parametrize("piece", PIECES)
def test_a_long_run_of_anything_is_read(piece: str) -> None:
    numbers((piece * 20_000)[:20_000])
