"""The whole course over a small project: what weak tests let through, and that strong ones let through nothing."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.mutate.project import LAYER, NUMBERS, PYTHON, SHAPES, files, written
from trivium.errors import OracleError
from trivium.mutate.course import CAUGHT, HANGS, RAISES, THROUGH, UNCHANGED, Outcome, course, untouched
from trivium.mutate.own import Own, read
from trivium.mutate.plant import Plant, plants

FEW = ("sign", "cotangent-squared", "parameter-forgotten", "bias-averaged")


def run(folder: Path, command: str, *, names: tuple[str, ...] = FEW, name: str = "affine_backward") -> list[Outcome]:
    own = read(f"{folder / 'layer.py'}::{name}")
    chosen = [plant for plant in plants(own) if plant.mistake in names]
    before = untouched(command, own)
    return list(course(command, own, chosen, before, seconds=before.limit, jobs=1))


def by_hand(own: Own, before: str, after: str) -> Plant:
    return Plant("sign", "", 9, 4, before, after, own.text.replace(before, after))


def states(outcomes: list[Outcome]) -> set[str]:
    return {outcome.state for outcome in outcomes}


def test_tests_of_shapes_let_everything_through(tmp_path: Path) -> None:
    outcomes = run(tmp_path, written(tmp_path, SHAPES))
    assert {o.plant.mistake for o in outcomes} == {"cotangent-squared", "parameter-forgotten", "bias-averaged"}
    assert states(outcomes) == {THROUGH}
    assert all(o.change is not None and o.change > 0 for o in outcomes)


@pytest.mark.slow
def test_a_test_of_every_number_lets_nothing_through(tmp_path: Path) -> None:
    outcomes = run(tmp_path, written(tmp_path, NUMBERS), names=("cotangent-squared", "bias-averaged"))
    assert states(outcomes) == {CAUGHT}


def test_a_mistake_that_the_numbers_cannot_show_is_told_apart(tmp_path: Path) -> None:
    ones = SHAPES.replace("stream.normal(size=out.shape)", "np.ones_like(out)")
    outcomes = run(tmp_path, written(tmp_path, ones), names=("cotangent-squared", "bias-averaged"))
    assert [(o.plant.mistake, o.state) for o in outcomes] == [
        ("cotangent-squared", UNCHANGED),
        ("bias-averaged", THROUGH),
    ]


def test_a_mistake_that_raises_is_no_achievement(tmp_path: Path) -> None:
    outcomes = run(tmp_path, written(tmp_path, SHAPES), names=("weight-not-transposed",))
    assert states(outcomes) == {RAISES}


def test_a_change_of_what_is_written_into_an_argument_is_seen(tmp_path: Path) -> None:
    layer = LAYER + "\n\ndef store(grads, dout):\n    grads['db'] = dout.sum(axis=0)\n"
    command = written(tmp_path, "import layer\n\nlayer.store({}, x)\n", layer=layer)
    outcomes = run(tmp_path, command, name="store", names=("parameter-forgotten",))
    assert [(o.state, o.change) for o in outcomes] == [(THROUGH, 1.0)]


def test_rounding_is_no_change(tmp_path: Path) -> None:
    command = written(tmp_path, SHAPES)
    own = read(f"{tmp_path / 'layer.py'}::affine_backward")
    regrouped = by_hand(own, "dw = x.T @ dout", "dw = (dout.T @ (3 * x)).T / 3")
    before = untouched(command, own)
    (outcome,) = course(command, own, [regrouped], before, seconds=20, jobs=1)
    assert outcome.state == UNCHANGED


def test_a_mistake_that_never_ends_is_stopped(tmp_path: Path) -> None:
    command = written(tmp_path, SHAPES)
    own = read(f"{tmp_path / 'layer.py'}::affine_backward")
    endless = by_hand(own, "dw = x.T @ dout", "while True: pass")
    (outcome,) = course(command, own, [endless], untouched(command, own), seconds=2, jobs=1)
    assert outcome.state == HANGS
    assert outcome.seconds < 10


def test_several_runs_at_a_time_find_the_same(tmp_path: Path) -> None:
    command = written(tmp_path, SHAPES)
    own = read(f"{tmp_path / 'layer.py'}::affine_backward")
    chosen = [plant for plant in plants(own) if plant.mistake in FEW]
    before = untouched(command, own)
    one, two = ([o.state for o in course(command, own, chosen, before, seconds=30, jobs=n)] for n in (1, 2))
    assert one == two


def test_tests_that_fail_by_themselves_are_refused_with_their_last_lines(tmp_path: Path) -> None:
    command = written(tmp_path, "raise SystemExit('no such luck')\n")
    with pytest.raises(OracleError, match=r"(?s)fail before anything is planted: .* exits 1\n  no such luck"):
        _ = untouched(command, read(f"{tmp_path / 'layer.py'}::affine_backward"))


def test_tests_that_never_read_the_file_are_known(tmp_path: Path) -> None:
    _ = written(tmp_path, SHAPES)
    before = untouched(f"{PYTHON} -c pass", read(f"{tmp_path / 'layer.py'}::affine_backward"))
    assert not before.loaded


def test_tests_that_never_call_the_function_are_known(tmp_path: Path) -> None:
    before = untouched(written(tmp_path, ""), read(f"{tmp_path / 'layer.py'}::affine_backward"))
    assert (before.loaded, before.called) == (True, False)


def test_a_function_that_is_never_the_same_is_known(tmp_path: Path) -> None:
    layer = LAYER.replace("dw = x.T @ dout", "dw = x.T @ dout * np.random.default_rng().normal()")
    before = untouched(written(tmp_path, SHAPES, layer=layer), read(f"{tmp_path / 'layer.py'}::affine_backward"))
    assert before.called
    assert not before.steady


def test_a_function_that_draws_from_the_common_stream_is_the_same(tmp_path: Path) -> None:
    layer = LAYER.replace("dw = x.T @ dout", "dw = x.T @ dout * np.random.normal()")
    before = untouched(written(tmp_path, SHAPES, layer=layer), read(f"{tmp_path / 'layer.py'}::affine_backward"))
    assert before.steady


def test_tests_that_mind_being_watched_are_run_unwatched(tmp_path: Path) -> None:
    minding = SHAPES + "assert not hasattr(affine_backward, '__wrapped__')\n"
    command = written(tmp_path, minding)
    outcomes = run(tmp_path, command, names=("cotangent-squared",))
    assert not untouched(command, read(f"{tmp_path / 'layer.py'}::affine_backward")).watched
    assert states(outcomes) == {THROUGH}


def test_nothing_is_written_where_the_files_are(tmp_path: Path) -> None:
    command = written(tmp_path, SHAPES)
    before = files(tmp_path)
    _ = run(tmp_path, command, names=("cotangent-squared",))
    assert files(tmp_path) == before


def test_bytecode_that_is_there_is_neither_read_nor_changed(tmp_path: Path) -> None:
    import py_compile

    command = written(tmp_path, SHAPES)
    _ = py_compile.compile(str(tmp_path / "layer.py"), doraise=True)
    before = files(tmp_path)
    assert any(name.endswith(".pyc") for name in before)
    outcomes = run(tmp_path, command, names=("cotangent-squared",))
    assert states(outcomes) == {THROUGH}
    assert files(tmp_path) == before


def test_runs_at_the_same_time_end_when_nobody_waits_for_them(tmp_path: Path) -> None:
    command = written(tmp_path, SHAPES)
    own = read(f"{tmp_path / 'layer.py'}::affine_backward")
    quick = by_hand(own, "dw = x.T @ dout", "dw = -x.T @ dout")
    endless = by_hand(own, "dw = x.T @ dout", "while True: pass")
    start = time.monotonic()
    outcomes = course(command, own, [quick, *[endless] * 9], untouched(command, own), seconds=300, jobs=2)
    assert next(iter(outcomes)).state == THROUGH
    outcomes.close()  # type: ignore[attr-defined]
    assert time.monotonic() - start < 60
