"""A run of a person's test command while their file is read as another text: how it ended, and what was seen.

Nothing is written where the person's files are: the text, the marks and the caches lie in a folder of their own. Knows
nothing of mistakes.
"""

from __future__ import annotations

import ast
import os
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from trivium.compare.bound import LINE
from trivium.mutate.own import Own, function

PLANTING = Path(__file__).parent / "planting"
SHELL = set("|&;<>()$`*?[#~=%")
PATIENCE = 0.2
"""Seconds between two looks at the clock."""
TAIL = 12
"""Last lines of what a command printed."""


@dataclass(frozen=True)
class Trial:
    """How one run ended.

    code      the exit status; None where it was stopped after the time that was allowed
    marks     what was seen of the function: loaded, called, raised, unknown
    change    the largest change of a result, as a share of its largest entry; None where none was compared
    """

    code: int | None
    seconds: float
    marks: frozenset[str]
    change: float | None
    tail: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return self.code == 0


def tried(
    command: str, own: Own, text: str, *, seconds: float | None, watched: bool = True, stop: Event | None = None
) -> Trial:
    """Run the command with this text in the file's place; after so many seconds, stop it and all that it started.

    stop   where it is set from another thread, the run ends at once
    """
    with tempfile.TemporaryDirectory(prefix="trivium-mutate-") as name:
        scratch = Path(name)
        (scratch / "marks").mkdir()
        _ = (scratch / "original.py").write_text(own.text, encoding=own.encoding)
        planted = watching(own, text) if watched else text
        _ = (scratch / "planted.py").write_text(planted, encoding=own.encoding)
        start = time.monotonic()
        code = _run(command, own, scratch, seconds, stop or Event())
        spent = time.monotonic() - start
        printed = (scratch / "printed").read_text(encoding="utf-8", errors="replace")
        marks = {path.name: path.read_text() for path in (scratch / "marks").iterdir()}
    sizes = [float(size) for mark, size in marks.items() if mark.startswith("change-") and size]
    lines = tuple(line.rstrip() for line in printed.splitlines() if line.strip())
    return Trial(code, spent, frozenset(m for m in marks if "-" not in m), max(sizes, default=None), lines[-TAIL:])


def watching(own: Own, text: str) -> str:
    """The text with a line after the function that has it watched; in an empty line, so that no other line moves."""
    found = function(ast.parse(text), own.name, str(own.path))
    lines, end = text.split("\n"), found.end_lineno or found.lineno
    line = f'{" " * found.col_offset}{found.name} = __import__("trivium_witness").watch({found.name})'
    empty = end < len(lines) and not lines[end].strip()
    return "\n".join([*lines[:end], line, *lines[end + empty :]])


def _run(command: str, own: Own, scratch: Path, seconds: float | None, stop: Event) -> int | None:
    words = as_words(command, own.path)
    with (scratch / "printed").open("wb") as printed:
        process = subprocess.Popen(
            command if words is None else list(words),
            shell=words is None,
            env=environment(own, scratch, os.environ),
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # so that what it started can be stopped with it
        )
        try:
            return _waited(process, None if seconds is None else time.monotonic() + seconds, stop)
        finally:
            if process.poll() is None:
                with suppress(ProcessLookupError):  # it may have ended just now
                    os.killpg(process.pid, signal.SIGKILL)
                _ = process.wait()


def _waited(process: subprocess.Popen[bytes], end: float | None, stop: Event) -> int | None:
    """The exit status; None where time is up, or the run is to stop."""
    while not stop.is_set() and (end is None or time.monotonic() < end):
        with suppress(subprocess.TimeoutExpired):
            return process.wait(PATIENCE)
    return None


def as_words(command: str, path: Path) -> Sequence[str] | None:
    """The command's words, or None where only a shell understands it.

    Python reads a script that it is given by itself, past every hook: `python mine.py` becomes a run of the same script
    by a module.
    """
    try:
        words = shlex.split(command)
    except ValueError:
        return None
    if SHELL & set(command) or not words or shutil.which(words[0]) is None:
        return None
    if len(words) > 1 and Path(words[0]).name.startswith("python") and Path(words[1]).resolve() == path:
        return [words[0], str(PLANTING / "trivium_script.py"), *words[1:]]
    return words


def environment(own: Own, scratch: Path, given: Mapping[str, str]) -> dict[str, str]:
    """What the processes of the tests find in their environment."""
    beside = [str(PLANTING), *filter(None, [given.get("PYTHONPATH")])]
    options = f"{given.get('PYTEST_ADDOPTS', '')} -o cache_dir={shlex.quote(str(scratch / 'pytest'))}".strip()
    return {
        **given,
        "PYTHONPATH": os.pathsep.join(beside),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTEST_ADDOPTS": options,
        "HYPOTHESIS_STORAGE_DIRECTORY": str(scratch / "hypothesis"),
        "TRIVIUM_PLANT_FILE": os.path.realpath(own.path),
        "TRIVIUM_PLANT_TEXT": str(scratch / "planted.py"),
        "TRIVIUM_PLANT_ORIGINAL": str(scratch / "original.py"),
        "TRIVIUM_PLANT_NAME": own.name,
        "TRIVIUM_PLANT_MARKS": str(scratch / "marks"),
        "TRIVIUM_PLANT_LINE": str(LINE),
    }
