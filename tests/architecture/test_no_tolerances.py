"""Nobody chooses a tolerance: none is taken as an argument, none stands as a literal outside `compare/bound.py`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BOUND = ROOT / "src/trivium/compare/bound.py"
COMPAT = ROOT / "src/trivium/compat.py"
"""It has the signatures of others, whose tolerances it takes; it must not look at one."""
APART = (BOUND, COMPAT)
FILES = sorted(path for root in ("src", "backends") for path in (ROOT / root).rglob("*.py") if path not in APART)
NAMES = {"rtol", "atol", "tol", "tols", "tolerance", "tolerances", "abs_tol", "rel_tol", "thresh", "threshold"}
CALLS = {"allclose", "isclose", "assert_allclose", "assert_close", "assert_almost_equal", "approx"}
SMALL = 0.01

GUILTY = {
    "an argument": "def check(a, b, *, rtol=None): ...",
    "a keyword": "compare(a, b, atol=x)",
    "a variable": "tol = limit()",
    "somebody else's comparison": "np.allclose(a, b)",
    "a small literal in a comparison": "ok = abs(a - b) < 1e-6",
    "a small literal in a product": "ok = abs(a - b) <= 1e-6 * abs(b)",
    "a small power in a comparison": "ok = residual > 2.0**-40",
}
INNOCENT = {
    "a line that bound.py gives": "ok = residual <= bound.line(u)",
    "a comparison with zero": "ok = x > 0.0",
    "a step": "h = 1e-200",
    "a word of prose": "'''No tolerance is chosen here.'''",
}


def number(node: ast.expr) -> float | None:
    """The value of a literal, or of a power of two literals."""
    match node:
        case ast.Constant(value=float(value) | int(value)):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            inner = number(operand)
            return None if inner is None else -inner
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            base, exponent = number(left), number(right)
            return None if base is None or exponent is None else base**exponent
    return None


def small_literals(compared: ast.Compare) -> Iterator[str]:
    for node in ast.walk(compared):
        value = number(node) if isinstance(node, ast.expr) else None
        if value is not None and 0 < abs(value) < SMALL:
            yield f"line {compared.lineno}: compares with {ast.unparse(node)}"


def tolerances(source: str) -> list[str]:
    """Every place where a source names, takes or writes down a tolerance."""
    found = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.arg(arg=name) | ast.keyword(arg=str(name)) | ast.Name(id=name) if name in NAMES:
                found.append(f"{name} is named")
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in CALLS:
                found.append(f"line {node.lineno}: calls {name}")
            case ast.Compare():
                found += small_literals(node)
    return found


@pytest.mark.parametrize("source", GUILTY.values(), ids=list(GUILTY))
def test_a_tolerance_is_found(source: str) -> None:
    assert tolerances(source)


@pytest.mark.parametrize("source", INNOCENT.values(), ids=list(INNOCENT))
def test_what_is_none_is_not_accused(source: str) -> None:
    assert tolerances(source) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_source_has_a_tolerance(path: Path) -> None:
    assert tolerances(path.read_text(encoding="utf-8")) == []


def looked_at(source: str) -> list[str]:
    """The tolerances that a source reads, and does not merely take."""
    return [n.id for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Name) and n.id in NAMES]


def test_the_signatures_of_others_take_tolerances_that_nobody_looks_at() -> None:
    source = COMPAT.read_text(encoding="utf-8")
    assert looked_at(source) == []
    assert "atol: object = None" in source


def test_a_tolerance_that_is_looked_at_is_seen() -> None:
    assert looked_at("def check(*, atol=None):\n    return atol") == ["atol"]
