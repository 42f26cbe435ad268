"""People, real and made up: tiers A to H.

A made-up person is modelled on the obscure real ones of tier C: role and gender are those of one of them, and the
surname is as likely to the eye of a letter model, tenth by tenth. So an odd look is no cue.
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import product
from random import Random

from evals.pseudoword import kept_for_training

from . import evidence, known, words
from .entity import Asked, Entity, Evidence, Fresh, Row, Tier, cycle, endless, rows_of, thrice

COMMON_GIVEN = 0.8
"""Percent of one gender: given names above it are left out, for a chance namesake would be likelier."""


def streams(seed: int) -> Mapping[Tier, Iterator[Asked]]:
    """Each tier's people in an order that the seed decides; the tiers do not depend on one another."""

    def rng(tier: Tier) -> Random:
        return Random(f"hallucination people {tier} {seed}")

    return {
        "A": thrice(real("A"), rng("A")),
        "B": thrice(real("B"), rng("B")),
        "C": thrice(real("C"), rng("C")),
        "D": endless(Fresh(invented(rng("D")))),
        "E": endless(Fresh(near_misses(rng("E")))),
        "F": endless(Fresh(blends(rng("F")))),
        "G": thrice(premises(), rng("G")),
        "H": endless(Fresh(locked(rng("H")))),
    }


# Real people and things


def real(tier: Tier) -> list[Entity]:
    """The real people of a tier: A famous, B known to some, C obscure but documented."""
    return [
        Entity(
            name=row["name"],
            kind="real",
            tier=tier,
            prompts="people",
            fields={key: row[key] for key in ("role", "nationality", "born", "died", "known_for")},
            target=";".join(filter(None, (row["accept"], row["aliases"]))),
            tags=_tags(row["name"], row["role"]),
        )
        for row in _tier(tier)
    ]


def premises() -> list[Entity]:
    """Real people and things of which something false is taken for granted."""
    return [
        Entity(
            name=row["name"],
            kind="premise",
            tier="G",
            prompts="premises",
            fields={**row, "question": row["question"].replace("{name}", row["name"])},
            target=row["accept"],
            tags={"role": row["role"]},
        )
        for row in rows_of("premises.csv")
    ]


def surname(name: str) -> str:
    """The last word of a name, as plain letters in lower case."""
    return known.fold(name.rsplit(maxsplit=1)[-1]).replace(" ", "")


def given(name: str) -> str:
    """The first word of a name, as plain letters in lower case."""
    return known.fold(name.split(maxsplit=1)[0])


@cache
def edges() -> tuple[float, ...]:
    """Nine bounds, in bits per letter, that part the surnames of tier C into tenths by surprise."""
    scores = sorted(words.lexicon("surnames").surprise(surname(row["name"])) for row in _tier("C"))
    return tuple(scores[len(scores) * tenth // 10] for tenth in range(1, 10))


def decile(word: str) -> int:
    """1 (looks most usual) to 10 (most odd): which tenth of tier C's surnames a surname falls into."""
    return bisect_right(edges(), words.lexicon("surnames").surprise(word)) + 1


def _tags(name: str, role: str) -> dict[str, str | int]:
    """What every person is labelled with; origin tells whether a made-up person could bear the given name."""
    origin = "census" if name.split(maxsplit=1)[0] in _usual_given() else "elsewhere"
    return {"decile": decile(surname(name)), "role": role, "origin": origin}


# Tier D: invented

USUAL_TENTHS = 6
"""The tenths that a model of four letters fills; the odder ones take one of three."""


def order_for(tenth: int) -> int:
    """Which letter model fills a tenth."""
    return words.USUAL if tenth <= USUAL_TENTHS else words.ODD


class Surnames:
    """Invented surnames, by the tenth of likelihood that is asked for."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.waiting: dict[int, deque[str]] = {tenth: deque() for tenth in range(1, 11)}

    def take(self, tenth: int) -> str:
        """A surname of this tenth (1 to 10) in lower case; what comes up for other tenths is kept for them."""
        while not self.waiting[tenth]:
            word = words.lexicon("surnames").invent(self.rng, order_for(tenth))
            self.waiting[decile(word)].append(word)
        return self.waiting[tenth].popleft()


def written(surname: str) -> str:
    """A surname as people write it: Quilander, McGarzog."""
    return f"Mc{surname[2:].title()}" if surname.startswith("mc") else surname.title()


@cache
def given_names(gender: str) -> tuple[str, ...]:
    """The given names of made-up women ("f") or men ("m"), commonest first."""
    rows = (row for row in rows_of("given_names.csv") if row["gender"] == gender)
    return tuple(row["name"] for row in rows if float(row["percent"]) <= COMMON_GIVEN)


@cache
def _usual_given() -> frozenset[str]:
    return frozenset(row["name"] for row in rows_of("given_names.csv"))


def invented(rng: Random) -> Iterator[Entity]:
    """Made-up people without end, each with the role and gender of one of tier C, all tenths alike."""
    surnames = Surnames(rng)
    for twin, tenth in zip(cycle(_tier("C"), rng), cycle(range(1, 11), rng), strict=False):
        names = given_names(twin["gender"])
        word = surnames.take(tenth)
        name = f"{rng.choice(names)} {written(word)}"
        proof = Evidence(
            rule="invented surname",
            bound=evidence.drawn("people", "surnames", 1 / len(names)),
            checks=(
                "surname not within one edit of any of 88,799 listed ones",
                "surname in no list of known names and words",
                f"surname drawn with probability 2^-{words.RECIPES['surnames'].bits} at most",
            ),
        )
        fields, tags = {"role": twin["role"]}, _tags(name, twin["role"])
        yield Entity(name, "made-up", "D", "people", fields, None, proof, (word,), tags)


# Tier E: near misses

LETTERS = "abcdefghijklmnopqrstuvwxyz"
ODDER = 0.5
"""Bits per letter by which a near miss may look odder than the surname it comes from."""

EDITS = 200
"""How many misspellings of a name are looked at."""

BEST = 12
"""How many of them, those that look least odd, are used."""


def near_misses(rng: Random) -> Iterator[Entity]:
    """Famous names, the surname changed in one or two places, while there are any left that look likely."""
    famous = [
        row
        for row in _tier("A")
        if len(surname(row["name"])) >= 6 and _namesakes(row["name"]) < evidence.LIMIT
    ]
    left = {row["name"]: deque[str]() for row in famous}
    for turn, row in enumerate(cycle(famous, rng)):
        name = row["name"]
        if turn < len(famous):
            left[name].extend(_misspellings(name, rng))
        elif not any(left.values()):
            return
        if left[name]:
            wrong = left[name].popleft()
            whole = " ".join((*name.split()[:-1], written(wrong)))
            yield _of_famous(whole, "E", (row,), _namesakes(whole))


def _misspellings(name: str, rng: Random) -> list[str]:
    """The likeliest misspellings of the surname that nobody is known by, in a random order."""
    right, rest = surname(name), name.split()[:-1]
    once = [edit(right, rng) for _ in range(EDITS)]
    tried = dict.fromkeys(edit(wrong, rng) if at % 2 else wrong for at, wrong in enumerate(once))
    limit = words.lexicon("surnames").surprise(right) + ODDER
    odd = {
        wrong: words.lexicon("surnames").surprise(wrong)
        for wrong in tried
        if wrong[0] == right[0] and _is_unheard(wrong) and not kept_for_training(" ".join((*rest, wrong)))
    }
    best = sorted((wrong for wrong in odd if odd[wrong] <= limit), key=lambda wrong: (odd[wrong], wrong))[
        :BEST
    ]
    return rng.sample(best, len(best))


def _is_unheard(word: str) -> bool:
    """Whether a misspelt surname is on no list and has a run of four letters that no listed surname has."""
    return (
        not words.runs_of(word) <= words.listed_runs()
        and word not in known.surname_shares()
        and word not in known.anything()
        and word not in _real_surnames()
        and not words.is_coarse(word)
    )


def edit(word: str, rng: Random) -> str:
    """The word with a letter left out, put in, changed, or swapped with the next; it may come out the same."""
    at = rng.randrange(len(word) - 1)
    before, letter, following, after = word[:at], word[at], word[at + 1], word[at + 2 :]
    new = rng.choice(LETTERS)
    return (
        before
        + rng.choice((following, new + letter + following, new + following, following + letter))
        + after
    )


def _namesakes(name: str) -> float:
    """Expected documented people of a name whose surname is on no list."""
    return evidence.full_name(evidence.UNLISTED_SURNAME, _given_share(name))


def _given_share(name: str) -> float:
    """The share of all people, women and men, who bear the given name of a name."""
    percent = known.given_shares().get(given(name))
    return evidence.UNLISTED_GIVEN if percent is None else percent / 100 / 2


# Tier F: blends

FAMILIES = (
    "American English British Scottish Irish Welsh Canadian Australian Jamaican",
    "German Austrian Swiss Prussian Bohemian Swedish Danish Norwegian Dutch Flemish Finnish Hungarian Czech",
    "French Belgian Italian Spanish Portuguese Mexican Chilean Argentine Brazilian Colombian Catalan Corsican",
    "Russian Soviet Polish Serbian Ukrainian Bulgarian Slovenian Croatian Lithuanian Estonian",
)
"""Nations that share their given names, roughly; a nation in none of them stands for itself."""

SAME_NAME = (
    "johannes johann john jean hans gian giovanni juan jan ivan",
    "henri henry enrico henrik heinrich",
    "ludwig louis luigi luciano",
    "guglielmo william wilhelm",
    "giacomo james jacob diego jacques",
    "fyodor theodore theodor",
    "giuseppe joseph josef jose",
    "pyotr peter pierre pablo paul",
    "wassily vasily basil",
)
"""Given names that stand for each other across languages where the first letter does not tell."""


def blends(rng: Random) -> Iterator[Entity]:
    """The given name of one famous person with the surname of another, while there are such pairs."""
    pairs = _blendable()
    for name in rng.sample(list(pairs), len(pairs)):
        yield _of_famous(
            name, "F", pairs[name], evidence.full_name(evidence.RARE_SURNAME, _given_share(name))
        )


@cache
def _blendable() -> Mapping[str, tuple[Row, Row]]:
    """Blend -> the two it is made of, for all blends that nobody can be expected to bear."""
    everybody = {row["name"] for row in rows_of("people.csv")}
    pairs = {
        f"{first['name'].split()[0]} {last['name'].split()[-1]}": (first, last) for first, last in _pairs()
    }
    return {
        name: pair
        for name, pair in pairs.items()
        if name not in everybody
        and known.fold(name) not in known.anything()
        and not kept_for_training(name)
        and evidence.full_name(evidence.RARE_SURNAME, _given_share(name)) < evidence.LIMIT
    }


def _pairs() -> Iterator[tuple[Row, Row]]:
    """Two famous people of one gender, whose nations and given names are strange to each other, the surname unlisted."""
    listed = known.surname_shares()
    for first, last in product(_tier("A"), repeat=2):
        if (
            first["gender"] == last["gender"]
            and surname(last["name"]) not in listed
            and not _families(first) & _families(last)
            and not _same_name(given(first["name"]), given(last["name"]))
            and not (given(first["name"]) + " " + surname(last["name"])).endswith("us")
        ):
            yield first, last


def _families(row: Row) -> set[str]:
    nations = row["nationality"].split("-")
    return {next((family for family in FAMILIES if nation in family.split()), nation) for nation in nations}


def _same_name(one: str, other: str) -> bool:
    """Whether two given names may be the same name in two languages (Mikhail and Michael)."""
    return one[0] == other[0] or any({one, other} <= set(group.split()) for group in SAME_NAME)


def _of_famous(name: str, tier: Tier, famous: tuple[Row, ...], bound: float) -> Entity:
    """A made-up person whose name is made of famous ones."""
    role = famous[-1]["role"]
    neighbours = ";".join(row["name"] for row in famous)
    unheard = "surname has a run of letters that none of 88,799 listed ones has"
    apart = "surname not among 88,799 listed ones, given name of another part of the world"
    proof = Evidence(
        rule="near miss of a famous name" if tier == "E" else "blend of two famous names",
        bound=bound,
        checks=(unheard if tier == "E" else apart, "name in no list of known names", "nobody in people.csv"),
    )
    fields = {"role": role, "neighbours": neighbours}
    invented_words = (surname(name),) if tier == "E" else ()
    return Entity(name, "made-up", tier, "people", fields, None, proof, invented_words, _tags(name, role))


# Tier H: closed lists

CLAIMS = {
    "best_director": ("director", "winner of the Academy Award for Best Director at the ceremony of {year}"),
    "chess_champion": ("chess player", "who became world chess champion in {year}"),
    "nobel_chemistry": ("chemist", "winner of the {year} Nobel Prize in Chemistry"),
    "nobel_literature": ("writer", "winner of the {year} Nobel Prize in Literature"),
    "nobel_physics": ("physicist", "winner of the {year} Nobel Prize in Physics"),
    "us_president": ("politician", "who became President of the United States in {year}"),
}
"""Closed list -> the role of those on it, and what is said of a made-up person to put them there."""


def locked(rng: Random) -> Iterator[Entity]:
    """Made-up people said to be on a closed list; the list itself shows that they are not."""
    for person, which in zip(invented(rng), cycle(tuple(CLAIMS), rng), strict=False):
        year, holders = rng.choice(_entries(which))
        role, claim = CLAIMS[which]
        proof = Evidence(
            rule="closed list",
            bound=0.0,
            checks=(f"{which} of {year}: {holders}", f"{person.name} is not on the list", "invented surname"),
        )
        fields = {"role": role, "claim": claim.format(year=year), "holders": holders}
        tags = _tags(person.name, role)
        yield Entity(person.name, "locked", "H", "locks", fields, None, proof, person.words, tags)


@cache
def _entries(which: str) -> tuple[tuple[str, str], ...]:
    """(year, holders joined by ";") for each year of a closed list."""
    holders = dict[str, list[str]]()
    for row in rows_of("locks.csv"):
        if row["list"] == which:
            holders.setdefault(row["year"], []).append(row["name"])
    return tuple((year, ";".join(names)) for year, names in holders.items())


@cache
def _tier(tier: Tier) -> tuple[Row, ...]:
    return tuple(row for row in rows_of("people.csv") if row["tier"] == tier)


@cache
def _real_surnames() -> frozenset[str]:
    return frozenset(surname(row["name"]) for row in rows_of("people.csv"))
