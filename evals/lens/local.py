"""A tokenizer.json on this machine, as models on the Hugging Face hub have one: tokens without a server or a network."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from evals.errors import BadFile, BadInput, NotFound
from evals.lens.tokens import Tokens, named

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from evals.net.http import Http


@cache
def load(name: str) -> "Tokenizer":
    """The tokenizer in a file, or in a model's folder.

    Raises: NotFound: there is no such file. BadFile: it is no tokenizer.json.
    """
    from tokenizers import Tokenizer

    path = Path(name)
    path = path / "tokenizer.json" if path.is_dir() else path
    if not path.is_file():
        raise NotFound(
            f"there is no tokenizer in {name}", "name the model's tokenizer.json, or the folder that holds it"
        )
    try:
        return Tokenizer.from_file(str(path))
    except Exception as error:  # noqa: BLE001  the library raises nothing narrower
        raise BadFile(
            f"{path} is no tokenizer.json: {error}", "take the one that lies beside the model's weights"
        ) from None


def cut(tokenizer: "Tokenizer", text: str, route: str, before: str = "") -> Tokens:
    """A text in tokens, without those that only begin or end a text.

    Args: before: what the model reads before every text; it belongs to no piece.
    Raises: BadInput: a text that is dropped as a whole.
    """
    whole = before + text
    found = tokenizer.encode(whole, add_special_tokens=False)
    if text and not found.ids:
        raise BadInput(f"{route} makes no token of {text!r}", "give a text of letters")
    lengths = _lengths(whole, found.tokens, found.offsets)
    return Tokens(text, tuple(found.ids), _without(len(before.encode()), lengths), route)


def _lengths(text: str, names: Sequence[str], offsets: Sequence[tuple[int, int]]) -> list[int]:
    """How many bytes each token stands for. Characters that were left out are counted to the token before them."""
    lengths: list[int] = []
    groups = list(_groups(offsets))
    stops = [*(offsets[group[0]][0] for group in groups[1:]), len(text)]
    for group, start, end in zip(groups, [0, *stops], stops, strict=False):
        data = text[start:end].encode()
        alone = (len(data), *[0] * (len(group) - 1))
        lengths += alone if len(group) == 1 else named([names[place] for place in group], data) or alone
    return lengths


def _groups(offsets: Sequence[tuple[int, int]]) -> Iterator[list[int]]:
    """Neighbours that share characters, by place: a character of three bytes may be three tokens."""
    group: list[int] = []
    reached = 0
    for place, (start, end) in enumerate(offsets):
        if group and start >= reached:
            yield group
            group = []
        group.append(place)
        reached = max(reached, end)
    if group:
        yield group


def _without(count: int, lengths: list[int]) -> tuple[int, ...]:
    """The lengths without so many bytes at the start."""
    left = []
    for length in lengths:
        taken = min(count, length)
        count -= taken
        left.append(length - taken)
    return tuple(left)


@dataclass(frozen=True)
class Local:
    """The tokenizer of a file that the user named."""

    path: str

    def __post_init__(self) -> None:
        load(self.path)

    async def __call__(self, _http: "Http", _model: str, text: str) -> Tokens:
        """A text in tokens, whatever host serves the model. Raises: as `cut`."""
        return self.tokens(text)

    def tokens(self, text: str) -> Tokens:
        """A text in tokens. Raises: as `cut`."""
        return cut(load(self.path), text, self.path)
