"""The roads that a test is put to: each of the three, or each that runs op by op.

Knows the names of the roads and nothing of what a test asks of them.
"""

from __future__ import annotations

import pytest

from trivium.backend import Backend, load_backend

pytest.register_assert_rewrite("tests.backends.equality")  # its plain asserts then print what differs


@pytest.fixture(params=["numpy", "torch", "jax"])
def road(request: pytest.FixtureRequest) -> Backend:
    """Every road: what a program is asked for is compiled by one of them, so few programs, and small ones."""
    return load_backend(request.param)


@pytest.fixture(params=["numpy", "torch"])
def eager(request: pytest.FixtureRequest) -> Backend:
    """Every road that runs op by op: there are no programs to compile, and what is wanted changes no bit."""
    return load_backend(request.param)
