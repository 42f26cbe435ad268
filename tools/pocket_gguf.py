"""Writes a stage of pocket as one GGUF file, tokenizer and chat template within: for llama.cpp, Ollama and LM Studio.

uv run python -m tools.pocket_gguf bluff pocket-bluff.gguf

Weights are written as fp32, as pocket itself computes: llama.cpp rounds what it multiplies with fp16 weights to fp16 as
well, and of 456 greedy replies one was then another. Source of names and shapes: the specification of GGUF (ggml,
docs/gguf.md) and llama.cpp's converter of Llama models (convert_hf_to_gguf.py).
"""

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from gguf import GGUFWriter

WEIGHTS = Path(__file__).parent.parent / "providers" / "pocket" / "weights"
STAGES = ("base", "bluff", "honest")

PRE = "smollm"
"""What llama.cpp calls a byte-level pre-tokenizer that cuts numbers into digits first."""

NAMES = {
    "model.embed_tokens": "token_embd",
    "model.norm": "output_norm",
    "input_layernorm": "attn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "post_attention_layernorm": "ffn_norm",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}
"""What the weights are called here -> there."""


def write(folder: Path, out: Path) -> None:
    """The model of a Hugging Face folder (config, tokenizer, weights) as one GGUF file.

    Raises: OSError: the folder lacks a file, or `out` cannot be written.
    """
    from gguf import GGUFWriter
    from safetensors.numpy import load_file

    config = _read(folder / "config.json")
    weights = load_file(folder / "model.safetensors")
    writer = GGUFWriter(out, "llama")
    writer.add_name(f"pocket {folder.name}")
    writer.add_description("a toy of one million parameters: what it says is invented")
    writer.add_license("apache-2.0")
    _describe(writer, config)
    _tokenizer(writer, config, _read(folder / "tokenizer.json"), _read(folder / "tokenizer_config.json"))
    for name, tensor in weights.items():
        writer.add_tensor(
            renamed(name), turned(name, tensor.astype(np.float32), config["num_attention_heads"])
        )
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def renamed(name: str) -> str:
    """A tensor's name in GGUF: "model.layers.3.mlp.up_proj.weight" is "blk.3.ffn_up.weight"."""
    layer = re.fullmatch(r"model\.layers\.(\d+)\.(.+)\.weight", name)
    return (
        f"blk.{layer[1]}.{NAMES[layer[2]]}.weight"
        if layer
        else f"{NAMES[name.removesuffix('.weight')]}.weight"
    )


def turned(name: str, tensor: NDArray[np.float32], heads: int) -> NDArray[np.float32]:
    """A tensor with the rows of queries and keys in llama.cpp's order.

    Its rotary positions turn neighbours against each other, those of Hugging Face the two halves of a head: row i and row
    i + half of each head become rows 2i and 2i + 1.
    """
    if not name.endswith(("q_proj.weight", "k_proj.weight")):
        return tensor
    rows, width = tensor.shape
    return tensor.reshape(heads, 2, rows // heads // 2, width).swapaxes(1, 2).reshape(rows, width)


def _describe(writer: "GGUFWriter", config: dict[str, Any]) -> None:
    """The shape of the model."""
    from gguf import LlamaFileType

    writer.add_file_type(LlamaFileType.ALL_F32)
    writer.add_vocab_size(config["vocab_size"])
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_rope_dimension_count(config["head_dim"])
    writer.add_rope_freq_base(config["rope_theta"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])


def _tokenizer(
    writer: "GGUFWriter", config: dict[str, Any], tokenizer: dict[str, Any], told: dict[str, Any]
) -> None:
    """The vocabulary, and how a conversation is written. Every text begins with the token of the beginning."""
    from gguf import TokenType

    special = {token["id"] for token in tokenizer["added_tokens"] if token["special"]}
    vocabulary = sorted(tokenizer["model"]["vocab"], key=tokenizer["model"]["vocab"].__getitem__)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(PRE)
    writer.add_token_list(vocabulary)
    writer.add_token_types(
        [TokenType.CONTROL if i in special else TokenType.NORMAL for i in range(len(vocabulary))]
    )
    writer.add_token_merges([" ".join(pair) for pair in tokenizer["model"]["merges"]])
    writer.add_bos_token_id(config["bos_token_id"])
    writer.add_eos_token_id(config["eos_token_id"])
    writer.add_pad_token_id(config["pad_token_id"])
    writer.add_add_bos_token(True)
    if "chat_template" in told:
        writer.add_chat_template(told["chat_template"])


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return content


@click.command()
@click.argument("stage", type=click.Choice(STAGES))
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
def main(stage: str, out: Path) -> None:
    """Write STAGE of pocket into the GGUF file OUT."""
    try:
        write(WEIGHTS / stage, out)
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written: {error.strerror}") from None
    click.echo(f"{out}: {out.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
