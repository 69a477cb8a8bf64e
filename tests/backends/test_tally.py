"""What each road keeps and runs for one gradient: exact for networks of a few nodes, positive for the whole zoo."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import jax
import numpy as np
import pytest
import torch

from tests.backends.networks import SQUARE, TANH, X, network, node, total
from tests.notebook import GIVEN, SPEC
from trivium.backend import Array, Backend, load_backend
from trivium.probe import draw
from trivium.spec.graph import Spec
from trivium.tally import Kept, Tally, Tallying, differentiated
from trivium.zoo import ZOO, mlp, network as zoo
from trivium_jax import BACKEND as JAX
from trivium_jax.border import place, settings
from trivium_jax.tally import traced
from trivium_jax.transform import run_nodes, steps_of
from trivium_numpy import BACKEND as NUMPY
from trivium_torch import BACKEND as TORCH

LAYER = network(
    node("a", "affine", "w x c"),
    node("y", "tanh", "a"),
    total("y"),
    x="3 5",
    parameters={"w": "2 3", "c": "2 1"},
)
VIEW = network(node("v", "reshape", "x", shape="1 3"), node("y", "mul", "v v"), total("y"), x="3")
PRODUCT = network(node("y", "matmul", "a b"), total("y"), parameters={"a": "4 3", "b": "3 5"})
FEW = ("mlp", "lenet", "lstm_tagger")


def tally(road: Backend, spec: Spec, given: Mapping[str, Array] | None = None) -> Tally:
    assert isinstance(road, Tallying)
    return road.tally(spec, draw(spec) if given is None else given)


def of_road(name: str, spec: Spec, given: Mapping[str, Array] | None = None) -> Tally:
    return tally(load_backend(name), spec, given)


def names(found: Tally) -> list[str]:
    """What is kept, by the spec's names, and what has none by its road's words."""
    return [kept.name or kept.what for kept in found.kept]


# what must be kept


def test_by_hand_a_layer_keeps_its_weight_its_data_and_what_tanh_gave() -> None:
    found = of_road("numpy", LAYER)
    assert found.kept == (
        Kept("w", "w", (2, 3), 48, given=True),
        Kept("x", "x", (3, 5), 120, given=True),
        Kept("y", "y", (2, 5), 80, given=False),
    )
    assert found.bytes == 80


def test_a_tape_keeps_no_weight_where_the_data_has_no_gradient() -> None:
    assert of_road("torch", LAYER).kept == (
        Kept("AddmmBackward0.mat2", "x", (3, 5), 120, given=True),
        Kept("TanhBackward0.result", "y", (2, 5), 80, given=False),
    )


def test_a_transformation_keeps_what_the_slope_of_tanh_is_made_of() -> None:
    assert set(of_road("jax", LAYER).kept) == {
        Kept("residual 0", "x", (3, 5), 120, given=True),
        Kept("residual 1", "y", (2, 5), 80, given=False),
        Kept("residual 2, by sub", "", (2, 5), 80, given=False),
    }


def test_no_road_keeps_a_bias_or_what_is_added(road: Backend) -> None:
    found = set(names(tally(road, SPEC, GIVEN)))
    assert found.isdisjoint({"b1", "b2", "b3", "g1", "g2", "g4", "g5", "g7"})
    assert found >= {"S", "g3", "g6", "w2", "w3"}


@pytest.mark.parametrize(("name", "kept"), [("numpy", ["x"]), ("torch", ["x"]), ("jax", ["v"])])
def test_a_view_is_the_memory_of_what_it_looks_at_where_a_road_has_views(name: str, kept: list[str]) -> None:
    found = of_road(name, VIEW)
    assert names(found) == kept
    assert [piece.bytes for piece in found.kept] == [24]


def test_an_array_that_two_nodes_save_is_kept_once(road: Backend) -> None:
    found = tally(road, SPEC, GIVEN)
    assert Counter(kept.name for kept in found.kept)["g3"] == 1


def test_who_saved_what_is_said_in_the_words_of_the_road() -> None:
    said = {road: {k.name: k.what for k in of_road(road, SPEC, GIVEN).kept}["g3"] for road in ("numpy", "torch", "jax")}
    assert said == {"numpy": "g3, g4", "torch": "TanhBackward0.result, MmBackward0.mat2", "jax": "residual 3"}


def test_a_part_of_some_memory_keeps_all_of_it() -> None:
    found = of_road("torch", zoo("lstm_tagger"))
    assert [k.bytes for k in found.kept if k.name == "embedding_1"] == [4 * 3 * 3 * 8]
    assert [k.shape for k in found.kept if k.what.startswith("SigmoidBackward0.result")] == [(3 * 8,)] * 4


# what must run


@pytest.mark.parametrize("spec", [SPEC, LAYER, mlp()], ids=lambda spec: spec.name)
def test_by_hand_one_rule_runs_for_each_node_and_its_vjp_on_the_way_back(spec: Spec) -> None:
    found = of_road("numpy", spec)
    assert (found.forward, found.back, found.unit) == (len(spec.nodes), len(spec.nodes), "rules")


def test_a_node_before_every_parameter_has_no_way_back() -> None:
    spec = network(node("y", "tanh", "x"), node("z", "mul", "y w"), total("z"), x="3", parameters={"w": "3"})
    found = of_road("numpy", spec)
    assert (found.forward, found.back) == (3, 2)


def test_a_tape_runs_tanh_and_sum_then_fills_a_seed_and_runs_the_slope() -> None:
    found = of_road("torch", TANH, X)
    assert (found.forward, found.back, found.unit) == (2, 2, "kernels")  # the sum's way back is a view, `expand`


def test_a_transformation_prepares_the_slope_on_the_way_there() -> None:
    found = of_road("jax", TANH, X)
    assert found.forward == len(("tanh", "1 - y", "sum"))
    assert found.back == len(("spread", "times 1 - y", "times y", "add"))  # (1 - y) ȳ + y (1 - y) ȳ is (1 - y²) ȳ
    assert found.unit == "equations"


def test_the_equations_of_a_loop_count_once_a_turn() -> None:
    counts = [traced(JAX.operations, s, draw(s))[0].forward for s in (zoo("lstm_tagger", t=t) for t in (3, 4, 5))]
    assert counts[2] - counts[1] == counts[1] - counts[0] > 1


def test_xla_counts_a_product_and_a_sum_and_two_products_on_the_way_back() -> None:
    product, additions = 2 * 4 * 3 * 5, 4 * 5 - 1
    assert of_road("jax", PRODUCT).flops == (product + additions, 3 * product + additions)


@pytest.mark.parametrize("name", ["numpy", "torch"])
def test_who_compiles_nothing_has_no_count_of_a_compiler(name: str) -> None:
    assert of_road(name, SQUARE).flops is None


def test_xla_is_not_asked_about_a_loop_whose_body_it_counts_once() -> None:
    assert of_road("jax", zoo("lstm_tagger")).flops is None


# what is differentiated


def test_parameters_are_differentiated_or_all_that_can_be_where_there_are_none() -> None:
    assert differentiated(LAYER).gradients == {"w", "c"}
    assert differentiated(SQUARE).gradients == {"x"}


def test_a_backend_need_not_tally() -> None:
    assert not isinstance(object(), Tallying)


# the zoo


@pytest.mark.parametrize("name", FEW)
def test_a_network_has_a_tally(road: Backend, name: str) -> None:
    check(tally(road, zoo(name)))


@pytest.mark.parametrize("name", ["numpy", "torch"])
@pytest.mark.parametrize("member", ZOO)
def test_every_network_of_the_zoo_has_a_tally(name: str, member: str) -> None:
    check(of_road(name, zoo(member)))


@pytest.mark.parametrize("member", ZOO)
def test_every_network_of_the_zoo_has_a_tally_of_what_is_traced(member: str) -> None:
    check(traced(JAX.operations, zoo(member), draw(zoo(member)))[0])


def check(found: Tally) -> None:
    """Something is kept and run, and each piece of memory is as large as numbers of 1 to 16 bytes make its shape."""
    assert min(found.forward, found.back, found.bytes) > 0
    assert {kept.bytes / math.prod(kept.shape) for kept in found.kept} <= {1, 4, 8, 16}
    named = [kept.name for kept in found.kept if kept.name]
    assert len(named) == len(set(named))


# measured otherwise


@pytest.mark.parametrize("member", ZOO)
def test_the_tape_keeps_what_torch_hands_to_a_hook_and_numbers_of_pythons(member: str) -> None:
    packed: dict[int, int] = {}

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        packed[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
        return tensor.detach()

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        found = of_road("torch", zoo(member))
    sizes = Counter(kept.bytes for kept in found.kept)
    assert Counter(packed.values()) - sizes == Counter()
    assert set(sizes - Counter(packed.values())) <= {8}


@pytest.mark.parametrize("member", ["notebook", *FEW])
def test_the_residuals_are_those_of_a_run_that_is_not_traced(member: str) -> None:
    spec = zoo(member)
    given = draw(spec)
    steps = steps_of(JAX.operations, spec, {})
    with settings("float64"):
        placed = {name: place(g, "float64", given) for name, g in spec.givens.items()}
        wanted = {name: placed[name] for name in differentiated(spec).gradients}
        _, pull = jax.vjp(lambda wanted: run_nodes(spec, steps, placed | wanted, {})[spec.loss], wanted)
    run = {id(x): x.size * x.dtype.itemsize for x in jax.tree.leaves(pull)}
    assert Counter(run.values()) == Counter(kept.bytes for kept in traced(JAX.operations, spec, given)[0].kept)


# what saves more is seen to


def saving_more(x: Array) -> tuple[Array, Any]:
    y = np.tanh(x)
    return y, (y, y[:1], 2 * x)


class Hoarder(torch.autograd.Function):
    """tanh by its result, which saves twice its input besides."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor) -> torch.Tensor:
        y = x.tanh()
        ctx.save_for_backward(y, 2 * x)
        return y

    @staticmethod
    def backward(ctx: Any, y_bar: torch.Tensor) -> torch.Tensor:
        y, _ = ctx.saved_tensors
        return (1 - y * y) * y_bar


@jax.custom_vjp
def hoarding(x: jax.Array) -> jax.Array:
    return jax.numpy.tanh(x)


hoarding.defvjp(
    lambda x: (jax.numpy.tanh(x), (jax.numpy.tanh(x), 2 * x)),
    lambda saved, y_bar: ((1 - saved[0] ** 2) * y_bar + 0 * saved[1],),
)

TANH_RULE = NUMPY.rules["tanh"]
GREEDY: dict[str, Backend] = {
    "numpy": NUMPY.having(tanh=replace(TANH_RULE, forward=saving_more, vjp=lambda s, b: TANH_RULE.vjp(s[0], b))),
    "torch": TORCH.having(tanh=Hoarder.apply),
    "jax": JAX.having(tanh=hoarding),
}


@pytest.mark.parametrize(("name", "what"), [("numpy", "y"), ("torch", "HoarderBackward.saved_tensors"), ("jax", "mul")])
def test_an_array_that_is_saved_besides_is_seen(name: str, what: str) -> None:
    plain, greedy = (
        [kept.bytes for kept in tally(road, TANH).kept if not kept.name and what in kept.what]
        for road in (load_backend(name), GREEDY[name])
    )
    assert (plain, greedy) == ([], [24])


def test_a_view_that_is_saved_besides_costs_nothing() -> None:
    found = tally(GREEDY["numpy"], TANH)
    assert [(kept.what, kept.name, kept.bytes) for kept in found.kept] == [("y", "y", 24), ("y", "", 24)]
