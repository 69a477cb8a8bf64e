"""Every test states something, and none decides while it runs what to state."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted(path for root in ("tests", "benchmarks") for path in (ROOT / root).rglob("test_*.py"))
STATEMENTS = ("assert_", "raises", "warns", "fnmatch_lines")

SILENT = """
def test_that_looks_busy():
    result = 1 + 1
    print(result)

class TestGroup:
    def test_in_a_class(self):
        compare(1, 2)
"""
LOUD = """
def same(a, b):
    assert a == b

def both(a, b):
    same(a, b)

def test_by_assert():
    assert 1 + 1 == 2

def test_by_raises():
    with pytest.raises(ValueError):
        int("x")

def test_by_a_method():
    result.assert_outcomes(passed=1)

def test_by_a_function_of_this_file():
    both(1, 1)
"""
DECIDING = """
def test_that_decides():
    if installed:
        assert works

def test_straight():
    assert [x for x in y if x]
"""


def found_in(source: str) -> list[ast.FunctionDef]:
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    return [f for f in functions if f.name.startswith("test_")]


def called(node: ast.AST) -> str:
    """The name that a call calls, or nothing."""
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def states(function: ast.AST, stating: frozenset[str] = frozenset()) -> bool:
    """Whether a function asserts, or calls what asserts: a known checker, or a function named in `stating`."""
    return any(
        isinstance(node, ast.Assert) or called(node).startswith(STATEMENTS) or called(node) in stating
        for node in ast.walk(function)
    )


def stating(tree: ast.AST) -> frozenset[str]:
    """The functions of a file that assert, themselves or through one another."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    found: frozenset[str] = frozenset()
    while (more := frozenset(f.name for f in functions if states(f, found))) != found:
        found = more
    return found


def without_assertion(source: str) -> list[str]:
    known = stating(ast.parse(source))
    return [test.name for test in found_in(source) if test.name not in known]


def with_conditional(source: str) -> list[str]:
    return [
        test.name
        for test in found_in(source)
        if any(isinstance(n, ast.If | ast.Try | ast.Match) for n in ast.walk(test))
    ]


def test_a_test_without_an_assertion_is_found() -> None:
    assert without_assertion(SILENT) == ["test_that_looks_busy", "test_in_a_class"]


def test_a_test_with_one_is_not_accused() -> None:
    assert without_assertion(LOUD) == []


def test_a_test_that_decides_is_found() -> None:
    assert with_conditional(DECIDING) == ["test_that_decides"]


def test_there_are_tests_to_look_at() -> None:
    assert Path(__file__) in FILES


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_test_asserts(path: Path) -> None:
    assert without_assertion(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_test_has_a_conditional(path: Path) -> None:
    assert with_conditional(path.read_text(encoding="utf-8")) == []
