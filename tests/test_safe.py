"""Nothing that a model says steers a terminal, a page or a document."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals import safe

hostile = st.text(
    st.sampled_from(
        "\x1b\x9b\x9d\x07\x00\r\n\t\u202e\u200b\ufeff\U000e0041\ud800[]()0m;?KP\\|`*<>&@#:/.aé字-1"
    )
    | st.characters()
)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("plain é 字 👩‍🚀", "plain é 字 👩‍🚀"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b[2J\x1b[1;1Hgone", "gone"),
        ("\x9b31mred", "red"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;https://x.example\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1bPdevice\x1b\\text", "text"),
        ("\x1b]52;c;never ended", "52;c;never ended"),
        ("\x1b(0\x1bctext", "text"),
        ("over\rwritten\r\nline", "over\nwritten\nline"),
        ("a\x00\x08\x7fb\tc", "ab\tc"),
        ("user\u202eexe.txt\u202c", "userexe.txt"),
        ("zero\u200bwidth\ufeff\u2060\u00ad", "zerowidth"),
        ("hidden\U000e0049\U000e0067", "hidden"),
        ("half \ud83d pair", "half \ufffd pair"),
        ("para\u2029graph", "para\ngraph"),
    ],
)
def test_what_is_left_of_a_text(text: str, kept: str) -> None:
    assert safe.clean(text) == kept


@given(hostile)
def test_no_text_keeps_a_control_and_cleaning_twice_changes_nothing_more(text: str) -> None:
    kept = safe.clean(text)
    bad = {ch for ch in kept if unicodedata.category(ch) in {"Cc", "Cs"} and ch not in "\n\t"}
    assert not bad
    assert not set(kept) & set(
        "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\u200e\u200f\ufeff"
    )
    assert safe.clean(kept) == kept
    kept.encode()


@given(hostile, st.integers(1, 30))
def test_a_line_is_one_line_of_the_width_asked_for(text: str, width: int) -> None:
    assert "\n" not in safe.line(text)
    assert len(safe.line(text, width)) <= width


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("a | b", r"a \| b"),
        ("`code` *bold* _it_ ~gone~ $x$", r"\`code\` \*bold\* \_it\_ \~gone\~ \$x\$"),
        ("<script>&", "&lt;script&gt;&amp;"),
        ("[x](javascript:y)", r"\[x\](javascript:y)"),
        ("![x](https://e.example/p.png)", r"!\[x\](https&#58;//e.example/p.png)"),
        ("www.e.example", "www&#46;e.example"),
        ("# head", r"\# head"),
        ("- item", r"\- item"),
        ("12. item", r"12\. item"),
        ("@someone #12", "@\u2060someone #\u206012"),
        ("two\nlines\x1b[31m", "two lines"),
        ("-0.5 (95 % CI -1 to 0)", r"\-0.5 (95 % CI -1 to 0)"),
    ],
)
def test_markdown_shows_a_text_as_it_is(text: str, markdown: str) -> None:
    assert safe.markdown(text) == markdown


@given(hostile)
def test_markdown_of_any_text_has_no_bare_mark(text: str) -> None:
    escaped = safe.markdown(text).replace("\\\\", "")
    for mark in "|`*[]":
        assert mark not in escaped.replace(f"\\{mark}", "")
    assert "<" not in escaped
    assert "://" not in escaped


@given(st.lists(hostile))
def test_safe_json_is_the_same_json_without_controls(texts: list[str]) -> None:
    written = safe.json_text(json.dumps(texts, ensure_ascii=False))
    assert json.loads(written) == texts
    assert not any(unicodedata.category(ch) in {"Cc", "Cs"} for ch in written)


def test_a_megabyte_of_half_open_sequences_is_no_trouble() -> None:
    assert safe.clean("\x1b]0;\x1bP" * 200_000) == "0;" * 200_000
