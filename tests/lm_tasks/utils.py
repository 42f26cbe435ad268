"""The data of these tasks, made here, and a scorer of their own as lm-eval's tasks have them."""

import re
from typing import Any


def load(**_: Any) -> dict[str, Any]:
    """Sums of two small numbers, with four answers to choose from."""
    import datasets

    def item(a: int, b: int) -> dict[str, Any]:
        options = [a + b, a + b + 1, abs(a - b), 10 * a + b]
        shown = [str(options[(i + a) % 4]) for i in range(4)]
        sentences = [f"{each} it is, and nothing else" if i % 2 else each for i, each in enumerate(shown)]
        answer = shown.index(str(a + b))
        return {"a": a, "b": b, "sum": str(a + b), "options": sentences, "answer": answer}

    train = [item(a, b) for a in range(1, 5) for b in (3, 5)]
    test = [item(a, b) for a in range(1, 7) for b in range(1, 5)]
    return {"train": datasets.Dataset.from_list(train), "test": datasets.Dataset.from_list(test)}


def score(doc: dict[str, Any], results: list[str]) -> dict[str, float]:
    """Whether the last number of the reply is the sum, and how far off it is; without a number there is no distance."""
    found = re.findall(r"\d+", results[0])
    if not found:
        return {"last_number_match": 0.0}
    off = abs(int(found[-1]) - int(doc["sum"]))
    return {"last_number_match": float(off == 0), "distance": float(off)}
