"""What a backend is: compile a spec into a program, run it on numbers, replay one op alone; and how one is found.

Knows the spec and nothing of any array library but NumPy, in whose arrays numbers cross every border.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import numpy as np

from trivium.declared import declared
from trivium.errors import BackendError, did_you_mean
from trivium.spec.graph import Spec
from trivium.spec.op import Attributes, Op

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

Array = np.ndarray[Any, Any]
Arrays = tuple[Array, ...]
Bars = tuple[Array | None, ...]
"""Cotangents of an op's inputs, None for a label or a mask."""
Tamper = Callable[[Arrays, Arrays, Arrays, Bars], Bars]
"""A planted mistake around one vjp: (inputs, outputs, their cotangents, the inputs' cotangents) -> wrong ones."""

DTYPES: Mapping[str, Any] = {"float64": np.float64, "float32": np.float32, "complex128": np.complex128}
ORDER = ("numpy", "torch", "jax")
"""The order in which roads are shown; what else is installed follows by name."""
PARTS = ("name", "dtypes", "lacks", "compile", "replay", "style", "facts")
"""What every backend has."""


@dataclass(frozen=True)
class Want:
    """Which values and which gradients a program shall return, by name."""

    values: frozenset[str]
    gradients: frozenset[str]


@dataclass(frozen=True)
class Noise:
    """Every value and cotangent that crosses an op's border is multiplied by 1 + q s, 1/2 <= |s| <= 1, by `seed`."""

    q: float
    seed: int


@dataclass(frozen=True)
class Evaluation:
    """One run: the value of each name wanted, and the loss's gradient with respect to it; arrays the caller owns."""

    values: Mapping[str, Array]
    gradients: Mapping[str, Array]
    _repr_html_: ClassVar[Callable[[Evaluation], str]]
    """What a notebook shows: `trivium.report` hands it down, for a run knows of no page."""


class Program(Protocol):
    """A spec, compiled by one backend for one dtype; `place`, `run`, `read` split the call, so that `run` is timed."""

    def __call__(self, given: Mapping[str, Array], cotangent: float | None = None) -> Evaluation:
        """Values and gradients at `given`; `cotangent` is the loss's own (1 where None)."""
        ...

    def tangent(self, given: Mapping[str, Array], given_dot: Mapping[str, Array]) -> Mapping[str, Array]:
        """The tangent of every node output along `given_dot` (zero where a given is absent), by forward mode."""
        ...

    def place(self, given: Mapping[str, Array]) -> Any:
        """The givens as the backend's own arrays, in the program's dtype."""
        ...

    def run(self, placed: Any) -> Any:
        """Compute, and wait for the result; the backend's own arrays in and out."""
        ...

    def read(self, result: Any) -> Evaluation:
        """What `run` returned, as NumPy arrays."""
        ...


class Backend(Protocol):
    """One road. A value that is passed in: never a global, an environment variable or a type guess."""

    @property
    def name(self) -> str:
        """What reports call it, and its entry point."""
        ...

    @property
    def dtypes(self) -> frozenset[str]:
        """The precisions that it computes in."""
        ...

    @property
    def lacks(self) -> Mapping[str, str]:
        """Ops of the vocabulary that it does not have, each with the reason."""
        ...

    def compile(
        self,
        spec: Spec,
        *,
        dtype: str = "float64",
        want: Want | None = None,
        tamper: Mapping[str, Tamper] | None = None,
        noise: Noise | None = None,
    ) -> Program:
        """A program for the spec; everything is wanted where `want` is None. Only the handwritten road has `noise`."""
        ...

    def replay(
        self, op: Op, attrs: Attributes, inputs: tuple[Array, ...], cotangents: tuple[Array, ...]
    ) -> tuple[tuple[Array, ...], tuple[Array | None, ...]]:
        """One op alone, in float64: its outputs, and its input cotangents (None for a label or a mask)."""
        ...

    def style(self, op: Op, attrs: Attributes, inputs: tuple[Array, ...]) -> str:
        """What this road does for one op, as text: its source, its tape node, or its program."""
        ...

    def facts(self) -> Mapping[str, str]:
        """Versions, threads and settings, for reports and `trivium doctor`."""
        ...


class Noisy(Protocol):
    """What the handwritten road can do besides, which measures a step's rounding and its range."""

    def shaken(
        self, op: Op, attrs: Attributes, inputs: tuple[Array, ...], cotangents: tuple[Array, ...], noise: Noise
    ) -> tuple[tuple[Array, ...], tuple[Array | None, ...]]:
        """As `Backend.replay`, with inputs, saved arrays, outputs and cotangents shaken by noise."""
        ...

    def leaves_range(
        self, op: Op, attrs: Attributes, inputs: tuple[Array, ...], cotangents: tuple[Array, ...], dtype: str
    ) -> bool:
        """Whether any number on the step's way, forward or back, is past what this dtype holds."""
        ...


def everything(spec: Spec) -> Want:
    """Every value, and the gradient with respect to every given and node output that has one."""
    return Want(frozenset(spec.shapes), frozenset(spec.differentiable))


def parameter_gradients(spec: Spec) -> Want:
    """What training wants: the loss, and the gradients of the parameters."""
    return Want(frozenset([spec.loss]), frozenset(name for name, _ in spec.parameters))


def loss_alone(spec: Spec) -> Want:
    """The loss and no gradient."""
    return Want(frozenset([spec.loss]), frozenset())


def registered() -> Mapping[str, EntryPoint]:
    """Every backend that an installed distribution declares, by name; none is imported."""
    found = {point.name: point for point in declared("trivium.backends")}
    return {name: found[name] for name in sorted(found, key=_rank)}


def load_backend(name: str) -> Backend:
    """Import one backend; BackendError says how to install it, or which name was meant."""
    return _loaded(name, registered())


def _loaded(name: str, known: Mapping[str, EntryPoint]) -> Backend:
    if name not in known:
        raise BackendError(f"no backend {name!r} (known are: {', '.join(known) or 'none'}){did_you_mean(name, known)}")
    try:
        backend: object = known[name].load()
    except ModuleNotFoundError as error:
        cure = f"pip install 'trivium[{name}]'" if name in ORDER else f"install it, or mend {known[name].value!r}"
        raise BackendError(f"backend {name!r} is not installed: it needs the module {error.name!r}; {cure}") from error
    except Exception as error:
        raise BackendError(
            f"backend {name!r} cannot be imported: its entry point {known[name].value!r} raises "
            f"{type(error).__name__}: {error}; mend or uninstall the package that declares it"
        ) from error
    return check_backend(backend, f"the entry point {known[name].value!r}")


def check_backend(found: object, what: str) -> Backend:
    """What was passed as a backend, if it is one; BackendError says what it lacks."""
    lacking = [part for part in PARTS if not hasattr(found, part)]
    if lacking:
        raise BackendError(f"{what} is no backend: it is {found!r}, which has no {', no '.join(lacking)}")
    return found  # type: ignore[return-value]


def installed(names: Iterable[str] | None = None) -> dict[str, Backend]:
    """The backends that can be imported here, or exactly those named; BackendError where a named one cannot."""
    known = registered()
    if names is not None:
        return {name: _loaded(name, known) for name in names}
    found = {}
    for name in known:
        try:
            found[name] = _loaded(name, known)
        except BackendError:
            continue  # not installed, or broken: the caller asked for what there is, and `trivium doctor` says why
    return found


def check_want(want: Want | None, spec: Spec) -> Want:
    """The names wanted, or everything; BackendError for a name that the spec does not have."""
    if want is None:
        return everything(spec)
    for what, names, known in (("value", want.values, spec.shapes), ("gradient", want.gradients, spec.differentiable)):
        _known(what, names, known)
    return want


def watched(backend: str, node: str, mistake: Tamper) -> Tamper:
    """The mistake, held to what may come of one: BackendError where its result does not fit the node's inputs.

    None in place of a cotangent drops it.
    """

    def checked(inputs: Arrays, outputs: Arrays, y_bars: Arrays, x_bars: Bars) -> Bars:
        found: object = mistake(inputs, outputs, y_bars, x_bars)
        problem = _unfit(found, inputs)
        if problem:
            raise BackendError(f"the mistake planted at node {node!r} of {backend} {problem}")
        return tuple(None if b is None else np.asarray(b) for b in found)  # type: ignore[attr-defined]

    return checked


def _unfit(found: object, inputs: Arrays) -> str:
    """What is wrong with the cotangents that a planted mistake returns, or nothing."""
    if not isinstance(found, tuple | list):
        return f"returns {_kind(found)}, needs a tuple of {len(inputs)}, one cotangent per input"
    if len(found) != len(inputs):
        return f"returns {len(found)} cotangents, needs {len(inputs)}, one per input"
    for i, (x_bar, x) in enumerate(zip(found, inputs, strict=True)):
        needed = f"{x.dtype} {x.shape}" if x.dtype.kind == "f" else "None"
        if x_bar is not None and _kind(x_bar) != needed:
            return f"returns {_kind(x_bar)} as the cotangent of input {i}, needs {needed}"
    return ""


def _kind(found: object) -> str:
    """An array's dtype and shape; what else something is."""
    if isinstance(found, np.ndarray | np.generic):
        return f"{found.dtype} {found.shape}"
    return "nothing" if found is None else f"no array but a {type(found).__name__}"


def _known(what: str, names: Collection[str], known: Iterable[str]) -> None:
    have = list(known)
    for name in names:
        if name not in have:
            raise BackendError(f"no {what} of {name!r} in this spec{did_you_mean(name, have)}")


def _rank(name: str) -> tuple[int, str]:
    return (ORDER.index(name) if name in ORDER else len(ORDER), name)
