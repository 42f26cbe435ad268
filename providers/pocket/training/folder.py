"""Writing a stage as a Hugging Face folder: config, tokenizer, chat template and weights, readable by other tools."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}<|{{ message['role'] }}|> {{ message['content'] | trim }}<|end|>"
    "{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
"""Each turn after its role and one space, so that a name is the same tokens at the start of a turn as inside it."""


def write(folder: Path, stage: str, shape: Any, tokenizer: Any, weights: dict[str, Any]) -> None:
    """Write one stage; `weights` are numpy arrays under Hugging Face names, stored as fp16."""
    import numpy as np
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    half = {name: np.ascontiguousarray(weight, dtype=np.float16) for name, weight in weights.items()}
    save_file(half, folder / "model.safetensors", metadata={"format": "pt"})
    (folder / "model.safetensors").chmod(0o644)
    tokenizer.save(str(folder / "tokenizer.json"))
    ids = {token: tokenizer.token_to_id(f"<|{token}|>") for token in ("bos", "end", "pad")}
    special = {"bos_token_id": ids["bos"], "eos_token_id": ids["end"], "pad_token_id": ids["pad"]}
    _json(folder / "config.json", _config(asdict(shape)) | special)
    _json(folder / "generation_config.json", special | {"do_sample": False})
    _json(
        folder / "tokenizer_config.json", _tokenizer_config(shape.context, chat=stage in ("bluff", "honest"))
    )


def _config(shape: dict[str, Any]) -> dict[str, Any]:
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": shape["vocab"],
        "hidden_size": shape["width"],
        "intermediate_size": shape["hidden"],
        "num_hidden_layers": shape["layers"],
        "num_attention_heads": shape["heads"],
        "num_key_value_heads": shape["heads"],
        "head_dim": shape["width"] // shape["heads"],
        "max_position_embeddings": shape["context"],
        "rope_theta": shape["theta"],
        "rms_norm_eps": shape["eps"],
        "hidden_act": "silu",
        "attention_bias": False,
        "mlp_bias": False,
        "tie_word_embeddings": True,
        "torch_dtype": "float16",
    }


def _tokenizer_config(context: int, *, chat: bool) -> dict[str, Any]:
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": "<|bos|>",
        "eos_token": "<|end|>",
        "pad_token": "<|pad|>",
        "model_max_length": context,
        "clean_up_tokenization_spaces": False,
    }
    return config | ({"chat_template": TEMPLATE} if chat else {})


def _json(path: Path, data: dict[str, Any]) -> None:
    path.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")
