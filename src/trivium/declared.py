"""What the installed distributions declare: backends, a referee, bringers of a framework's code. Nothing is imported.

Knows nothing of what is declared.
"""

from __future__ import annotations

import sys
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint


def declared(group: str) -> tuple[EntryPoint, ...]:
    """The entry points of a group; the folders of a search path are read once: that takes longer than a small check."""
    return _read(group, tuple(sys.path))


@lru_cache(maxsize=16)
def _read(group: str, path: tuple[str, ...]) -> tuple[EntryPoint, ...]:
    from importlib.metadata import entry_points  # imported here, so that `import trivium` stays fast

    return tuple(entry_points(group=group))
