"""The reading of replies, step by step: reasoning, turns, characters, markup."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.reading import normalise, read, unwrap
from evals.types import Response, Stop


@pytest.mark.parametrize(
    ("text", "visible", "reasoning", "truncated"),
    [
        ("Paris.", "Paris.", "", False),
        ("<think>Is it Lyon?</think>\n\nParis.", "Paris.", "Is it Lyon?", False),
        ("<THINKING>Lyon?</THINKING>Paris.", "Paris.", "Lyon?", False),
        ("<reasoning>Lyon?</reasoning> Paris.", "Paris.", "Lyon?", False),
        ("[THINK]Lyon?[/THINK]Paris.", "Paris.", "Lyon?", False),
        ("◁think▷Lyon?◁/think▷Paris.", "Paris.", "Lyon?", False),
        ("Lyon, I think.\n</think>\n\nParis.", "Paris.", "Lyon, I think.", False),
        ("a</think>b</think>Paris.", "Paris.", "a\nb", False),
        ("<think>one</think>It is <think>two</think>Paris.", "It is Paris.", "one\ntwo", False),
        ("<think>Lyon? No, wait", "", "Lyon? No, wait", True),
        ("Paris.\n<think>or Lyon", "Paris.", "or Lyon", False),
        ("<think>Lyon.</think>", "", "Lyon.", False),
        ("", "", "", False),
        (
            "<|channel|>analysis<|message|>Lyon?<|end|><|start|>assistant<|channel|>final<|message|>Paris.<|return|>",
            "Paris.",
            "Lyon?",
            False,
        ),
        ("<|channel|>analysis<|message|>Lyon? Hmm", "", "Lyon? Hmm", True),
        ("<|channel|>commentary<|message|>a<|end|><|channel|>final<|message|>Paris.", "Paris.", "a", False),
        ("analysisThe user asks for a capital.assistantfinalParis.", "Paris.", "analysisThe user asks for a capital.", False),
        ("analysis of the poem follows", "analysis of the poem follows", "", False),
    ],
)  # fmt: skip
def test_reasoning_is_set_apart(text: str, visible: str, reasoning: str, truncated: bool) -> None:
    reading = read(Response(text))
    assert (reading.text, reading.reasoning, reading.truncated) == (visible, reasoning, truncated)


def test_the_providers_own_reasoning_comes_first() -> None:
    assert read(Response("<think>b</think>c", reasoning="a")).reasoning == "a\nb"


@pytest.mark.parametrize(
    ("stop", "reasoning", "truncated"),
    [("length", "still at it", True), ("stop", "done", False), ("length", "", False)],
)
def test_a_reply_cut_off_in_its_reasoning_is_truncated(stop: Stop, reasoning: str, truncated: bool) -> None:
    assert read(Response("", reasoning=reasoning, stop=stop)).truncated is truncated


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("Paris.<|im_end|>\n<|im_start|>user\nAnd Spain?", "Paris."),
        ("Paris.<|eot_id|>", "Paris."),
        ("Paris.</s>", "Paris."),
        ("Paris. [INST] And Spain? [/INST] Madrid.", "Paris."),
        ("Paris.<end_of_turn>\n<start_of_turn>user", "Paris."),
        ("Paris.<｜end▁of▁sentence｜>", "Paris."),
        ("Paris.\n\nQ: And Spain?\nA: Madrid.", "Paris."),
        ("Paris.\nQuestion: And Spain?", "Paris."),
        ("Paris.\n**User:** And Spain?", "Paris."),
        ("Paris.\nHuman: thanks", "Paris."),
        ("<|im_start|>assistant\nParis.", "Paris."),
        ("<|start_header_id|>assistant<|end_header_id|>\n\nParis.", "Paris."),
        ("Q: What is the capital of France?\nParis.", "Q: What is the capital of France?\nParis."),
        ("The question: is it Paris?", "The question: is it Paris?"),
    ],
)
def test_a_turn_ends_where_the_next_begins(text: str, own: str) -> None:
    assert read(Response(text)).text == own


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("１２３", "123"),
        ("٣٤", "34"),
        ("१२", "12"),
        ("3️⃣", "3"),
        ("🔟", "10"),
        ("⑦", "7"),
        ("𝟗", "9"),
        ("Ⅷ", "VIII"),
        ("½", " 1/2"),
        ("2½", "2 1/2"),
        ("10²", "10²"),
        ("\u22125", "-5"),
        ("–5", "-5"),
        ("1914–1918", "1914–1918"),
        ("12\u202f400", "12\u2009400"),
        ("12\u00a0400", "12\u2009400"),
        ("“yes” ‘no’", "\"yes\" 'no'"),
        ("Ｐａｒｉｓ", "Paris"),
        ("Раris", "Paris"),  # Cyrillic Р and а
        ("Париж", "Париж"),
        ("cafe\u0301", "café"),
        ("a\u200bb\ufeff", "ab"),
        ("東京", "東京"),
    ],
)
def test_characters_that_look_alike_become_one(text: str, normal: str) -> None:
    assert normalise(text) == normal


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("**42**", "42"),
        ("__42__ and *43* and _44_", "42 and 43 and 44"),
        ("~~41~~ 42", "41 42"),
        ("3*4*5 and a_b_c", "3*4*5 and a_b_c"),
        ("`x = 1`", "x = 1"),
        ("```python\nprint(1)\n```", "print(1)\n"),
        ("# Title\n> quoted", "Title\nquoted"),
        ("[Paris](https://example.org)", "Paris"),
        (r"\boxed{42}", "42"),
        (r"$\boxed{\frac{1}{2}}$", "1/2"),
        (r"\fbox{42} \text{ dots}", "42  dots"),
        (r"\dfrac{3}{4}", "3/4"),
        (r"1{,}204", "1,204"),
        (r"\(x = 2\)", "x = 2"),
        (r"\[x = 2\]", "x = 2"),
        ("$x+1$", "x+1"),
        ("it costs $9 and then $5 more", "it costs $9 and then $5 more"),
        (r"\$9", "$9"),
        (r"3 \times 4", "3 × 4"),
        ("<b>42</b><br/>", "42"),
    ],
)
def test_markup_is_taken_off(text: str, plain: str) -> None:
    assert unwrap(text) == plain


def test_what_was_done_is_named_in_order() -> None:
    assert read(Response("<think>x</think>Paris.<|im_end|>")).rules == (
        "reasoning: tags",
        "turns: cut where another turn begins",
    )


def test_the_visible_text_keeps_its_characters_and_markup() -> None:
    reading = read(Response("**Ｐaris** costs “１２”"))
    assert reading.text == "**Ｐaris** costs “１２”"
    assert reading.normalised == '**Paris** costs "12"'
    assert reading.plain == 'Paris costs "12"'


PIECES = st.sampled_from(
    ["<think>", "</think>", "<|channel|>final<|message|>", "<|end|>", "\nQ:", "**", "`", "$", r"\boxed{", "}", "é", "½", "\n", "[a](b)", "Paris "]
)  # fmt: skip


@given(st.one_of(st.text(), st.lists(PIECES, max_size=40).map("".join)))
def test_what_is_shown_was_sent_in_that_order(text: str) -> None:
    reading = read(Response(text))
    sent = iter(text)
    assert all(char in sent for char in reading.text if not char.isspace())
    assert not (reading.truncated and reading.text)


@given(st.text(alphabet=st.characters(exclude_characters="<[◁\n"), max_size=80).map(str.strip))
def test_a_reply_without_marks_is_shown_whole(text: str) -> None:
    assert read(Response(text)).text == text


@given(st.text(alphabet=st.characters(codec="ascii")))
def test_plain_ascii_is_normal_already(text: str) -> None:
    assert normalise(text) == text


@given(st.text())
def test_normal_text_has_no_digit_but_ascii_ones(text: str) -> None:
    assert all(char.isascii() for char in normalise(text) if char.isdecimal())


@pytest.mark.parametrize(
    "junk",
    ["*", "**a", r"\boxed{", r"\frac{", "$a", "<think>", "</think>", "`", "_a", "[a", "\n", " \n", "<|channel|>a", "é", "–1", "½", "\nQ "],
)  # fmt: skip
def test_a_megabyte_of_anything_is_read_in_one_go(junk: str) -> None:
    read(Response(junk * (300_000 // len(junk))))
