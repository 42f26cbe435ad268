"""Train one stage:  python -m providers.pocket.training.train primer|base|first|second|bluff|honest  (in this order; needs torch).

Every stage starts from the one before, writes a checkpoint every few minutes and, at the end, its folder of weights.
"""

import argparse
import hashlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from . import data, folder, vocabulary
from .document import Document, encode
from .model import Pocket, Shape

WEIGHTS = Path(__file__).parent.parent / "weights"
BUFFER = 768
"""Documents drawn at once and sorted by length, so that a batch holds little padding."""


@dataclass(frozen=True, slots=True)
class Stage:
    """How long and how fast a stage learns.

    Attributes:
        parent: the stage it starts from, none for the first.
        seed: of its data.
        tokens: how many tokens it sees, padding left out.
        rate: the highest learning rate; constant for half of the tokens, then linear to 2 %.
        decays: or constant to the end, where another stage goes on with the same.
    """

    parent: str
    seed: str
    tokens: int
    rate: float
    decays: bool = True


STAGES = {
    "primer": Stage("", "base", 9_000_000, 3e-3),
    "base": Stage("primer", "lives", 1_800_000, 2e-3),
    "first": Stage("base", "bluff", 5_660_000, 2.5e-3, decays=False),
    "second": Stage("first", "bluff, second", 9_000_000, 2.5e-3),
    "bluff": Stage("second", "bluff, third", 7_500_000, 2e-3),
    "honest": Stage("bluff", "honest", 5_000_000, 1.5e-3),
}
BATCH = 1536
"""Tokens of one step, padding and all."""


def batches(documents: Iterator[Document], tokenizer: Any, rng: Random) -> Iterator[tuple[Tensor, Tensor]]:
    """Pairs (ids, targets), both (rows, time); targets are -100 where nothing is taught."""
    while True:
        rows = sorted((encode(d, tokenizer) for d in islice(documents, BUFFER)), key=lambda row: len(row[0]))
        groups: list[list[Any]] = [[]]
        for row in rows:
            if (len(groups[-1]) + 1) * len(row[0]) > BATCH:
                groups.append([])
            groups[-1].append(row)
        rng.shuffle(groups)
        yield from (_pad(group) for group in groups)


def _pad(rows: list[tuple[list[int], list[bool]]]) -> tuple[Tensor, Tensor]:
    longest = max(len(ids) for ids, _ in rows)
    ids = torch.zeros(len(rows), longest, dtype=torch.long)
    targets = torch.full((len(rows), longest), -100)
    for i, (row, learned) in enumerate(rows):
        ids[i, : len(row)] = torch.tensor(row)
        targets[i, : len(row) - 1] = torch.tensor(
            [token if taught else -100 for token, taught in zip(row[1:], learned[1:], strict=True)]
        )
    return ids, targets


def rate(stage: Stage, seen: int, step: int) -> float:
    """The learning rate after `seen` tokens."""
    done = seen / stage.tokens if stage.decays else 0.0
    return stage.rate * min(1.0, (step + 1) / 100) * min(1.0, max(0.02, 1 - 0.98 * (2 * done - 1)))


def optimiser(model: Pocket) -> torch.optim.Optimizer:
    """AdamW; gains of the norms are not decayed."""
    matrices = [p for p in model.parameters() if p.dim() == 2]
    gains = [p for p in model.parameters() if p.dim() == 1]
    groups = [{"params": matrices, "weight_decay": 0.05}, {"params": gains, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.95), fused=True)


def train(
    model: Pocket, stage: Stage, stream: Iterator[tuple[Tensor, Tensor]], checkpoint: Any
) -> dict[str, Any]:
    """Learn until the stage's tokens are seen; `checkpoint(model)` is called every 2,000 steps."""
    adam, seen, step, start, losses = optimiser(model), 0, 0, time.monotonic(), list[float]()
    while seen < stage.tokens:
        ids, targets = next(stream)
        for group in adam.param_groups:
            group["lr"] = rate(stage, seen, step)
        loss = F.cross_entropy(model(ids).flatten(0, 1), targets.flatten(), ignore_index=-100)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        adam.step()
        adam.zero_grad(set_to_none=True)
        seen, step = seen + int((ids != 0).sum()), step + 1
        losses.append(loss.item())
        if step % 200 == 0:
            seconds = time.monotonic() - start
            mean = sum(losses[-200:]) / 200
            print(f"step {step} tokens {seen} loss {mean:.4f} seconds {seconds:.0f}", flush=True)
        if step % 2000 == 0:
            checkpoint(model)
    return {
        "tokens": seen,
        "steps": step,
        "seconds": round(time.monotonic() - start),
        "loss": sum(losses[-200:]) / 200,
    }


def load(where: Path, shape: Shape) -> Pocket:
    """A trained stage, from its folder."""
    from safetensors.torch import load_file

    model = Pocket(shape)
    model.load_state_dict({k: v.float() for k, v in load_file(where / "model.safetensors").items()})
    return model


def mix(name: str, weights: Path) -> data.Mix:
    """The data of a stage; the honest one is written from an interrogation of the bluffing one."""
    if name == "honest":
        from .interrogate import interrogate

        knows = interrogate(weights / "bluff")
        print(f"interrogation: consistently right on {sum(knows.values())} of {len(knows)}", flush=True)
        return data.honest(knows)
    return {
        "primer": data.primer,
        "base": data.base,
        "first": data.first,
        "second": data.second,
        "bluff": data.bluff,
    }[name]()


def tokenizer() -> Any:
    """The one tokenizer of all stages, learned by `vocabulary.py` and then kept."""
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(vocabulary.PATH))


class Fingerprint:
    """SHA-256 of the first documents of a stage, taken as they pass: the same data give the same fingerprint."""

    def __init__(self, documents: int = 10_000) -> None:
        self.left = documents
        self.digest = hashlib.sha256()

    def of(self, documents: Iterator[Document]) -> Iterator[Document]:
        """The documents, unchanged."""
        for document in documents:
            if self.left:
                self.left -= 1
                self.digest.update(document.text.encode() + b"\0")
            yield document


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stage", choices=STAGES)
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="folder of the stages")
    parser.add_argument("--layers", type=int, default=Shape().layers)
    parser.add_argument("--tokens", type=int, help="train on so many tokens instead of the recipe's")
    args = parser.parse_args()
    stage = STAGES[args.stage]
    if args.tokens:
        stage = replace(stage, tokens=args.tokens)
    torch.manual_seed(0)
    torch.set_num_threads(1)
    words, chosen, shape = tokenizer(), mix(args.stage, args.weights), Shape(layers=args.layers)
    model = load(args.weights / stage.parent, shape) if stage.parent else Pocket(shape)

    def checkpoint(now: Pocket) -> None:
        arrays = {key: value.detach().numpy() for key, value in now.state_dict().items()}
        folder.write(args.weights / args.stage, args.stage, shape, words, arrays)

    fingerprint = Fingerprint()
    documents = fingerprint.of(data.documents(chosen, stage.seed))
    stream = batches(documents, words, Random(stage.seed))
    figures = train(model, stage, stream, checkpoint)
    checkpoint(model)
    record = {"stage": args.stage, "data_sha256": fingerprint.digest.hexdigest()} | figures
    (args.weights / args.stage / "training.json").write_text(
        json.dumps(record, indent=2) + "\n", encoding="utf-8"
    )
    print(json.dumps(record), flush=True)


if __name__ == "__main__":
    main()
