"""The command line: what a person types, turned into calls of the verbs, and what comes back, into text and exit codes.

Knows nothing of how a check is made.
"""

from __future__ import annotations

from trivium.cli.entry import main as main

__all__ = ["main"]
