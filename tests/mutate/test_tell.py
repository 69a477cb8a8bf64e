"""How what was let through is told: what is unknown, and what no test by finite differences could have seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutate.project import LAYER
from trivium.mutate.course import THROUGH, Outcome
from trivium.mutate.own import read
from trivium.mutate.plant import Plant
from trivium.mutate.tell import FINEST, closing, too_fine

ROW = "sign                        w.T -> -w.T"


def told(folder: Path, *changes: float | None) -> list[str]:
    _ = (folder / "layer.py").write_text(LAYER, encoding="utf-8")
    own = read(f"{folder / 'layer.py'}::affine_backward")
    plant = Plant("sign", "", 10, 4, "w.T", "-w.T", own.text)
    return list(closing(own, [Outcome(plant, THROUGH, 1.0, change, ()) for change in changes]))


def test_unknown_is_explained_where_it_stands(tmp_path: Path) -> None:
    assert "How much the result changes, as a share of its largest entry (? unknown):" in told(tmp_path, None, 1.0)
    assert "How much the result changes, as a share of its largest entry:" in told(tmp_path, 2.0, 1.0)


def test_what_finite_differences_cannot_see_is_marked(tmp_path: Path) -> None:
    lines = told(tmp_path, 3e-8, 1.0)
    assert f"    3e-08* {ROW}" in lines
    assert f"     1.00  {ROW}" in lines
    assert "* smaller than 5e-06: no test by finite differences can be trusted to see it," in lines


def test_the_mark_is_explained_only_where_it_stands(tmp_path: Path) -> None:
    assert [line for line in told(tmp_path, 1.0, None, float("inf")) if "*" in line] == []


@pytest.mark.parametrize(
    ("change", "fine"), [(None, False), (0.0, False), (FINEST / 2, True), (FINEST, False), (float("inf"), False)]
)
def test_what_is_unknown_is_not_called_fine(change: float | None, fine: bool) -> None:
    assert too_fine(change) == fine
