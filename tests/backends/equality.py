"""Arrays compared to the last bit, shape and dtype included.

Knows nothing of specs, backends or bounds: here nothing is nearly equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np


def assert_equal(expected: Any, actual: Any) -> None:
    np.testing.assert_array_equal(actual, expected, strict=True)


def assert_all_equal(expected: Mapping[str, Any], actual: Mapping[str, Any]) -> None:
    """The same names, in whatever order, and under each the same array."""
    assert set(expected) == set(actual)
    for name in expected:
        assert_equal(expected[name], actual[name])


def assert_all_equal_in_order(expected: Mapping[str, Any], actual: Mapping[str, Any]) -> None:
    assert list(expected) == list(actual)
    assert_all_equal(expected, actual)
