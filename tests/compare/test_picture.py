"""The picture of what is wrong: small whatever the tensor, past 1 only where an entry is wrong, and in no JSON."""

from __future__ import annotations

import json

import numpy as np
import pytest

import trivium as tv
from tests.planted import PLANTED
from trivium.compare.comparison import Wrong
from trivium.compare.picture import COLUMNS, ROWS, Picture, picture
from trivium.report import report_schema


def test_a_small_tensor_is_shown_entry_by_entry() -> None:
    times = np.array([[0.5, 2.0, 0.0], [1.0, np.inf, 3e13]])
    assert picture(times) == Picture((2, 3), ((0.5, 2.0, 0.0), (1.0, np.inf, 3e13)))


@pytest.mark.parametrize("shape", [(17, 25), (1000, 3), (5, 700), (7, 11, 13, 4), (100,)])
def test_one_wrong_entry_is_one_bright_cell(shape: tuple[int, ...]) -> None:
    times = np.full(shape, 0.5)
    times[(-1,) * len(shape)] = 9.0
    found = picture(times)
    assert found is not None
    cells = np.array(found.cells)
    assert (cells.shape[0] <= ROWS, cells.shape[1] <= COLUMNS, cells[-1, -1], (cells > 1).sum()) == (True, True, 9.0, 1)


def test_a_block_is_never_wider_than_it_says() -> None:
    found = picture(np.zeros((37, 50)))
    assert found is not None
    assert (len(found.cells), len(found.cells[0]), found.block) == (16, 24, (3, 3))


def test_what_was_not_asked_is_not_taken_for_right() -> None:
    found = picture(np.array([np.nan, np.nan, 2.0]))
    assert found is not None
    assert (np.isnan(found.cells[0][0]), found.cells[0][2]) == (True, 2.0)


@pytest.mark.parametrize("shape", [(), (1,), (0,), (3, 0)])
def test_a_single_number_and_none_have_no_picture(shape: tuple[int, ...]) -> None:
    assert picture(np.ones(shape)) is None


def wrong(name: str) -> tuple[tv.Report, Wrong]:
    """What a mistake planted in NumPy leaves wrong, at the notebook's network."""
    mistake = PLANTED[name]
    tamper = {"numpy": {mistake.node: mistake.tamper}}
    report = tv.check("zoo:notebook", backends=["numpy", "torch"], dtypes=["float64"], tamper=tamper)
    (finding,) = report.comparison.of("disagree")
    return report, finding.wrong[0]


def test_a_finding_has_as_many_bright_cells_as_entries_that_are_wrong() -> None:
    report, found = wrong("tanh' omitted")
    assert found.picture is not None
    cells = np.array(found.picture.cells)
    assert ((cells > 1).sum(), cells.size) == (found.wrong, found.entries)
    assert "picture" not in json.dumps(report.to_json())
    assert "picture" not in json.dumps(report_schema())
