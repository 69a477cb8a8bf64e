"""The catalogue: its words fit, every mistake can be made somewhere, and the harness sees, places and names it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any

import numpy as np
import pytest

import trivium as tv
import trivium_numpy
from tests.backends.cases import STILL, bound, cotangents, drawn
from trivium.backend import installed
from trivium.mistakes import FAMILIES, FILES, MISTAKES, Place, Plant, places, plants
from trivium.ops import OPS
from trivium.referee import load_referee
from trivium.spec.graph import Spec
from trivium.target import handwritten
from trivium.testing.score import Judge, Outcome, alarms, outcomes, subject
from trivium.testing.trial import weighted
from trivium.zoo import ZOO, network

ALL = tuple(MISTAKES.values())
WORDS = re.compile(r"\{(?!tensor\}|role\}|node\}|op\}|loss\})")


def judge() -> Judge:
    return Judge(handwritten(), installed(["numpy", "torch"]), handwritten(), load_referee())


def bad(found: Sequence[Outcome]) -> list[str]:
    return [str(o) for o in found if not o.equivalent and not (o.caught and o.blamed and o.located and not o.misnamed)]


def of_ops() -> Iterator[Spec]:
    for op in OPS.values():
        for case in op.cases:
            yield weighted(op.taking(len(case.shapes)), case)


def test_no_two_mistakes_have_one_name() -> None:
    names = [m.name for file in FILES for m in import_module(f"trivium.mistakes.{file}").MISTAKES]
    assert len(names) == len(set(names)) == len(MISTAKES)
    assert len(names) >= 60


def test_every_family_has_mistakes_and_every_mistake_a_family() -> None:
    assert {m.family for m in ALL} == set(FAMILIES)


@pytest.mark.parametrize("name", MISTAKES)
def test_its_words_are_sentences_at_the_users_own_names(name: str) -> None:
    mistake = MISTAKES[name]
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)
    assert len(mistake.hints) == 3
    assert not any(WORDS.search(text) for text in (mistake.why, *mistake.hints))
    assert all(text.rstrip().endswith((".", "?")) for text in (mistake.why, *mistake.hints))
    assert not mistake.title.endswith(".")


def test_every_mistake_fits_somewhere() -> None:
    nets = [*(make() for make in ZOO.values()), *of_ops()]
    fitting = {m.name for m in ALL for spec in nets for place in places(spec) if m.fits(place)}
    assert set(MISTAKES) - fitting == set()


def test_words_are_filled_in_at_every_place_of_the_notebook() -> None:
    for plant in plants(network("notebook"), ALL):
        said = plant.mistake.explained(plant.places[0])
        assert plant.node.name in said or plant.places[0].tensor in said or plant.node.op.name in said
        assert all("{" not in hint for hint in plant.mistake.hinted(plant.places[0]))


@pytest.mark.parametrize("op", OPS)
def test_what_it_gives_fits_the_op(op: str) -> None:
    """At every case of the op, in both precisions: arrays of the inputs' shapes and dtypes."""
    for case in OPS[op].cases:
        word = OPS[op].taking(len(case.shapes))
        inputs, y_bars = drawn(word, case), cotangents(word, case)
        outputs, x_bars = trivium_numpy.BACKEND.replay(word, bound(word, case), inputs, y_bars)
        for plant in (p for p in plants(weighted(word, case), ALL) if p.node.op.name == op):
            for dtype in ("float64", "float32"):
                fed, out, y, x = ([_cast(a, dtype) for a in part] for part in (inputs, outputs, y_bars, x_bars))
                found = plant.bars(tuple(fed), tuple(out), tuple(y), tuple(x))
                pairs = [(a, b) for a, b in zip(found, x, strict=True) if a is not None and b is not None]
                assert [(a.shape, a.dtype) for a, _ in pairs] == [(b.shape, b.dtype) for _, b in pairs], plant


def _cast(a: Any, dtype: str) -> Any:
    return a.astype(dtype) if a is not None and a.dtype.kind == "f" else a


def test_each_mistake_in_the_notebook_is_caught_placed_and_named() -> None:
    found = list(outcomes(subject(network("notebook")), judge(), ALL, most=2))
    assert bad(found) == []
    real = [o for o in found if not o.equivalent]
    assert len(real) > 50
    assert [str(o) for o in real if not o.named] == []


def test_clean_code_is_accused_of_nothing() -> None:
    said, numbers = alarms(subject(network("notebook")), judge())
    assert said == 0
    assert numbers > 1000


def test_a_harness_that_sees_nothing_has_a_bad_score(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trivium.compare.judge.LINE", np.inf)
    found = list(outcomes(subject(network("classifier")), judge(), (MISTAKES["sign"],)))
    assert [(o.caught, o.equivalent) for o in found] == [(False, False)] * len(found)
    assert len(bad(found)) == len(found) > 3


def test_a_mistake_that_is_another_is_not_named() -> None:
    """Three times too large is none of the known mistakes, and the pattern says what can be said."""

    def tripled(inputs: Any, outputs: Any, y_bars: Any, x_bars: Any) -> Any:
        return tuple(None if x is None else 3 * x for x in x_bars)

    report = tv.check("zoo:notebook", backends=["numpy", "torch"], tamper={"numpy": {"g6": tripled}})
    (finding,) = report.comparison.of("disagree")
    assert (finding.mistakes, finding.wrong[0].pattern.ratio) == ((), pytest.approx(3.0))


def planted(name: str, node: str, spec: Spec) -> Plant:
    return next(p for p in plants(spec, (MISTAKES[name],)) if p.node.name == node)


@pytest.mark.parametrize("road", ["numpy", "torch", "jax"])
def test_the_report_names_the_mistake_in_every_road(road: str) -> None:
    spec = network("notebook")
    plant = planted("derivative-at-output", "g6", spec)
    report = tv.check(spec, tamper={road: plant.tamper})
    text = " ".join(report.text().split())
    assert f"{road} is wrong in the backward step of g6" in text
    assert "derivative-at-output, proven" in text
    assert len(report.text().splitlines()) <= 25


def test_an_equivalent_mutant_is_never_accused() -> None:
    """The mean term of a batch norm is 0 where what comes from above sums to 0: a loss that no shift changes."""
    spec = tv.trace(
        lambda x, gain, shift: OPS["sum"](
            OPS["softmax"](OPS["batch_norm"](x, gain, shift, channel_axis=1, eps=1e-5, name="n"), axis=0, name="p")
            * OPS["softmax"](x, axis=0, name="q"),
            name="l",
        ),
        inputs={"x": "b c"},
        parameters={"gain": "c", "shift": "c"},
        sizes={"b": 5, "c": 3},
    )
    found = [o for o in outcomes(subject(spec), judge(), (MISTAKES["mean-term-missing"],)) if o.node == "n"]
    assert [(o.caught, o.equivalent) for o in found] == [(False, True)]


VARIED = ("lenet", "resnet_block", "lstm_tagger", "word2vec", "llama_block", "vae", "coupling_flow", "siamese")
"""Networks that have most ops between them; `trivium self-test --mistakes` takes them all."""


@pytest.mark.slow
@pytest.mark.parametrize("name", VARIED)
def test_each_mistake_in_the_zoo_is_caught_and_placed(name: str) -> None:
    assert bad(list(outcomes(subject(network(name)), judge(), ALL, most=1))) == []


@pytest.mark.slow
@pytest.mark.parametrize("op", OPS)
def test_each_mistake_at_each_op_is_caught_and_placed(op: str) -> None:
    case = OPS[op].cases[0]
    spec = weighted(OPS[op].taking(len(case.shapes)), case)
    assert bad(list(outcomes(subject(spec), judge(), ALL))) == []


@pytest.mark.slow
@pytest.mark.parametrize("op", [op for op in OPS if op not in STILL])
def test_one_mistake_at_each_op_is_really_planted_in_torch_and_jax(op: str) -> None:
    case = OPS[op].cases[0]
    spec = weighted(OPS[op].taking(len(case.shapes)), case)
    mine = [p for p in plants(spec, (MISTAKES["sign"],)) if p.node.op.name == op]
    for road in ("torch", "jax") if mine else ():
        report = tv.check(spec, dtypes=["float64"], tamper={road: mine[0].tamper})
        found = list(report.comparison.of("disagree"))
        assert [(f.backend, f.node) for f in found] == [(road, mine[0].node.name)], report.text()


def test_a_place_knows_its_shapes_where_the_network_runs_at_other_sizes() -> None:
    place = Place(network("notebook"), network("notebook").nodes[0], 0)
    assert place.shape == (3, 2)
    assert Place(place.spec, place.node, 0, (((7, 5), (5, 11)), (7, 11))).shape == (7, 5)
