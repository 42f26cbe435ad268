"""`evals ci`: the files that CI needs, and what a workflow says at GitHub."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from evals.errors import BadFile, BadInput

if TYPE_CHECKING:
    from evals.ci import Service

NAME = click.option(
    "--name",
    default="evals",
    metavar="NAME",
    help="what tells it from others of ours  [default: evals]",
)


@click.group(short_help="the files that CI needs; comments and issues at GitHub")
def ci() -> None:
    """Write the files by which GitHub or GitLab asks a model and decides, or say at GitHub what came out."""


@ci.command()
@click.option("--github", "service", flag_value="github", default=True, help="workflows of GitHub  [default]")
@click.option("--gitlab", "service", flag_value="gitlab", help="a job of GitLab")
@click.option(
    "--suite", "suites", multiple=True, metavar="SUITE", help="again for more  [default: hallucination]"
)
@click.option("-m", "--model", default="pocket", metavar="MODEL", help="provider/model  [default: pocket]")
@click.option("--size", default="quick", metavar="NAME", help="quick, standard or full  [default: quick]")
@click.option("--force", is_flag=True, help="write files anew that are there already")
def init(service: "Service", suites: tuple[str, ...], model: str, size: str, force: bool) -> None:
    """Write workflows into this repository: a gate for pull requests, and new questions every night; rules in evals.toml.

    Rules that are there, and a .gitlab-ci.yml, are left as they are.

    \b
    evals ci init
    evals ci init --suite hallucination --suite dots -m openai/gpt-5.6 --size standard
    evals ci init --gitlab
    """
    from evals import ci as made

    asked = made.Asked(suites or ("hallucination",), model, size)
    written = made.init(Path(), service, asked, force=force)
    for file in written.files:
        click.echo(f"wrote {file}")
    for file in written.kept:
        click.echo(f"{file} is there and is left as it is")
    for sentence in made.next_steps(asked, written):
        click.echo(sentence)


@ci.command()
@click.argument("file", type=Path, metavar="FILE")
@NAME
def comment(file: Path, name: str) -> None:
    """Say the Markdown of FILE below the pull request that this workflow runs for, in place of what was said before.

    For a step of a GitHub workflow: it must be handed GITHUB_TOKEN, and the job pull-requests: write.
    """
    from evals.github import GitHub, pull_request

    number = pull_request()
    if number is None:
        raise BadInput("this workflow runs for no pull request", "run it on: pull_request")
    with GitHub.of_environment() as github:
        click.echo(github.comment(number, name, _read(file)))


@ci.command()
@click.argument("file", type=Path, metavar="FILE")
@click.option("--title", required=True, metavar="TEXT", help="of the issue, where none is open")
@NAME
def issue(file: Path, title: str, name: str) -> None:
    """Open an issue with FILE's text, or say it below the one that is open already. A file that is not .md is shown as it is.

    For a step of a GitHub workflow: it must be handed GITHUB_TOKEN, and the job issues: write.
    """
    from evals.github import GitHub

    with GitHub.of_environment() as github:
        click.echo(github.issue(name, title, _read(file)))


def _read(file: Path) -> str:
    from evals import safe

    try:
        text = safe.clean(file.read_text("utf-8", errors="replace"))
    except OSError as error:
        raise BadFile(f"{file} cannot be read: {error.strerror}", "name a text file") from None
    return text if file.suffix == ".md" else safe.fenced(text)
