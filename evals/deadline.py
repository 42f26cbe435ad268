"""How long an answer may take before it is taken to hang: known from how long the others took."""

from collections import deque
from dataclasses import dataclass, field
from statistics import quantiles

SEEN = 64
"""Answers whose time must be known before a deadline is drawn from them."""
KEPT = 512
"""The last answers, from which it is drawn."""
SLOWER = 5.0
"""So many times the 99th percentile of the others is too long."""
SHORTEST = 10.0
"""Seconds below which nothing is taken to hang."""


@dataclass
class Deadline:
    """The times that answers took, and what follows from them.

    Attributes:
        seconds: after which a request is taken to hang; None while too little is known.
    """

    seconds: float | None = None
    _times: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT), init=False)
    _seen: int = field(default=0, init=False)

    def see(self, took: float) -> None:
        """An answer took so many seconds."""
        self._times.append(took)
        self._seen += 1
        if self._seen % SEEN == 0:
            self.seconds = max(SHORTEST, SLOWER * quantiles(self._times, n=100)[98])
