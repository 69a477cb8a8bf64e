"""Every network file among the examples is one, can be resized, and is differentiated alike by all roads."""

from __future__ import annotations

from pathlib import Path

import pytest

import trivium as tv
from trivium.probe import prime_sizes

FILES = sorted((Path(__file__).parents[2] / "examples/nets").glob("*.net.toml"))
EACH_FILE = pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)


def test_there_are_examples_in_both_conventions() -> None:
    assert {"notebook.net.toml", "notebook_mean.net.toml", "mlp_rows.net.toml", "logistic.net.toml"} <= {
        path.name for path in FILES
    }


@EACH_FILE
def test_an_example_is_called_by_its_file(path: Path) -> None:
    assert tv.load(path).name == path.name.removesuffix(".net.toml")


@EACH_FILE
def test_everything_in_an_example_reaches_the_loss(path: Path) -> None:
    spec = tv.load(path)
    assert set(spec.shapes) == spec.reaching


@EACH_FILE
def test_every_size_of_an_example_is_free(path: Path) -> None:
    sizes = prime_sizes(tv.load(path))
    assert dict(tv.load(path, sizes=sizes).sizes) == sizes


@EACH_FILE
def test_every_size_of_an_example_says_what_it_is(path: Path) -> None:
    """A comment stands behind every letter that [sizes] binds."""
    lines = path.read_text(encoding="utf-8").partition("[sizes]")[2].strip().splitlines()
    assert [line for line in lines if "#" not in line] == []


@EACH_FILE
def test_the_roads_agree_on_an_example(path: Path) -> None:
    assert tv.check(path).verdict == "agree"
