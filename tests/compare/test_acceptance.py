"""A known difference is shown and no longer held against the network; one that has gone is an error."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import trivium as tv

EXACT_FIT = """
name = "fit"
loss = "a"
values = "fit.values.json"

[inputs]
p = "3"
t = "3"

[nodes]
a = "absolute_error(p, t, reduction='mean')"
"""
KNOWN = """
[[accept]]
finding = "{code}"
node = "a"
backend = "jax"
reason = "JAX takes slope 1 where the error is 0"
"""


def network(folder: Path, *more: str) -> Path:
    """A network file with values at an exact fit beside it."""
    (folder / "fit.values.json").write_text(json.dumps({"p": [1.0, 2.0, 3.5], "t": [1.0, 2.0, 3.0]}))
    path = folder / "fit.net.toml"
    path.write_text("".join((EXACT_FIT, *more)))
    return path


def test_a_difference_that_nobody_accepted_is_a_convention(tmp_path: Path) -> None:
    assert tv.check(network(tmp_path)).verdict == "convention"


def test_an_accepted_difference_leaves_agreement_and_is_shown_with_its_reason(tmp_path: Path) -> None:
    report = tv.check(network(tmp_path, KNOWN.format(code="TV104")))
    shown = "JAX takes slope 1 where the error is 0" in " ".join(report.text().split())
    assert (report.verdict, shown) == ("agree", True)


def test_an_accepted_difference_that_has_gone_is_an_error(tmp_path: Path) -> None:
    path = network(tmp_path, KNOWN.format(code="TV102"))
    with pytest.raises(tv.SpecError) as caught:
        _ = tv.check(path)
    assert str(caught.value) == (
        f"TV102 of 'jax' at 'a' is accepted, but no longer occurs: take it out of [[accept]]\n  in {path}"
    )


@pytest.mark.parametrize("code", ["TV104", "TV102"])
def test_an_accepted_difference_of_a_backend_that_takes_no_part_is_left_alone(tmp_path: Path, code: str) -> None:
    report = tv.check(network(tmp_path, KNOWN.format(code=code)), backends=["numpy", "torch"])
    assert report.verdict in {"agree", "convention"}


def test_one_of_nobody_that_has_gone_is_an_error_whoever_takes_part(tmp_path: Path) -> None:
    nobody = KNOWN.format(code="TV109").replace('"jax"', '""')
    with pytest.raises(tv.SpecError, match="no longer occurs"):
        _ = tv.check(network(tmp_path, nobody), backends=["numpy", "torch"])
