"""Battles in and out of files: Chatbot Arena's JSON, columns as FastChat and arena-rank take them, AlpacaEval, our own.

A file is known by what it holds, never by its name: `records` takes it apart, `shapes` says whose shape its records have,
a module a shape (`chatbot`, `alpaca`, `own`) makes battles of them, `keep` puts them into an arena, `export` writes them.
"""

from evals.arena.files.export import write
from evals.arena.files.keep import keep
from evals.arena.files.reading import read
from evals.arena.files.shapes import FORMATS, Format, Found, Hints

__all__ = ["FORMATS", "Format", "Found", "Hints", "keep", "read", "write"]
