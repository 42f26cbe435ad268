"""What is shown of an answer: nothing that acts, nothing that hides, no name that tells whose it is."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.arena.vote.leaks import HIDDEN, Names
from evals.arena.vote.shown import ATTRIBUTES, LONGEST, MATHS, TAGS, shown, visible
from tests.voters import HOSTILE

PIECES = st.sampled_from(
    [
        *(
            "<script>",
            "</script>",
            "<img src=x onerror=alert(1)>",
            "<svg/onload=alert(1)>",
            "<math>",
            "</math>",
            "<mtext>",
        ),
        *(
            "<style>",
            "</style>",
            "<!--",
            "-->",
            "<![CDATA[",
            "]]>",
            "<annotation-xml encoding='text/html'>",
            "<mglyph>",
        ),
        *(
            "[x](",
            "javascript:alert(1)",
            "data:text/html,<b>",
            "JaVaScRiPt&#58;alert(1)",
            "//evil.example",
            ")",
            "![",
            "]",
        ),
        *(
            "$",
            "$$",
            "\\(",
            "\\)",
            "\\[",
            "\\]",
            "\\text{",
            "\\href{",
            "}{",
            "}",
            "\\style{color:red}{",
            "\\class{x}{",
            "\\unicode{x202e}",
        ),
        *(
            "`",
            "```\n",
            "\n\n",
            "> ",
            "* ",
            "1. ",
            "| a | b |\n|---|---|\n",
            "&lt;script&gt;",
            "&#x3c;b&#x3e;",
            '"',
            "'",
            "\\",
            "#",
        ),
        *(
            "\u202e",
            "\u200b",
            "\x00",
            "\x1b[31m",
            "\ud800",
            "<a href='javascript:x'>",
            "<https://a.b>",
            "<javascript:x>",
            " ",
        ),
    ]
)
"""Of what attacks are made."""


class Seen(HTMLParser):
    """Every tag and attribute of a piece of HTML."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.comments: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)


def harmless(text: str) -> None:
    found = Seen(shown(text).html)
    assert not found.comments
    for tag, attributes in found.tags:
        assert tag in TAGS | MATHS
        assert attributes.keys() <= ATTRIBUTES.get(tag, set()) | {"rel", "xmlns"}
        if tag == "a":
            assert attributes["rel"] == "noopener noreferrer nofollow"
            assert (attributes.get("href") or "https:").split(":")[0].lower() in {"http", "https", "mailto"}


@given(st.lists(PIECES | st.text(max_size=8), max_size=12).map("".join))
def test_whatever_an_answer_is_made_of_only_harmless_tags_come_out(text: str) -> None:
    harmless(text)


def test_the_hostile_answer_of_the_browser_tests_is_harmless_here_too() -> None:
    harmless(HOSTILE)
    assert "&lt;img&nbsp;src=x" in shown(HOSTILE).html, "text in a formula stays text"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**b** *i* ~~s~~ `c`", "<p><strong>b</strong> <em>i</em> <s>s</s> <code>c</code></p>"),
        ("costs $5 or $6", "<p>costs $5 or $6</p>"),
        ("`$x$` stays", "<p><code>$x$</code> stays</p>"),
        ("![a cat](http://x/y.png)", "<p><code>[picture: a cat http://x/y.png]</code></p>"),
        ("$\\undefined{", "<p>$\\undefined{</p>"),
        ("$\\frac$", "<p><code>\\frac</code></p>"),
    ],
)
def test_markdown_is_shown_as_it_is_meant(text: str, html: str) -> None:
    assert shown(text).html.strip() == html


@pytest.mark.parametrize("text", [r"$x^2$", r"\(x\)", "$$x$$", r"\[ x \]", "so $$x$$ in a line", "$a < b$"])
def test_formulas_in_any_of_the_usual_marks_become_mathml(text: str) -> None:
    assert "<math" in shown(text).html
    assert "<code>" not in shown(text).html


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("a\u202eb", "a⟨U+202E⟩b"),
        ("a\u200bb\ufeff", "a⟨U+200B⟩b⟨U+FEFF⟩"),
        ("a\u200db", "a⟨U+200D⟩b"),
        ("\U0001f468\u200d\U0001f469", "\U0001f468\u200d\U0001f469"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("a\r\nb\u2028c\tד", "a\nb\nc\tד"),
        ("x" * (LONGEST + 7), "x" * LONGEST + "\n\n… 7 more characters are not shown"),
    ],
)
def test_what_cannot_be_seen_is_written_out(text: str, seen: str) -> None:
    assert visible(text) == seen


NAMES = Names(["acme/sirius-9b?t=1", "pocket/honest", "own/Zeta_2"])


@pytest.mark.parametrize(
    ("text", "asked", "told"),
    [
        ("I am sirius-9b.", "", f"I am {HIDDEN}."),
        ("I am acme/sirius-9b, by OpenAI", "", f"I am {HIDDEN}, by {HIDDEN}"),
        ("to be honest", "", "to be honest"),
        ("pocket/honest", "", HIDDEN),
        ("zeta_2 and zeta_23", "", f"{HIDDEN} and zeta_23"),
        (
            "GPT-4o-mini, gpt 3.5; Claude 3.5 Sonnet; Qwen2.5-7B",
            "",
            f"{HIDDEN}, {HIDDEN}; {HIDDEN}; {HIDDEN}",
        ),
        ("Claude Monet painted", "Who was Claude Monet?", "Claude Monet painted"),
        ("anthropic principle, llamas graze", "", f"{HIDDEN} principle, llamas graze"),
    ],
)
def test_names_are_hidden_where_they_tell_something(text: str, asked: str, told: str) -> None:
    assert NAMES.hide(text, asked) == (told, told != text)
