"""A reply in clauses: what can be claimed, denied or doubted by itself, whatever the layout it stands in."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from evals.reading import unwrap

from .lexicon import ENTITY, Lexicon

Kind = Literal["prose", "item", "field", "heading", "code"]

_MARKUP = re.compile(r"[*_`$\\<\[#>~]")
_HEADING = re.compile(r"^(?:#{1,6} |\*\*[^*]+\*\*:?$|__[^_]+__$)")
_ITEM = re.compile(r"^(?:[-*•–+‣·●▪]|\(?\d{1,2}[.)、]|\(?[a-h][.)])\s+(?=\S)")
_FIELD = re.compile(r"^([^:：|.!?。]{1,48})[:：]\s*(\S.*)$")
_TABLE_RULE = re.compile(r"^\s*\|?[\s:|-]+\|?\s*$")
_FENCE = re.compile(r"^\s*(?:```|~~~)\s*(\w*)")
_ASKS = re.compile(r"(?:[?？]|(?:です|ます|でしょう|ました|ません)か。?|吗。?)\Z")
_CLOSING = "\"')]»”」』* "
_JSON = re.compile(r"\A\s*(?:```\w*\s*)?([\[{].*[\]}])\s*(?:```)?\s*\Z", re.DOTALL)
_SENTENCE = re.compile(
    rf"(?<=[.!?…])[\"')\]»”*]*\s+(?=[\"'(\[«“¿¡*]*[A-ZÀ-ÞĀ-Ž{ENTITY}0-9\u3040-\u9fff])"
    r"|(?<=[。！？])[」』”）)\"]*\s*|(?<=[?!])\s*(?=[\u3040-\u9fff])"
)
_ABBREVIATED = re.compile(
    r"(?:\b(?:[A-ZÀ-Þ]|Dr|Mr|Mrs|Ms|St|Jr|Sr|Sra|Prof|vs|etc|e\.g|i\.e|[cbd]|ca|geb|gest|bzw|Mme|No|Nr|vol|approx|Inc|Ltd"
    r"|Co|Corp|U\.S|U\.K)|\b\d{1,2}|z\.\s?B|d\.\s?h|a\.k\.a)\.$"
)


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause.

    Attributes:
        raw: as the reply has it, without markup, the entity as §.
        words: as phrases are compared with (see lexicon).
        kind: the layout it stands in.
        sentence: the number of its sentence in the reply.
        key: of a field or a table cell, what the value is of.
        question: its sentence ends with a question mark.
        first: it opens its sentence.
        opens: its line ends with a colon, so that a list or a block of code is to follow.
    """

    raw: str
    words: str
    kind: Kind
    sentence: int
    key: str = ""
    question: bool = False
    first: bool = True
    opens: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a reply and the layout it stands in."""

    text: str
    kind: Kind
    key: str = ""


def clauses(lines: list[Line], lexicon: Lexicon) -> list[Clause]:
    """The clauses of lines in which the entity stands as §, in order."""
    found: list[Clause] = []
    number = 0
    for line in lines:
        if line.kind == "code":
            number += 1
            found.append(Clause(line.text, "", "code", number))
            continue
        for sentence in _sentences(line.text):
            number += 1
            asks = _ASKS.search(sentence.rstrip(_CLOSING)) is not None
            parts = _parts(sentence, lexicon)
            for place, part in enumerate(parts):
                words = lexicon.words(part)
                if words.strip():
                    last = place == len(parts) - 1
                    opens = last and line.text.endswith((":", "："))
                    found.append(
                        Clause(part, words, line.kind, number, line.key, asks and last, place == 0, opens)
                    )
    return found


def lines(text: str, lexicon: Lexicon) -> list[Line]:
    """The lines of a reply, with their layout: JSON, tables and "Born: 1902" become fields, fenced text code."""
    parsed = _json(text)
    if parsed is not None:
        return list(_fields_of(parsed, ""))
    found: list[Line] = []
    table: list[list[str]] = []
    code: list[str] | None = None
    for line in text.splitlines():
        if _FENCE.match(line):
            if code:
                found.append(Line("\n".join(code), "code"))
            code = [] if code is None else None
        elif code is not None:
            code.append(line)
        elif line.lstrip().startswith("|") or (table and line.count("|") > 1):
            table.append([_bare(cell) for cell in line.strip().strip("|").split("|")])
        else:
            found += _flush(table)
            table = []
            found += _line(line, lexicon)
    if code:
        found.append(Line("\n".join(code), "code"))
    return found + _flush(table)


def tool_call(text: str) -> bool:
    """Whether the reply is nothing but a call of a tool."""
    if re.match(r"\s*(?:<tool_call>|<function_calls?>|\[TOOL_CALLS\]|<\|python_tag\|>)", text):
        return True
    parsed = _json(text)
    call = parsed[0] if isinstance(parsed, list) and parsed else parsed
    return (
        isinstance(call, dict)
        and bool({"arguments", "parameters"} & call.keys())
        and bool({"name", "function"} & call.keys())
    )


def _json(text: str) -> Any:
    """The JSON object or array that is the whole reply; None if it is none."""
    match = _JSON.match(text)
    if match is None:
        return None
    try:
        return json.loads(match[1])
    except (ValueError, RecursionError):
        return None


def _fields_of(value: Any, key: str) -> Iterator[Line]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _fields_of(inner, str(name))
    elif isinstance(value, list):
        for inner in value:
            yield from _fields_of(inner, key)
    else:
        text = value if isinstance(value, str) else json.dumps(value)
        yield Line(" ".join(text.split()), "field", key.replace("_", " "))


def _flush(rows: list[list[str]]) -> list[Line]:
    """A table as fields: two columns are key and value; more have their keys in the first row."""
    rows = [row for row in rows if not _TABLE_RULE.match("|".join(row))]
    if not rows:
        return []
    if all(len(row) == 2 for row in rows):
        return [Line(value, "field", key) for key, value in rows if value]
    header, *body = rows
    return [Line(cell, "field", key) for row in body for key, cell in zip(header, row, strict=False) if cell]


def _line(line: str, lexicon: Lexicon) -> list[Line]:
    """One line outside tables and code."""
    stripped = line.strip()
    if not stripped or _TABLE_RULE.match(stripped):
        return []
    if _HEADING.match(stripped):
        return [Line(_bare(stripped), "heading")]
    item = _ITEM.match(stripped)
    text = _bare(stripped[item.end() :] if item else stripped)
    field = _FIELD.match(text)
    if field and lexicon.begins("attribute", lexicon.words(field[1])):
        return [Line(field[2], "field", field[1])]
    return [Line(text, "item" if item else "prose")] if text else []


def _bare(text: str) -> str:
    return (unwrap(text) if _MARKUP.search(text) else text).strip()


def _sentences(text: str) -> Iterator[str]:
    """Sentences of one line; a full stop after an abbreviation, an initial or a day of the month ends none."""
    start = 0
    for end in _SENTENCE.finditer(text):
        piece = text[start : end.start()]
        if piece and not _ABBREVIATED.search(piece[-8:]):
            yield piece
            start = end.end()
    if text[start:].strip():
        yield text[start:]


def _parts(sentence: str, lexicon: Lexicon) -> list[str]:
    """A sentence at its joints: semicolons, colons, dashes, and where a new subject or "but" begins; none in brackets."""
    sentence, aside = _relative(_bracketed(sentence, lexicon), lexicon)
    cuts, depth, at = [0], 0, 0
    for joint in _joints(lexicon).finditer(sentence):
        between = sentence[at : joint.start()]
        depth, at = (
            depth + between.count("(") + between.count("（") - between.count(")") - between.count("）"),
            joint.start(),
        )
        if depth <= 0 and joint.start() > 0:
            cuts.append(joint.start())
    parts = [
        sentence[a:b].strip(" ,;:，、；：—–-") for a, b in zip(cuts, [*cuts[1:], len(sentence)], strict=True)
    ]
    return [part for part in [*parts, *aside] if part]


def _bracketed(sentence: str, lexicon: Lexicon) -> str:
    """The sentence with asides such as ", I think," in brackets, so that it does not come apart there."""
    return (
        _asides(lexicon).sub(r" (\1) ", sentence) if lexicon.spaced and sentence.count(",") > 1 else sentence
    )


@lru_cache
def _asides(lexicon: Lexicon) -> re.Pattern[str]:
    """What may stand between commas without beginning a clause."""
    own = _either(lexicon, "first")
    return re.compile(rf", ((?:{_either(lexicon, 'aside')})|(?:{own})\b[^,]{{1,24}}),", re.IGNORECASE)


def _relative(sentence: str, lexicon: Lexicon) -> tuple[str, list[str]]:
    """A relative clause between commas after the entity is a clause of its own: "X, who may be old, was born"."""
    if not lexicon.spaced or f"{ENTITY}, " not in sentence:
        return sentence, []
    who = "|".join(map(re.escape, lexicon.phrases["relative"]))
    match = re.search(rf"{ENTITY}, (?:{who}) ([^,]{{1,300}}),", sentence)
    if match is None:
        return sentence, []
    return f"{sentence[: match.start()]}{ENTITY}{sentence[match.end() :]}", [f"{ENTITY} {match[1]}"]


@lru_cache
def _joints(lexicon: Lexicon) -> re.Pattern[str]:
    """Where a sentence of a language comes apart."""
    if not lexicon.spaced:
        ends = "".join(lexicon.phrases["joint_end"])
        opens = _either(lexicon, "joint", "pronoun", "first", "second")
        return re.compile(rf"[；;：:]|——|(?<=[{ends}])、|[，,、](?={opens}|{ENTITY})")
    subjects = rf"(?:{_either(lexicon, 'pronoun', 'first', 'second', 'there')})\b|{ENTITY}"
    linked = rf"(?:(?:{_either(lexicon, 'link')}) )?"
    joint = _either(lexicon, "joint")
    return re.compile(
        rf"[;:](?=\s)|\s[–—-]+\s|—|,?\s(?=(?:{joint})\b)|,\s(?={linked}(?:{subjects}))", re.IGNORECASE
    )


def _either(lexicon: Lexicon, *groups: str) -> str:
    """A pattern of the plain words in some groups, the longest first."""
    words = [
        word for group in groups for word in lexicon.phrases[group] if "(" not in word and "." not in word
    ]
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
