"""Effects: why letters go wrong, told apart on the same words. Pure functions of replies as from `evals.frame`.

    tokenisation   acc(spaced) - acc(word): the same words, tasks and settings; the letters are hidden, or they are not
    memorisation   acc(common) - acc(nonsense): words of one block, alike in task, length and setting; what having read a
                   word often adds. The same for nonsense against random letters (what word-likeness adds)
    composition    P(all sub-steps right) - P(task right): the sub-steps of a task are to know the letters (the word is
                   spelled right) and to do it on letters that are given (the task is right in "spaced")

The sub-steps are taken on the very same word and task, not multiplied from averages: P(both) is what is counted.
"Spelled first", the sub-step of spelling is the one inside the reply itself.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from evals.contrast import contrasts
from evals.stats import Floats
from evals.suite import Suite
from evals.types import Contrast

from .distance import edits
from .letters import fold, letters
from .metrics import CONTRASTS, RIGHT
from .prompts import SPACED, SPELL_FIRST, WORD
from .tasks import TASKS

ITEM = ["model", "seed", "tag_block", "tag_source", "repeat"]
"""What tells a word of a run from all others."""

COMPOSITION = Contrast(
    *("composition", "accuracy", "sub-steps", "task", "taking the sub-steps one by one", "accuracy"),
    by="step",
)
DECLARED = ("tokenisation", "memorisation", "word-likeness")
"""The effects that are contrasts of the suite as they stand."""


def declared(name: str, rows: pd.DataFrame, suite: Suite, by: Sequence[str] = ()) -> pd.DataFrame:
    """One of DECLARED, as `evals.contrast.contrasts` finds it; broken down, it is corrected by itself."""
    contrast = tuple(each for each in CONTRASTS if each.name == name)
    return contrasts(rows, {suite.name: replace(suite, contrasts=contrast)}, by)


def composition(rows: pd.DataFrame, suite: Suite, by: Sequence[str] = ()) -> pd.DataFrame:
    """What is lost between the sub-steps and the task, on items whose sub-steps and task were all judged.

    Returns: as `evals.contrast.contrasts`, for the task whole (arm "word"), and after spelling it in the same reply ("spell
        first").
    """
    pairs = pd.concat([_sub_steps(rows, arm) for arm in (WORD, SPELL_FIRST)], ignore_index=True)
    return contrasts(pairs, {suite.name: replace(suite, contrasts=(COMPOSITION,))}, by)


def _sub_steps(rows: pd.DataFrame, arm: str) -> pd.DataFrame:
    """Each item of an arm twice: as the task, and as its sub-steps, right if both of them are."""
    right = rows["outcome"].map(RIGHT)
    joins = ~rows["tag_task"].isin(["spell", "spell_inverse"])
    own = rows[joins & (rows["arm"] == arm) & right.notna()]
    given = _known(rows[joins & (rows["arm"] == SPACED)], right, own, [*ITEM, "tag_task"])
    if arm == WORD:
        spelled = _known(rows[(rows["tag_task"] == "spell") & (rows["arm"] == WORD)], right, own, ITEM)
    else:
        noted = own["note_spelled"] if "note_spelled" in own else pd.Series(pd.NA, own.index)
        spelled = np.asarray(noted.astype("Float64").to_numpy(float, na_value=np.nan), float)
    steps = given * spelled
    own, steps = own[~np.isnan(steps)], steps[~np.isnan(steps)]
    taken = own.assign(tag_step="sub-steps", outcome=np.where(steps == 1, "right", "wrong"))
    return pd.concat([taken, own.assign(tag_step="task")])


def _known(found: pd.DataFrame, right: "pd.Series[float]", of: pd.DataFrame, key: list[str]) -> Floats:
    """Whether each row of `of` has a right counterpart among `found`: 1, 0, or NaN where there is none or it was not judged."""
    values = pd.Series(right[found.index].to_numpy(float), pd.MultiIndex.from_frame(found[key]))
    values = values[~values.index.duplicated()]
    return np.asarray(values.reindex(pd.MultiIndex.from_frame(of[key])), float)


# Which letters


def confusions(rows: pd.DataFrame) -> pd.DataFrame:
    """Which letters wrong answers lose, add or take for others, in answers that are letters or words.

    Returns: one row an edit: model, arm, letter (empty: added), became (empty: lost), times, the most frequent first.
    """
    spelled = [name for name, task in TASKS.items() if task.kind in ("letters", "word", "letter")]
    wrong = rows[(rows["outcome"] == "wrong") & rows["tag_task"].isin(spelled) & rows["answer"].notna()]
    times = Counter(_edits(wrong))
    found = [(*what, n) for what, n in times.most_common()]
    return pd.DataFrame(found, columns=["model", "arm", "letter", "became", "times"])


def _edits(rows: pd.DataFrame) -> Iterator[tuple[str, str, str, str]]:
    for model, arm, target, answer in rows[["model", "arm", "target", "answer"]].itertuples(index=False):
        for letter, became in edits(_plain(target), _plain(answer)):
            yield model, arm, letter, became


def _plain(text: str) -> list[str]:
    return [fold(letter) for letter in letters(text) if letter not in "- "]
