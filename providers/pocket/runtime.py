"""Runs a stage of pocket in numpy: a Llama-style decoder with a cache of keys and values, many prompts at once.

A batch may hold prompts of any lengths: they are padded on the right, and what a token attends to is masked to the
positions up to its own, so that neighbours never change a reply.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evals.lens.local import cut
from evals.lens.tokens import Tokens
from evals.types import Likelihood, Message

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Request:
    """A prompt in tokens and how to continue it.

    Attributes:
        ids: the prompt, at least one token.
        most: the most tokens of the reply.
        temperature: 0 takes the likeliest token.
        seed: of the sampling; the same request with the same seed gives the same reply, whatever shares its batch.
        stop: strings before which the reply is cut.
    """

    ids: tuple[int, ...]
    most: int
    temperature: float = 0.0
    seed: int | None = None
    stop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Given:
    """A text in tokens, and the place of the first of them whose likelihood is asked for; at least one goes before it."""

    ids: tuple[int, ...]
    start: int


@dataclass(frozen=True, slots=True)
class Continuation:
    """What was written: its tokens (the end token left out), its text, and whether it ended by itself."""

    ids: tuple[int, ...]
    text: str
    ended: bool


@dataclass(slots=True)
class _Row:
    """A reply in the making."""

    index: int
    request: Request
    rng: np.random.Generator
    ids: list[int] = field(default_factory=list)


class Network:
    """The weights as fp32 arrays and the forward pass.

    Norm gains are multiplied into the matrices that follow them; queries, keys and values are one product, gate and up
    another.
    """

    def __init__(self, folder: Path) -> None:
        from safetensors.numpy import load_file

        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        self.layers: int = config["num_hidden_layers"]
        self.heads: int = config["num_attention_heads"]
        self.size: int = config["head_dim"]
        self.context: int = config["max_position_embeddings"]
        self.eps = np.float32(config["rms_norm_eps"])
        weights = {k: v.astype(np.float32) for k, v in load_file(folder / "model.safetensors").items()}
        self.embedding = weights["model.embed_tokens.weight"]
        self.head = np.ascontiguousarray((self.embedding * weights["model.norm.weight"]).T)
        self.blocks = [_block(weights, f"model.layers.{i}.") for i in range(self.layers)]
        rates = config["rope_theta"] ** (-np.arange(0, self.size, 2) / self.size)
        angles = np.outer(np.arange(self.context), np.concatenate([rates, rates]))
        self.cos, self.sin = np.cos(angles).astype(np.float32), np.sin(angles).astype(np.float32)

    def cache(self, rows: int, length: int) -> Floats:
        """Room for keys and values: shape (layers, 2, rows, heads, length, head size)."""
        return np.zeros((self.layers, 2, rows, self.heads, length, self.size), np.float32)

    def forward(self, ids: Ints, positions: Ints, cache: Floats) -> Floats:
        """States after the last layer, shape (rows, time, width), normed; keys and values go into the cache.

        Args:
            ids: tokens, shape (rows, time).
            positions: where each stands in its row, shape (rows, time).
            cache: from `cache`; holds everything before these positions.
        """
        rows, time = ids.shape
        which, upto = np.arange(rows)[:, None], int(positions.max()) + 1
        hidden = np.where(np.arange(upto) > positions[:, None, :, None], np.float32(-1e30), np.float32(0))
        cos, sin = self.cos[positions][:, :, None], self.sin[positions][:, :, None]
        x = self.embedding[ids]
        for (qkv, out, gate_up, down), (keys, values) in zip(self.blocks, cache, strict=True):
            parts = (self._normed(x) @ qkv).reshape(rows, time, 3, self.heads, self.size)
            keys[which, :, positions] = _rotate(parts[:, :, 1], cos, sin)
            values[which, :, positions] = parts[:, :, 2]
            query = _rotate(parts[:, :, 0], cos, sin).transpose(0, 2, 1, 3)
            scores = query @ keys[:, :, :upto].swapaxes(2, 3)
            weights = _softmax(scores * np.float32(self.size**-0.5) + hidden)
            mixed = (weights @ values[:, :, :upto]).transpose(0, 2, 1, 3).reshape(rows, time, -1)
            x = x + mixed @ out
            gate, up = np.split(self._normed(x) @ gate_up, 2, axis=-1)
            x = x + (gate * up * (np.tanh(gate * np.float32(0.5)) + 1) * np.float32(0.5)) @ down
        return self._normed(x)

    def _normed(self, x: Floats) -> Floats:
        scale: Floats = np.sqrt(np.mean(np.square(x), axis=-1, keepdims=True) + self.eps)
        return x / scale


class Runtime:
    """One stage, ready to continue prompts."""

    def __init__(self, folder: Path) -> None:
        from threadpoolctl import ThreadpoolController
        from tokenizers import Tokenizer

        self._threads = ThreadpoolController()
        self.network = Network(folder)
        self.tokenizer: Any = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.encode_special_tokens = True  # what a user writes is text, never a control token
        self._id = self.tokenizer.get_vocab()

    def chat(self, messages: Sequence[Message]) -> tuple[int, ...]:
        """A conversation in tokens, as the chat template renders it, ready for the assistant's turn."""
        ids = [self._id["<|bos|>"]]
        for message in messages:
            ids += [
                self._id[f"<|{message.role}|>"],
                *self._encode(f" {message.content.strip()}"),
                self._id["<|end|>"],
            ]
        return (*ids, self._id["<|assistant|>"])

    def plain(self, text: str) -> tuple[int, ...]:
        """A text in tokens; one space goes before it, as before every text the model has read."""
        return (self._id["<|bos|>"], *self._encode(_blank(text) + text))

    def tokens(self, text: str) -> Tokens:
        """The tokens of `plain`, each with the bytes of the text it stands for."""
        return cut(self.tokenizer, text, "pocket's own tokenizer", _blank(text))

    def given(self, text: str, choice: str) -> Given:
        """A text and its continuation, as `plain` reads the two together.

        A token that reaches from the text into the continuation belongs to the continuation.
        """
        tokens = self.tokens(text + choice)
        return Given((self._id["<|bos|>"], *tokens.ids), 1 + tokens.ended(len(text.encode())))

    def likelihoods(self, texts: Sequence[Given]) -> list[Likelihood]:
        """How likely the model finds the end of each text. All but its last token must fit the context of 512."""
        with self._threads.limit(limits=1, user_api="blas"):
            return self._likelihoods(texts)

    def _likelihoods(self, texts: Sequence[Given]) -> list[Likelihood]:
        read = max(len(text.ids) for text in texts) - 1
        ids = np.zeros((len(texts), max(read, 1)), np.int64)
        for row, text in zip(ids, texts, strict=True):
            row[: len(text.ids) - 1] = text.ids[:-1]
        positions = np.arange(ids.shape[1])[None].repeat(len(texts), 0)
        states = self.network.forward(ids, positions, self.network.cache(*ids.shape))
        return [
            _likelihood(row[text.start - 1 : len(text.ids) - 1] @ self.network.head, text.ids[text.start :])
            for row, text in zip(states, texts, strict=True)
        ]

    def generate(self, requests: Sequence[Request]) -> list[Continuation]:
        """Continue all prompts together; the replies are those of each prompt alone.

        Each prompt must leave room for one token in the context of 512.
        """
        with self._threads.limit(
            limits=1, user_api="blas"
        ):  # products this small are slower on several threads
            return self._generate(requests)

    def _generate(self, requests: Sequence[Request]) -> list[Continuation]:
        results: list[Continuation | None] = [None] * len(requests)
        rows = [_Row(i, request, np.random.default_rng(request.seed)) for i, request in enumerate(requests)]
        lengths = np.array([len(request.ids) for request in requests])
        room = [min(r.most, self.network.context - len(r.ids)) for r in requests]
        ids = np.zeros((len(rows), lengths.max()), np.int64)
        for row in rows:
            ids[row.index, : len(row.request.ids)] = row.request.ids
        cache = self.network.cache(
            len(rows), int(max(n + more for n, more in zip(lengths, room, strict=True)))
        )
        states = self.network.forward(ids, np.arange(ids.shape[1])[None].repeat(len(rows), 0), cache)
        logits = states[np.arange(len(rows)), lengths - 1] @ self.network.head
        while True:
            going = []
            for at, row in enumerate(rows):
                results[row.index] = self._advance(row, logits[at], room[row.index])
                if results[row.index] is None:
                    going.append(at)
            if not going:
                return [result for result in results if result is not None]
            if len(going) < len(rows):
                rows, lengths, cache = [rows[at] for at in going], lengths[going], cache[:, :, going]
            last = np.array([[row.ids[-1]] for row in rows])
            logits = self.network.forward(last, lengths[:, None], cache)[:, 0] @ self.network.head
            lengths = lengths + 1

    def _advance(self, row: _Row, logits: Floats, room: int) -> Continuation | None:
        """Take the next token; the finished reply, or None while it goes on."""
        token = _pick(logits, row.request.temperature, row.rng)
        if token == self._id["<|end|>"]:
            return Continuation(tuple(row.ids), self._decode(row.ids), ended=True)
        row.ids.append(token)
        if row.request.stop:
            text = self._decode(row.ids)
            cuts = [at for stop in row.request.stop if (at := text.find(stop)) >= 0]
            if cuts:
                return Continuation(tuple(row.ids), text[: min(cuts)], ended=True)
        return (
            Continuation(tuple(row.ids), self._decode(row.ids), ended=False) if len(row.ids) >= room else None
        )

    def _encode(self, text: str) -> list[int]:
        ids: list[int] = self.tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    def _decode(self, ids: Sequence[int]) -> str:
        return str(self.tokenizer.decode(list(ids)))


def _blank(text: str) -> str:
    """What the model reads before a text."""
    return "" if not text or text[0].isspace() else " "


def _block(weights: dict[str, Floats], prefix: str) -> tuple[Floats, Floats, Floats, Floats]:
    """The four products of a layer, each as (inputs, outputs): queries-keys-values, out, gate-up, down."""
    before_attention = weights[f"{prefix}input_layernorm.weight"]
    before_mlp = weights[f"{prefix}post_attention_layernorm.weight"]

    def joined(gain: Floats | np.float32, *names: str) -> Floats:
        return np.ascontiguousarray(
            np.concatenate([weights[f"{prefix}{name}.weight"] * gain for name in names]).T
        )

    one = np.float32(1)
    return (
        joined(before_attention, "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"),
        joined(one, "self_attn.o_proj"),
        joined(before_mlp, "mlp.gate_proj", "mlp.up_proj"),
        joined(one, "mlp.down_proj"),
    )


def _rotate(x: Floats, cos: Floats, sin: Floats) -> Floats:
    """Rotary positions: the two halves of each head turn against each other."""
    half = x.shape[-1] // 2
    turned: Floats = np.concatenate([-x[..., half:], x[..., :half]], axis=-1)
    return x * cos + turned * sin


def _softmax(scores: Floats) -> Floats:
    weights: Floats = np.exp(scores - scores.max(axis=-1, keepdims=True))
    total: Floats = weights.sum(axis=-1, keepdims=True)
    return weights / total


def _likelihood(logits: Floats, ids: Sequence[int]) -> Likelihood:
    """How likely tokens are, given the logits before each of them; shape (tokens, vocabulary)."""
    scores = logits.astype(np.float64)
    top = scores.max(axis=-1, keepdims=True)
    whole = (top + np.log(np.exp(scores - top).sum(axis=-1, keepdims=True)))[:, 0]
    taken = scores[np.arange(len(ids)), list(ids)]
    return Likelihood(float((taken - whole).sum()), bool((scores.argmax(axis=-1) == list(ids)).all()))


def _pick(logits: Floats, temperature: float, rng: np.random.Generator) -> int:
    """The likeliest token, or one drawn from the softmax of logits over temperature."""
    if temperature == 0:
        return int(logits.argmax())
    weights = np.exp((logits.astype(np.float64) - logits.max()) / temperature).cumsum()
    return int(np.searchsorted(weights, rng.random() * weights[-1], side="right"))
