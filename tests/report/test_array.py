"""What is said of a large array: what is not finite is counted, and hides nothing of the rest."""

from __future__ import annotations

import numpy as np
import pytest

from trivium.backend import Array
from trivium.report.array import summary

NAN, INF = np.nan, np.inf


@pytest.mark.parametrize(
    ("x", "words"),
    [
        (np.array([1.0, -7.0, 5.0]), "3 entries from -7 to 5, root mean square 5"),
        (np.zeros(2000), "2,000 entries from 0 to 0, root mean square 0"),
        (np.array([1.0, NAN, INF, -INF]), "4 entries (1 nan, 2 infinite) from 1 to 1, root mean square 1"),
        (np.array([NAN, 2.0]), "2 entries (1 nan) from 2 to 2, root mean square 2"),
        (np.array([NAN, NAN, INF]), "3 entries (2 nan, 1 infinite)"),
        (np.full(3, 3 - 4j), "3 entries of size 5 at most, root mean square 5"),
        (np.full(3, 1e300), "3 entries from 1e+300 to 1e+300, root mean square 1e+300"),
        (np.full(3, 300, np.float16), "3 entries from 300 to 300, root mean square 300"),
        (np.array([2, 0, 1]), "3 entries from 0 to 2"),
        (np.array([True, False]), "2 entries from False to True"),
        (np.ones((2, 0)), "no entries"),
    ],
)
def test_of_a_large_array_a_line_is_said(x: Array, words: str) -> None:
    assert summary(x) == words
