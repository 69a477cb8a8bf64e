"""What was handed in: files, each under a name that no other has.

Knows nothing of what is in them.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from trivium.errors import OracleError, Problem

KINDS = (".py", ".ipynb")
"""What of a folder is a submission; a notebook's text (.txt) is one where it is named."""
LARGEST = 64 * 2**20


@dataclass(frozen=True)
class Submission:
    """A file, and what it is called: its name, and as many of its folders as tell it from the others."""

    name: str
    path: Path

    @property
    def hindrance(self) -> str:
        """Why it cannot even be read, or nothing."""
        try:
            if not self.path.is_file():
                return "it is no file"
            size = self.path.stat().st_size
            if size > LARGEST:
                return f"it has {size / 2**20:,.0f} MB, and a submission has at most {LARGEST / 2**20:.0f}"
            with self.path.open("rb"):
                return ""
        except OSError as error:
            return f"it cannot be read: {error.strerror}"


def gathered(paths: Sequence[Path]) -> list[Submission]:
    """The submissions that are meant, each once; OracleError with every path at which there is none."""
    missing = [path for path in paths if not (path.exists() or path.is_symlink())]
    if missing:
        raise OracleError(*(Problem(f"{path} does not exist") for path in missing))
    empty = [path for path in paths if path.is_dir() and not list(_within(path))]
    if empty:
        raise OracleError(*(Problem(_nothing(path)) for path in empty))
    all_ = [file for path in paths for file in (_within(path) if path.is_dir() else (path,))]
    if not all_:
        raise OracleError("no submission is named: give files, or folders that hold them")
    by_place: dict[str, Path] = {}
    for file in all_:
        _ = by_place.setdefault(os.path.realpath(file), file)
    once = list(by_place.values())
    return [Submission(name, file) for name, file in zip(_names(once), once, strict=True)]


def _within(folder: Path) -> Iterator[Path]:
    """The submissions in a folder, but none in the folders in it."""
    yield from (p for p in sorted(folder.iterdir()) if p.suffix in KINDS and not p.name.startswith((".", "__")))


def _nothing(folder: Path) -> str:
    deeper = next((p for p in sorted(folder.glob("*/*")) if p.suffix in KINDS), None)
    more = f"; there is {deeper}: name the files, such as {folder}/*/*{deeper.suffix}" if deeper else ""
    return f"{folder} holds no .py and no .ipynb file{more}"


def _names(paths: Iterable[Path]) -> list[str]:
    """A file's name; with the folders below the one that all are in, where two have one name."""
    absolute = [Path(os.path.abspath(path)) for path in paths]
    if max(Counter(path.name for path in absolute).values()) == 1:
        return [path.name for path in absolute]
    above = os.path.commonpath([path.parent for path in absolute])
    return [path.relative_to(above).as_posix() for path in absolute]
