"""What the installed distributions declare: backends, a referee, bringers of a framework's code. Nothing is imported.

Knows nothing of what is declared.
"""

from __future__ import annotations

import os
import sys
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint


def declared(group: str) -> tuple[EntryPoint, ...]:
    """The entry points of a group; folders are read again where one has changed, for that takes as long as a check."""
    return _read(group, tuple((folder, _changed(folder)) for folder in sys.path))


def _changed(folder: str) -> int:
    """When something was last put into a folder, or taken away; 0 where there is none."""
    try:
        return os.stat(folder or os.curdir).st_mtime_ns
    except OSError:
        return 0


@lru_cache(maxsize=16)
def _read(group: str, path: tuple[tuple[str, int], ...]) -> tuple[EntryPoint, ...]:
    from importlib.metadata import entry_points  # imported here, so that `import trivium` stays fast

    return tuple(entry_points(group=group))
