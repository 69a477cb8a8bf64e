"""The verdict's rule measured, on right code and on planted faults: `python -m calibration` writes its tables.

Knows the library; the library knows nothing of it.
"""
