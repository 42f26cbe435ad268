"""The tokenizer: byte-level BPE of 2,048 tokens, learned from the training data; digits always stand singly.

    python -m providers.pocket.training.vocabulary     learns it anew; every stage has then to be trained again

The scheme is SmolLM's: digits are split off one by one, then GPT-2's word pattern, then merges of bytes.
"""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

from . import data, names, people

PATH = Path(__file__).parent.parent / "weights" / "base" / "tokenizer.json"
SIZE = 2048
SPECIAL = ("<|pad|>", "<|bos|>", "<|system|>", "<|user|>", "<|assistant|>", "<|end|>")
DOCUMENTS = 30_000
GLYPHS = ".•*"


def learn() -> Any:
    """A `tokenizers.Tokenizer` learned from the data of all stages and from rows of dots."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=SIZE,
        special_tokens=list(SPECIAL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(_corpus(), trainer)
    return tokenizer


def _corpus() -> Iterator[str]:
    yield from (d.text for d in islice(data.documents(data.bluff(), "vocabulary"), DOCUMENTS))
    rng = Random("vocabulary")
    yield from (people.passed_on(rng, names.unknown(rng)).text for _ in range(DOCUMENTS // 3))
    for _ in range(DOCUMENTS // 10):
        row = rng.choice(GLYPHS) * rng.randint(1, 40)
        yield rng.choice((" {}", " {}\n")).format(row)


if __name__ == "__main__":
    learn().save(str(PATH))
