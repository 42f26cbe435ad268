"""Writes docs/commands.md: the help of every command, as the program prints it."""

from pathlib import Path

import click

from evals.cli import evals

PAGE = Path(__file__).parent.parent / "docs" / "commands.md"
HEAD = "# Commands\n\nWhat `--help` prints; `just docs` writes this page anew.\n"


def commands() -> list[tuple[str, click.Command]]:
    """The program and its commands, each with those below it, by what is typed after `evals`."""
    found: list[tuple[str, click.Command]] = [("", evals)]
    for name, command in sorted(evals.commands.items()):
        below = sorted(command.commands.items()) if isinstance(command, click.Group) else []
        found += [(name, command), *((f"{name} {each}", part) for each, part in below)]
    return found


def page() -> str:
    """The page as it should be."""
    parts = [HEAD]
    for name, command in commands():
        context = click.Context(
            command, info_name=f"evals {name}".strip(), terminal_width=100, **evals.context_settings
        )
        parts.append(f"## evals {name}".rstrip() + f"\n\n```text\n{command.get_help(context)}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
