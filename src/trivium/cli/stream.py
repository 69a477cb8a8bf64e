"""What goes to the terminal: results to stdout, all else to stderr, color and progress only where somebody looks.

Knows nothing of what is said.
"""

from __future__ import annotations

import errno
import os
import shutil
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TypeVar

from trivium.report.phrase import visible

Thing = TypeVar("Thing")

NARROWEST, WIDEST = 72, 100
PATIENCE = 1.0
"""Seconds before a person is shown that something is going on."""
FAULTS = frozenset({errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF})
"""What the system says of a stream that takes no more; of a file that cannot be opened it says something else."""


class OutputError(Exception):
    """What was found cannot be put where it should go."""


def is_open() -> bool:
    """Whether there is a stdout; Python has none where a shell's `>&-` has closed it."""
    return sys.stdout is not None


def stuck(error: OSError) -> bool:
    """Whether an error is that of writing to a stream, and no bug."""
    return error.errno in FAULTS and error.filename is None


def discard() -> None:
    """Leave nothing to flush, so that Python does not complain at exit that it cannot be written."""
    _ = os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def say(text: str = "") -> None:
    """A result, to stdout."""
    _ = sys.stdout.write(f"{text}\n")


def mention(text: str) -> None:
    """What is no result (an error, where a file went), to stderr, after all that went to stdout."""
    if is_open():
        _ = sys.stdout.flush()
    complain(text)


def complain(text: str) -> None:
    """A line or more to stderr alone, characters that a terminal would obey made visible."""
    lines = "\n".join(map(visible, text.split("\n")))
    if sys.stderr is not None:
        with suppress(OSError):  # nowhere is left to say that there is nowhere to say it; the exit code does
            _ = sys.stderr.write(f"{lines}\n")


def colorful() -> bool:
    """Whether stdout is a terminal that shows color, and NO_COLOR does not forbid it."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def width() -> int:
    """Columns to fill: the terminal's, within reason; 80 where there is none."""
    if not sys.stdout.isatty():
        return 80
    return min(max(shutil.get_terminal_size().columns, NARROWEST), WIDEST)


def forgiving() -> None:
    """Let a terminal without Unicode show `?` where a formula has a letter that it lacks, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)  # absent where a test or a notebook has put its own stream
        if reconfigure is not None:
            reconfigure(errors="replace")


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """A clock on stderr while something takes longer than a second, on a terminal; nothing elsewhere."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield
        return
    done = threading.Event()
    clock = threading.Thread(target=_tick, args=(visible(what), done), daemon=True)
    clock.start()
    try:
        yield
    finally:
        done.set()
        clock.join()


def counted(things: Sequence[Thing], what: str) -> Iterable[Thing]:
    """The things one by one, a bar with the time left on stderr while they last, on a terminal."""
    if sys.stderr is None or not sys.stderr.isatty():
        return things
    from rich.console import Console
    from rich.progress import track

    return track(things, visible(what), console=Console(stderr=True), transient=True)


def _tick(what: str, done: threading.Event) -> None:
    if done.wait(PATIENCE):
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        _ = progress.add_task(what, total=None)
        _ = done.wait()
