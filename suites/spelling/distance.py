"""How near two spellings are: the edits that lie between them."""

from collections.abc import Sequence


def table(one: Sequence[str], other: Sequence[str]) -> list[list[int]]:
    """Row i, column j: the fewest letters to insert, delete or replace to make the first i of one the first j of the other.

    Source: Levenshtein (1966), Binary codes capable of correcting deletions, insertions and reversals, by the
    algorithm of Wagner and Fischer (1974).
    """
    rows = [list(range(len(other) + 1))]
    for i, letter in enumerate(one, 1):
        row, above = [i], rows[-1]
        for j, against in enumerate(other, 1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (letter != against)))
        rows.append(row)
    return rows


def distance(one: Sequence[str], other: Sequence[str]) -> int:
    """The edits that lie between two spellings."""
    return table(one, other)[-1][-1]


def similarity(one: Sequence[str], other: Sequence[str]) -> float:
    """1 - distance / length of the longer one: 1 where they are the same, 0 where no letter is in place."""
    longest = max(len(one), len(other))
    return 1 - distance(one, other) / longest if longest else 1.0


def edits(one: Sequence[str], other: Sequence[str]) -> list[tuple[str, str]]:
    """The edits that make one the other: (letter, what it became), empty for an added or a lost letter, in order."""
    rows, i, j = table(one, other), len(one), len(other)
    found: list[tuple[str, str]] = []
    while i or j:
        if i and j and rows[i][j] == rows[i - 1][j - 1] + (one[i - 1] != other[j - 1]):
            i, j = i - 1, j - 1
            if one[i] != other[j]:
                found.append((one[i], other[j]))
        elif i and rows[i][j] == rows[i - 1][j] + 1:
            i -= 1
            found.append((one[i], ""))
        else:
            j -= 1
            found.append(("", other[j]))
    return found[::-1]
