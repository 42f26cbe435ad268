"""Where a host takes in batches and gives out their results: what every such interface comes to."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from evals.batch.ledger import Intent
from evals.errors import ProviderError
from evals.net.http import Answer, Http

AGAIN = "the same command asks it again"


@dataclass(frozen=True, slots=True)
class State:
    """How a batch stands at its host.

    Attributes:
        ended: whether nothing more will come of it.
        done, total: how many of its requests have come to an end, of how many.
        results: the paths of the files that hold what came back.
        rest: what befell requests of an ended batch for which nothing is there.
        refused: whether the host took none of it: nothing is there, and `rest` says why.
    """

    ended: bool
    done: int
    total: int
    results: tuple[str, ...]
    rest: ProviderError
    refused: bool = False


@dataclass(frozen=True)
class Desk(ABC):
    """A host's interface for batches of one model.

    Attributes:
        http: the client.
        path: what a single request would go to.
        model: what the host calls it.
        most, largest: how many requests, and how many bytes, one batch may have.
    """

    http: Http
    path: str
    model: str
    most: ClassVar[int]
    largest: ClassVar[int]

    @abstractmethod
    async def submit(self, intent: Intent, bodies: Sequence[bytes]) -> str:
        """Hand in a batch; what the host calls it.

        Args: bodies: the JSON of the intent's requests.
        Raises: HostError: it is refused. ProviderError: whether it was taken in is not known.
        """

    @abstractmethod
    async def look(self, batch: str) -> State:
        """How a batch stands. Raises: HostError, ProviderError: it cannot be seen."""

    @abstractmethod
    def read(self, line: bytes) -> tuple[str, Answer | ProviderError]:
        """(ticket, what came back) of a line of results. Raises: ProviderError: it is garbled."""

    @abstractmethod
    async def find(self, intent: Intent, known: Collection[str]) -> str:
        """The batch that an intent has become, or may have become; empty if there is none.

        Args: known: batches that are another intent's.
        """

    async def results(self, state: State) -> AsyncIterator[tuple[str, Answer | ProviderError]]:
        """What came back, in no order. Raises: HostError, ProviderError: as `Http.lines`, or a line is garbled."""
        for path in state.results:
            async for line in self.http.lines(path):
                if line.strip():
                    yield self.read(line)

    def portions(self, sizes: Sequence[int]) -> Iterator[slice]:
        """Requests of these sizes, in bytes, cut into batches that the host takes."""
        start = room = 0
        for number, size in enumerate(sizes):
            if number > start and (number - start == self.most or room + size > self.largest):
                yield slice(start, number)
                start, room = number, 0
            room += size
        if sizes:
            yield slice(start, len(sizes))

    def expired(self) -> ProviderError:
        """The failure of a request that the host did not come to."""
        return ProviderError("timeout", f"its batch expired before {self.http.host} came to it", AGAIN)

    def cancelled(self) -> ProviderError:
        """The failure of a request whose batch somebody has cancelled."""
        return ProviderError("cancelled", f"its batch was cancelled at {self.http.host}", AGAIN)

    def lost(self) -> ProviderError:
        """The failure of a request of which an ended batch says nothing."""
        return ProviderError("garbled", f"{self.http.host} ended its batch without a word of it", AGAIN)
