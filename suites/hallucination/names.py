"""Names in a reply: mentions of the entity, and names of others, near or far."""

import re
from difflib import SequenceMatcher
from functools import lru_cache

from .lexicon import ENTITY, Lexicon, fold

_UPPER = r"[A-ZÀ-ÖØ-ÞĀ-Ž]"
_NAME_WORD = rf"(?!I\b){_UPPER}[\w'’.-]*"
_PARTICLE = r"(?:de|da|di|do|dos|del|della|von|van|der|den|la|le|du|of|bin|al)"
_NAME = re.compile(rf"{_NAME_WORD}(?: (?:{_PARTICLE} )?{_NAME_WORD}){{0,5}}")
_CODE_NAME = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
_CJK = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
_PARTS = re.compile(r"[\s·・=＝]+")
_WORD_BEFORE = re.compile(r"(\w[\w'’.-]*) $")
_NEAR = 0.75
"""From this similarity on (Ratcliff/Obershelp, 0 to 1) a name is near: one or two edits in ten letters."""


def mark(text: str, entity: str, lexicon: Lexicon) -> str:
    """The text with § wherever the entity is named: by its whole name, or a person's first or last name alone.

    A part of the name counts only where no further name stands beside it: "Orson Welles" is not "Orson Kovats".
    """
    if not entity.strip():
        return text
    whole, part = _patterns(entity)
    text = whole.sub(ENTITY, text)
    if part is None:
        return text

    def alone(match: re.Match[str]) -> str:
        before = _WORD_BEFORE.search(text[max(0, match.start() - 40) : match.start()])
        named = before and before[1][0].isupper() and fold(before[1]).rstrip(".") not in lexicon.common
        return match[0] if named else ENTITY

    return part.sub(alone, text)


@lru_cache(maxsize=4096)
def _patterns(entity: str) -> tuple[re.Pattern[str], re.Pattern[str] | None]:
    """What names the entity in full, and what names it in part (None where no part may stand alone)."""
    parts = [part for part in _PARTS.split(entity.strip()) if part]
    whole = r"[\s·・=＝]+".join(re.escape(part) for part in parts)
    if _CJK.search(entity):
        alone = "".join(
            rf"|(?<![·・]){re.escape(part)}(?![·・])" for part in parts if len(parts) > 1 < len(part)
        )
        return re.compile(f"(?:{whole}{alone})(?:さん|氏|先生|女士)?"), None
    slip = (
        r"\w{0,4}" if len(parts) > 1 else ""
    )  # a small model's "Alexander von Humboldtl" is a slip, no other name
    full = re.compile(rf"(?<!\w){whole}{slip}(?:(?:['’]s|(?<=\w)s)\b|['’](?!\w))?(?!\w)", re.IGNORECASE)
    telling = "|".join(re.escape(part) for part in _telling(parts))
    if not telling:
        return full, None
    return full, re.compile(rf"(?<![\w.-])(?:{telling})(?:['’]s|s)?(?![\w-])(?! {_UPPER}[a-zà-ÿ])")


def _telling(parts: list[str]) -> list[str]:
    """Parts that may stand for the whole: a person's first and last, a function's own name, else the last word."""
    if len(parts) == 1:
        chosen = {parts[0].rpartition(".")[2]} - {parts[0]}
    elif (
        len(parts) <= 4
        and all(part[0].isupper() for part in parts)
        and parts[0] not in {"The", "A", "La", "Le"}
    ):
        chosen = {parts[0], parts[-1]}
    else:
        chosen = {parts[-1]}
    return sorted(part for part in chosen if len(part) >= 4)


def leading(text: str, lexicon: Lexicon) -> str:
    """The name of somebody else that a clause opens with ("Marie Curie was ..."), of two words or more; else empty."""
    opened = text.lstrip("\"'([*«“ ")
    match = _NAME.match(opened)
    if match is None or fold(match[0].split()[0]) in lexicon.common:
        return ""
    name = match[0].rstrip(".,")
    return name if " " in name and opened[len(name) :].strip(" .!\"'") else ""


def others(text: str, lexicon: Lexicon) -> list[str]:
    """Names of two words or more, anywhere in a text where the entity stands as §; a sentence's opener is no name."""
    found = []
    for name in _NAME.findall(text[:2000]):
        words = name.rstrip(".,'").split()
        while words and fold(words[0]) in lexicon.common:
            words = words[1:]
        if len(words) > 1:
            found.append(" ".join(words))
    return found


def near(text: str, entity: str, lexicon: Lexicon) -> str:
    """A name in the text that is close to the entity's but is not it: a shared part, or a few edits; else empty.

    `text` has § where the entity itself is named.
    """
    if _CJK.search(entity):
        run = re.search(re.escape(entity[:2]) + r"[\w·・]{1,8}?(?=は|が|を|の|是|为|，|、|（|\(|で)", text)
        return run[0] if run else ""
    code = "." in entity or "_" in entity
    parts = {
        fold(part) for part in _PARTS.split(entity) if len(part) >= 3 and fold(part) not in lexicon.common
    }
    for name in (_CODE_NAME if code else _NAME).findall(text[:4000])[:60]:
        words = [word for word in name.rstrip(".,'").split() if code or fold(word) not in lexicon.common]
        if words and _is_near(" ".join(words), entity, parts):
            return " ".join(words)
    return ""


def _is_near(name: str, entity: str, parts: set[str]) -> bool:
    words = [fold(word).rstrip(".,") for word in name.split()]
    if len(words) > 1 and parts & set(words):
        return True
    if abs(len(name) - len(entity)) > max(4, len(entity) // 4):
        return False
    return SequenceMatcher(None, fold(name), fold(entity), autojunk=False).ratio() >= _NEAR
