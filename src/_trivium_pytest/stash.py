"""Where the plugin keeps what it knows between pytest's hooks: the keys of its stashes.

Knows nothing of what stands under them, so that it costs nothing to load.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from _trivium_pytest.book import Book

RUNNING = pytest.StashKey[pytest.Item | None]()
"""In a config: the item that runs now, through which a fixture of the session finds its test."""
BOOK: pytest.StashKey[Book] = pytest.StashKey()
"""In an item: the checks that were made in its present phase; absent where there were none."""
MATCHED = pytest.StashKey[frozenset[Path]]()
"""In a config: the files that the ini option `trivium_files` matches."""
