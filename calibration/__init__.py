"""Measures the verdict's rule on right code and on planted faults: `python -m calibration` writes TABLES.md and tables.json.

Knows the library; the library knows nothing of it.
"""
