"""Writes the table of the frame's columns into docs/reports.md."""

from pathlib import Path

from evals.frame import COLUMNS

PAGE = Path(__file__).parent.parent / "docs" / "reports.md"
BEGIN, END = "<!-- columns -->\n", "<!-- /columns -->\n"


def table() -> str:
    """The table as it should be."""
    rows = [f"| `{each.name}` | `{each.dtype}` | {each.unit} | {each.meaning} |\n" for each in COLUMNS]
    return "".join(["| column | dtype | unit | meaning |\n", "|---|---|---|---|\n", *rows])


def page(text: str) -> str:
    """The page with the table between its marks."""
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}{table()}{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
