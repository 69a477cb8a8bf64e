"""A JAX function, or a module that is a tree of arrays, with its gradient by `jax.vjp`, as functions of NumPy arrays.

Knows nothing of verdicts. Arrays are immutable and trees are rebuilt: nothing of what was brought is changed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from trivium.backend import Array
from trivium.bringer import Brought, numbered
from trivium.errors import OracleError

Tree = Any
TAKEN = (np.complex128, np.float64, np.float32, np.int64, np.int32, np.uint32, np.bool_)
"""What JAX takes from NumPy as it is."""
NUMBERS = (jax.Array, np.ndarray, float, int)
LOOKED_AT = (jax.errors.JAXTypeError, jax.errors.JAXIndexError)
"""What tracing raises where a function's Python looks at numbers: it can only be run as it stands."""


@dataclass(frozen=True)
class Call:
    """A function of arrays by name, made of one of trees; `kinds` are the precisions that it was given in."""

    run: Callable[[Mapping[str, Any]], Any]
    kinds: Mapping[str, Any]
    wide: bool

    @property
    def x64(self) -> bool:
        """Whether JAX's 64-bit types are needed; they are off unless a process asks for them."""
        return self.wide or any(kind == np.float64 for kind in self.kinds.values())

    def fed(self, arrays: Mapping[str, Array]) -> dict[str, Any]:
        """The arrays as JAX's: as they come where the code takes float64, else in the precision that it was given."""
        if self.wide:
            return {n: jnp.asarray(x, None if x.dtype in TAKEN else np.float64) for n, x in arrays.items()}
        if any(np.iscomplexobj(x) for x in arrays.values()):
            raise OracleError("the code takes no wider numbers than its own, and no complex ones")
        return {n: jnp.asarray(x, self.kinds[n]) for n, x in arrays.items()}

    def vector(self, fed: Mapping[str, Any]) -> Any:
        """All that comes out, as one array."""
        return _joined(self.run(fed))


@dataclass(frozen=True)
class JaxBringer:
    """JAX's side of `check_module` and `compare_gradients`."""

    name: str = "jax"

    def knows(self, thing: object) -> bool:
        """A tree with JAX's arrays in it: a module of Equinox or Flax NNX, or an argument."""
        return any(isinstance(leaf, jax.Array) for leaf in jax.tree.leaves(thing))

    def means(self, kind: type) -> bool:
        """A module of Equinox or of Flax NNX, if either is imported."""
        homes = (sys.modules.get("equinox"), sys.modules.get("flax.nnx"))
        return issubclass(kind, tuple(home.Module for home in homes if home is not None))

    def answers(self, function: Callable[..., Any], at: Sequence[Any]) -> bool:
        """Whether it gives back JAX's arrays, traced or not, for JAX's arrays."""
        try:
            found = jax.tree.leaves(function(*jax.tree.map(_as_array, list(at))))
        except Exception:  # noqa: BLE001  a stranger's function: what it raises says that it is none of JAX's
            return False
        return bool(found) and all(isinstance(leaf, jax.Array) for leaf in found)

    def module(self, module: Any, loss: Callable[..., Any] | None, at: Sequence[Any]) -> Brought:
        """A callable tree: every array of real numbers in it is a parameter; of Flax NNX, every `nnx.Param`."""
        kept, rebuilt = _parameters(module)
        inputs, fill = _arrays([(f"input {i}", x) for i, x in enumerate(at)])
        clash = sorted(set(kept) & set(inputs))
        if clash:
            raise OracleError(f"a parameter is called {clash[0]!r}, as an input is here")

        def run(fed: Mapping[str, Any]) -> Any:
            y = rebuilt(fed)(*fill(fed))
            return y if loss is None else loss(y)

        return _brought(run, {**inputs, **kept}, tuple(inputs))

    def function(self, function: Callable[..., Any], at: Sequence[Any]) -> Brought:
        """A function of trees, at the precision of its arguments where it takes no wider one."""
        given, fill = _arrays(list(numbered(function, at)))
        return _brought(lambda fed: function(*fill(fed)), given, tuple(given))

    def derivative(self, function: Callable[..., Any], at: Sequence[Any]) -> Callable[..., Any]:
        """The gradient under a fixed random cotangent; of arguments of real numbers."""
        y = _joined(function(*at))
        y_bar = np.random.default_rng(11).standard_normal(y.shape)

        def gradient(*arguments: Any) -> Any:
            def scalar(*trees: Any) -> Any:
                out = _joined(function(*trees))
                return (out * y_bar.astype(out.dtype)).sum()

            places = tuple(i for i, x in enumerate(arguments) if all(map(_is_real, jax.tree.leaves(x))))
            return jax.grad(scalar, argnums=places)(*arguments)

        return gradient


def _parameters(module: Any) -> tuple[dict[str, Any], Callable[[Mapping[str, Any]], Any]]:
    """The parameters of a module by name, and the module again from others."""
    nnx = sys.modules.get("flax.nnx")
    if nnx is not None and isinstance(module, nnx.Module):
        graph, state, rest = nnx.split(module, nnx.Param, ...)
        kept, fill = _arrays([("", state)])
        return kept, lambda fed: nnx.merge(graph, fill(fed)[0], _as_wide(rest, fed), copy=True)
    kept, fill = _arrays([("", module)])
    return kept, lambda fed: fill(fed)[0]


def _as_wide(rest: Tree, fed: Mapping[str, Any]) -> Tree:
    """What a module keeps beside its parameters (running statistics), no narrower than they are."""
    kinds = {np.dtype(x.dtype) for x in fed.values()}
    kind = next((k for k in (np.complex128, np.float64) if np.dtype(k) in kinds), None)
    return jax.tree.map(lambda x: x.astype(kind) if kind is not None and _is_real(x) else x, rest)


def _arrays(trees: Sequence[tuple[str, Tree]]) -> tuple[dict[str, Any], Callable[[Mapping[str, Any]], list[Any]]]:
    """The arrays in some trees, by the way to them, and the trees again from others; what is no array stays in place.

    In a module, whose own name is "", only arrays are parameters: a Python number is what it was made with.
    """
    names: list[list[str | None]] = []
    found: dict[str, Any] = {}
    flat = [(name, *jax.tree_util.tree_flatten_with_path(tree)) for name, tree in trees]
    for root, leaves, _ in flat:
        keys: list[str | None] = []
        for way, leaf in leaves:
            key = ".".join(filter(None, (root, _key(way)))) or root
            taken = (
                hasattr(leaf, "dtype") and _is_real(leaf)
                if root == ""
                else isinstance(leaf, NUMBERS) and not _is_random_key(leaf)
            )
            keys.append(key if taken else None)
            if taken:
                found[key] = leaf
        names.append(keys)

    def fill(fed: Mapping[str, Any]) -> list[Any]:
        return [
            jax.tree_util.tree_unflatten(
                shape, [leaf if key is None else fed[key] for key, (_, leaf) in zip(keys, leaves, strict=True)]
            )
            for keys, (_, leaves, shape) in zip(names, flat, strict=True)
        ]

    return found, fill


def _key(way: Any) -> str:
    """The way to a leaf as a person writes it; what only wraps a value is left out."""
    return jax.tree_util.keystr(way, simple=True, separator=".").removesuffix(".value")


def _brought(run: Callable[[Mapping[str, Any]], Any], given: Mapping[str, Any], inputs: tuple[str, ...]) -> Brought:
    kinds = {n: jnp.asarray(x).dtype for n, x in given.items()}
    call = Call(run, kinds, _runs_wide(run, given, kinds))
    short = [n for n, kind in kinds.items() if jnp.issubdtype(kind, jnp.floating) and kind.itemsize < 4]
    if short and not call.wide:
        raise OracleError(f"{short[0]} is {kinds[short[0]]}, and the code takes no wider one: too few digits to judge")
    moving = tuple(n for n, kind in kinds.items() if jnp.issubdtype(kind, jnp.floating))

    def backward(fed: Mapping[str, Any], y_bar: Any) -> dict[str, Any]:
        still = {n: x for n, x in fed.items() if n not in moving}
        y, pull = jax.vjp(lambda floats: call.vector({**still, **floats}), {n: fed[n] for n in moving})
        return dict(pull(y_bar.astype(y.dtype).reshape(y.shape))[0])

    def tangent(fed: Mapping[str, Any], dots: Mapping[str, Any]) -> Any:
        still = {n: x for n, x in fed.items() if n not in moving}
        floats = {n: fed[n] for n in moving}
        rest = {n: dots[n].astype(x.dtype) if n in dots else jnp.zeros_like(x) for n, x in floats.items()}
        return jax.jvp(lambda moved: call.vector({**still, **moved}), (floats,), (rest,))[1]

    ways = {"forward": Compiled(call.vector), "backward": Compiled(backward), "tangent": Compiled(tangent)}

    def forward(arrays: Mapping[str, Array]) -> Array:
        with jax.enable_x64(call.x64):
            return np.asarray(ways["forward"](call.fed(_alike(arrays))))

    def vjp(arrays: Mapping[str, Array], cotangent: Array, layout: str) -> dict[str, Array | None]:
        """An array of JAX's has no strides: every layout is the same."""
        with jax.enable_x64(call.x64):
            return {n: np.array(g) for n, g in ways["backward"](call.fed(arrays), jnp.asarray(cotangent)).items()}

    def jvp(arrays: Mapping[str, Array], dots: Mapping[str, Array]) -> Array:
        with jax.enable_x64(call.x64):
            return np.asarray(ways["tangent"](call.fed(arrays), {n: jnp.asarray(x) for n, x in dots.items()}))

    plain = {n: np.array(x, _plain(kinds[n], wide=call.wide)) for n, x in given.items()}
    narrow = any(kinds[n] == np.float32 for n in moving)
    note = ("checked in float64",) if narrow and call.wide else ()
    return Brought(forward, vjp, jvp, plain, inputs, note)


class Compiled:
    """A function that is compiled where it can be, else run as it stands."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function, self.fast = function, jax.jit(function)

    def __call__(self, *arguments: Any) -> Any:
        try:
            return self.fast(*arguments)
        except LOOKED_AT:
            self.fast = self.function  # type: ignore[assignment]
            return self.function(*arguments)


def _runs_wide(run: Callable[[Mapping[str, Any]], Any], given: Mapping[str, Any], kinds: Mapping[str, Any]) -> bool:
    """Whether the code takes float64, and computes in it."""
    with jax.enable_x64(True):
        try:
            y = _joined(run({n: jnp.asarray(np.asarray(x), _wider(kinds[n])) for n, x in given.items()}))
        except (TypeError, ValueError):
            return False
        return bool(y.dtype == np.float64)


def _joined(y: Any) -> Any:
    """One array of all real numbers that came out."""
    parts = [jnp.asarray(leaf) for leaf in jax.tree.leaves(y)]
    if not parts or not all(jnp.issubdtype(p.dtype, jnp.inexact) for p in parts):
        kinds = ", ".join(str(p.dtype) for p in parts) or "nothing"
        raise OracleError(f"it gives back {kinds}, needs arrays of real numbers: give a loss that makes one of it")
    return parts[0] if len(parts) == 1 else jnp.concatenate([p.ravel() for p in parts])


def _is_real(x: Any) -> bool:
    """Whether there is a gradient with respect to it."""
    return isinstance(x, jax.Array | np.ndarray | float) and jnp.issubdtype(jnp.asarray(x).dtype, jnp.floating)


def _is_random_key(x: Any) -> bool:
    return isinstance(x, jax.Array) and jnp.issubdtype(x.dtype, jax.dtypes.prng_key)


def _as_array(x: Any) -> Any:
    return jnp.asarray(x) if isinstance(x, NUMBERS) else x


def _wider(kind: Any) -> Any:
    return np.float64 if jnp.issubdtype(kind, jnp.floating) else kind


def _plain(kind: Any, *, wide: bool) -> Any:
    """What NumPy has for a precision: float64 where the code takes it, float32 for one that only JAX has."""
    if not jnp.issubdtype(kind, jnp.floating):
        return kind
    return np.float64 if wide else np.float32 if kind.itemsize < 4 else kind


def _alike(arrays: Mapping[str, Array]) -> Mapping[str, Array]:
    """All complex where one is: what a function makes of the others stays beside it."""
    if not any(np.iscomplexobj(x) for x in arrays.values()):
        return arrays
    return {n: x.astype(np.complex128) if x.dtype.kind == "f" else x for n, x in arrays.items()}


BRINGER = JaxBringer()
