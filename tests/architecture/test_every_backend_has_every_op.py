"""Every backend of this project has every op of the vocabulary, or says which it lacks and why."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from trivium.backend import Array, load_backend
from trivium.given import KINDS
from trivium.ops import FAMILIES, OPS
from trivium.spec.op import Attributes, Op, op

ROOT = Path(__file__).parents[2]
BACKENDS = ("numpy", "torch", "jax")
EVERY = [(backend, name) for backend in BACKENDS for name in OPS]


def numbers(word: Op) -> tuple[Array, ...]:
    """Inputs for an op's first case, of the kinds that its roles take."""
    case, stream = word.cases[0], np.random.default_rng(7)
    kinds = [word.kind(role, case.shapes, bound(word)) for role in word.taking(len(case.shapes)).roles]
    return tuple(KINDS[k.name].draw(stream, shape, k) for k, shape in zip(kinds, case.shapes, strict=True))


def replayed(backend: str, word: Op) -> list[tuple[int, ...]]:
    """The shapes of an op's outputs as a backend computes them."""
    road, inputs = load_backend(backend), numbers(word)
    outputs, _ = road.replay(
        word.taking(len(inputs)), bound(word), inputs, tuple(np.ones(shape) for shape in expected(word))
    )
    return [output.shape for output in outputs]


def expected(word: Op) -> list[tuple[int, ...]]:
    return list(word.infer(word.cases[0].shapes, bound(word)))


def bound(word: Op) -> Attributes:
    """The attributes of an op's first case, as a backend gets them."""
    return word.bind(word.complete(word.cases[0].attrs), {})


@pytest.mark.parametrize("name", OPS)
def test_every_op_has_a_case_to_try(name: str) -> None:
    assert OPS[name].cases


@pytest.mark.parametrize(("backend", "name"), [(b, n) for b, n in EVERY if n not in load_backend(b).lacks])
def test_a_backend_has_every_op_that_it_does_not_say_it_lacks(backend: str, name: str) -> None:
    assert replayed(backend, OPS[name]) == expected(OPS[name])


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_three_roads_lack_nothing(backend: str) -> None:
    assert dict(load_backend(backend).lacks) == {}


@pytest.mark.parametrize("backend", BACKENDS)
def test_what_a_backend_lacks_is_in_the_vocabulary(backend: str) -> None:
    assert set(load_backend(backend).lacks) <= set(OPS)


@pytest.mark.parametrize("backend", BACKENDS)
def test_what_a_backend_lacks_it_gives_a_reason_for(backend: str) -> None:
    assert all(load_backend(backend).lacks.values())


@pytest.mark.parametrize("backend", BACKENDS)
def test_an_op_that_no_backend_has_is_noticed(backend: str) -> None:
    stranger = op("stranger(x: *s) -> *s", "Nobody computes it.", cases=OPS["tanh"].cases)
    with pytest.raises(Exception, match="stranger"):
        _ = replayed(backend, stranger)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("backend", BACKENDS)
def test_a_family_has_a_file_of_its_name_in_every_backend(backend: str, family: str) -> None:
    assert (ROOT / "backends" / f"trivium_{backend}" / f"{family}.py").is_file()
