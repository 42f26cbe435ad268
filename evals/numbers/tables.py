"""The phrases and words that say something about a number beside them, loaded once."""

import tomllib
from pathlib import Path

from evals.numbers.phrase import load

_FILE = Path(__file__).parent / "phrases.toml"
PHRASES = load(_FILE)
WORDS = {
    name: frozenset(table.get("words", ())) for name, table in tomllib.loads(_FILE.read_text("utf-8")).items()
}
"""Words of the number itself that say it."""
