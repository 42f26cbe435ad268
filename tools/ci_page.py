"""Writes into docs/ci.md what `evals ci init` writes, and the inputs of the action."""

from pathlib import Path

import yaml

from evals import ci

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "ci.md"
USUAL = ci.Asked(("hallucination",), "pocket", "quick")


def page(text: str) -> str:
    """The page as it should be: between a mark and the next end, a file or the table."""
    made = {**ci.files("github", USUAL), **ci.files("gitlab", USUAL)}
    names = {path: name for kind in ci.TEMPLATES.values() for path, name in kind.items()}
    blocks = {names[path]: f"```yaml\n{content}```" for path, content in made.items()}
    for name, block in {**blocks, "inputs": inputs()}.items():
        before, mark, rest = text.partition(f"<!-- {name} -->\n")
        _, end, after = rest.partition("<!-- end -->\n")
        text = f"{before}{mark}\n{block}\n\n{end}{after}"
    return text


def inputs() -> str:
    """The action's inputs as a table."""
    read = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))["inputs"]
    rows = [
        f"| `{name}` | {about['description']} | {_shown(about['default'])} |" for name, about in read.items()
    ]
    return "\n".join(("| input | | default |", "|---|---|---|", *rows))


def _shown(default: str) -> str:
    return f"`{default}`" if default else ""


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
