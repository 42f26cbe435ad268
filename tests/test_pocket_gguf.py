"""pocket as one GGUF file holds its weights, its vocabulary and its chat template."""

import json
from pathlib import Path

import numpy as np
import pytest
from gguf import GGUFReader, TokenType
from safetensors.numpy import load_file

from tools.pocket_gguf import STAGES, WEIGHTS, renamed, turned, write


@pytest.fixture(scope="module", params=STAGES)
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, GGUFReader]:
    """The folder of a stage, and its GGUF file read again."""
    out = tmp_path_factory.mktemp("gguf") / "pocket.gguf"
    write(WEIGHTS / request.param, out)
    return WEIGHTS / request.param, GGUFReader(out)


def told(reader: GGUFReader, key: str) -> object:
    field = reader.get_field(key)
    return field.contents() if field else None


def test_every_weight_is_there_once(pair: tuple[Path, GGUFReader]) -> None:
    folder, reader = pair
    weights = load_file(folder / "model.safetensors")
    found = {tensor.name: tensor.data for tensor in reader.tensors}
    assert found.keys() == {renamed(name) for name in weights}
    assert len(found) == len(weights)
    for name, weight in weights.items():
        assert found[renamed(name)].dtype == np.float32
        assert np.array_equal(found[renamed(name)], turned(name, weight.astype(np.float32), 4))


def test_rows_of_queries_and_keys_stand_in_pairs_and_no_other_moves() -> None:
    rows = np.arange(8, dtype=np.float32)[:, None]
    assert turned("a.q_proj.weight", rows, 2)[:, 0].tolist() == [0, 2, 1, 3, 4, 6, 5, 7]
    assert turned("a.k_proj.weight", rows, 1)[:, 0].tolist() == [0, 4, 1, 5, 2, 6, 3, 7]
    assert turned("a.v_proj.weight", rows, 2)[:, 0].tolist() == list(range(8))


def test_the_vocabulary_and_the_template_are_the_same(pair: tuple[Path, GGUFReader]) -> None:
    folder, reader = pair
    tokenizer = json.loads((folder / "tokenizer.json").read_text("utf-8"))
    about = json.loads((folder / "tokenizer_config.json").read_text("utf-8"))
    tokens = told(reader, "tokenizer.ggml.tokens")
    assert isinstance(tokens, list)
    assert {token: place for place, token in enumerate(tokens)} == tokenizer["model"]["vocab"]
    assert told(reader, "tokenizer.ggml.merges") == [" ".join(pair) for pair in tokenizer["model"]["merges"]]
    kinds = told(reader, "tokenizer.ggml.token_type")
    assert isinstance(kinds, list)
    assert [place for place, kind in enumerate(kinds) if kind == TokenType.CONTROL] == list(range(6))
    assert told(reader, "tokenizer.chat_template") == about.get("chat_template")
    assert tokens[int(str(told(reader, "tokenizer.ggml.eos_token_id")))] == about["eos_token"]
