"""What a network's file says of its numbers is found right or refused, whoever asks: with the place and the cure."""

from __future__ import annotations

from pathlib import Path

import pytest

from trivium.cli.entry import main

NET = """values = "numbers.json"
name = "labels"
loss = "l"

[inputs]
x = "2 N"
t = "N"

[parameters]
w = "3 2"

[nodes]
h = "matmul(w, x)"
l = "cross_entropy(h, t, class_axis=0, reduction='mean')"
"""
NUMBERS = '{"x": [[1.0, 2.0], [3.0, 4.0]], "w": [[1.0, 2.0], [3.0, 4.0], [0.5, 0.25]], "t": [LABEL, 1]}'
OWN = "def grads(x, t, w):\n    return {'w': w}\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    _ = (tmp_path / "net.net.toml").write_text(NET, encoding="utf-8")
    _ = (tmp_path / "own.py").write_text(OWN, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


VERBS = (
    ["check", "net.net.toml"],
    ["write", "net.net.toml"],
    ["exercise", "net.net.toml"],
    ["quiz", "net.net.toml", "-o", "quiz"],
    ["lesson", "net.net.toml", "-o", "lesson.html"],
    ["check", "own.py::grads", "--against", "net.net.toml"],
    ["grade", "own.py", "--against", "net.net.toml"],
)
NAMES = [" ".join(verb[:2]) for verb in VERBS]


@pytest.mark.parametrize("arguments", VERBS, ids=NAMES)
def test_half_a_label_is_refused(arguments: list[str], folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    _ = (folder / "numbers.json").write_text(NUMBERS.replace("LABEL", "0.5"), encoding="utf-8")
    assert main(arguments) == 2
    assert capfd.readouterr().err.startswith(
        "ValuesError: input 't'[0] is 0.5; needs integers from 0 to 2\n  in numbers.json\n  a label is a whole number"
    )


@pytest.mark.parametrize("arguments", VERBS, ids=NAMES)
def test_numbers_that_are_not_there_are_missed(
    arguments: list[str], folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    _ = (folder / "number.json").write_text("{}", encoding="utf-8")
    assert main(arguments) == 2
    assert capfd.readouterr().err.startswith(
        "ValuesError: the network's values are in 'numbers.json', and there is no such file; did you mean "
        "'number.json'?\n  in net.net.toml, values = 'numbers.json'\n"
        "  put it there, name another, or leave the line out: then numbers are drawn\n"
    )


@pytest.mark.parametrize(
    "arguments", [["check", "net.net.toml"], ["check", "own.py::grads", "--against", "net.net.toml"]]
)
def test_a_file_of_numbers_that_is_named_is_told(
    arguments: list[str], folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    _ = (folder / "numbers.json").write_text(NUMBERS.replace("LABEL", "0"), encoding="utf-8")
    _ = (folder / "half.json").write_text(NUMBERS.replace("LABEL", "0.5"), encoding="utf-8")
    assert main([*arguments, "--values", "half.json"]) == 2
    assert "\n  in half.json\n" in capfd.readouterr().err


def test_whole_labels_are_taken(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    _ = (folder / "numbers.json").write_text(NUMBERS.replace("LABEL", "0"), encoding="utf-8")
    assert main(["write", "net.net.toml"]) == 0
    assert "'t': np.array([0, 1], dtype='int64')" in capfd.readouterr().out
