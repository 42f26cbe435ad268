"""Builds the English lists of data/ from SCOWL; data/SOURCES.md says what they hold and under which licence.

    python -m suites.spelling.build_lists FOLDER     the folder of SCOWL's lists, such as /usr/share/dict/scowl

Needed only to renew the lists: what it makes is in the repository.
"""

import gzip
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from .words import DATA, LENGTHS, refused

COMMON, RARE, LARGEST = (10, 20), (60,), 70
"""SCOWL's sizes: the words that all know, those of few dictionaries, and all that are surely words."""

_FILE = re.compile(r"(?P<spelling>.+)-(?P<kind>words|upper|proper-names)\.(?P<size>\d+)")
_WORD = re.compile(r"[A-Za-z]+")
_VOWEL = re.compile(r"[aeiouy]")


def main(folder: Path) -> None:
    """Read the lists, write ours."""
    everything: set[str] = set()
    sizes: dict[str, int] = {}
    for spelling, kind, size, words in scowl(folder):
        everything |= {word.lower() for word in words}
        if kind == "words" and spelling in ("english", "american"):
            for word in words:
                sizes[word] = min(size, sizes.get(word, size))
    for name, wanted in (("common", COMMON), ("rare", RARE)):
        fitting = (word for word, size in sizes.items() if size in wanted and _fits(word))
        (DATA / f"{name}.txt").write_text("".join(f"{word}\n" for word in sorted(fitting)), "utf-8")
    with gzip.GzipFile(DATA / "listed.txt.gz", "wb", mtime=0) as file:
        file.write("".join(f"{word}\n" for word in sorted(everything)).encode())


def scowl(folder: Path) -> Iterator[tuple[str, str, int, Iterable[str]]]:
    """Spelling, kind, size and words of each list up to LARGEST; words with marks or accents left out."""
    for path in sorted(folder.iterdir()):
        match = _FILE.fullmatch(path.name)
        if match and int(match["size"]) <= LARGEST:
            words = [word for word in path.read_text("latin-1").split() if _WORD.fullmatch(word)]
            yield match["spelling"], match["kind"], int(match["size"]), words


def _fits(word: str) -> bool:
    """Whether a word can be asked about: of a length that is asked, with a vowel, and nothing that upsets."""
    return len(word) in LENGTHS and word.islower() and bool(_VOWEL.search(word)) and not refused(word)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
