"""Writes the table of the frame's columns into docs/reports.md."""

from pathlib import Path

from evals.frame import COLUMNS
from tools import marked

PAGE = Path(__file__).parent.parent / "docs" / "reports.md"


def table() -> str:
    """The table as it should be."""
    rows = [f"| `{each.name}` | `{each.dtype}` | {each.unit} | {each.meaning} |\n" for each in COLUMNS]
    return "".join(["| column | dtype | unit | meaning |\n", "|---|---|---|---|\n", *rows])


def page(text: str) -> str:
    """The page with the table between its marks."""
    return marked.between(text, "columns", table())


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
