"""The token lens: pieces give the text back byte for byte, by every route, and what is not known is not guessed."""

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from evals.errors import BadFile, BadInput, EvalsError, NotFound, ProviderError, Unsupported
from evals.lens import ranks, terminal
from evals.lens.draw import draw
from evals.lens.local import Local, cut
from evals.lens.tokens import BLANK, Tokens, extent, joined, named, pack, unpack
from evals.provider import ModelName, connect, tokenizer
from tests.conftest import Evals
from tests.stub_server import Reply, Stub, complaint, serving

TEXTS = [
    "strawberry",
    "•••••",
    "⭐⭐ and 🖐🏾",
    " two  blanks ",
    "line\nbreak\r\n\ttab",
    "café cafe\u0301 \u1112\u1161\u11ab",
    "<|end|> <s> Ġ",
    "",
]
CORPUS = ["the strawberry • and ••••• the 17 hands of the straw café line " * 3]


def trained(kind: str) -> Tokenizer:
    """A small tokenizer of a kind that language models have."""
    made = Tokenizer(models.BPE(byte_fallback=kind == "sentencepiece", unk_token=None))
    trainer = trainers.BpeTrainer(vocab_size=400, show_progress=False)
    if kind == "sentencepiece":
        made.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
        made.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback()])
        trainer = trainers.BpeTrainer(
            vocab_size=600, show_progress=False, special_tokens=[f"<0x{byte:02X}>" for byte in range(256)]
        )
    else:
        made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        trainer = trainers.BpeTrainer(
            vocab_size=400, show_progress=False, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()
        )
    if kind == "composing":
        made.normalizer = normalizers.NFC()
    made.train_from_iterator(CORPUS, trainer)
    return made


KINDS = {kind: trained(kind) for kind in ("byte-level", "sentencepiece", "composing")}


@pytest.fixture
def stub() -> Iterator[Stub]:
    with serving() as server:
        yield server


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The tokenizer.json of a byte-level model."""
    path = tmp_path / "tokenizer.json"
    KINDS["byte-level"].save(str(path))
    return path


def ask(model: str, text: str) -> Tokens:
    """The tokens that a model's provider tells."""

    async def told() -> Tokens:
        name = ModelName.parse(model)
        provider = connect(name)
        try:
            return await tokenizer(name, provider).tokens(text)
        finally:
            await provider.close()

    return asyncio.run(told())


# A tokenizer.json


@pytest.mark.parametrize("kind", KINDS)
@given(text=st.text())
def test_the_pieces_of_any_text_joined_are_its_bytes(kind: str, text: str) -> None:
    found = cut(KINDS[kind], text, kind) if kind != "sentencepiece" or text else Tokens("", (), (), kind)
    assert b"".join(found.pieces) == text.encode()
    assert len(found.ids) == len(found.lengths) == len(found)


@pytest.mark.parametrize("text", TEXTS)
def test_they_are_the_tokens_of_the_library_and_end_where_its_characters_do(text: str) -> None:
    known = KINDS["byte-level"].encode(text)
    found = cut(KINDS["byte-level"], text, "")
    assert list(found.ids) == known.ids
    place = 0
    for (start, end), length in zip(known.offsets, found.lengths, strict=True):
        assert len(text[:start].encode()) <= place
        assert place + length <= len(text[:end].encode())
        place += length


def test_a_character_of_several_tokens_is_cut_into_its_bytes() -> None:
    assert cut(KINDS["byte-level"], "a⭐", "").pieces == (b"a", b"\xe2", b"\xad", b"\x90")


def test_a_character_that_is_rewritten_is_the_first_of_its_tokens() -> None:
    found = cut(KINDS["composing"], "e\u0301x", "")
    assert found.pieces[0] == "e\u0301".encode()
    assert found.pieces[-1] == b"x"


def test_a_blank_that_is_read_before_every_text_belongs_to_no_piece() -> None:
    found = cut(KINDS["sentencepiece"], "straw", "")
    assert b"".join(found.pieces) == b"straw"


def test_characters_without_a_token_are_counted_to_the_token_before_them() -> None:
    words = Tokenizer(models.WordLevel({"two": 0, "words": 1, "?": 2}, unk_token="?"))  # noqa: S106
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    assert cut(words, "two  words ", "").pieces == (b"two  ", b"words ")
    with pytest.raises(BadInput):
        cut(words, "  ", "")


def test_a_folder_and_a_file_are_the_same_tokenizer(file: Path) -> None:
    assert Local(str(file)).tokens("strawberry").ids == Local(str(file.parent)).tokens("strawberry").ids


def test_what_is_no_tokenizer_is_said(tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text("{}")
    with pytest.raises(NotFound, match="there is no tokenizer in"):
        Local(str(tmp_path))
    with pytest.raises(BadFile, match=r"is no tokenizer\.json"):
        Local(str(tmp_path / "other.json"))


def test_any_host_takes_the_tokenizer_of_its_model(file: Path) -> None:
    found = ask(f"ollama/llama3.2?tokenizer={file}", "strawberry")
    assert found.ids == tuple(KINDS["byte-level"].encode("strawberry").ids)
    with pytest.raises(NotFound):
        connect(ModelName.parse("ollama/llama3.2?tokenizer=nowhere.json"))


# pocket


POCKET = connect(ModelName.parse("pocket"))


@given(text=st.text())
def test_pocket_reads_any_text_as_it_is(text: str) -> None:
    runtime = POCKET.runtime  # type: ignore[attr-defined]
    found = runtime.tokens(text)
    assert b"".join(found.pieces) == text.encode()
    assert found.ids == runtime.plain(text)[1:]


@pytest.mark.parametrize("text", TEXTS)
def test_pocket_cuts_as_the_library_does_by_the_same_file(text: str) -> None:
    path = Path(__file__).parent.parent / "providers" / "pocket" / "weights" / "bluff" / "tokenizer.json"
    library = Tokenizer.from_file(str(path))
    library.encode_special_tokens = True
    whole = text if not text or text[0].isspace() else f" {text}"
    assert list(ask("pocket/bluff", text).ids) == library.encode(whole, add_special_tokens=False).ids


# Servers. Shapes: vLLM's entrypoints/serve/tokenize/protocol.py (0.18), the README of llama.cpp's server.


def as_vllm(kind: str, text: str) -> Reply:
    """What vLLM answers: its strings are the vocabulary's names of the tokens."""
    found = KINDS[kind].encode(text, add_special_tokens=False)
    return Reply(
        {
            "count": len(found.ids),
            "max_model_len": 8192,
            "tokens": found.ids,
            "token_strs": [KINDS[kind].id_to_token(each) for each in found.ids],
        }
    )


def as_llamacpp(text: str) -> Reply:
    """What llama.cpp's server answers: text where a token is text, a list of bytes where it is a part of a character."""
    found = cut(KINDS["byte-level"], text, "")
    return Reply(
        {
            "tokens": [
                {"id": id_, "piece": _text(piece)} for id_, piece in zip(found.ids, found.pieces, strict=True)
            ]
        }
    )


def _text(piece: bytes) -> str | list[int]:
    try:
        return piece.decode()
    except UnicodeDecodeError:
        return list(piece)


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("kind", ["byte-level", "sentencepiece"])
def test_vllm_is_asked_for_the_names_of_the_tokens(stub: Stub, kind: str, text: str) -> None:
    stub.plays(as_vllm(kind, text))
    found = ask(f"vllm/vendor/m?base_url={stub.url}", text)
    assert b"".join(found.pieces) == text.encode()
    assert found.ids == tuple(KINDS[kind].encode(text).ids)
    (seen,) = stub.seen
    assert seen.path == "/tokenize"
    assert seen.body == {
        "model": "vendor/m",
        "prompt": text,
        "add_special_tokens": False,
        "return_token_strs": True,
    }


@pytest.mark.parametrize("text", TEXTS)
def test_llamacpp_is_asked_for_the_pieces(stub: Stub, text: str) -> None:
    stub.plays(as_llamacpp(text))
    found = ask(f"llamacpp?base_url={stub.url}", text)
    assert found.pieces == cut(KINDS["byte-level"], text, "").pieces
    (seen,) = stub.seen
    assert seen.path == "/tokenize"
    assert seen.body == {"content": text, "add_special": False, "with_pieces": True}


@given(
    text=st.text(st.characters(exclude_characters=BLANK, exclude_categories=["Cs"])),
    kind=st.sampled_from(["byte-level", "sentencepiece"]),
)
def test_names_of_tokens_give_any_text_back(text: str, kind: str) -> None:
    names = KINDS[kind].encode(text, add_special_tokens=False).tokens if text else []
    lengths = named(names, text.encode())
    assert lengths is not None
    assert sum(lengths) == len(text.encode())


@pytest.mark.parametrize(
    ("model", "reply", "error", "says"),
    [
        ("vllm", Reply(complaint("Not Found"), status=404), Unsupported, "does not tell its tokens"),
        ("llamacpp", Reply({"error": {"message": "File Not Found"}}, status=404), Unsupported, "does not tell"),
        ("vllm", Reply({"tokens": [1], "count": 1, "max_model_len": 9}), Unsupported, "does not name them"),
        ("vllm", Reply({"tokens": [1], "token_strs": ["cafe"], "count": 1}), BadInput, "rewrites this text"),
        ("llamacpp", Reply({"tokens": [{"id": 1, "piece": "cafe"}]}), BadInput, "rewrites this text"),
        ("vllm", as_vllm("sentencepiece", "café ▁"), BadInput, "rewrites this text"),
        ("llamacpp", Reply({"tokens": [{"id": 1, "piece": [256]}]}), ProviderError, "usable"),
        ("vllm", Reply(status=503), ProviderError, "failed"),
    ],
)  # fmt: skip
def test_what_a_server_does_not_tell_is_not_guessed(
    stub: Stub, model: str, reply: Reply, error: type[EvalsError], says: str
) -> None:
    stub.plays(reply)
    with pytest.raises(error, match=says):
        ask(f"{model}/m?base_url={stub.url}", "café")


@pytest.mark.parametrize(
    ("model", "says"),
    [
        ("ollama/llama3.2", "ollama does not tell how llama3.2 cuts text into tokens"),
        ("scripted/right", "provider scripted does not tell"),
    ],
)
def test_an_unknown_tokenizer_is_said_with_what_to_give(model: str, says: str) -> None:
    with pytest.raises(Unsupported, match=says) as raised:
        ask(model, "strawberry")
    assert "--tokenizer FILE" in raised.value.fix


# tiktoken


def test_tiktokens_tokens_are_bytes_already() -> None:
    from tiktoken import Encoding

    known = Encoding(
        "small",
        pat_str=r"\w+|\W",
        mergeable_ranks={bytes([byte]): byte for byte in range(256)} | {b"st": 256, b"str": 257},
        special_tokens={"<|end|>": 300},
    )
    for text in TEXTS:
        assert b"".join(ranks.cut(known, text).pieces) == text.encode()
    assert ranks.cut(known, "straw").ids == (257, ord("a"), ord("w"))


def test_tiktoken_never_fetches_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    monkeypatch.setenv("OPENAI_API_KEY", "secret-of-openai")
    with pytest.raises(Unsupported, match=f"o200k_base, which is not in {tmp_path}"):
        ask("openai/gpt-5", "strawberry")
    damaged = tmp_path / "fb374d419588a4632f3f557e76b4b70aebbca790"
    damaged.write_text("damaged")
    with pytest.raises(Unsupported, match="which is not in"):
        ask("openai/gpt-5", "strawberry")
    assert damaged.read_text() == "damaged"
    with pytest.raises(Unsupported, match="tiktoken does not know"):
        ask("openai/some-other-model", "strawberry")


# Lengths as text, and as seen


@given(lengths=st.lists(st.integers(0, 5)).map(tuple))
def test_lengths_are_packed_without_loss(lengths: tuple[int, ...]) -> None:
    assert unpack(pack(lengths)) == lengths
    assert extent(pack(lengths)) == (len(lengths), sum(lengths))


def test_equal_lengths_are_counted() -> None:
    assert pack((1, 3, 3, 3, 0)) == "1 3*3 0"


@given(parts=st.lists(st.binary(max_size=4), min_size=1), data=st.data())
def test_what_tokens_hold_of_a_part_adds_up_to_it(parts: list[bytes], data: st.DataObject) -> None:
    whole = "x" * sum(map(len, parts))
    found = Tokens(whole, tuple(range(len(parts))), tuple(map(len, parts)), "")
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    assert sum(found.within(start, end)) == end - start


def test_a_part_is_cut_where_its_tokens_end() -> None:
    found = Tokens('Spell "straw"', (1, 2, 3, 4), (5, 4, 3, 1), "")
    assert found.pieces == (b"Spell", b' "st', b"raw", b'"')
    assert found.within(7, 12) == (2, 3)


def test_one_blank_before_a_text_is_left_out_and_nothing_else() -> None:
    assert joined([b" straw", b"berry"], b"strawberry") == (5, 5)
    assert joined([b" ", b"straw"], b"straw") == (0, 5)
    assert joined([b"  straw"], b"straw") is None
    assert joined([b"Straw"], b"straw") is None


@pytest.mark.parametrize(
    ("parts", "drawn"),
    [
        ([b"straw", b"berry"], "straw|berry"),
        ([b"a ", b"\n\n", b"\tb"], "a·|⏎⏎|→b"),
        ([b"\xe2\xad", b"\x90", "⭐".encode()], "\\xe2\\xad|\\x90|⭐"),
        ([b"", b"x"], "∅|x"),
        ([b"a|b", b"c"], "a|b¦c"),
        ([b"\x1b[31m", "\u202e".encode(), "\u00a0".encode()], "\\u001b[31m|\\u202e|\\u00a0"),
        ([], ""),
    ],
)
def test_pieces_are_drawn_with_all_that_is_in_them(parts: list[bytes], drawn: str) -> None:
    assert str(draw(parts)) == drawn


def test_of_many_pieces_the_first_are_drawn_and_the_others_counted() -> None:
    assert str(draw([b"x"] * 1200, 5)) == "x|x|x … 1,197 more"


# The command


def test_the_command_shows_boundaries_counts_and_route(evals: Evals) -> None:
    done = evals("tokens", "•••••")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[:2] == [
        "5 characters, 5 graphemes, 15 bytes, 3 tokens",
        "by pocket's own tokenizer",
    ]
    assert "|" in done.stdout
    assert "\x1b" not in done.stdout


def test_the_command_gives_json_and_reads_standard_input(evals: Evals, file: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "evals", "tokens", "-", "--tokenizer", file, "--json"],
        input="a⭐\n".encode(),
        capture_output=True,
        check=True,
        cwd=evals.cwd,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    assert {name: found[name] for name in ("text", "characters", "graphemes", "bytes", "tokens")} == {
        "text": "a⭐\n",
        "characters": 3,
        "graphemes": 3,
        "bytes": 5,
        "tokens": 5,
    }
    assert [piece["end"] for piece in found["pieces"]] == [1, 2, 3, 4, 5]
    assert [piece["piece"] for piece in found["pieces"]] == ["a", "\\xe2", "\\xad", "\\x90", "⏎"]


def test_the_example_in_the_readme_is_what_the_command_prints(evals: Evals) -> None:
    readme = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
    example = re.search(r'`evals tokens "([^"]+)"`.*?```text\n(.*?)```', readme, re.DOTALL)
    assert example
    assert evals("tokens", example[1]).stdout == example[2], "put what it prints now into README.md"


def test_a_long_text_stays_within_80_columns_where_it_is_piped(evals: Evals) -> None:
    done = evals("tokens", "strawberry • " * 40)
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_lines_are_cut_between_pieces_and_after_line_breaks() -> None:
    text = "⭐" * 12 + "\nnext"
    shown = terminal.page(cut(KINDS["byte-level"], text, "here"), 40).split("\n\n")[1].splitlines()
    assert "".join(shown) == str(draw(cut(KINDS["byte-level"], text, "").pieces))
    assert all(re.fullmatch(r"(\\x[0-9a-f]{2}\|)+(⏎\|)?", line) for line in shown[:-1])
    assert shown[-2].endswith("⏎|")


def test_colours_take_turns_in_a_terminal() -> None:
    shown = terminal.page(Tokens("ab", (1, 2), (1, 1), "here"), colour=True)
    assert "\x1b[30;46ma\x1b[0m\x1b[30;43mb\x1b[0m" in shown


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("x", "-m", "ollama/m"), "ollama does not tell how m cuts text into tokens"),
        (("x", "-m", "pocket", "--tokenizer", "f"), "-m and --tokenizer both say how to cut"),
        (("x", "--tokenizer", "f"), "there is no tokenizer in f"),
        ((os.fsdecode(b"\xff"),), "TEXT is not UTF-8"),
    ],
)
def test_its_errors_are_one_sentence(evals: Evals, args: tuple[str, ...], says: str) -> None:
    done = evals("tokens", *args)
    assert done.returncode == 2
    assert done.stderr.startswith(f"evals: {says}")
    assert "Traceback" not in done.stderr
