"""What is handed in: a right submission, slips in it, and everything that a file can do besides being graded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from trivium.grade.classroom import Task, graded
from trivium.grade.mark import Mark
from trivium.grade.sandbox import Limits
from trivium.grade.submission import gathered
from trivium.target import find

EXAMPLES = Path(__file__).parents[2] / "examples"
NET = EXAMPLES / "nets/notebook.net.toml"
RIGHT = (EXAMPLES / "submissions/anna.py").read_text(encoding="utf-8")
GIGABYTE = 10**9


def slip(before: str, after: str) -> str:
    """The right submission with one piece of it replaced."""
    assert RIGHT.count(before) == 1, before
    return RIGHT.replace(before, after)


def handed(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """The files, in the folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        _ = path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def task(seconds: float = 20.0, *, level: int = 0, gradient: Sequence[str] = (), cost: Sequence[str] = ()) -> Task:
    """To be graded against the notebook's network."""
    limits = Limits(seconds, GIGABYTE)
    return Task(find(NET).spec, str(NET), None, limits, level, tuple(gradient), tuple(cost))


def marks(folder: Path, by: Task, *names: str) -> dict[str, Mark]:
    """What each submission in the folder gets."""
    chosen = [folder / name for name in names] if names else [folder]
    return {m.submission.name: m for m in graded(gathered(chosen), by, jobs=2)}
