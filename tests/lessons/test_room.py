"""A lesson has room for so much: larger networks are refused with sizes that would do, and every page stays small."""

from __future__ import annotations

from pathlib import Path

import pytest

from trivium.backend import load_backend
from trivium.cli import main
from trivium.errors import SpecError
from trivium.lessons.lesson import RAW, lesson
from trivium.lessons.room import LESSON, MOST_STEPS, SCRIPTS, fitting, refuse_large, refuse_long
from trivium.lessons.tensor import corner, tensor
from trivium.ops import OPS
from trivium.probe import draw
from trivium.spec.file import loads_toml
from trivium.spec.graph import Spec
from trivium.zoo import network

NUMPY = load_backend("numpy")


def long(steps: int, size: int) -> Spec:
    """A network of so many steps, each of so many entries twice over."""
    nodes = "\n".join(f'h{i} = "tanh(h{i - 1})"' for i in range(1, steps - 1))
    return loads_toml(
        f'name = "long"\nloss = "l"\n[inputs]\nx = "2 n"\n[parameters]\nw = "2 n"\n[nodes]\nh0 = "mul(w, x)"\n{nodes}\n'
        f'l = "sum(h{steps - 2}, axis=None)"\n[sizes]\nn = {size}\n',
        vocabulary=OPS,
    ).spec


@pytest.mark.parametrize("spec", [network("mlp", n1=100, n2=90), network("notebook", N=3800), long(MOST_STEPS, 20)])
def test_a_page_stays_small_at_every_size_that_is_not_refused(spec: Spec) -> None:
    refuse_long(spec)
    refuse_large(spec, LESSON)
    text = lesson(spec, draw(spec), {"numpy": NUMPY}, None, "lesson").text
    assert text.count('<section class="step') == 2 * len(spec.nodes)
    assert len(text.encode()) < 1_000_000
    assert ('id="numbers"' in text) == (spec.entries() <= RAW)


@pytest.mark.parametrize(
    ("name", "sizes", "would"),
    [
        ("notebook", {"N": 1_000_000}, {"N": 1953}),
        ("mlp", {"n0": 784, "n1": 300, "n2": 300}, {"n0": 196, "n1": 196, "n2": 196}),
    ],
)
def test_sizes_that_would_do_are_named(name: str, sizes: dict[str, int], would: dict[str, int]) -> None:
    spec = network(name).resized(**sizes)
    assert fitting(spec, LESSON.most) == would
    with pytest.raises(SpecError, match=" ".join(f"--size {n}={k}" for n, k in would.items())):
        refuse_large(spec, LESSON)
    refuse_large(spec.resized(**would), LESSON)


def test_what_no_size_makes_smaller_is_refused_without_one() -> None:
    spec = loads_toml(
        'name = "n"\nloss = "l"\n[inputs]\nx = "200000"\n[parameters]\n[nodes]\nl = "sum(x, axis=None)"\n',
        vocabulary=OPS,
    ).spec
    with pytest.raises(SpecError, match=r"at most 100,000 of them: n has 200,001 entries$"):
        refuse_large(spec, LESSON)


def test_a_network_of_too_many_steps_is_refused() -> None:
    with pytest.raises(SpecError, match="long has 121 steps, and a lesson goes through 120 at most"):
        refuse_long(long(MOST_STEPS + 1, 1))


def test_nothing_is_computed_before_it_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sized = ["--size", "N=1000000000"]  # 208 GB, were its numbers drawn
    assert main(["lesson", "zoo:notebook", *sized, "-o", str(tmp_path / "page.html")]) == 2
    assert "--size N=3814 would do\ntrivium explain zoo:notebook" in capsys.readouterr().err


def test_a_corner_is_called_one() -> None:
    shown = tensor("x", draw(network("mlp"))["w1"])
    assert corner(shown, 80) is shown
    assert [len(row) for row in corner(shown, 3).rows] == [3, 3, 3]
    assert corner(shown, 3).cut


@pytest.mark.parametrize("command", SCRIPTS)
def test_a_script_of_too_many_numbers_is_refused_at_once(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "x.py"
    assert main([command, "zoo:mlp", "--size", "b=1000000000", "-o", str(out)]) == 2
    said = capsys.readouterr().err
    assert f"at most {SCRIPTS[command].most:,} of them: mlp has" in said
    assert ("would do" in said, out.exists()) == (True, False)
