"""Places, books, papers, medicines, packages, API members, species, events and products, real and made up.

Each domain has real things of three degrees of fame (tiers A to C, things.csv) and made-up ones (tier D), which come
with a reason of their own why nothing of that name exists.
"""

from collections.abc import Callable, Iterator, Mapping
from random import Random

from . import evidence, known, words
from .entity import Asked, Entity, Evidence, Fresh, Tier, cycle, endless, rows_of, thrice
from .people import invented

Invent = Callable[[Random], Iterator[Entity]]


def streams(domain: str, seed: int) -> Mapping[Tier, Iterator[Asked]]:
    """Each tier's things of a domain in an order that the seed decides; made-up ones without end."""

    def rng(tier: Tier) -> Random:
        return Random(f"hallucination {domain} {tier} {seed}")

    return {
        "A": thrice(real(domain, "A"), rng("A")),
        "B": thrice(real(domain, "B"), rng("B")),
        "C": thrice(real(domain, "C"), rng("C")),
        "D": endless(Fresh(INVENT[domain](rng("D")))),
    }


def real(domain: str, tier: Tier) -> list[Entity]:
    """The real things of a domain and a tier: A famous, B known to some, C obscure but documented."""
    return [
        Entity(
            name=row["name"],
            kind="real",
            tier=tier,
            prompts=domain,
            fields={key: row[key] for key in ("country", "author", "year")},
            target=row["accept"],
        )
        for row in rows_of("things.csv")
        if (row["domain"], row["tier"]) == (domain, tier)
    ]


def made_up(domain: str, name: str, proof: Evidence, words: tuple[str, ...], **fields: str) -> Entity:
    """A thing of tier D, with the invented words in its name."""
    return Entity(name, "made-up", "D", domain, fields, None, proof, words)


# Domains whose things are named by an invented word

COUNTRIES = {
    "GB": "the United Kingdom",
    "DE": "Germany",
    "FR": "France",
    "IT": "Italy",
    "ES": "Spain",
    "RO": "Romania",
}


def towns(rng: Random) -> Iterator[tuple[str, str]]:
    """(invented town, country)."""
    for code in cycle(words.COUNTRIES, rng):
        yield words.lexicon(f"places {code}").invent(rng).title(), COUNTRIES[code]


def places(rng: Random) -> Iterator[Entity]:
    """Towns that no gazetteer has."""
    proof = Evidence(
        "invented place name",
        evidence.drawn("places", "places"),
        (
            "not within one edit of a listed town of the country",
            "in no list of known names and words",
            "drawn rarely",
        ),
    )
    for town, country in towns(rng):
        yield made_up("places", town, proof, (town.lower(),), country=country)


EVENTS = ("Battle of {}", "Siege of {}", "Treaty of {}", "Great Fire of {}")


def events(rng: Random) -> Iterator[Entity]:
    """Battles, sieges, treaties and fires of invented towns."""
    proof = Evidence(
        "event at an invented place",
        evidence.drawn("places", "places"),
        ("the place as in the domain places: where no place is, nothing happened",),
    )
    for (town, _), event in zip(towns(rng), cycle(EVENTS, rng), strict=False):
        yield made_up("events", event.format(town), proof, (town.lower(),))


EPITHETS = (
    *("acuminata", "alpina", "americana", "angustifolia", "arenaria", "borealis", "campestris", "cinerea"),
    *(
        "elegans",
        "gracilis",
        "grandis",
        "hirsuta",
        "insularis",
        "lateralis",
        "lucida",
        "maculata",
        "marginata",
    ),
    *(
        "mexicana",
        "minor",
        "montana",
        "nigra",
        "obscura",
        "occidentalis",
        "orientalis",
        "pallida",
        "palustris",
    ),
    *("robusta", "rubra", "similis", "simplex", "tenuis", "variabilis", "viridis", "vulgaris"),
)
"""Names of species within a genus, among the commonest there are."""

SAME_EPITHET = 0.02
"""The share of genera that have a species of a certain common name, at most: a genus has about four species on
average, and no name is borne by one species in 200."""


def species(rng: Random) -> Iterator[Entity]:
    """Species of invented genera."""
    proof = Evidence(
        "invented genus",
        evidence.drawn("genera", "genera", SAME_EPITHET),
        (
            "genus not within one edit of a listed one",
            "genus in no list of known names and words",
            "drawn rarely",
        ),
    )
    for epithet in cycle(EPITHETS, rng):
        genus = words.lexicon("genera").invent(rng)
        yield made_up("species", f"{genus.title()} {epithet}", proof, (genus,))


def medicines(rng: Random) -> Iterator[Entity]:
    """Medicines with the ending of a known class."""
    proof = Evidence(
        "invented generic name",
        evidence.drawn("medicines", "medicines"),
        (
            "not within one edit of 6,648 listed medicines",
            "in no list of known names and words",
            "drawn rarely",
        ),
    )
    while True:
        name = words.lexicon("medicines").invent(rng)
        yield made_up("medicines", name, proof, (name,))


LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
KINDS = ("camera", "dishwasher", "synthesizer", "laptop", "record player", "drill", "printer", "telescope")


def products(rng: Random) -> Iterator[Entity]:
    """Devices of invented makers, with a model number."""
    proof = Evidence(
        "invented maker",
        evidence.drawn("makers", "surnames", 1 / (len(KINDS) * 26 * 26 * 90)),
        (
            "maker's name as the surnames of made-up people",
            "kind, letters and number would have to agree as well",
        ),
    )
    for maker, kind in zip(invented(rng), cycle(KINDS, rng), strict=False):
        letters = rng.choice(LETTERS) + rng.choice(LETTERS)
        model = f"{letters}-{rng.randrange(10, 100)}0"
        yield made_up("products", f"{maker.name.split()[-1]} {model} {kind}", proof, maker.words)


# Domains whose things have invented makers


TITLE_FIRST = (
    *(
        "Silent",
        "Crooked",
        "Amber",
        "Borrowed",
        "Winter",
        "Hollow",
        "Distant",
        "Unlit",
        "Patient",
        "Salted",
        "Iron",
    ),
    *("Second", "Weathered", "Painted", "Forgotten", "Northern", "Quiet", "Broken", "Copper", "Late"),
)
TITLE_LAST = (
    *(
        "Orchard",
        "Lighthouse",
        "Ferry",
        "Cartographer",
        "Almanac",
        "Causeway",
        "Granary",
        "Interpreter",
        "Quarry",
    ),
    *(
        "Inheritance",
        "Weir",
        "Clockmaker",
        "Meridian",
        "Tollhouse",
        "Harvest",
        "Sanatorium",
        "Archive",
        "Estuary",
    ),
)


def books(rng: Random) -> Iterator[Entity]:
    """Novels by made-up people."""
    for author in invented(rng):
        title = f"The {rng.choice(TITLE_FIRST)} {rng.choice(TITLE_LAST)}"
        yield made_up("books", title, _by(author), author.words, author=author.name)


def _by(author: Entity) -> Evidence:
    """Why an author's work does not exist: the author does not."""
    if author.evidence is None:
        raise ValueError(f"{author.name} is real")
    return Evidence("work of a made-up person", author.evidence.bound, author.evidence.checks)


METHODS = (
    "Adaptive",
    "Sparse",
    "Hierarchical",
    "Stochastic",
    "Robust",
    "Incremental",
    "Bayesian",
    "Distributed",
)
TASKS = (
    "Estimation",
    "Scheduling",
    "Segmentation",
    "Inference",
    "Reconstruction",
    "Ranking",
    "Forecasting",
    "Matching",
)
OBJECTS = (
    *(
        "Crop Yields",
        "Tidal Currents",
        "Protein Folding",
        "Railway Networks",
        "Speech Signals",
        "Forest Canopies",
    ),
    *(
        "Labour Markets",
        "Seismic Records",
        "River Deltas",
        "Patent Citations",
        "Urban Traffic",
        "Glacier Flow",
    ),
)


def papers(rng: Random) -> Iterator[Entity]:
    """Scientific papers by two made-up people, of the years 1975 to 2019."""
    people = invented(rng)
    for first, second in zip(people, people, strict=False):
        title = f"{rng.choice(METHODS)} {rng.choice(TASKS)} of {rng.choice(OBJECTS)}"
        authors = f"{first.name.split()[-1]} and {second.name.split()[-1]}"
        year = str(rng.randrange(1975, 2020))
        bound = evidence.drawn("authors", "surnames") ** 2 / (len(METHODS) * len(TASKS) * len(OBJECTS))
        proof = Evidence(
            "work of two made-up people", bound, ("surnames as those of made-up people", "title")
        )
        yield made_up("papers", title, proof, first.words + second.words, author=authors, year=year)


# Domains that complete lists decide


def packages(rng: Random) -> Iterator[Entity]:
    """Python packages that were never registered."""
    proof = Evidence(
        "complete list",
        0.0,
        (
            "none of the 886,323 packages on the Python Package Index in November 2026",
            "no module of Python itself",
        ),
    )
    while True:
        name = words.lexicon("packages").invent(rng)
        if name not in known.packages() and name not in known.stdlib():
            yield made_up("packages", name, proof, (name,))


VERBS = (
    *(
        "merge",
        "collect",
        "expand",
        "trace",
        "split",
        "filter",
        "resolve",
        "rotate",
        "pack",
        "scan",
        "refresh",
    ),
    *("invert", "align", "flatten", "sample", "clamp", "defer", "group", "mask", "probe", "rebuild", "trim"),
)
NOUNS = (
    *(
        "all",
        "items",
        "blocks",
        "tokens",
        "ranges",
        "frames",
        "keys",
        "state",
        "parts",
        "lines",
        "pairs",
        "windows",
    ),
    *("weights", "routes", "chunks", "buffers", "levels", "fields", "slots", "units", "batches", "nodes"),
)


def members(rng: Random) -> Iterator[Entity]:
    """Functions that modules of Python's standard library have not got, while there are new ones."""
    listed = known.stdlib()
    names = [f"{module}.{verb}_{noun}" for module in sorted(listed) for verb in VERBS for noun in NOUNS]
    proof = Evidence(
        "complete list",
        0.0,
        ("no member of that module in Python 3.11, 3.12, 3.13 or 3.14, nor of any other listed module",),
    )
    everywhere = frozenset().union(*listed.values())
    for name in rng.sample(names, len(names)):
        if name.rpartition(".")[2] not in everywhere:
            yield made_up("api", name, proof, ())


INVENT: dict[str, Invent] = {
    "places": places,
    "books": books,
    "papers": papers,
    "medicines": medicines,
    "packages": packages,
    "api": members,
    "species": species,
    "events": events,
    "products": products,
}
"""Domain -> its made-up things, without end (or nearly: there are 25,629 API members)."""
