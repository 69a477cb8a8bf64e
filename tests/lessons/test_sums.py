"""Where a number comes from: a step's slopes give its gradients, and a sum is said to be one only where it is."""

from __future__ import annotations

import numpy as np
import pytest

from trivium.backend import load_backend
from trivium.lessons.sums import backward_sums, forward_sums, slopes
from trivium.probe import draw
from trivium.spec.graph import Spec
from trivium.zoo import ZOO, network, notebook

NUMPY = load_backend("numpy")


def parts(spec: Spec) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Gradients put together from every step's slopes, and those of the run; only where every reader has slopes."""
    run = NUMPY.compile(spec)(draw(spec))
    found = {n: np.zeros_like(x) for n, x in run.gradients.items()}
    lacking = set()
    for node in spec.nodes:
        here = slopes(spec, node, run.values, NUMPY)
        lacking |= set(node.inputs) if here is None else set()
        for (y, x), by in ({} if here is None else here.by).items():
            found[x] += (np.ravel(run.gradients[y]) @ by).reshape(found[x].shape)
    read = [n for n in found if spec.consumers.get(n) and n not in lacking]
    return {n: found[n] for n in read}, {n: run.gradients[n] for n in read}


@pytest.mark.parametrize("name", ZOO)
def test_slopes_times_what_comes_back_are_the_gradients(name: str) -> None:
    found, right = parts(network(name))
    assert found
    assert [n for n in found if not np.allclose(found[n], right[n])] == []


def test_an_entry_is_told_as_the_sum_that_made_it() -> None:
    spec = notebook()
    run = NUMPY.compile(spec)(draw(spec))
    here = slopes(spec, spec.producer["g4"], run.values, NUMPY)
    assert here is not None
    said = forward_sums(here, "g4")[0]
    assert "· g3[0, 0]" in said
    assert said.endswith(f"{run.values['g4'][0, 0]:.4g}")
    back = backward_sums(here, "w2", "g9", run.gradients)[0]
    assert back.startswith("∂g9/∂w2[0, 0] = ")
    assert back.endswith(f"{run.gradients['w2'][0, 0]:.4g}")


def test_a_function_that_is_no_sum_is_told_by_its_slope() -> None:
    spec = notebook()
    run = NUMPY.compile(spec)(draw(spec))
    here = slopes(spec, spec.producer["g3"], run.values, NUMPY)
    assert here is not None
    assert "made of g2[0, 0]" in forward_sums(here, "g3")[0]


def test_a_part_is_called_one() -> None:
    spec = network("diamond")
    twice = next(n for n in spec.producer if len(spec.consumers.get(n, ())) > 1)
    run = NUMPY.compile(spec)(draw(spec))
    here = slopes(spec, spec.consumers[twice][0], run.values, NUMPY)
    assert here is not None
    said = backward_sums(here, twice, spec.loss, run.gradients, part=True)
    assert said[0].startswith("this step's part of ")


def test_large_steps_are_left_alone() -> None:
    spec = network("mlp", b=128)
    run = NUMPY.compile(spec)(draw(spec))
    assert slopes(spec, spec.nodes[0], run.values, NUMPY) is None
