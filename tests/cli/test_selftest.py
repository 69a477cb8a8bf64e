"""`trivium self-test`: the roads put to every op, and told in a table."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from trivium.cli import main
from trivium.target import select
from trivium_numpy import BACKEND


def test_a_family_is_a_row(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["self-test", "tanh", "mul"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines[1:4]] == [["arithmetic", "1"], ["activation", "1"], ["all", "2"]]
    assert lines[-1] == "The roads agree."
    assert max(map(len, lines)) <= 80


def test_it_is_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["self-test", "tanh", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["family"], row["ops"], row["problems"]) == ("activation", 1, [])
    assert 0 < row["largest"] < 256


def test_a_wrong_rule_is_told_and_fails(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def halved(saved: object, y_bar: object) -> object:
        return (BACKEND.rules["tanh"].vjp(saved, y_bar)[0] / 2,)

    wrong = BACKEND.having(tanh=replace(BACKEND.rules["tanh"], vjp=halved))  # type: ignore[arg-type]
    monkeypatch.setattr("trivium.target.select", lambda names: {**select(names), "numpy": wrong})
    assert main(["self-test", "tanh"]) == 1
    assert "the gradient of x is" in capsys.readouterr().out


def test_an_op_that_is_none_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["self-test", "tanhh"]) == 2
    assert "did you mean 'tanh'?" in capsys.readouterr().err
