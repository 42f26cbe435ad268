"""OpenAI's tokenizers, where tiktoken and its files are present; nothing is ever downloaded.

tiktoken keeps a file under the SHA-1 of its address in TIKTOKEN_CACHE_DIR, and fetches it where it is missing or damaged.
So both are looked at before tiktoken is asked.
"""

import os
import tempfile
from collections.abc import Mapping
from hashlib import sha1, sha256
from pathlib import Path
from typing import TYPE_CHECKING

from evals.errors import Unsupported
from evals.lens.tokens import GIVE, Tokens
from evals.net.http import Http

if TYPE_CHECKING:
    from tiktoken import Encoding

ADDRESS = "https://openaipublic.blob.core.windows.net/encodings/{}.tiktoken"
FILES: Mapping[str, tuple[str, str]] = {
    "r50k_base": ("r50k_base", "306cd27f03c1a714eca7108e03d66b7dc042abe8c258b44c199a7ed9838dd930"),
    "p50k_base": ("p50k_base", "94b5ca7dff4d00767bc256fdd1b27e5b17361d7b8a5f968547f9f23eb70d2069"),
    "cl100k_base": ("cl100k_base", "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7"),
    "o200k_base": ("o200k_base", "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"),
    "o200k_harmony": ("o200k_base", "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"),
}
"""Encoding -> its file and that file's SHA-256. Source: tiktoken_ext/openai_public.py (tiktoken 0.14)."""


async def tiktoken(_http: Http, model: str, text: str) -> Tokens:
    """A text in the tokens of one of OpenAI's models.

    Raises: Unsupported: tiktoken is not installed, does not know the model, or its file is not here.
    """
    return cut(encoding(model), text)


def encoding(model: str) -> "Encoding":
    """The encoding of a model. Raises: as `tiktoken`."""
    try:
        from tiktoken import encoding_name_for_model, get_encoding
    except ImportError:
        raise Unsupported(
            f"the tokens of {model} are known to tiktoken alone, which is not installed",
            f"pip install 'behavior-evals[tiktoken]', or {GIVE}",
        ) from None
    try:
        name = encoding_name_for_model(model)
    except KeyError:
        raise Unsupported(f"tiktoken does not know how {model} cuts text into tokens", GIVE) from None
    if name not in FILES or not _present(*FILES[name]):
        raise Unsupported(
            f"the tokens of {model} need tiktoken's file {name}, which is not in {_folder()}",
            f"fetch it once: python -c 'import tiktoken; tiktoken.get_encoding(\"{name}\")', or {GIVE}",
        )
    return get_encoding(name)


def cut(known: "Encoding", text: str) -> Tokens:
    """A text in the tokens of an encoding; what looks like a control token is plain text."""
    ids = known.encode_ordinary(text)
    lengths = tuple(len(known.decode_single_token_bytes(each)) for each in ids)
    return Tokens(text, tuple(ids), lengths, f"tiktoken's {known.name}")


def _present(name: str, digest: str) -> bool:
    """Whether tiktoken would find this file whole."""
    path = _folder() / sha1(ADDRESS.format(name).encode(), usedforsecurity=False).hexdigest()
    return path.is_file() and sha256(path.read_bytes()).hexdigest() == digest


def _folder() -> Path:
    """Where tiktoken looks for its files."""
    named = os.environ.get("TIKTOKEN_CACHE_DIR", os.environ.get("DATA_GYM_CACHE_DIR"))
    return Path(tempfile.gettempdir(), "data-gym-cache") if named is None else Path(named)
