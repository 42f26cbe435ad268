"""Documents: what some runs found, gathered from reports and ready to be shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from evals.charts import Picture
from evals.view import View


@dataclass(frozen=True)
class Section:
    """One report's findings: the frame with full precision, and how people read it."""

    name: str
    title: str
    table: pd.DataFrame
    view: View


@dataclass(frozen=True)
class Document:
    """What is shown of some runs.

    Attributes:
        about: facts of the runs, one a line.
        notices: model -> what must be said wherever its words are shown.
        sections: the reports, those that found nothing included.
        replies: every reply, as from `evals.frame`; without a column where it is not about replies.
        drawn: the folder in which the pictures lie as files, as seen from where the document goes; empty if nowhere.
        folders: of the runs, in which the pictures of their prompts lie.
        title: what it is called.
    """

    about: tuple[str, ...]
    notices: Mapping[str, str]
    sections: tuple[Section, ...]
    replies: pd.DataFrame
    drawn: str = ""
    folders: tuple[Path, ...] = ()
    title: str = "evals report"

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """Those of all sections, each name once."""
        found = {each.name: each for section in self.sections for each in section.view.pictures}
        return tuple(found.values())

    @property
    def banners(self) -> dict[str, str]:
        """The notices, each once: the models it is about, by comma -> sentence."""
        models: dict[str, list[str]] = {}
        for model, notice in self.notices.items():
            models.setdefault(notice, []).append(model)
        return {", ".join(names): notice for notice, names in models.items()}
