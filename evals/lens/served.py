"""The server that serves a model tells its tokens: exact, without any file.

Source: vLLM's POST /tokenize (vllm/entrypoints/serve/tokenize/protocol.py, 0.18) and that of llama.cpp's server (its
README), both beside /v1.
"""

from typing import Annotated, Any

from pydantic import Field

from evals.errors import ProviderError, Unsupported
from evals.lens.tokens import GIVE, Tokens, joined, named, told
from evals.net.http import AnyShape, Http, Shape

PATH = "/tokenize"
Byte = Annotated[int, Field(ge=0, le=255)]


class _Strings(Shape):
    tokens: list[int]
    token_strs: list[str] | None = None


class _Piece(Shape):
    id: int
    piece: str | list[Byte]


class _Pieces(Shape):
    tokens: list[_Piece]


async def vllm(http: Http, model: str, text: str) -> Tokens:
    """As vLLM tells it: by the names that the vocabulary has for the tokens.

    Raises: Unsupported: the server does not tell. ProviderError: it did not answer. BadInput: it rewrites the text.
    """
    body = {"model": model, "prompt": text, "add_special_tokens": False, "return_token_strs": True}
    found = await _asked(http, body, _Strings)
    if found.token_strs is None or len(found.token_strs) != len(found.tokens):
        raise Unsupported(f"{http.host} counts tokens and does not name them", f"update it, or {GIVE}")
    return told(text, found.tokens, named(found.token_strs, text.encode()), f"{http.host}'s {PATH}")


async def llamacpp(http: Http, _model: str, text: str) -> Tokens:
    """As llama.cpp's server tells it: by the text of each token, or its bytes where it is a part of a character.

    Raises: as `vllm`.
    """
    found = await _asked(http, {"content": text, "add_special": False, "with_pieces": True}, _Pieces)
    parts = [
        each.piece.encode() if isinstance(each.piece, str) else bytes(each.piece) for each in found.tokens
    ]
    lengths = joined(parts, text.encode())
    return told(text, [each.id for each in found.tokens], lengths, f"{http.host}'s {PATH}")


async def _asked(http: Http, body: dict[str, Any], shape: type[AnyShape]) -> AnyShape:
    """The server's answer."""
    try:
        return http.read(shape, await http.post(PATH, body, beside=True))
    except ProviderError as error:
        if error.kind in ("not_found", "bad_request", "auth"):
            raise Unsupported(f"{http.host} does not tell its tokens: {error.message}", GIVE) from None
        raise
