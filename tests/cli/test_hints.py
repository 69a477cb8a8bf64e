"""Hints instead of a report: as far as it is right, then from vague to exact, and nothing given away too early."""

from __future__ import annotations

from pathlib import Path

import pytest

from trivium.cli.entry import main

NET = str(Path(__file__).parents[2] / "examples/nets/notebook.net.toml")
OWN = """
import numpy as np

def grads(S, w1, w2, w3, b1, b2, b3, y):
    g3 = np.tanh(w1 @ S + b1)
    g6 = 1 / (1 + np.exp(-(w2 @ g3 + b2)))
    dg8 = 2 * (w3 @ g6 + b3 - y) / y.shape[1]
    dg5 = (w3.T @ dg8) * g6 * (1 - g6)
    dg2 = (w2.T @ dg5) * (1 - g3 SQUARED)
    return {
        "w1": dg2 @ S.T, "b1": dg2.sum(axis=1, keepdims=True), "w2": dg5 @ g3.T,
        "b2": dg5.sum(axis=1, keepdims=True), "w3": dg8 @ g6.T, "b3": dg8.sum(axis=1, keepdims=True),
    }
"""


def told(folder: Path, squared: str, level: int, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    path = folder / "own.py"
    _ = path.write_text(OWN.replace("SQUARED", squared))
    code = main(["check", f"{path}::grads", "--against", NET, "--hints", str(level)])
    return code, " ".join(capsys.readouterr().out.split())


def test_the_first_says_only_how_far_it_is_right(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, text = told(tmp_path, "", 1, capsys)
    assert code == 1
    assert "4 of 6 gradients are right" in text
    assert text.count("hint:") == 1
    assert "tanh" not in text


def test_the_second_names_the_step_and_the_last_the_slip(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    second, last = (told(tmp_path, "", level, capsys)[1] for level in (2, 4))
    assert "g3, the tanh" in second
    assert "not squared" not in second
    assert "At g3: tanh not squared." in last
    assert last.startswith(second)


def test_what_is_right_is_told_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, text = told(tmp_path, "** 2", 4, capsys)
    assert code == 0
    assert text.endswith("hint: All 6 gradients are right.")


def test_hints_are_about_a_network(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "own.py"
    _ = path.write_text(OWN.replace("SQUARED", "** 2"))
    assert main(["check", f"{path}::grads", "--hints", "1"]) == 2
    assert "--against" in capsys.readouterr().err
