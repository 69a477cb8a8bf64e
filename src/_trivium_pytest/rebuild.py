"""How a value that a test made is written in a script of its own: as text, as an array in a file, or by its name.

Whatever can be none of these is missing: a person has to paste it. Knows nothing of checks.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import math
import os
import reprlib
import symtable
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

PLAIN = (str, bool, int, type(None))
SINGLE = (float, complex)


@dataclass(frozen=True)
class Draft:
    """A script as far as it is written.

    lines    what stands before the check: a name, and the line or function that makes it
    arrays   what stands in the file of arrays
    folders  where modules are looked up
    missing  a name, and what a person has to paste under it
    """

    lines: dict[str, str] = field(default_factory=dict)
    arrays: dict[str, np.ndarray[Any, Any]] = field(default_factory=dict)
    folders: dict[str, None] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)


def written(draft: Draft, name: str, value: object) -> str:
    """The expression of a value; `name` is what it is called where it needs a name."""
    if type(value) in PLAIN or (type(value) in SINGLE and finite(value)):
        return repr(value)
    if isinstance(value, float):
        return f"float({str(value)!r})"
    if isinstance(value, os.PathLike):
        return repr(os.fspath(Path(value).absolute()))
    if isinstance(value, np.ndarray | np.generic):
        return array(draft, name, np.asarray(value))
    if isinstance(value, Mapping):
        pairs = [f"{k!r}: {written(draft, f'{name}.{k}', v)}" for k, v in value.items()]
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, list | tuple) and type(value) in (list, tuple):
        items = [written(draft, f"{name}.{i}", v) for i, v in enumerate(value)]
        inner = ", ".join(items) + ("," if isinstance(value, tuple) and len(items) == 1 else "")
        return f"({inner})" if isinstance(value, tuple) else f"[{inner}]"
    if type(value).__module__ == "torch" and hasattr(value, "detach"):
        return tensor(draft, name, value)
    if type(value).__module__.startswith("jaxlib") and hasattr(value, "__array__"):
        return jax_array(draft, name, np.asarray(value))
    return named(draft, name, value)


def finite(value: Any) -> bool:
    return math.isfinite(abs(value))


def array(draft: Draft, name: str, value: np.ndarray[Any, Any]) -> str:
    """An array, in the file beside the script; one of objects would have to be pickled, and is missing."""
    if value.dtype.hasobject:
        return absent(draft, name, f"an array of Python objects, of shape {value.shape}")
    draft.arrays[name] = value
    return f"arrays[{name!r}]"


def tensor(draft: Draft, name: str, value: Any) -> str:
    """A torch tensor, by way of an array; of a precision that NumPy does not have, it is missing."""
    try:
        numbers = value.detach().cpu().numpy()
    except (TypeError, RuntimeError) as error:
        return absent(draft, name, f"a tensor of {value.dtype}, which no array can hold: {error}")
    draft.lines["torch"] = "import torch"
    grad = ".requires_grad_()" if value.requires_grad else ""
    return f"torch.from_numpy({array(draft, name, numbers)}){grad}"


def jax_array(draft: Draft, name: str, value: np.ndarray[Any, Any]) -> str:
    """A JAX array, by way of one of NumPy's; in 64 bits JAX has to be told to keep them."""
    draft.lines["jax"] = "import jax"
    if value.dtype.itemsize >= np.dtype(np.float64).itemsize:
        draft.lines["jax_enable_x64"] = 'jax.config.update("jax_enable_x64", True)'
    return f"jax.numpy.asarray({array(draft, name, value)})"


def absent(draft: Draft, name: str, what: str) -> str:
    """A name that stands for what has to be pasted: one for one thing, however often it is used."""
    known = next((word for word, said in draft.missing.items() if said == what), None)
    word = known or identifier(name)
    draft.missing[word] = what
    return word


def identifier(name: str) -> str:
    word = "".join(c if c.isalnum() else "_" for c in name)
    return word if word.isidentifier() else f"_{word}"


def named(draft: Draft, name: str, value: object) -> str:
    """A value that a module holds, imported; else a function or class that a test defines, by its source."""
    if isinstance(value, ModuleType):
        draft.lines[name] = f"import {value.__name__} as {name}" if value.__name__ != name else f"import {name}"
        return name
    home = importable(draft, value)
    if home:
        module, attribute = home
        word = attribute.partition(".")[0]
        draft.lines[word] = f"from {module} import {word}"
        return attribute
    if isinstance(value, FunctionType | type):
        return defined(draft, name, value)
    owner, method = getattr(value, "__self__", None), getattr(value, "__name__", "")
    if owner is not None and not isinstance(owner, ModuleType) and callable(getattr(owner, method, None)):
        whose = owner.__name__ if isinstance(owner, type) else type(owner).__name__.lower()
        return f"{named(draft, whose, owner)}.{method}"
    return absent(draft, name, f"{type(value).__module__}.{type(value).__qualname__}: {short(value)}")


def importable(draft: Draft, value: object) -> tuple[str, str] | None:
    """The module and the name under which a script finds this very object."""
    own = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
    homes = [own] if isinstance(own[0], str) and isinstance(own[1], str) else []
    if not isinstance(value, FunctionType | type):  # an instance knows no name of its own
        holders = ((m, vars(module)) for m, module in list(sys.modules.items()) if isinstance(module, ModuleType))
        homes += [(m, n) for m, there in holders for n, held in list(there.items()) if held is value]
    for module, name in homes:
        if module != "__main__" and held_by(module, name) is value and reachable(draft, str(module)):
            return str(module), str(name)
    return None


def held_by(module: object, name: object) -> object:
    """What a module holds under a dotted name."""
    found: object = sys.modules.get(str(module))
    for part in str(name).split("."):
        found = getattr(found, part, None)
    return found


def reachable(draft: Draft, module: str) -> bool:
    """Whether a fresh Python finds a module: it is installed, or lies below a folder as its name says."""
    file = getattr(sys.modules[module], "__file__", None)
    if file is None or not Path(file).is_file():
        return module in sys.builtin_module_names
    path = Path(file).absolute().with_suffix("")
    parts = (*module.split("."), "__init__") if path.name == "__init__" else tuple(module.split("."))
    if path.parts[-len(parts) :] != parts:
        return False
    folder = path.parents[len(parts) - 1]
    if "site-packages" not in folder.parts and not folder.is_relative_to(Path(os.__file__).parent):
        draft.folders[str(folder)] = None
    return True


def defined(draft: Draft, name: str, value: FunctionType | type) -> str:
    """A function or class that is defined inside a test: its source, and what that source needs."""
    found = source(value)
    if found is None:
        return absent(draft, name, f"{short(value)}, of which there is no source")
    text = f"{identifier(name)} = {found}" if found.startswith("lambda") else found
    word = identifier(name) if found.startswith("lambda") else value.__name__
    if word in draft.lines:
        return word
    draft.lines[word] = ""  # taken, while what it needs is written before it
    there = surroundings(value)
    for need in sorted(needs(text)):
        if need not in there:
            _ = absent(draft, need, f"a name that {word} reads, and that is not set")
        elif need != word and not refers(draft, need, there[need]):
            draft.lines[need] = f"{need} = {written(draft, need, there[need])}"
    del draft.lines[word]
    draft.lines[word] = text
    return word


def refers(draft: Draft, name: str, value: object) -> bool:
    """Whether the name is that of an import or a function, now written; a plain value is set instead."""
    if isinstance(value, ModuleType | FunctionType | type) or callable(value):
        word = named(draft, name, value)
        if word not in (name, *draft.missing):
            draft.lines[f"{name} = {word}"] = f"{name} = {word}"
        return True
    return name in draft.lines


def surroundings(value: FunctionType | type) -> Mapping[str, object]:
    """The names that a function or class can read: its module's, and those of the test around it."""
    if isinstance(value, type):
        methods = [m for m in vars(value).values() if isinstance(m, FunctionType)]
        around = {n: x for m in methods for n, x in inspect.getclosurevars(m).nonlocals.items()}
        return {**vars(sys.modules.get(value.__module__, builtins)), **around}
    return {**value.__globals__, **inspect.getclosurevars(value).nonlocals}


def needs(text: str) -> set[str]:
    """The names that a source reads and does not set, but for Python's own."""
    table = symtable.symtable(text, "repro", "exec")
    own = {s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported()}
    read = {s.get_name() for t in tables(table) for s in t.get_symbols() if s.is_global() and s.is_referenced()}
    read |= {s.get_name() for s in table.get_symbols() if s.is_referenced()}
    return read - own - set(vars(builtins))


def tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    for child in table.get_children():
        yield child
        yield from tables(child)


def source(value: FunctionType | type) -> str | None:
    """The text of a function, lambda or class, as far as its file is there."""
    try:
        if isinstance(value, FunctionType) and value.__name__ == "<lambda>":
            return lambda_text(value)
        text = textwrap.dedent(inspect.getsource(value))
        _ = ast.parse(text)
    except (OSError, TypeError, SyntaxError):
        return None
    return text.rstrip()


def lambda_text(value: Callable[..., Any]) -> str | None:
    """A lambda: the one in its file whose body stands just where its code says."""
    tree = ast.parse("".join(inspect.findsource(value)[0]))
    places = set(value.__code__.co_positions())
    lambdas = [node for node in ast.walk(tree) if isinstance(node, ast.Lambda)]
    found = [node for node in lambdas if place(node.body) in places and node.lineno == value.__code__.co_firstlineno]
    outer = max(found, key=lambda node: place(node.body)[3] or 0, default=None)
    return None if outer is None else ast.unparse(outer)


def place(node: ast.expr) -> tuple[int | None, int | None, int | None, int | None]:
    """Where an expression stands, as the code made of it says."""
    return node.lineno, node.end_lineno, node.col_offset, node.end_col_offset


def short(value: object) -> str:
    """A value in about sixty characters; of one that cannot show itself, what it is."""
    return SHORT.repr(value)


SHORT = reprlib.Repr()
SHORT.maxother = 60
