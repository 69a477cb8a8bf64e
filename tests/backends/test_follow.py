"""The tape and the program of a whole gradient, told node by node: nothing is lost, and each stands at its own node."""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any

import pytest

from trivium.backend import load_backend
from trivium.probe import draw
from trivium.tally import Following
from trivium.zoo import ZOO, network, notebook

TORCH: Any = load_backend("torch")
JAX: Any = load_backend("jax")
SMALL = [name for name in ZOO if name not in ("unet", "resnet_block", "gpt", "bert_block", "llama_block")]


def told(road: Any) -> dict[str, tuple[str, str]]:
    spec = notebook()
    return dict(road.follow(spec, draw(spec)))


def test_a_node_of_the_tape_hands_on_to_the_node_before() -> None:
    tape = told(TORCH)
    assert tape["g3"][1].startswith("TanhBackward0 -> AddBackward0 of g2\n    saved result (3, 7)")
    assert "AccumulateGrad of w1" in tape["g1"][1]
    assert tape["g2"][1] == "AddBackward0 -> MmBackward0 of g1, AccumulateGrad of b1"


def test_a_program_s_equations_stand_at_their_nodes() -> None:
    there, back = told(JAX)["g3"]
    assert re.findall(r"= (\w+)", there) == ["tanh", "sub"]
    assert re.findall(r"= (\w+)", back) == ["mul", "mul", "add_any"]


def test_a_program_says_whose_numbers_it_reads() -> None:
    program = told(JAX)
    assert program["g3"][1].splitlines()[0] == "# a of g4, coming back; b, c of g3"
    assert program["g1"][0].splitlines()[0] == "# a, b of what is fed in"


@pytest.mark.parametrize("road", [TORCH, JAX], ids=["torch", "jax"])
def test_an_op_that_changes_changes_its_node_alone(road: Any) -> None:
    right, changed = told(road), told(road.having(tanh=lambda x: (x + x) / 2))
    assert [n for n in right if right[n] != changed[n]] == ["g3"] + (["g4"] if road is TORCH else [])


@pytest.mark.parametrize("name", SMALL)
def test_every_node_is_told(name: str) -> None:
    spec = network(name)
    given = draw(spec)
    assert isinstance(TORCH, Following)
    assert isinstance(JAX, Following)
    for road in (TORCH, JAX):
        found = road.follow(spec, given)
        assert list(found) == [node.name for node in spec.nodes]
        assert all(part for parts in found.values() for part in parts)


@pytest.mark.parametrize("name", ["notebook", "classifier", "diamond", "lstm_tagger", "gru_regression", "gpt_block"])
def test_no_equation_is_lost(name: str) -> None:
    follow = import_module("trivium_jax.follow")
    spec = network(name)
    seen: list[list[str]] = []
    names = follow.names

    def noted(program: Any) -> list[str]:
        seen.append(names(program))
        return seen[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(follow, "names", noted)
        _ = JAX.follow(spec, draw(spec))
    labels = {label for node in spec.nodes for label in (f"jvp({node.name})", f"transpose(jvp({node.name}))")}
    assert len(seen[0]) > 10
    assert [name for name in seen[0] if name not in labels] == []
