"""Logs of other tools, read as runs: lm-eval's samples, Inspect's logs, promptfoo's output."""

from evals.foreign.convert import keep, read
from evals.foreign.record import Foreign

__all__ = ["Foreign", "keep", "read"]
