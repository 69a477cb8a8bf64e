"""The gradient and the cost are found under usual names; several or none is said, with what was looked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.grade.handed import handed
from trivium.errors import OracleError
from trivium.grade.choice import Choice, chosen, functions
from trivium.own.source import loaded


def choice(folder: Path, *functions: str, gradient: tuple[str, ...] = (), cost: tuple[str, ...] = ()) -> Choice:
    source = "from numpy import *\n" + "".join(f"def {name}(x):\n    return x\n" for name in functions)
    return chosen(loaded(handed(folder, {"a.py": source}) / "a.py"), gradient=gradient, cost=cost)


@pytest.mark.parametrize(
    ("functions", "gradient", "cost"),
    [
        (["cost", "grads", "sigmoid"], "grads", "cost"),
        (["Gradient", "Loss"], "Gradient", "Loss"),
        (["L", "grad"], "grad", "L"),
        (["forward", "backward"], "backward", "forward"),
        (["forward", "backward", "loss", "gradients"], "gradients", "loss"),
        (["compute_cost", "backprop"], "backprop", "compute_cost"),
    ],
)
def test_usual_names_are_found(functions: list[str], gradient: str, cost: str, tmp_path: Path) -> None:
    assert choice(tmp_path, *functions) == Choice(gradient, cost)


def test_what_is_only_imported_is_not_taken(tmp_path: Path) -> None:
    assert choice(tmp_path, "cost", "grads").gradient == "grads"  # NumPy has a gradient, too


def test_a_name_that_is_told_is_taken_and_the_first_of_several_that_is_there(tmp_path: Path) -> None:
    found = choice(tmp_path, "slope", "energy", "cost", "grads", gradient=("nope", "slope"), cost=("energy",))
    assert found == Choice("slope", "energy")


def test_without_a_cost_there_is_a_note(tmp_path: Path) -> None:
    note = "no cost was found among grads; looked for cost, forward, loss and 12 more (or say --cost NAME)"
    assert choice(tmp_path, "grads") == Choice("grads", None, note)


@pytest.mark.parametrize(
    ("functions", "told", "says"),
    [
        (["grads", "grad"], {}, "grads and grad may each be the gradient: say which, as in --gradient grads"),
        (["grads", "cost", "loss"], {}, "cost and loss may each be the cost: say which, as in --cost cost"),
        (["a", "b"], {}, "no gradient was found among a and b; looked for grads, backward, grad and 10 more"),
        ([], {}, "no gradient was found: there is no function, and no class with a backward; looked for grads,"),
        (
            ["grads", "f"],
            {"gradient": ("grds",)},
            "--gradient names 'grds', and the file has grads and f; did you mean",
        ),
        (["grads"], {"cost": ("mine", "his")}, "--cost names 'mine' and 'his', and the file has grads"),
        ([], {"gradient": ("mine",)}, "--gradient names 'mine', and the file has no function"),
    ],
)
def test_none_or_several_is_said(
    functions: list[str], told: dict[str, tuple[str, ...]], says: str, tmp_path: Path
) -> None:
    with pytest.raises(OracleError) as caught:
        _ = choice(tmp_path, *functions, **told)
    assert str(caught.value).startswith(says)


LAYER = "class {}:\n    def forward(self, x):\n        return x\n    def backward(self, d):\n        return d\n"


def test_the_last_class_with_a_backward_stands_for_the_network(tmp_path: Path) -> None:
    source = "".join(map(LAYER.format, ["Linear", "Net"]))
    module = loaded(handed(tmp_path, {"a.py": source}) / "a.py")
    assert chosen(module) == Choice("Net", None)
    assert chosen(module, gradient=["Linear"]) == Choice("Linear", None)
    made, nothing = functions(module, chosen(module))
    assert (type(made), nothing) == (vars(module)["Net"], None)
    with pytest.raises(OracleError, match=r"^--cost names 'x', and the file has Linear, Net and grads$"):
        _ = chosen(loaded(handed(tmp_path, {"b.py": f"{source}def grads():\n    pass\n"}) / "b.py"), cost=["x"])


def test_a_gradient_comes_before_a_class(tmp_path: Path) -> None:
    source = f"{LAYER.format('Net')}def cost(x):\n    return x\ndef grads(x):\n    return x\n"
    module = loaded(handed(tmp_path, {"a.py": source}) / "a.py")
    assert chosen(module) == Choice("grads", "cost")
