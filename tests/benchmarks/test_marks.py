"""What a benchmark's mark says, CodSpeed's plugin must understand too: it refuses words of pytest-benchmark alone."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SUITES = sorted((Path(__file__).parents[2] / "benchmarks").glob("bench_*.py"))
BOTH = {"group", "min_time", "max_time"}


def said(source: str) -> set[str]:
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    marks = [call for call in calls if ast.unparse(call.func) == "pytest.mark.benchmark"]
    return {str(word.arg) for mark in marks for word in mark.keywords}


@pytest.mark.parametrize("suite", SUITES, ids=lambda path: path.stem)
def test_a_mark_says_what_both_plugins_know(suite: Path) -> None:
    words = said(suite.read_text())
    assert "max_time" in words
    assert words <= BOTH


def test_a_word_of_one_alone_is_seen() -> None:
    assert said("x = pytest.mark.benchmark(disable_gc=True)") == {"disable_gc"}
