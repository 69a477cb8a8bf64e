"""No source file is past 300 lines and no function past 60: what grows longer is two things."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted(path for root in ("src", "backends") for path in (ROOT / root).rglob("*.py"))
MOST_LINES, LONGEST_FUNCTION = 300, 60


def lines(source: str) -> int:
    return len(source.splitlines())


def long_functions(source: str) -> list[str]:
    functions = [n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.FunctionDef)]
    return [f.name for f in functions if (f.end_lineno or f.lineno) - f.lineno + 1 > LONGEST_FUNCTION]


def test_a_long_file_is_seen() -> None:
    assert lines("x = 1\n" * 301) > MOST_LINES


def test_a_long_function_is_seen() -> None:
    assert long_functions("def f():\n" + "    x = 1\n" * 60) == ["f"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_is_past_its_budget(path: Path) -> None:
    assert lines(path.read_text(encoding="utf-8")) <= MOST_LINES


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_function_is_past_its_budget(path: Path) -> None:
    assert long_functions(path.read_text(encoding="utf-8")) == []
