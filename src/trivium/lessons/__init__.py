"""Executable teaching: what a step does, shown with its own numbers in every backend's style.

Knows nothing of command lines.
"""
