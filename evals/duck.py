"""DuckDB, which reads and writes Parquet here: where it is not installed, one sentence says what to install."""

from contextlib import suppress
from importlib import import_module
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


def compiled() -> ModuleType:
    """Its compiled part alone, enough for SQL: the Python round it takes a tenth of a second to load. Raises: as `duckdb`."""
    with suppress(ImportError):
        found = import_module("_duckdb")
        if hasattr(found, "connect") and hasattr(found, "Error"):
            return found
    return duckdb()
