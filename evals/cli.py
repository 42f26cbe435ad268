"""The command line: `evals COMMAND`.

Exit status: 0 all well, 1 a gate found a regression or a trend a change for the worse, 2 the user must mend something, 3 incomplete or undecided,
130 interrupted; 1 also where what read the output has closed it, as `head` does.
"""

import sys

import click

from evals import __version__
from evals.commands.lazily import Lazily
from evals.errors import EvalsError

COMMANDS = {
    "arena": "evals.commands.arena:arena",
    "baseline": "evals.commands.baseline:baseline",
    "cache": "evals.commands.cache:cache",
    "certify": "evals.commands.certify:certify",
    "check-provider": "evals.commands.check_provider:check_provider",
    "ci": "evals.commands.ci:ci",
    "compare": "evals.commands.compare:compare",
    "export": "evals.commands.export:export",
    "gate": "evals.commands.gate:gate",
    "import": "evals.commands.import_:import_",
    "list": "evals.commands.list:list_",
    "merge": "evals.commands.merge:merge",
    "models": "evals.commands.models:models",
    "report": "evals.commands.report:report",
    "run": "evals.commands.run:run",
    "score": "evals.commands.score:score",
    "show": "evals.commands.show:show",
    "status": "evals.commands.status:status",
    "tokens": "evals.commands.tokens:tokens",
    "trend": "evals.commands.trend:trend",
}


@click.group(
    commands=Lazily(COMMANDS),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="evals", message="%(prog)s %(version)s")
def evals() -> None:
    """Find out how a language model behaves, why, and whether it got better or worse.

    \b
    First steps:
      evals run suites/hallucination        on the embedded model: no key, no download
      evals run dots -m ollama/llama3.2     on a model of yours
      evals list                            what there is
    """


def main() -> None:
    """Run the command line; an error of the user's is one sentence and status 2, never a traceback."""
    try:
        status = evals.main(standalone_mode=False)
    except EvalsError as error:
        click.echo(f"evals: {error}", err=True)
        status = 2
    except click.ClickException as error:
        error.show()
        status = 2
    except (KeyboardInterrupt, click.Abort):
        click.echo("evals: interrupted", err=True)
        status = 130
    sys.exit(status or 0)
