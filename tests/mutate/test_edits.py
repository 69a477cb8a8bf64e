"""Each form of each mistake is planted where it should be, and nowhere else; every name is the catalogue's."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from tests.mutate.forms import EVERY, source
from trivium.mistakes import MISTAKES
from trivium.mutate.body import Body
from trivium.mutate.change import Edit
from trivium.mutate.edits import EDITS
from trivium.mutate.own import Own, function
from trivium.mutate.plant import Plant, changes, plants
from trivium.mutate.splice import spliced

LACKING = {
    *(
        "constant-factor-forgotten",
        "copies-overwritten",
        "derivative-at-input",
        "difference-left-in",
        "duplicates-averaged",
    ),
    *("empty-row-divided", "gain-outside", "gradient-of-scores", "groups-interleaved", "ignored-rows"),
    *("last-input-saved", "length-constant", "length-with-eps", "momentum-left-in", "product-divided"),
    *("variance-or-its-logarithm", "weights-updated-first"),
}
"""Of the catalogue, what has no form here: it needs more of a program than one function shows."""


@cache
def own(text: str, name: str = "backward") -> Own:
    """A function as if it stood in a file."""
    tree = ast.parse(text)
    return Own(Path("mine.py"), name, text, "utf-8", tree, function(tree, name, "mine.py"))


@cache
def planted(statement: str) -> tuple[Plant, ...]:
    """Every mistake in a statement."""
    return tuple(plants(own(source(statement))))


@pytest.mark.parametrize(("mistake", "before", "after"), EVERY)
def test_a_mistake_is_planted(mistake: str, before: str, after: str) -> None:
    wanted = ast.unparse(ast.parse(f"if True:\n    {after}")).removeprefix("if True:\n")
    found = [ast.unparse(ast.parse(plant.text)) for plant in planted(before) if plant.mistake == mistake]
    assert any(" ".join(wanted.split()) in " ".join(text.split()) for text in found), found


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.mistake)
def test_every_edit_has_a_form_that_shows_it(edit: Edit) -> None:
    mine = (own(source(before)) for mistake, before, _ in EVERY if mistake == edit.mistake)
    assert any(list(edit.find(Body(one))) for one in mine)


def test_every_name_is_the_catalogues() -> None:
    assert {edit.mistake for edit in EDITS} <= set(MISTAKES)


def test_what_has_no_form_is_known() -> None:
    assert set(MISTAKES) - {edit.mistake for edit in EDITS} == LACKING


@pytest.mark.parametrize(("mistake", "before", "after"), EVERY)
def test_every_change_can_be_written(mistake: str, before: str, after: str) -> None:
    mine = own(source(before))
    lost = [(edit.mistake, ast.unparse(c.new)) for edit, c in changes(Body(mine), EDITS) if spliced(mine, c) is None]
    assert lost == []


@pytest.mark.parametrize(
    "statement",
    [
        "n, k = x.shape",
        "dw = np.zeros((n + 1, k - 1))",
        "dw = dout.reshape(n * 2, -1)",
        "assert x.shape[0] - 1 == n",
        "print('no gradient in it', n + 1)",
        "text += 'no gradient in it'",
        "text = text + f'no gradient in {n}'",
    ],
)
def test_what_is_no_value_of_a_gradient_is_left_alone(statement: str) -> None:
    line = source(statement).split("\n").index(f"    {statement}") + 1
    assert [p for p in plants(own(source(statement))) if p.line == line] == []


def test_the_loss_that_is_returned_with_its_gradient_is_left_alone() -> None:
    text = "import numpy as np\n\n\ndef loss(x, n):\n    return np.mean(x) / n, 2 * x / n\n"
    found = plants(own(text, "loss"))
    assert {p.before for p in found} == {"2 * x", "2 * x / n"}


def test_no_two_plants_are_the_same_program() -> None:
    mine = own(source("dw = dout * h * (1 - h) / n"))
    programs = [ast.dump(ast.parse(plant.text)) for plant in plants(mine)]
    assert len(programs) == len(set(programs)) > 5


def test_no_plant_is_the_program_as_it_was() -> None:
    mine = own(source("dw = x.T @ dout / n"))
    assert ast.dump(mine.tree) not in [ast.dump(ast.parse(plant.text)) for plant in plants(mine)]


def test_an_f_string_is_left_alone_and_in_the_way_of_nothing() -> None:
    mine = own(source("name = f'{x - h} {stride}'; dw = x - h"))
    found = [plant.text for plant in plants(mine) if plant.mistake == "sign"]
    assert len(found) == 1
    assert "name = f'{x - h} {stride}'; dw = x + h" in found[0]


@pytest.mark.parametrize(
    ("statement", "after"),
    [
        ("dw = (x.T @ dout  # the sum\n        / n)", "dw = (x.T @ dout)"),
        ("dw = (\n        (x - h)  # the error\n        * 2\n    )", "dw = (\n        x - h\n    )"),
        ("dw = x.T @ dout / n; db = h", "dw = x.T @ dout; db = h"),
        ("größe = 'ü'; dw = x.T @ dout / n", "größe = 'ü'; dw = x.T @ dout"),
        ("dw = [x.T @ d / n for d in dout]", "dw = [x.T @ d for d in dout]"),
        ("dw = -(x + h) / n", "dw = -(x + h)"),
        ("dw = (x + h) / n", "dw = x + h"),
        ("dw = (x + h) / n * w", "dw = (x + h) * w"),
    ],
)
def test_what_does_not_change_stays_as_it_was_typed(statement: str, after: str) -> None:
    mine = own(source(statement))
    texts = [plant.text for plant in plants(mine) if plant.mistake in ("mean-forgotten", "two-forgotten")]
    assert source(after) in texts, texts


def test_what_only_makes_the_loss_is_left_alone_and_a_dict_of_gradients_is_no_gradient() -> None:
    lines = (
        "def loss(self, x):",
        "    w = self.params['w1']",
        "    loss = -x.sum() / 2",
        "    loss += 3 * w * w",
        "    grads = {'w2': 1}",
        "    grads['w1'] = 6 * w",
        "    return loss, grads",
    )
    assert {plant.line for plant in plants(own("\n".join(lines), "loss"))} == {6}
