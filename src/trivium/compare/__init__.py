"""VERDICTS: every step of every road replayed at the road's own numbers; sees a spec and named NumPy arrays.

Knows nothing of how a verdict looks, and chooses no tolerance.
"""
