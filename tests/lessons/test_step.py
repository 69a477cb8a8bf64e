"""One step, explained: what it means, its own numbers, and every backend's style."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from trivium.backend import Backend, installed
from trivium.errors import SpecError
from trivium.lessons.account import of_node, of_op
from trivium.lessons.step import text as told
from trivium.ops import OPS
from trivium.probe import draw
from trivium.zoo import network, notebook
from trivium_numpy import BACKEND


@pytest.fixture(scope="module")
def numpy() -> Mapping[str, Backend]:
    return installed(["numpy"])


@pytest.mark.parametrize("name", list(OPS))
def test_every_operation_is_explained(name: str, numpy: Mapping[str, Backend]) -> None:
    text = " ".join(told(of_op(OPS[name], numpy)).split())
    rule = f"def {BACKEND.rules[name].vjp.__name__}("
    assert [word for word in (OPS[name].formula, rule, "with respect to y0") if word not in text] == []


def test_every_backend_shows_its_style() -> None:
    text = told(of_op(OPS["tanh"], installed()))
    titles = [line for line in text.splitlines() if line and not line.startswith(" ")]
    assert titles[3:6] == ["NumPy, by hand", "torch, a tape", "JAX, a transformation"]


def test_the_numbers_are_those_of_the_run(numpy: Mapping[str, Backend]) -> None:
    spec = notebook(N=2)
    given = draw(spec)
    run = numpy["numpy"].compile(spec)(given)
    with np.printoptions(precision=6):
        first = str(run.gradients["g8"]).splitlines()[0]
    assert f"coming back (1, 2)\n    {first}" in told(of_node(spec, "g8", given, numpy))


def test_a_gradient_with_one_reader_is_no_share(numpy: Mapping[str, Backend]) -> None:
    spec = notebook()
    assert "this step's part" not in told(of_node(spec, "g3", draw(spec), numpy))


def test_a_large_array_is_summarized(numpy: Mapping[str, Backend]) -> None:
    spec = notebook(N=100)
    text = told(of_node(spec, "g3", draw(spec), numpy))
    assert "300 entries from" in text
    assert "root mean square" in text


def test_a_kink_is_named(numpy: Mapping[str, Backend]) -> None:
    assert "relu at 0: any slope from 0 to 1" in told(of_op(OPS["relu"], numpy))


def test_a_domain_is_named(numpy: Mapping[str, Backend]) -> None:
    assert "defined where x > 0" in told(of_op(OPS["log"], numpy))


def test_a_backend_without_the_operation_says_why(numpy: Mapping[str, Backend]) -> None:
    class Lacking:
        name = "lacking"
        lacks: Mapping[str, str] = {"tanh": "it was never asked for"}

    spec = notebook()
    text = told(of_node(spec, "g3", draw(spec), numpy | {"lacking": Lacking()}))  # type: ignore[operator]
    assert "it does not have tanh: it was never asked for" in text


def test_a_name_that_is_no_step_is_refused(numpy: Mapping[str, Backend]) -> None:
    spec = notebook()
    with pytest.raises(SpecError, match=r"no node 'g33' .*g8 and g9.*did you mean 'g3'"):
        _ = told(of_node(spec, "g33", draw(spec), numpy))


def test_a_gradient_with_two_readers_is_a_share(numpy: Mapping[str, Backend]) -> None:
    spec = network("diamond")
    node = next(n for n in spec.nodes if any(len(spec.consumers[i]) > 1 for i in n.inputs))
    assert "this step's part" in told(of_node(spec, node.name, draw(spec), numpy))
