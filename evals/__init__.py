"""LLM behaviour evaluation: suites run against models, and verdicts come out.

In a notebook: `from evals import load, report`, then `load("runs/*").pipe(report("summary"))`;
the same with `pictures` for charts. In a test: `from evals import assert_no_worse`.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evals.reporting import load, pictures, report
    from evals.testing import assert_no_worse

__all__ = ["__version__", "assert_no_worse", "load", "pictures", "report"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """What needs pandas is imported when it is first asked for, so that `import evals` stays light."""
    if name in {"load", "pictures", "report"}:
        from evals import reporting

        return getattr(reporting, name)
    if name == "assert_no_worse":
        from evals import testing

        return testing.assert_no_worse
    raise AttributeError(f"module 'evals' has no attribute {name!r}")
