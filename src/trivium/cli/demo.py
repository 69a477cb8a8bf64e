"""`trivium demo`: the main job in five seconds.

Knows nothing of what it shows.
"""

from __future__ import annotations

from trivium.cli.stream import colorful, say, waiting, width


def demo() -> int:
    """Check a small network, plant a mistake, find it."""
    from trivium.demo import acts

    for act in acts():
        with waiting("running the demonstration"):
            text = act(width=width(), color=colorful())
        say(text)
    return 0
