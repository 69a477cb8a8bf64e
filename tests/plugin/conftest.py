"""A project of somebody else's, in which the plugin is at work: backends that are right, wrong, crashing and absent."""

from __future__ import annotations

from collections.abc import Callable

import jax  # noqa: F401  loaded here once, as torch is: neither can be loaded twice by one process
import pytest
import torch  # noqa: F401

import trivium.verbs  # loaded here once: a run in this process unloads what it was the first to load
import trivium_numpy

CONFTEST = """
from importlib.metadata import EntryPoint
import pytest, trivium.backend

def pytest_configure(config):
    points = {{name: EntryPoint(name, value, "trivium.backends") for name, value in {known!r}.items()}}
    patch = pytest.MonkeyPatch()
    patch.setattr(trivium.backend, "registered", lambda: points)
    config.add_cleanup(patch.undo)
"""
BACKENDS = """
from dataclasses import replace
from trivium_numpy import BACKEND

def flipped(saved, y_bar):
    return (-BACKEND.rules["tanh"].vjp(saved, y_bar)[0],)

def of_all_things(saved, y_bar):
    return 1 / 0

def with_tanh(name, vjp):
    return replace(BACKEND, name=name, rules={**BACKEND.rules, "tanh": replace(BACKEND.rules["tanh"], vjp=vjp)})

TWIN = replace(BACKEND, name="twin")
IMPOSTOR = with_tanh("impostor", flipped)
CRASHING = with_tanh("crashing", of_all_things)
"""
KNOWN = {
    "numpy": "trivium_numpy:BACKEND",
    "twin": "somebodys:TWIN",
    "impostor": "somebodys:IMPOSTOR",
    "crashing": "somebodys:CRASHING",
    "ghost": "a_module_that_nobody_has:BACKEND",
}
NET = """
name = "small"
loss = "loss"

[inputs]
x = "b n"

[parameters]
w = "n m"

[nodes]
z = "matmul(x, w)"
h = "tanh(z)"
loss = "mean(h)"

[sizes]
b = 5
n = 3
m = 2
"""
Project = Callable[..., pytest.Pytester]


@pytest.fixture
def project(pytester: pytest.Pytester) -> Project:
    """A folder with nets/small.net.toml, where these backends are known and no other."""
    assert trivium.target.handwritten() is trivium_numpy.BACKEND

    def make(*names: str, ini: str = "") -> pytest.Pytester:
        _ = pytester.makeconftest(CONFTEST.format(known={name: KNOWN[name] for name in names}))
        _ = pytester.makepyfile(somebodys=BACKENDS)
        _ = pytester.makeini(f"[pytest]\n{ini}")
        pytester.syspathinsert()
        nets = pytester.mkdir("nets")
        _ = (nets / "small.net.toml").write_text(NET, encoding="utf-8")
        _ = (nets / "broken.net.toml").write_text(NET.replace("tanh(z)", "tanhh(z)"), encoding="utf-8")
        return pytester

    return make
