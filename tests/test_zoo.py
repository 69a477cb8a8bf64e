"""The zoo: every network is one, is sized by its arguments, and can be resized."""

from __future__ import annotations

import pytest

from trivium.errors import SpecError
from trivium.ops.activation import sigmoid
from trivium.probe import prime_sizes
from trivium.zoo import ZOO, mlp, network, real


@pytest.mark.parametrize("name", ZOO)
def test_a_network_is_called_by_its_name(name: str) -> None:
    assert network(name).name == name


@pytest.mark.parametrize("name", ZOO)
def test_every_given_and_node_reaches_the_loss(name: str) -> None:
    spec = network(name)
    assert [node for node in spec.nodes if spec.reaching.isdisjoint(node.outputs)] == []
    assert set(spec.givens) <= spec.reaching


@pytest.mark.parametrize("name", ZOO)
def test_a_network_has_a_real_size(name: str) -> None:
    assert real(name).entries() > 50 * network(name).entries()


@pytest.mark.parametrize("name", ZOO)
def test_every_shape_is_free(name: str) -> None:
    sizes = prime_sizes(network(name))
    assert dict(network(name, **sizes).sizes) == sizes


@pytest.mark.parametrize(("name", "batch"), [(n, {"notebook": "N"}.get(n, "b")) for n in ZOO])
def test_sizes_are_arguments_too(name: str, batch: str) -> None:
    assert ZOO[name](**{batch: 9}) == network(name, **{batch: 9})


def test_an_mlp_has_a_layer_for_each_step_between_widths() -> None:
    assert [str(node) for node in mlp(widths=(4, 3, 2), b=5, activation=sigmoid).nodes] == [
        "z1 = linear(x, w1, c1)",
        "h1 = sigmoid(z1)",
        "prediction = linear(h1, w2, c2)",
        "loss = squared_error(prediction, y, reduction='batchmean', batch_axis=0)",
    ]


def test_an_mlp_of_784_512_512_10_has_its_parameters() -> None:
    spec = mlp(b=128, widths=(784, 512, 512, 10))
    assert [spec.shapes[f"w{i}"] for i in (1, 2, 3)] == [(512, 784), (512, 512), (10, 512)]


def test_an_mlp_without_a_layer_is_refused() -> None:
    with pytest.raises(SpecError) as error:
        _ = mlp(widths=(3,))
    assert str(error.value) == "mlp: widths are (3,); it takes two or more, from the inputs to the outputs"


def test_columns_name_their_steps_as_the_notebook_does() -> None:
    assert [node.name for node in network("notebook").nodes] == [f"g{i}" for i in range(1, 10)]


def test_the_diamond_uses_tensors_more_than_once() -> None:
    spec = network("diamond")
    assert [name for name in spec.producer if len(spec.consumers[name]) > 1] == ["left", "free_energy"]


def test_an_unknown_network_is_answered_with_the_nearest_and_the_list() -> None:
    with pytest.raises(SpecError) as error:
        _ = network("clasifier")
    assert str(error.value) == (
        f"no network 'clasifier' in the zoo (it has: {', '.join(ZOO)}); did you mean 'classifier'?"
    )


def test_an_unknown_size_is_answered_with_those_there_are() -> None:
    with pytest.raises(SpecError) as error:
        _ = network("binary", N=3)
    assert str(error.value) == "binary has no size 'N' (it has: b, h, n)"
