"""A GRADIENT OF ONE'S OWN: a person's code, called as it was written, and what its gradient should be.

Knows nothing of how a report looks.
"""
