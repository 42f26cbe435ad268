"""`python -m evals`, the same as the command `evals`."""

from evals.cli import main

main()
