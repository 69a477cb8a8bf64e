"""Grading: many people's gradients, each in a process of its own, held against one network; and what each is told.

Knows nothing of command lines.
"""
