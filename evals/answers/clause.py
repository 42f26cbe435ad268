"""Where sentences end: one pass over a text, then any place is looked up."""

import re
from bisect import bisect_right
from dataclasses import dataclass

_END = re.compile(
    r"\n|[!?。！？](?!\w)|(?<!\.)(?<!approx)(?<!\bca)(?<!\bno)(?<!i\.e)(?<!e\.g)\.(?=\s|[\"')\]*]|$)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Sentences:
    """The ends of a text's sentences (the place after each stop); "..." and line-end-free points in numbers end none."""

    ends: tuple[int, ...]
    length: int

    def end(self, at: int) -> int:
        """Where the sentence around a place ends."""
        i = bisect_right(self.ends, at)
        return self.ends[i] if i < len(self.ends) else self.length

    def start(self, at: int) -> int:
        """Where the sentence around a place begins."""
        i = bisect_right(self.ends, at)
        return self.ends[i - 1] if i else 0


def sentences(text: str) -> Sentences:
    """The sentences of a text."""
    return Sentences(tuple(match.end() for match in _END.finditer(text)), len(text))


@dataclass(frozen=True, slots=True)
class Spans:
    """Stretches of a text, in order, that do not overlap."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def __contains__(self, at: int) -> bool:
        i = bisect_right(self.starts, at) - 1
        return i >= 0 and at < self.ends[i]


def spans(stretches: list[tuple[int, int]]) -> Spans:
    """Stretches put in order, those that touch made one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(stretches):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return Spans(tuple(start for start, _ in merged), tuple(end for _, end in merged))
