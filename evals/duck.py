"""DuckDB, which reads and writes Parquet here: where it is not installed, one sentence says what to install."""

from types import ModuleType

from evals.errors import BadInput

INSTALL = "pip install 'behavior-evals[parquet]'"


def duckdb() -> ModuleType:
    """The module. Raises: BadInput: it is not installed."""
    try:
        import duckdb as engine
    except ImportError:
        raise BadInput("Parquet needs DuckDB, which is not installed", INSTALL) from None
    return engine
