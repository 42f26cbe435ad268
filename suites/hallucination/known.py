"""What is known already: the lists that no made-up name may be on.

Three kinds of list, from exact to compact: plain sets (the surnames and given names of the census), a hash filter of
everything else with a name (dictionary words, encyclopaedia entries, places, medicines, surnames of many countries),
and one of the packages on the Python Package Index. A hash filter never misses what was put into it.
"""

import gzip
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from math import ceil, log
from pathlib import Path

DATA = Path(__file__).parent / "data"

UNLIKE_ASCII = str.maketrans(
    {"ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "æ": "ae", "Æ": "Ae", "œ": "oe", "đ": "d", "Đ": "D"}
    | {"’": "'", "‘": "'", "ı": "i", "þ": "th", "Þ": "Th", "ð": "d"}
)


def fold(text: str) -> str:
    """The letters a to z and digits of a text, accents taken off, in lower case, words parted by one space."""
    plain = unicodedata.normalize("NFKD", text.translate(UNLIKE_ASCII)).encode("ascii", "ignore").decode()
    return " ".join("".join(c if c.isalnum() else " " for c in plain.lower()).split())


@dataclass(frozen=True, slots=True)
class HashFilter:
    """A set of texts in a few bits each (a Bloom filter): says no wrongly never, says yes wrongly now and then.

    Source: Bloom (1970), Space/time trade-offs in hash coding with allowable errors.

    Attributes:
        bits: the bit array.
        hashes: how many bits each text sets.
        size: how many texts were put in.
    """

    bits: bytes
    hashes: int
    size: int

    @classmethod
    def of(cls, texts: Iterable[str], wrong: float) -> "HashFilter":
        """A filter of these texts that says yes wrongly in a share `wrong` of cases (0 to 1)."""
        members = sorted(set(texts))
        length = 8 * ceil(-len(members) * log(wrong) / log(2) ** 2 / 8)
        hashes = max(1, round(length / len(members) * log(2)))
        bits = bytearray(length // 8)
        for text in members:
            for place in _places(text, hashes, length):
                bits[place >> 3] |= 1 << (place & 7)
        return cls(bytes(bits), hashes, len(members))

    def __contains__(self, text: str) -> bool:
        return all(
            self.bits[place >> 3] >> (place & 7) & 1
            for place in _places(text, self.hashes, 8 * len(self.bits))
        )

    @property
    def wrong(self) -> float:
        """The share of texts outside the set that it takes for members, from the bits that are set."""
        return (sum(map(int.bit_count, self.bits)) / (8 * len(self.bits))) ** self.hashes

    def save(self, path: Path) -> None:
        """Write it: a line with the number of hashes and of texts, then the bits."""
        path.write_bytes(f"{self.hashes} {self.size}\n".encode() + self.bits)

    @classmethod
    def load(cls, path: Path) -> "HashFilter":
        """Read what `save` wrote."""
        head, _, bits = path.read_bytes().partition(b"\n")
        hashes, size = map(int, head.split())
        return cls(bits, hashes, size)


def _places(text: str, hashes: int, length: int) -> list[int]:
    """The bits of a text, by double hashing (Kirsch & Mitzenmacher, 2006)."""
    digest = blake2b(text.encode(), digest_size=16).digest()
    first, step = int.from_bytes(digest[:8], "big"), int.from_bytes(digest[8:], "big") | 1
    return [(first + i * step) % length for i in range(hashes)]


@cache
def anything() -> HashFilter:
    """Whatever has a name in a dictionary, an encyclopaedia, a gazetteer, a list of medicines or of foreign surnames."""
    return HashFilter.load(DATA / "known.bloom")


@cache
def packages() -> HashFilter:
    """The names on the Python Package Index, normalised (PEP 503)."""
    return HashFilter.load(DATA / "packages.bloom")


@cache
def surname_shares() -> dict[str, float]:
    """All 88,799 surnames of the census list, in lower case, commonest first, each with its share of people in percent."""
    return _shares("surnames_listed.txt.gz")


@cache
def given_shares() -> dict[str, float]:
    """All 5,163 given names of the census list, in lower case, each with its larger share of one gender in percent."""
    return _shares("given_listed.txt.gz")


@cache
def stdlib() -> dict[str, frozenset[str]]:
    """Public modules of Python's standard library -> every member they have in any version from 3.11 to 3.14."""
    lines = lines_of("stdlib_members.txt")
    return {module: frozenset(rest.split()) for module, _, rest in (line.partition(":") for line in lines)}


def lines_of(name: str) -> list[str]:
    """The lines of a list in `data/`; a name that ends in .gz is unpacked."""
    raw = (DATA / name).read_bytes()
    return (gzip.decompress(raw) if name.endswith(".gz") else raw).decode().splitlines()


def _shares(name: str) -> dict[str, float]:
    return {word: float(percent) for word, percent in (line.split() for line in lines_of(name))}


def deletions(words: Iterable[str]) -> frozenset[str]:
    """The words, and each word with any one letter left out."""
    return frozenset(part for word in words for part in (word, *_shortened(word)))


def is_near(word: str, shortened: frozenset[str]) -> bool:
    """Whether a word is within one edit of a word whose `deletions` are given.

    An edit is a letter left out, put in, changed, or swapped with its neighbour; some pairs that share a shortened
    form without that are caught too, which errs on the safe side.
    """
    return word in shortened or any(part in shortened for part in _shortened(word))


def _shortened(word: str) -> list[str]:
    return [word[:at] + word[at + 1 :] for at in range(len(word))]
