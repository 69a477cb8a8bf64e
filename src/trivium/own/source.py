"""Where a person's functions stand: a Python file, a notebook, or its text with In [n]: prompts.

A Python file is run as a module is imported. Of a notebook only imports, functions and classes are run, and nothing
that computes. Knows nothing of what the functions do.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from trivium.errors import OracleError, did_you_mean

MARK = "::"
PROMPT = re.compile(r"(?m)^\s*In\s*\[\s*\d*\s*\]:[ \t]*\n?")
OUTPUT = re.compile(r"(?m)^\s*Out\s*\[\s*\d*\s*\]:")
DEFINES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)


def function(target: str) -> Callable[..., Any]:
    """The function that `mynet.py::grads` names; OracleError where there is no such file, or no such function in it."""
    path, _, name = target.partition(MARK)
    module = loaded(Path(path))
    found = getattr(module, name, None)
    if not callable(found):
        there = [n for n, x in vars(module).items() if callable(x) and getattr(x, "__module__", "") == module.__name__]
        raise OracleError(
            f"{path} has no function {name!r}{did_you_mean(name, there)}; it has {', '.join(there) or 'none'}"
        )
    return found  # type: ignore[no-any-return]


def loaded(path: Path) -> ModuleType:
    """A file as a module; its folder is where its own imports are looked up while it runs."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
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
    except Exception as error:
        line = f"{type(error).__name__}: {error}"
        raise OracleError(f"{path} cannot be run: {line}") from error
    finally:
        sys.path.remove(str(path.parent))
    return module


def cells(path: Path, text: str) -> Iterator[str]:
    """The code cells of a notebook, or of its text; what is printed between them is left out."""
    if path.suffix == ".ipynb":
        try:
            found = json.loads(text)["cells"]
            yield from ("".join(cell["source"]) for cell in found if cell["cell_type"] == "code")
        except (ValueError, LookupError, TypeError, RecursionError) as error:
            raise OracleError(f"{path} is no notebook: {error}") from error
        return
    for cell in PROMPT.split(text)[1:] if PROMPT.search(text) else [text]:
        yield OUTPUT.split(cell)[0]


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
