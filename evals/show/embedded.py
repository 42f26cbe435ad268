"""The replies of a page, as JSON inside it: each text once however many replies share it, each picture once."""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from evals import safe
from evals.document import Document
from evals.log import IMAGES

LABELS = ("run", "suite", "model", "arm", "outcome", "rule", "sample", "failure", "stop")
TEXTS = (
    *("system", "prompt", "earlier", "calls", "text", "reasoning", "answer", "target"),
    *("failure_message", "images"),
)
NUMBERS = ("repeat", "tokens_in", "tokens_out", "tokens_reasoning", "seconds", "cost_usd")
KEY = ("run", "suite", "seed", "model", "sample", "arm", "repeat")

ROOM = 64_000_000
"""So many characters of texts a page holds whole; where there are more, the long ones are cut."""

LONGEST = 20_000
"""Characters of one text where there is no room for all; what is cut off is counted, and is whole in the log."""

PICTURES = 32_000_000
"""So many bytes of pictures a page holds; the others are named."""

MEDIA = {"png": "image/png", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp"}

Coded = dict[str, list[Any]]


def embedded(document: Document) -> str:
    """The replies as JSON that can stand inside an HTML page.

    Returns: {"count": n, "ids": [...], "columns": {name: coded}, "tags": {name: coded}, "notes": {name: coded}, "numbers":
        {name: [...]}, "pictures": {file: data URL}}, where coded is {"values": [each text once], "codes": [one a reply]},
        -1 standing for none.
    """
    rows = document.replies
    factors = {name: _factor(rows[name]) for name in (*LABELS, *TEXTS)}
    texts = sum(len(value) for _, values in factors.values() for value in values)
    shown = partial(safe.shortened, longest=LONGEST) if texts > ROOM else safe.clean
    whole = {
        "count": len(rows),
        "ids": _ids(rows),
        "columns": {name: _coded(*factor, shown) for name, factor in factors.items()},
        "tags": _spread(rows, "tag_"),
        "notes": _spread(rows, "note_"),
        "numbers": {name: [_number(value) for value in rows[name].astype(object)] for name in NUMBERS},
        "pictures": _pictures(factors["images"][1], document.folders),
    }
    text = json.dumps(whole, ensure_ascii=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _factor(column: "pd.Series[Any]") -> tuple[list[int], list[str]]:
    codes, values = pd.factorize(column)
    return codes.tolist(), [str(value) for value in values]


def _coded(codes: Sequence[int], values: Iterable[str], shown: Any) -> Coded:
    return {"values": [shown(value) for value in values], "codes": list(codes)}


def _spread(rows: pd.DataFrame, prefix: str) -> dict[str, Coded]:
    """The columns that begin so, by the rest of their name."""
    names = [str(name) for name in rows if str(name).startswith(prefix)]
    return {
        safe.line(name[len(prefix) :]): _coded(*_factor(rows[name].astype(object)), safe.line)
        for name in names
    }


def _number(value: Any) -> float | None:
    return None if pd.isna(value) else float(f"{value:.6g}")


def _ids(rows: pd.DataFrame) -> list[str]:
    """By what a link names each reply: the same whenever the same runs are reported."""
    keys = zip(*(rows[name].astype(object) for name in KEY), strict=True)
    return [
        hashlib.sha256(repr(tuple(map(str, key))).encode("utf-8", "replace")).hexdigest()[:12] for key in keys
    ]


def _pictures(listed: Iterable[str], folders: Iterable[Path]) -> Mapping[str, str]:
    """The pictures by the name of their file, as data URLs, as many as there is room for."""
    found: dict[str, str] = {}
    room = PICTURES
    for name in dict.fromkeys(name for names in listed for name in names.split("\n") if name):
        media = MEDIA.get(name.rpartition(".")[2]) if Path(name).name == name else None
        path = next((path for folder in folders if (path := folder / IMAGES / name).is_file()), None)
        if media is None or path is None or path.stat().st_size > room:
            continue
        data = path.read_bytes()
        room -= len(data)
        found[name] = f"data:{media};base64,{base64.b64encode(data).decode()}"
    return found
