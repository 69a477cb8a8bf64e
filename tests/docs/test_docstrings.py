"""The examples in docstrings do what they say."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path
from types import ModuleType

import pytest

SRC = Path(__file__).parents[2] / "src"
MODULES = sorted(
    ".".join(path.relative_to(SRC).with_suffix("").parts).removesuffix(".__init__")
    for path in SRC.rglob("*.py")
    if ">>> " in path.read_text(encoding="utf-8")
)


def failures(module: ModuleType) -> int:
    return doctest.testmod(module).failed


def test_an_example_that_lies_is_seen() -> None:
    liar = ModuleType("liar", ">>> 1 + 1\n3\n")
    assert failures(liar) == 1


def test_there_are_examples() -> None:
    assert "trivium.zoo" in MODULES


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_hold(name: str) -> None:
    assert failures(importlib.import_module(name)) == 0
