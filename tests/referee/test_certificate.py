"""Certificates as golden data: kept and read again, and refused where they are damaged or of something else."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trivium.errors import ValuesError
from trivium.probe import draw
from trivium.referee import load_certificate
from trivium.zoo import network
from trivium_arb import REFEREE


def test_a_certificate_is_plain_data() -> None:
    spec = network("notebook")
    found = REFEREE.enclose(spec, draw(spec))
    again = pickle.loads(pickle.dumps(found))
    assert again.gradients["w1"].hi.tolist() == found.gradients["w1"].hi.tolist()


def test_a_certificate_can_be_kept_as_golden_data(tmp_path: Path) -> None:
    spec = network("notebook")
    given = draw(spec)
    found = REFEREE.enclose(spec, given)
    found.save(tmp_path / "notebook.npz")
    again = load_certificate(tmp_path / "notebook.npz", spec, given)
    assert (again.of, again.history, again.why, again.ties) == (found.of, found.history, "", found.ties)
    for name, e in found.gradients.items():
        for part in ("hi", "lo", "radius"):
            np.testing.assert_array_equal(getattr(again.gradients[name], part), getattr(e, part))


def test_a_certificate_of_other_numbers_is_refused(tmp_path: Path) -> None:
    spec = network("notebook")
    given = draw(spec)
    REFEREE.enclose(spec, given).save(tmp_path / "notebook.npz")
    other = given | {"w1": np.nextafter(given["w1"], 9)}
    for wrong in ((spec, other), (network("notebook", N=3), given)):
        with pytest.raises(ValuesError, match="certifies another network or other numbers"):
            _ = load_certificate(tmp_path / "notebook.npz", *wrong)


def test_what_is_no_certificate_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "values.npz", w=np.ones(3))
    (tmp_path / "text.npz").write_text("no archive")
    for name in ("values.npz", "text.npz"):
        with pytest.raises(ValuesError, match="is no certificate"):
            _ = load_certificate(tmp_path / name, network("notebook"), {})


def damaged(path: Path, change: Callable[[dict[str, Any], dict[str, Any]], object]) -> None:
    """A certificate with something done to its head or its arrays."""
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    head = json.loads(str(arrays.pop("head")))
    _ = change(head, arrays)
    np.savez(path, head=np.array(json.dumps(head)), **arrays)


DAMAGE: list[tuple[str, Callable[[dict[str, Any], dict[str, Any]], object]]] = [
    ("changed since", lambda head, arrays: arrays.update({"gradients/hi/w1": 2 * arrays["gradients/hi/w1"]})),
    ("changed since", lambda head, arrays: arrays.pop("gradients/lo/w1")),
    ("changed since", lambda head, arrays: arrays.update({"values/hi/g1": arrays["values/hi/g1"].astype(int)})),
    ("changed since", lambda head, arrays: arrays.update(odd=np.ones(3))),
    ("damaged", lambda head, arrays: head.pop("of")),
    ("damaged", lambda head, arrays: head.pop("sum")),
    ("damaged", lambda head, arrays: head.update(history=[1])),
    ("of version", lambda head, arrays: head.update(version=2)),
]


@pytest.mark.parametrize(("says", "change"), DAMAGE)
def test_a_damaged_certificate_is_refused(
    tmp_path: Path, says: str, change: Callable[[dict[str, Any], dict[str, Any]], object]
) -> None:
    spec = network("notebook")
    path = tmp_path / "notebook.npz"
    REFEREE.enclose(spec, draw(spec)).save(path)
    damaged(path, change)
    with pytest.raises(ValuesError, match=says):
        _ = load_certificate(path, spec, draw(spec))


@pytest.mark.parametrize("kept", [0, 40, 900])
def test_a_certificate_cut_short_is_refused(tmp_path: Path, kept: int) -> None:
    spec = network("notebook")
    path = tmp_path / "notebook.npz"
    REFEREE.enclose(spec, draw(spec)).save(path)
    _ = path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(ValuesError, match="is no certificate, or is damaged"):
        _ = load_certificate(path, spec, draw(spec))


def test_a_certificate_for_numbers_that_are_not_there_is_refused(tmp_path: Path) -> None:
    spec = network("notebook")
    REFEREE.enclose(spec, draw(spec)).save(tmp_path / "notebook.npz")
    with pytest.raises(ValuesError, match="no numbers for"):
        _ = load_certificate(tmp_path / "notebook.npz", spec, {})
