"""Verdicts: runs, models and baselines held against one another; gates; and how models do over time."""
