"""LLM behaviour evaluation: suites run against models, and verdicts come out.

In a notebook: `from evals import load, report`, then `load("runs/*").pipe(report("summary"))`.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evals.reporting import load, report

__all__ = ["__version__", "load", "report"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """What needs pandas is imported when it is first asked for, so that `import evals` stays light."""
    if name in {"load", "report"}:
        from evals import reporting

        return getattr(reporting, name)
    raise AttributeError(f"module 'evals' has no attribute {name!r}")
