"""An op's account: what goes wrong with it is found by doing it wrong; a network's, every step both ways."""

from __future__ import annotations

from pathlib import Path

import pytest

from trivium.backend import load_backend
from trivium.cli.entry import main
from trivium.lessons.account import of_op
from trivium.lessons.step import explain_network
from trivium.lessons.symptom import symptoms
from trivium.ops import OPS
from trivium.probe import draw
from trivium.zoo import ZOO, network

NUMPY = load_backend("numpy")


def test_mistakes_are_told_by_what_they_look_like() -> None:
    seen = {s.mistake: s.seen for s in symptoms(OPS["tanh"], NUMPY)}
    assert seen["sign"].endswith("the sign is flipped")
    assert "cotangent that came in" in seen["derivative-missing"]
    assert "zero everywhere" in seen["detached"]


@pytest.mark.parametrize("name", [n for n in OPS if n not in ("constant", "one_hot", "sign")])
def test_every_op_with_a_gradient_can_go_wrong(name: str) -> None:
    assert list(symptoms(OPS[name], NUMPY))


def test_an_op_knows_its_networks() -> None:
    assert "lstm_tagger" in of_op(OPS["lstm"], {"numpy": NUMPY}).users


@pytest.mark.parametrize("name", ZOO)
def test_a_network_is_told_step_by_step(name: str) -> None:
    spec = network(name)
    text = explain_network(spec, f"zoo:{name}", draw(spec), NUMPY)
    assert [n for n in spec.nodes if f"  {n}    " not in text or f"  back through {n}\n" not in text] == []


@pytest.mark.parametrize("what", [["tanh"], ["zoo:mlp"], ["h1", "--in", "zoo:mlp"]])
def test_a_page_is_written(what: list[str], tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert main(["explain", *what, "--html", str(page)]) == 0
    text = page.read_text()
    assert "<math" in text
    assert "tanh_vjp" in text
    assert "TanhBackward0" in text


def test_a_network_s_rules_are_the_handwritten_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "zoo:classifier"]) == 0
    back = capsys.readouterr().out.partition("backward")[2]
    assert "x̄ = [x > 0] ∘ ȳ" in back
    assert "x̄ = ȳ w, w̄ = ȳᵀ x, c̄ = Σ_b ȳ" in back


def test_a_mistake_that_is_called_like_an_op_is_pointed_at(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "sign"]) == 0
    assert capsys.readouterr().out.rstrip().endswith("trivium mistakes sign")


def test_a_slip_of_the_pen_is_helped_before_a_page_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "sofmax", "--html", "x.html"]) == 2
    assert "softmax" in capsys.readouterr().err


def test_what_has_no_page_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "TV101", "--html", str(tmp_path / "page.html")]) == 2
    assert "--html shows a network, a node or an operation" in capsys.readouterr().err
