"""Where a person's code raised: its own last line, not that of a library that it called; of a cell, its line there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import trivium as tv
from trivium.errors import OracleError
from trivium.own.source import function

SOURCE = """import numpy as np


def cost(x):
    return float(np.sum(x))


def grads(x):
    return inner(x)


def inner(x):
    return np.linalg.inv(x)
"""


def raised(grads: Any, cost: Any) -> str:
    with pytest.raises(OracleError) as caught:
        _ = tv.check_gradient(cost, grads, at=(np.ones(3),))
    return caught.value.problems[0].where


def test_the_last_line_of_one_s_own_is_told(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    _ = file.write_text(SOURCE, encoding="utf-8")
    grads, cost = (function(f"{file}::{name}") for name in ("grads", "cost"))
    assert raised(grads, cost) == f"{file}:13, return np.linalg.inv(x)"


def test_of_a_cell_its_own_line_is_told(tmp_path: Path) -> None:
    file = tmp_path / "mine.ipynb"
    cells = [{"cell_type": "code", "source": text, "metadata": {}, "outputs": []} for text in ("import numpy", SOURCE)]
    _ = file.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}))
    grads, cost = (function(f"{file}::{name}") for name in ("grads", "cost"))
    assert raised(grads, cost) == f"{file}, line 13 of its cell, in inner"


def test_what_cannot_even_be_called_raised_nowhere() -> None:
    assert raised(lambda *, y: y, lambda x: float(x.sum())) == ""
