"""`evals tokens`: how a model cuts a text into tokens."""

import sys
from typing import TYPE_CHECKING

import click

from evals.commands import options
from evals.errors import BadInput

if TYPE_CHECKING:
    from evals.lens.tokens import Tokens


@click.command(short_help="how a model cuts a text into tokens")
@click.argument("text", metavar="TEXT")
@click.option("-m", "--model", metavar="MODEL", help="provider/model  [default: pocket]")
@click.option(
    "--tokenizer", metavar="FILE", help="a tokenizer.json, or the folder that holds it, instead of a model"
)
@click.option("--json", "as_json", is_flag=True, help="one JSON object: text, counts, tokens, route")
def tokens(text: str, model: str | None, tokenizer: str | None, as_json: bool) -> None:
    """Show what a model reads in place of letters: the text with the boundaries of its tokens; - reads standard input.

    The boundaries are asked of the server that serves the model (vllm, llamacpp), or computed by a tokenizer.json; where
    neither is at hand they stay unknown. A blank is shown as ·, a line break as ⏎, a part of a character by its bytes.

    \b
    evals tokens "•••••" -m pocket
    evals tokens strawberry --tokenizer models/llama-3.2
    evals tokens - -m vllm/Qwen/Qwen3-8B < letter.txt
    """
    if model and tokenizer:
        raise BadInput("-m and --tokenizer both say how to cut", "give one of them")
    found = _cut(_read() if text == "-" else _checked(text), model or "pocket", tokenizer)
    if as_json:
        click.echo(_json(found))
    else:
        from evals.lens.terminal import page

        click.echo(page(found, **options.terminal()), nl=False)


def _read() -> str:
    try:
        return sys.stdin.buffer.read().decode()
    except UnicodeDecodeError as error:
        raise BadInput(f"standard input is not UTF-8: {error}", "convert it first") from None


def _checked(text: str) -> str:
    """The text, if it is one: the command line may hold bytes that are none."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise BadInput("TEXT is not UTF-8", "convert it first") from None
    return text


def _cut(text: str, model: str, path: str | None) -> "Tokens":
    """The text in tokens, by the file if there is one."""
    if path is not None:
        from evals.lens.local import Local

        return Local(path).tokens(text)
    import asyncio

    from evals.provider import ModelName, connect, tokenizer

    async def ask() -> "Tokens":
        name = ModelName.parse(model)
        provider = connect(name)
        try:
            return await tokenizer(name, provider).tokens(text)
        finally:
            await provider.close()

    return asyncio.run(ask())


def _json(found: "Tokens") -> str:
    import json
    from itertools import accumulate

    from evals.lens.draw import visible
    from evals.lens.terminal import counts
    from evals.safe import json_text

    stops = list(accumulate(found.lengths))
    each = [
        {
            "id": id_,
            "start": stop - length,
            "end": stop,
            "piece": visible(piece.decode("utf-8", "backslashreplace")),
        }
        for id_, length, stop, piece in zip(found.ids, found.lengths, stops, found.pieces, strict=True)
    ]
    whole = {
        "text": found.text,
        "route": found.route,
        **{f"{name}s": count for name, count in counts(found).items()},
        "pieces": each,
    }
    return json_text(json.dumps(whole, ensure_ascii=False))
