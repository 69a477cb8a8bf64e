"""Times of verified gradients: a process for each road, on pinned cores, one protocol for all; and what they say.

Knows roads by their protocol alone.
"""
