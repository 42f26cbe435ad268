"""LLM behaviour evaluation: suites run against models, and verdicts come out."""

__version__ = "0.1.0"
