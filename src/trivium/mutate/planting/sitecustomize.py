"""What Python runs first in every process of a person's tests: one file is read as another text, nothing is written.

Knows nothing of trivium, which need not be installed where the tests run, nor of what is planted.
"""

import builtins
import importlib.machinery
import importlib.util
import io
import os
import sys
from typing import Any

FILE = os.environ.get("TRIVIUM_PLANT_FILE", "")
TEXT = os.environ.get("TRIVIUM_PLANT_TEXT", "")
MARKS = os.environ.get("TRIVIUM_PLANT_MARKS", "")
HERE = os.path.dirname(os.path.abspath(__file__))
_open, _open_code = io.open, io.open_code
_get_code = importlib.machinery.SourceFileLoader.get_code


def is_file(path: Any) -> bool:
    """Whether a path is that of the file, however it is spelled."""
    if isinstance(path, int) or not isinstance(path, str | bytes | os.PathLike):
        return False
    name = os.fsdecode(path)
    return os.path.basename(name) == os.path.basename(FILE) and os.path.realpath(name) == FILE


def is_compiled(path: Any) -> bool:
    """Whether a path is that of bytecode kept for the file, which would be read in its place."""
    if isinstance(path, int) or not isinstance(path, str | bytes | os.PathLike):
        return False
    name, stem = os.fsdecode(path), os.path.basename(FILE)[:-2]
    return (
        name.endswith(".pyc")
        and os.path.basename(name).startswith(stem)
        and os.path.dirname(FILE) in os.path.realpath(name)
    )


def loaded() -> None:
    """Leave a mark that the file was read."""
    with _open(os.path.join(MARKS, "loaded"), "a"):
        pass


def open_planted(file: Any, mode: str = "r", *rest: Any, **options: Any) -> Any:
    """`open`, but that the file has the other text, and no bytecode."""
    if set(mode) <= set("rbtU"):
        if is_file(file):
            loaded()
            return _open(TEXT, mode, *rest, **options)
        if is_compiled(file):
            raise FileNotFoundError(2, "no bytecode is kept of a planted file", os.fsdecode(file))
    return _open(file, mode, *rest, **options)


def open_code_planted(path: str) -> Any:
    if is_file(path):
        loaded()
        return _open_code(TEXT)
    return _open_code(path)


def get_code_planted(self: Any, fullname: str) -> Any:
    """The file's code from the other text; its bytecode is neither read nor written."""
    path = self.get_filename(fullname)
    if not is_file(path):
        return _get_code(self, fullname)
    loaded()
    with _open_code(TEXT) as file:
        return self.source_to_code(file.read(), path)


def chain() -> None:
    """Run the sitecustomize that would have been found without this one."""
    elsewhere = [entry for entry in sys.path if os.path.abspath(entry or os.curdir) != HERE]
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", elsewhere)
    if spec is not None and spec.loader is not None:
        spec.loader.exec_module(importlib.util.module_from_spec(spec))


if FILE and TEXT and MARKS:
    builtins.open = io.open = open_planted
    io.open_code = open_code_planted
    importlib.machinery.SourceFileLoader.get_code = get_code_planted  # type: ignore[method-assign]
chain()
