"""What a rule says of itself at a node: where an input was spread, the sum that the engine does is in the equation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from trivium.backend import load_backend
from trivium.cli import main
from trivium.lessons.equation import APART, equations, gathers
from trivium.lessons.lesson import lesson
from trivium.ops import OPS
from trivium.probe import draw
from trivium.spec.file import loads_toml
from trivium.spec.graph import Spec
from trivium_numpy import BACKEND

NUMPY = load_backend("numpy")
BIAS = """name = "bias"
loss = "l"

[inputs]
x = "2 n 3"
m = "2 n h"

[parameters]
w = "3 h"
b = "h"
s = "n 1"

[nodes]
y = "matmul(x, w)"
z = "add(y, b)"
q = "mul(s, z)"
p = "sub(q, m)"
l = "sum(p, axis=None)"

[sizes]
n = 5
h = 4
"""
SPEC = loads_toml(BIAS, vocabulary=OPS).spec


def back(spec: Spec, name: str) -> str:
    values = NUMPY.compile(spec)(draw(spec)).values
    return equations(spec, spec.producer[name], values, NUMPY)[-1]


@pytest.mark.parametrize(
    ("node", "says"),
    [
        ("y", "b̄ = Σ (aᵀ ȳ) over axis 0"),
        ("z", "ā = ȳ, b̄ = Σ ȳ over axes 0, 1"),
        ("q", "ā = Σ (b ∘ ȳ) over axes 0, 2, b̄ = a ∘ ȳ"),
        ("p", "ā = ȳ, b̄ = -ȳ"),
    ],
)
def test_a_sum_is_said_where_one_is_done(node: str, says: str) -> None:
    assert says in back(SPEC, node)


@pytest.mark.parametrize("name", ["z", "q"])
def test_the_sum_that_is_said_is_the_one_that_is_done(name: str) -> None:
    node, run = SPEC.producer[name], NUMPY.compile(SPEC)(draw(SPEC))
    rule = BACKEND.rule(node.op)
    _, saved = rule.forward(*(run.values[n] for n in node.inputs))
    whole = dict(zip(node.inputs, rule.vjp(saved, run.gradients[name]), strict=True))
    sums = gathers(SPEC, node, NUMPY)
    read = [n for n in node.inputs if len(SPEC.consumers[n]) == 1]
    summed = [np.sum(whole[n], axis=sums.get(node.inputs.index(n), ())) for n in read]
    assert [n for n, x in zip(read, summed, strict=True) if not np.allclose(x.ravel(), run.gradients[n].ravel())] == []


@pytest.mark.parametrize("name", [n for n, rule in BACKEND.rules.items() if rule.broadcasts])
def test_a_rule_that_spreads_has_its_equations_in_the_order_of_its_inputs(name: str) -> None:
    said = [
        p
        for p in APART.split((BACKEND.rules[name].vjp.__doc__ or "").partition("\n\n")[0])
        if "\u0304" in p or "ā" in p
    ]
    letters = [p.strip()[0].replace("ā", "a") for p in said if " = " in p and not p.startswith("(")]
    order = {"binary_cross_entropy_with_logits": ["z", "t", "w"], "power": ["b", "p"], "broadcast_to": ["x"]}
    assert letters == order.get(name, ["a", "b"])


@pytest.mark.parametrize("what", [[], ["--html"]])
def test_the_terminal_and_the_page_say_it(what: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    net, page = tmp_path / "bias.net.toml", tmp_path / "page.html"
    _ = net.write_text(BIAS)
    _ = page.write_text("")
    assert main(["explain", str(net), *what, *([str(page)] if what else [])]) == 0
    assert "ā = ȳ, b̄ = Σ ȳ over axes 0, 1" in capsys.readouterr().out + page.read_text()


def test_a_node_s_account_and_a_lesson_say_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    net = tmp_path / "bias.net.toml"
    _ = net.write_text(BIAS)
    assert main(["explain", "z", "--in", str(net)]) == 0
    assert "the sums that the engine adds\n  ā = ȳ, b̄ = Σ ȳ over axes 0, 1\n" in capsys.readouterr().out
    text = lesson(SPEC, draw(SPEC), {"numpy": NUMPY}, None, "lesson").text
    back = [step.split("<h2>")[1].split("<table")[0] for step in text.split('<section class="step backward"')[1:]]
    assert sum("Σ" in head and " over ax" in head for head in back) == 3
