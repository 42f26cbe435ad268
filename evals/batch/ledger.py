"""The ledger of a run's batches: which request went to its host in which batch. `batches.jsonl`, only ever appended to.

Before a batch is submitted its requests are written down under a token that the host is told with them. Should the
process end before the batch's name is known, the token is what it is found by at the host.
"""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Literal, NamedTuple, Self

import pydantic

from evals.appended import Appended, entries, unwritable

NAME = "batches.jsonl"
RESTORE = "restore it; without that line its requests would be submitted, and paid for, again"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the ledger.

    Attributes:
        what: "intended": these requests are about to be submitted; "submitted": they are `batch`; "mistaken": that batch
            is another's; "void": the host has not got them; "spent": what came back for these tickets was no use.
        at: UTC, ISO 8601.
        model: as typed.
        token: of the intent, in hexadecimal.
        requests: their hashes, in order; the ticket of number i is TOKEN-i.
        batch: what the host calls it.
        tickets: those that are spent.
    """

    what: Literal["intended", "submitted", "mistaken", "void", "spent"]
    at: str
    model: str = ""
    token: str = ""
    requests: tuple[str, ...] = ()
    batch: str = ""
    tickets: tuple[str, ...] = ()


LINE = pydantic.TypeAdapter(Line)


@dataclass(frozen=True, slots=True)
class Intent:
    """Requests that are to be one batch."""

    token: str
    model: str
    requests: tuple[str, ...]
    at: float

    @property
    def tickets(self) -> list[str]:
        """By what its host knows each request."""
        return [f"{self.token}-{number}" for number in range(len(self.requests))]


class Ticket(NamedTuple):
    """Where the answer to a request will be: in which batch, and under which name."""

    batch: str
    name: str


class Ledger:
    """What is known of a run's batches. Only the process that holds the run's lock may have it open.

    Raises: BadFile: a damaged line, named by number. BadInput: the file cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        path = folder / NAME
        self._intents: dict[str, Intent] = {}
        self._batches: dict[str, str] = {}
        self._tickets: dict[str, str] = {}
        self._spent: set[str] = set()
        self.known: set[str] = set()
        try:
            self._file = Appended(path)
        except OSError as error:
            raise unwritable(path, error) from None
        for line in entries(path, LINE, RESTORE):
            self._take(line)

    def find(self, request: str) -> Ticket | None:
        """Where a request was submitted, unless what came back was no use; None where it is to be submitted."""
        name = self._tickets.get(request, "")
        batch = self._batches.get(name.partition("-")[0])
        return None if batch is None or name in self._spent else Ticket(batch, name)

    def token(self, batch: str) -> str:
        """The token of a batch's intent."""
        return next(token for token, found in self._batches.items() if found == batch)

    def unsettled(self, model: str) -> list[Intent]:
        """What was about to be submitted, without its being known whether it was."""
        return [
            intent
            for token, intent in self._intents.items()
            if intent.model == model and token not in self._batches
        ]

    def intend(self, model: str, requests: Sequence[str]) -> Intent:
        """Write down what is about to be submitted."""
        token = secrets.token_hex(8)
        self._note("intended", model=model, token=token, requests=tuple(requests))
        return self._intents[token]

    def submitted(self, token: str, batch: str) -> None:
        """Write down what an intent has become."""
        self._note("submitted", token=token, batch=batch)

    def mistaken(self, batch: str) -> None:
        """Write down that a batch, taken for an intent's, is not."""
        self._note("mistaken", token=self.token(batch), batch=batch)

    def void(self, token: str) -> None:
        """Write down that the host has not got an intent's requests."""
        self._note("void", token=token)

    def spend(self, tickets: Iterable[str]) -> None:
        """Write down that these requests, should they be made again, are to be submitted again."""
        if spent := tuple(tickets):
            self._note("spent", tickets=spent)

    def _note(
        self,
        what: Literal["intended", "submitted", "mistaken", "void", "spent"],
        **told: str | tuple[str, ...],
    ) -> None:
        line = LINE.validate_python({"what": what, "at": datetime.now(UTC).isoformat(), **told})
        self._file.append(LINE.dump_json(line, exclude_defaults=True) + b"\n")
        self._take(line)

    def _take(self, line: Line) -> None:
        match line.what:
            case "intended":
                at = datetime.fromisoformat(line.at).timestamp()
                intent = self._intents[line.token] = Intent(line.token, line.model, line.requests, at)
                self._tickets.update(zip(intent.requests, intent.tickets, strict=True))
            case "submitted":
                self._batches[line.token] = line.batch
                self.known.add(line.batch)
            case "mistaken":
                self._batches.pop(line.token, None)
            case "void":
                self._intents.pop(line.token, None)
            case "spent":
                self._spent.update(line.tickets)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
