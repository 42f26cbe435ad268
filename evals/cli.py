"""The command line: `evals COMMAND`.

Exit status: 0 all well, 1 a gate found a regression or a trend a change for the worse, 2 the user must mend something, 3 incomplete or undecided,
130 interrupted; 1 also where what read the output has closed it, as `head` does.
"""

import sys

import click

from evals import __version__
from evals.commands.arena import arena
from evals.commands.baseline import baseline
from evals.commands.cache import cache
from evals.commands.certify import certify
from evals.commands.check_provider import check_provider
from evals.commands.ci import ci
from evals.commands.compare import compare
from evals.commands.export import export
from evals.commands.gate import gate
from evals.commands.import_ import import_
from evals.commands.list import list_
from evals.commands.merge import merge
from evals.commands.models import models
from evals.commands.report import report
from evals.commands.run import run
from evals.commands.score import score
from evals.commands.show import show
from evals.commands.status import status
from evals.commands.tokens import tokens
from evals.commands.trend import trend
from evals.errors import EvalsError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="evals", message="%(prog)s %(version)s")
def evals() -> None:
    """Find out how a language model behaves, why, and whether it got better or worse.

    \b
    First steps:
      evals run suites/hallucination        on the embedded model: no key, no download
      evals run dots -m ollama/llama3.2     on a model of yours
      evals list                            what there is
    """


for command in (
    *(run, status, list_, models, show, tokens, report),
    *(compare, baseline, gate, trend, certify, ci, arena),
    *(merge, score, import_, export, check_provider, cache),
):
    evals.add_command(command)


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
