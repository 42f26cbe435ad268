"""Commands by name, each imported when it is asked for: a start pays for the command that is called, not for all of them."""

from collections.abc import Iterator, Mapping, MutableMapping
from importlib import import_module

import click


class Lazily(MutableMapping[str, click.Command]):
    """The commands of a group, for `click.group(commands=...)`; the group's own help asks for every one of them.

    Args: places: name -> "module:function", as entry points are written.
    """

    def __init__(self, places: Mapping[str, str]) -> None:
        self._held: dict[str, str | click.Command] = dict(places)

    def __getitem__(self, name: str) -> click.Command:
        held = self._held[name]
        if isinstance(held, str):
            module, _, function = held.partition(":")
            held = self._held[name] = getattr(import_module(module), function)
        return held

    def __setitem__(self, name: str, command: click.Command) -> None:
        self._held[name] = command

    def __delitem__(self, name: str) -> None:
        del self._held[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)
