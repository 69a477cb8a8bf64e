"""Where a person's functions stand: a Python file, a notebook, or its text with In [n]: prompts.

A Python file is run as a module is imported. Of a notebook only imports, functions and classes are run, and nothing
that computes. Knows nothing of what the functions do.
"""

from __future__ import annotations

import ast
import importlib
import json
import re
import sys
import warnings
from collections.abc import Iterator
from importlib.util import decode_source
from pathlib import Path
from types import ModuleType
from typing import Any

from trivium.errors import OracleError, Problem, did_you_mean
from trivium.own.place import place

MARK = "::"
PROMPT = re.compile(r"(?m)^\s*In\s*\[\s*\d*\s*\]:[ \t]*\n?")
OUTPUT = re.compile(r"(?m)^\s*Out\s*\[\s*\d*\s*\]:")
DEFINES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)


def function(target: str) -> Any:
    """What `mynet.py::grads` or `package.module:Net` names; OracleError where there is no such file or name."""
    if MARK in target:
        where, _, name = target.partition(MARK)
        module = loaded(Path(where))
    else:
        where, _, name = target.partition(":")
        module = _imported(where)
    found: Any = module
    for part in name.split("."):
        found = getattr(found, part, None)
    if not callable(found):
        there = [n for n, x in vars(module).items() if callable(x) and getattr(x, "__module__", "") == module.__name__]
        raise OracleError(
            f"{where} has no function {name!r}{did_you_mean(name, there)}; it has {', '.join(there) or 'none'}"
        )
    return found


def _imported(name: str) -> ModuleType:
    """A module by its name; the folder that a person is in is looked at first, as Python does."""
    sys.path.insert(0, "")
    try:
        return importlib.import_module(name)
    except (Exception, SystemExit) as error:
        message = f"{name} cannot be imported: {type(error).__name__}: {error}"
        raise OracleError(Problem(message, place(error))) from error
    finally:
        sys.path.remove("")


def loaded(path: Path) -> ModuleType:
    """A file as a module; its folder is where its own imports are looked up while it runs."""
    try:
        text = text_of(path)
    except (OSError, UnicodeDecodeError, SyntaxError) as error:
        raise OracleError(f"{path} cannot be read: {error}") from error
    module = ModuleType(re.sub(r"\W", "_", path.stem) or "own")
    module.__file__ = str(path)
    if path.suffix == ".py" and not PROMPT.search(text):
        parts = [_parsed(text, str(path))]
    else:
        parts = [_definitions(_parsed(cell, str(path))) for cell in cells(path, text)]
    sys.path.insert(0, str(path.parent))
    try:
        for part in parts:
            exec(compile(part, str(path), "exec"), vars(module))
    except (Exception, SystemExit) as error:
        message = f"{path} cannot be run: {type(error).__name__}: {error}"
        raise OracleError(Problem(message, place(error))) from error
    finally:
        sys.path.remove(str(path.parent))
    return module


def text_of(path: Path) -> str:
    """What is in a file; a Python file is read as Python reads it, whose first lines may say how it is encoded."""
    data = path.read_bytes()
    if path.suffix != ".py":
        return data.decode("utf-8")
    try:
        return decode_source(data)
    except SyntaxError:
        _ = data.decode("utf-8")  # which says at which byte
        raise


def cells(path: Path, text: str) -> Iterator[str]:
    """The code cells of a notebook, or of its text; what is printed between them is left out."""
    if path.suffix == ".ipynb":
        yield from _notebook(path, text)
        return
    for cell in PROMPT.split(text)[1:] if PROMPT.search(text) else [text]:
        yield OUTPUT.split(cell)[0]


def _notebook(path: Path, text: str) -> Iterator[str]:
    """The code cells of a notebook of any version."""
    try:
        import nbformat
    except ModuleNotFoundError:
        raise OracleError(f"{path} is a notebook: pip install 'trivium[notebook]' reads it") from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about ids that cells lack: it is read, not written
            document = {"nbformat": 4, "nbformat_minor": 4, "metadata": {}} | json.loads(text)
            found = nbformat.reads(json.dumps(document), as_version=4)  # type: ignore[no-untyped-call]
    except Exception as error:
        raise OracleError(f"{path} is no notebook: {type(error).__name__}: {error}") from error
    yield from (cell.source for cell in found.cells if cell.cell_type == "code")


def _parsed(text: str, where: str) -> ast.Module:
    """A cell as far as it is Python: of what a notebook prints below it, nothing is."""
    lines = text.splitlines()
    for last in range(len(lines), 0, -1):
        try:
            return ast.parse("\n".join(line for line in lines[:last] if not line.lstrip().startswith(("%", "!"))))
        except SyntaxError as error:
            if where.endswith(".py"):
                raise OracleError(f"{where} is no Python: line {error.lineno}: {error.msg}") from error
        except (RecursionError, MemoryError, ValueError) as error:
            raise OracleError(f"{where} cannot be read: {type(error).__name__}: {error}") from error
    return ast.Module([], [])


def _definitions(module: ast.Module) -> ast.Module:
    """The imports, functions and classes among the statements."""
    return ast.Module([node for node in module.body if isinstance(node, DEFINES)], [])
