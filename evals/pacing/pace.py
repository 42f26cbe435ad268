"""When the next request may be sent: not before the host's pause is over, at a fixed rate, within what is left of its limits."""

from dataclasses import dataclass, field

from evals.pacing.quota import Left, Quota


@dataclass
class Pace:
    """Times are of one clock, in seconds.

    Attributes:
        per_minute: a fixed rate at which requests are sent; None for none.
    """

    per_minute: float | None = None
    _open: float = field(default=0.0, init=False)
    _left: dict[str, Left] = field(default_factory=dict, init=False)
    _tokens: float = field(default=0.0, init=False)
    _answers: int = field(default=0, init=False)

    @property
    def size(self) -> float:
        """Tokens of one request, the mean of those that are known; 0 if none is."""
        return self._tokens / self._answers if self._answers else 0.0

    def opens(self, now: float) -> float:
        """The time from which a request may be sent."""
        self._left = {what: left for what, left in self._left.items() if left.seconds > now}
        empty = (left.seconds for what, left in self._left.items() if left.amount < self._takes(what))
        return max(self._open, *empty, 0.0)

    def sent(self, now: float) -> None:
        """A request is sent."""
        if self.per_minute is not None:
            self._open = max(self._open, now) + 60.0 / self.per_minute
        for what, left in self._left.items():
            self._left[what] = Left(left.amount - self._takes(what), left.seconds)

    def pause(self, until: float) -> None:
        """Nothing is to be sent before that time."""
        self._open = max(self._open, until)

    def answered(self, tokens: int) -> None:
        """A request took so many tokens in all."""
        self._tokens += tokens
        self._answers += 1

    def told(self, quota: Quota, at_work: int, now: float) -> None:
        """What the host says is left of its limits; requests that are at work may not be counted in it yet."""
        for what, left in (("requests", quota.requests), ("tokens", quota.tokens)):
            if left is not None:
                self._left[what] = Left(left.amount - at_work * self._takes(what), now + left.seconds)

    def _takes(self, what: str) -> float:
        """What one request takes of a limit."""
        return 1.0 if what == "requests" else self.size
