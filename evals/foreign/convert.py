"""From another tool's file to a run folder: the file says whose it is, its reader gives replies, a run keeps them."""

import json
import zipfile
from pathlib import Path
from typing import Any

from evals import log
from evals.errors import BadFile
from evals.foreign import inspect, lm_eval, promptfoo
from evals.foreign.record import Foreign, whole
from evals.plan import Request

KNOWN = "name lm-eval's samples_*.jsonl, an .eval or .json log of Inspect, or promptfoo's output as .json"


def read(path: Path) -> Foreign:
    """What a file of lm-eval, Inspect or promptfoo holds.

    Raises: BadFile: it is none of theirs, or damaged; names the file, and the line or member.
    """
    if path.is_dir():
        raise BadFile(f"{path} is a folder", KNOWN)
    if path.suffix == ".jsonl":
        return lm_eval.read(path)
    if path.suffix == ".eval" or (path.is_file() and zipfile.is_zipfile(path)):
        return inspect.read_zip(path)
    data = whole(path)
    found = _json(data, path)
    if isinstance(found.get("results"), dict) and "version" in found["results"]:
        return promptfoo.read(data, path)
    if "eval" in found and "status" in found:
        return inspect.read_json(data, path)
    if "higher_is_better" in found or "n-samples" in found:
        raise BadFile(
            f"{path} holds lm-eval's results without the replies",
            "name the samples_*.jsonl beside it, which --log_samples writes",
        )
    raise BadFile(f"{path} is no log that evals knows", KNOWN)


def _json(data: bytes, path: Path) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadFile(f"{path} is not JSON: {error}", KNOWN) from None
    if not isinstance(found, dict):
        raise BadFile(f"{path} is no log that evals knows", KNOWN)
    return found


def keep(found: Foreign, out: Path) -> Path:
    """A run folder in `out` that holds a foreign log. Raises: BadInput: it cannot be written."""
    about = log.RunFile(
        request=Request(suites=(found.name,), models=found.models, size=found.planned),
        seed=0,
        suites={found.name: found.made.version},
        paths={},
        planned=found.planned,
        imported={found.name: found.made},
        created=log.now(),
        finished=log.now(),
    )
    folder = log.begin(out, about)
    with log.Writer(folder) as writer:
        for reply in found.replies:
            writer.append(reply)
    return folder
