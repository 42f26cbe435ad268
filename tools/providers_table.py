"""Writes the table of providers and what their models can do into docs/providers.md."""

import ast
from pathlib import Path

from evals import shelf
from evals.host import WIRES, Host
from evals.wires.wire import Talk
from tools import marked

PAGE = Path(__file__).parent.parent / "docs" / "providers.md"
HEAD = (
    "provider",
    "reaches",
    "key",
    "talks",
    "continues texts",
    "likelihoods",
    "pictures",
    "tools",
    "seed",
    "batches",
    "wires",
)


def table() -> str:
    """The table as it should be."""
    return marked.table(HEAD, (marked.row(*_row(name)) for name in shelf.names("provider")))


def page(text: str) -> str:
    """The page with the table between its marks."""
    return marked.between(text, "providers", table())


def _row(name: str) -> tuple[str, ...]:
    path = shelf.find("provider", name)
    module = shelf.load(path)
    about = (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").split("\n")[0]
    reaches = about.partition(";")[0].partition("(")[0].strip().rstrip(".,")
    host = getattr(module.connect, "__self__", None)
    if isinstance(host, Host):
        return (f"`{name}`", reaches, _key(host), *_abilities(host), ", ".join(host.wires))
    named = ("chat", "completion", "logprobs", "images", "tools", "seed", "batches")
    return (f"`{name}`", reaches, "none", *("yes" if each in module.CAN else "no" for each in named), "none")


def _key(host: Host) -> str:
    if not host.key:
        return "none" if host.url else "`?key_env=`"
    return f"`{host.key}`" + ("" if host.needs_key else ", optional")


def _abilities(host: Host) -> tuple[str, ...]:
    """What its models can be asked for; of pictures and tools only the model itself can tell."""
    talks = [WIRES[wire] for wire in host.wires if issubclass(WIRES[wire], Talk)]
    seeded = bool(host.quirks.seed) and any("seed" not in each.lacks for each in talks)
    told = [quirks.logprobs for quirks in (host.quirks, *host.models.values())]
    likely = (
        ("yes" if all(told) and host.url else "by model")
        if any(told) and "completion" in host.wires
        else "no"
    )
    by_model = ("by model" if host.quirks.images else "no", "by model" if host.quirks.tools else "no")
    return (
        "yes" if talks else "no",
        "yes" if "completion" in host.wires else "no",
        likely,
        *by_model,
        "yes" if seeded else "no",
        "yes" if host.batches else "no",
    )


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
