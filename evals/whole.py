"""Files that are there whole or not at all: a kill while they are written leaves what was there before."""

from pathlib import Path


def write(path: Path, data: bytes) -> None:
    """Write a file beside its place, and put it there. Raises: OSError: it cannot be written."""
    new = path.with_name(f"{path.name}.new")
    new.write_bytes(data)
    new.replace(path)
