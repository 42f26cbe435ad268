"""Measurements of speed and endurance, as ratios within one run; nothing here is part of the package."""
