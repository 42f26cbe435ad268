"""A frame as a Parquet file and back: dtypes survive, and so does what reports need to know of the suites.

DuckDB writes and reads it. The file's metadata say the dtypes and attributes as pandas' own Parquet files do, so that
`pandas.read_parquet` gives the same frame where pyarrow is installed.
"""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pydantic

from evals import safe
from evals.duck import duckdb
from evals.errors import BadFile, BadInput
from evals.imported import Imported

DTYPES, ATTRIBUTES = "pandas", "PANDAS_ATTRS"
IMPORTED = pydantic.TypeAdapter(dict[str, Imported])
KINDS = {"str": "unicode", "datetime64[us, UTC]": "datetimetz", "boolean": "bool", "object": "unicode"}
"""dtype -> what pandas' metadata call it; the others by their name in small letters."""


def write(frame: pd.DataFrame, path: Path) -> None:
    """Write a frame; columns of mixed values are written as text.

    Raises: BadInput: the file cannot be written, or DuckDB is not installed.
    """
    engine = duckdb()
    mixed = [str(name) for name in frame if frame[name].dtype == object]
    told = frame.assign(**{name: frame[name].map(_text).astype("str") for name in mixed})
    texts = [name for name in told if told[name].dtype == "str"]
    told = told.assign(
        **{str(name): told[name].map(_sound, na_action="ignore").astype("str") for name in texts}
    )
    target = str(path).replace("'", "''")
    how = "FORMAT parquet, COMPRESSION zstd, KV_METADATA {pandas: $dtypes, PANDAS_ATTRS: $attributes}"
    with engine.connect() as base:
        base.register("frame", told)
        try:
            base.execute(
                f"COPY (SELECT * FROM frame) TO '{target}' ({how})",  # noqa: S608  the file's name, its quotes doubled
                {"dtypes": _dtypes(told), "attributes": _attributes(frame.attrs)},
            )
        except engine.IOException as error:
            raise BadInput(f"{path} cannot be written: {safe.line(error)}", "name another place") from None


def read(path: Path) -> pd.DataFrame:
    """The frame of a file that `write` wrote.

    Raises: BadFile: it is another file. BadInput: DuckDB is not installed.
    """
    engine = duckdb()
    try:
        with engine.connect() as base:
            found: pd.DataFrame = base.execute("SELECT * FROM read_parquet($path)", {"path": str(path)}).df()
            known = base.execute(
                "SELECT key, value FROM parquet_kv_metadata($path)", {"path": str(path)}
            ).fetchall()
    except engine.Error as error:
        raise BadFile(f"{path} is no Parquet file: {safe.line(error)}", "see docs/reports.md") from None
    told = {key.decode(): json.loads(value) for key, value in known if key.decode() in {DTYPES, ATTRIBUTES}}
    if len(told) < 2:
        raise BadFile(f"{path} is a Parquet file that evals did not write", "see docs/reports.md")
    found = found.astype({each["name"]: _dtype(each) for each in told[DTYPES]["columns"]})
    found.attrs |= told[ATTRIBUTES]
    if "imported" in found.attrs:
        found.attrs["imported"] = IMPORTED.validate_python(found.attrs["imported"])
    return found


def _dtypes(frame: pd.DataFrame) -> str:
    """The dtypes, in pandas' format."""
    dtypes = {str(name): str(frame[name].dtype) for name in frame}
    columns = [
        {
            "name": name,
            "field_name": name,
            "pandas_type": KINDS.get(dtype, dtype.lower()),
            "numpy_type": "datetime64[us]" if dtype.startswith("datetime") else dtype,
            "metadata": {"timezone": "UTC"} if dtype.startswith("datetime") else None,
        }
        for name, dtype in dtypes.items()
    ]
    return json.dumps(
        {"index_columns": [], "column_indexes": [], "columns": columns, "pandas_version": pd.__version__}
    )


def _dtype(column: dict[str, Any]) -> str:
    return "datetime64[us, UTC]" if column["metadata"] else str(column["numpy_type"])


def _attributes(attributes: dict[Any, Any]) -> str:
    imported = IMPORTED.dump_python(attributes.get("imported", {}), mode="json")
    return json.dumps({**attributes, "imported": imported})


def _text(value: Any) -> Any:
    return None if pd.isna(value) else str(value)


def _sound(text: str) -> str:
    """The text without what is no character."""
    return safe.SURROGATE.sub("\ufffd", text)
