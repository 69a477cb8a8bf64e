"""Files that a command writes: whole or not at all.

Knows nothing of what is in them.
"""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

import typer

from trivium.cli.stream import OutputError

PAGES = (".html", ".htm")


def write(path: Path, text: str) -> None:
    """Put text in a file, replacing what was there in one step; OutputError where that cannot be done.

    A link stays, and what it leads to is replaced; a device or a pipe is written to.
    """
    try:
        if _is_stream(path):
            with path.open("w", encoding="utf-8") as stream:
                _ = stream.write(text)
            return
        place = path.resolve()
        handle, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                _ = file.write(text)
            os.chmod(name, 0o666 & ~_umask())
            os.replace(name, place)
        except BaseException:
            os.unlink(name)
            raise
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror}") from error


def reserve(path: Path, option: str) -> None:
    """Refuse an option whose file could not be written, before there is anything to write."""
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if _is_stream(path):
            return
        with tempfile.TemporaryFile(dir=path.resolve().parent):
            pass
    except OSError as error:
        raise typer.BadParameter(f"cannot write {path}: {error.strerror}", param_hint=f"'{option}'") from error


def reserve_page(path: Path, option: str) -> None:
    """The same for a page, which a browser knows by the end of its name."""
    if path.suffix.lower() not in PAGES and not _is_stream(path):
        message = f"{path} is no name for a page: end it in .html"
        raise typer.BadParameter(message, param_hint=f"'{option}'")
    reserve(path, option)


def claim(path: Path) -> None:
    """Make a new empty file of this name; BadParameter where there is one already, which is never overwritten."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    except FileExistsError as error:
        raise typer.BadParameter(
            f"{path} exists, and is not overwritten: choose another name, or remove it first"
        ) from error
    except OSError as error:
        raise typer.BadParameter(f"cannot write {path}: {error.strerror}") from error


def _is_stream(path: Path) -> bool:
    """Whether there is something of this name that is written to, not replaced."""
    return path.exists() and not path.is_file()


def _umask() -> int:
    """The permissions that this process withholds; there is no way to read it but to set it."""
    mask = os.umask(0)
    _ = os.umask(mask)
    return mask
