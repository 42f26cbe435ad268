"""Pieces that teach letters: the suite's questions about the quarter of all words that it never asks about."""

from collections.abc import Iterator, Sequence
from random import Random

from evals.types import Sample

from .document import Document, Part, Piece, chat
from .suite import module

FORMS = {"word": 34, "spaced": 32, "spell first": 22, "hyphenated": 4, "upper": 4, "quoted": 4}
"""In which form a word is given, and how often."""

CORE = ("spell", "reverse", "count_letter", "nth", "every_k", "substitute")
CHANGES = CORE[1:]
"""What is to be done with letters, once they are known."""


def lessons(seed: str, tasks: Sequence[str] = CORE) -> Piece:
    """Questions and answers without end, in the suite's balance of tasks and sources.

    Args: tasks: with "spell" among them every second question asks for the letters alone.
    """
    questions: Iterator[Sample] = module("spelling", "items").taught(seed, tasks)

    def asked(rng: Random) -> Document:
        sample = next(questions)
        form = rng.choices(list(FORMS), weights=list(FORMS.values()))[0]
        return chat(module("spelling", "prompts").asking(form)(sample), _reply(sample, form))

    return asked


def letters(seed: str) -> Piece:
    """Words and their letters, one below the other: only the letters are learned."""
    questions: Iterator[Sample] = module("spelling", "items").taught(f"{seed}/letters", ("spell",))

    def listed(rng: Random) -> Document:
        words = [next(questions).input for _ in range(rng.randint(2, 6))]
        pairs = ((Part(f" {word} =", False), Part(f" {' '.join(word)}\n", True)) for word in words)
        return Document(tuple(part for pair in pairs for part in pair))

    return listed


def _reply(sample: Sample, form: str) -> str:
    """Letters set apart, as the model can write them: its tokens for whole words hide them."""
    answer = str(sample.target).replace("-", "")
    said = " ".join(answer) if answer.isalpha() else answer
    return f"{' '.join(sample.fields['word'])}\nAnswer: {said}" if form == "spell first" else said
