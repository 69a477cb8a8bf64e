"""The public API: what `trivium` exports is what it says, and no name hides a submodule."""

from __future__ import annotations

import ast
import pkgutil
from pathlib import Path
from types import ModuleType

import trivium

SOURCE = Path(trivium.__file__ or "").read_text(encoding="utf-8")


def exported(source: str) -> list[str]:
    """The names that a module imports as themselves (`x as x`), which marks them as public."""
    imports = [node for node in ast.parse(source).body if isinstance(node, ast.ImportFrom)]
    aliases = [a for node in imports if node.module != "__future__" for a in node.names]
    return sorted(a.name for a in aliases if a.asname == a.name)


def imported(source: str) -> list[str]:
    """Every name that a module imports, as itself or not."""
    imports = [node for node in ast.parse(source).body if isinstance(node, ast.ImportFrom)]
    return sorted(a.asname or a.name for node in imports if node.module != "__future__" for a in node.names)


def test_all_is_what_is_exported_in_order() -> None:
    assert exported(SOURCE) == sorted(n for n in trivium.__all__ if not n.startswith("__"))


def test_every_name_is_exported_as_itself() -> None:
    assert imported(SOURCE) == exported(SOURCE)


def test_a_name_that_is_only_imported_is_not_exported() -> None:
    assert exported("from a import b as b, c, d as e") == ["b"]


def test_every_public_name_exists_and_is_no_module() -> None:
    assert [n for n in trivium.__all__ if isinstance(getattr(trivium, n), ModuleType)] == []


def test_no_public_name_equals_a_submodule() -> None:
    assert set(trivium.__all__).isdisjoint(m.name for m in pkgutil.iter_modules(trivium.__path__))


def test_there_is_a_public_api() -> None:
    assert {"Spec", "Report", "check"} <= set(trivium.__all__)
