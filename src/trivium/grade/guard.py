"""What a submission may not do, refused and told as it happens: write elsewhere, start processes, use the network.

A measure of order, and no security boundary: who wants to get past it can. Knows nothing of gradients.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from os.path import abspath, basename, dirname, join, realpath
from types import FrameType
from typing import Any

PROCESSES = frozenset(
    {"subprocess.Popen", "os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "pty.spawn"}
)
LIMITS = frozenset({"resource.setrlimit", "resource.prlimit"})
SIGNALS = frozenset({"os.kill", "os.killpg"})
CHANGES: dict[str, tuple[tuple[int, int | None], ...]] = {
    "os.remove": ((0, 1),),
    "os.rename": ((0, 2), (1, 3)),
    "os.mkdir": ((0, 2),),
    "os.rmdir": ((0, 1),),
    "os.link": ((0, 2), (1, 3)),
    "os.symlink": ((1, 2),),
    "os.chmod": ((0, 2),),
    "os.chown": ((0, 3),),
    "os.utime": ((0, 3),),
    "os.truncate": ((0, None),),
    "os.setxattr": ((0, None),),
    "os.removexattr": ((0, None),),
    "shutil.rmtree": ((0, 1),),
    "sqlite3.connect": ((0, None),),
}
"""What changes files: where among its arguments a path stands, and the folder that the path is relative to."""
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
ALLOWED = ("/dev/null", ":memory:")


def stand(scratch: str, file: str, tell: Callable[[str], None]) -> None:
    """Refuse from now on; `tell` hears each refusal once, with the line of `file` that asked for it."""
    import _posixsubprocess  # what multiprocessing starts processes with, unheard by any hook

    told: set[str] = set()

    def refuse(what: str) -> None:
        line = _line(file)
        said = f"{what} (line {line})" if line else what
        if said not in told:
            told.add(said)
            tell(said)
        raise PermissionError(f"{what} is refused while a submission is graded")

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        what = _forbidden(event, arguments, scratch)
        if what:
            refuse(what)

    def no_process(*_: Any) -> int:
        refuse("starting a process")
        return -1

    _posixsubprocess.fork_exec = no_process
    sys.addaudithook(hook)


def _forbidden(event: str, arguments: tuple[Any, ...], scratch: str) -> str:
    """What an event would do that may not be done, in words, or nothing."""
    if event == "open":
        return _opening(arguments[0], arguments[1], arguments[2], scratch)
    if event in CHANGES:
        return next((f"changing {path}" for path in _changed(event, arguments) if not _inside(path, scratch)), "")
    if event in PROCESSES:
        return f"starting a process ({event})"
    if event.startswith("socket.") and event != "socket.gethostname":
        return "using the network"
    if event in LIMITS:
        return "changing its limits"
    if event in SIGNALS and arguments[0] != os.getpid():
        return "sending a signal to another process"
    return ""


def _opening(path: Any, mode: Any, flags: Any, scratch: str) -> str:
    writes = (isinstance(mode, str) and set(mode) & set("wax+")) or (isinstance(flags, int) and flags & WRITING)
    if not writes or isinstance(path, int):
        return ""
    at = realpath(os.fsdecode(path))
    return "" if _inside(at, scratch) else f"writing {at}"


def _changed(event: str, arguments: tuple[Any, ...]) -> Iterator[str]:
    """The paths that an event changes; the last part of a path as it stands, for a link is changed itself."""
    for at, relative_to in CHANGES[event]:
        path = arguments[at]
        if isinstance(path, int):
            path = f"/proc/self/fd/{path}"
        folder = -1 if relative_to is None or len(arguments) <= relative_to else arguments[relative_to]
        path = os.fsdecode(path)
        if path in ALLOWED:
            continue
        if isinstance(folder, int) and folder >= 0:
            path = join(realpath(f"/proc/self/fd/{folder}"), path)
        path = abspath(path)
        followed = event in ("os.chmod", "os.chown", "os.utime", "os.truncate", "sqlite3.connect")
        yield realpath(path) if followed else join(realpath(dirname(path)), basename(path))


def _inside(path: str, scratch: str) -> bool:
    return path in ALLOWED or path == scratch or path.startswith(scratch + os.sep)


def _line(file: str) -> int:
    """The line of the submission from which this is called."""
    frame: FrameType | None = sys._getframe()
    while frame is not None and frame.f_code.co_filename != file:
        frame = frame.f_back
    return 0 if frame is None else frame.f_lineno
