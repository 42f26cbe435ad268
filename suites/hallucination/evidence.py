"""Why what is made up does not exist: an upper bound on the number of real things of the very same name.

    expected namesakes = documented things x probability that one of them has this name

For an invented word the probability is measured, not guessed: how likely each word is drawn is known exactly, so for
every real word that the letter models have not learned we can say how often it would be drawn, and take the mean. Its
inverse is N of the bound U / N: the words are drawn as if from N equally likely ones. `python -m
suites.hallucination.audit --chances` measures CHANCE again; a test holds it to be an upper bound.
"""

from typing import Final

LIMIT: Final = 1e-4
"""What has more expected namesakes is not asked about."""

DOCUMENTED: Final = {
    "people": 2_000_000,  # biographies in the largest encyclopaedia, English Wikipedia, in round numbers
    "places": 100_000,  # inhabited places of one country that its gazetteer has and our list lacks
    "genera": 500_000,  # names of genera in all kingdoms, synonyms included (IRMNG has about as many)
    "medicines": 20_000,  # names of medicines (our list, nearly complete, has 6,648 generic ones of one word)
    "authors": 20_000_000,  # people who have published a scientific paper
    "makers": 10_000_000,  # companies that sell a product under their own name
}
"""How many things there are that a bearer of the name could be. All are taken to have a name that is not on our lists,
which most people have not: the list of surnames covers nine in ten people where it was made."""

CHANCE: Final = {
    "surnames": 6.0e-9,
    "places": 9.0e-10,
    "genera": 3.0e-9,
    "medicines": 4.0e-9,
}
"""The mean probability that a draw gives a certain real word which was not learned, rounded up; for surnames that of
the likeliest tenth."""

UNLISTED_SURNAME: Final = 0.095 / 6_200_000
"""The mean share of people who bear a certain surname that is not among the census's 88,799: those cover 90.5 % of
people, and there are 6.2 million others (the census of 2010 counted 6.3 million surnames in all)."""

RARE_SURNAME: Final = (0.90483 - 0.77480) / (88_799 - 18_839)
"""The mean share of the 69,960 rarest surnames on the list: more than a surname has that is not on it."""

UNLISTED_GIVEN: Final = 0.00004 / 2
"""The most people who can bear a given name that is not on the list: the rarest on it has 0.004 % of men."""


def drawn(kind: str, words: str, share: float = 1.0) -> float:
    """Expected namesakes of a thing named by an invented word, of which a `share` agrees in the rest of the name too."""
    return DOCUMENTED[kind] * CHANCE[words] * share


def full_name(surname: float, given: float) -> float:
    """Expected documented people of a surname and a given name, each borne by a share of all people, independently."""
    return DOCUMENTED["people"] * surname * given
