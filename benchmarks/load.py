"""How long a run of 100,000 replies takes to become a frame, against parsing its lines and doing no more with them.

    uv run python -m benchmarks.load [REPLIES]

Processor time, the best of three, and its ratios, which say the same on a slow machine and on a busy one.
"""

import json
import resource
import sys
import tempfile
from collections.abc import Callable, Iterator
from itertools import islice, product
from pathlib import Path
from time import process_time

from evals import log
from evals.frame import frame, read
from evals.plan import Request
from evals.types import Key, Message, Prompt, Reply, Response, Score

ARMS = ("neutral", "presuming", "asking", "open", "neutral idk", "neutral must")
MODELS = ("pocket/bluff", "pocket/honest")
TIMES = 3


def replies(wanted: int) -> Iterator[Reply]:
    """As many replies as wanted, each a line of about 1,000 bytes, as the suite hallucination has them."""
    asked = product(range(wanted), ARMS, MODELS)
    return (_reply(*each) for each in islice(asked, wanted))


def _reply(item: int, arm: str, model: str) -> Reply:
    name = f"Orvel Tamsitter-{item}"
    said = (
        f"{name} was a Dutch painter of the {15 + item % 5}th century, known for landscapes in a cold light."
        * 2
    )
    return Reply(
        key=Key(model, "hallucination", f"people-D-{item:05}", arm),
        prompt=Prompt(
            (Message("user", f"{arm}: who was {name}, and for what is this name known?"),), max_tokens=256
        ),
        response=Response(
            said, tokens_in=20, tokens_out=40, seconds=0.5 + item % 7, cost_usd=0.0, model=model
        ),
        score=Score(
            "fabricated", said[:90], None, "states a profession", {"behaviour": "answer", "language": "en"}
        ),
        failure=None,
        target=None,
        cluster=name,
        tags={
            "kind": "made-up",
            "domain": "people",
            "tier": "D",
            "paraphrase": item % 4,
            "entity": name,
            "decile": item % 10,
            "role": "painter",
            "origin": "elsewhere",
        },
        attempts=1,
        at="2026-11-23T10:15:00.000+00:00",
    )


def written(folder: Path, wanted: int) -> Path:
    """A run of so many replies."""
    about = log.RunFile(
        request=Request(suites=("hallucination",), models=MODELS),
        seed=7,
        suites={"hallucination": "1"},
        paths={"hallucination": "hallucination"},
        planned=wanted,
        created=log.now(),
    )
    made = log.begin(folder, about)
    with log.Writer(made) as writer:
        for reply in replies(wanted):
            writer.append(reply)
    return made


def parsed(folder: Path) -> None:
    """Every line parsed by the standard library and let go."""
    with (folder / "replies.jsonl").open("rb") as lines:
        for line in lines:
            json.loads(line)


def by_nouns(folder: Path) -> None:
    """The same frame, by way of a noun for each reply."""
    frame(log.read_run(folder).replies)


def timed(part: Callable[[Path], object], folder: Path, times: int = TIMES) -> float:
    """Seconds of processor time, the best of so many times."""
    found = []
    for _ in range(times):
        begun = process_time()
        part(folder)
        found.append(process_time() - begun)
    return min(found)


def main(wanted: int = 100_000) -> None:
    """Print what it takes."""
    with tempfile.TemporaryDirectory() as folder:
        run = written(Path(folder), wanted)
        size = (run / "replies.jsonl").stat().st_size
        read(run)  # what is imported only then is not counted
        floor, found = timed(parsed, run), timed(read, run)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        nouns = timed(by_nouns, run, 1)
    print(f"{wanted:,} replies, {size / 1e6:.0f} MB")
    print(f"json.loads of every line    {floor:6.2f} s")
    print(
        f"evals.frame.read            {found:6.2f} s   {found / floor:.1f} times that, {peak / size:.1f} times its bytes at most"
    )
    print(f"by way of the nouns         {nouns:6.2f} s   {nouns / floor:.1f} times that")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
