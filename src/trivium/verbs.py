"""What a person asks for: check a spec, on every road there is, and get a report.

Knows nothing of command lines or of how a report looks.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from trivium.backend import Backend
from trivium.compare.acceptance import accept
from trivium.compare.agreement import compare
from trivium.compare.comparison import Cost, Finding
from trivium.compare.recording import Meter, Planted, record, unusable
from trivium.compare.remarks import merged
from trivium.errors import BackendError
from trivium.ops import OPS
from trivium.probe import Probes, probes
from trivium.referee import Referee
from trivium.report import OwnReport, Report
from trivium.spec.file import load as load_document
from trivium.spec.graph import Spec
from trivium.spec.op import Op
from trivium.spec.trace import trace as trace_with
from trivium.target import find, handwritten, select
from trivium.wanted import DTYPES, QUICK, afford, budgeted, one_of, oracle_referee, precisions, whole_seed


def check(
    spec: Spec | str | os.PathLike[str],
    *,
    backends: Iterable[str | Backend] | None = None,
    dtypes: Sequence[str] = DTYPES,
    values: Mapping[str, Any] | str | os.PathLike[str] | None = None,
    seed: int = 0,
    sizes: Mapping[str, int] | None = None,
    tamper: Planted | None = None,
    budget: float | None = None,
    oracle: str | Referee | None = None,
) -> Report:
    """Derive the gradient of a spec on every road and say whether they agree; no tolerance is chosen.

    spec      a Spec, a path to a .net.toml or .json file, or "zoo:NAME"
    backends  names, or Backend values; all that are installed where None
    values    numbers for every input and parameter (shapes as in the spec), or a .json or .npz file that holds them;
              without any, numbers are drawn from `seed`
    sizes     new sizes for the spec's letters
    tamper    mistakes planted on purpose: {"torch": {"g9": f}}
    budget    bytes that the check may take; half of the machine's memory where None
    oracle    what steps are held against: "exact" numbers (the extra `exact`) or "roads"; exact if quick where None; or
              a referee of your own, `load_referee().having(mine=...)`, that knows your own ops

    Raises SpecError, ValuesError, BackendError or BudgetError for bad input; a wrong gradient is no error but a Report.
    """
    seed, asked, budget = whole_seed(seed), precisions(dtypes), budgeted(budget)
    source = find(spec, values=values, sizes=sizes)
    roads = select(backends)
    hindered = list(unusable(roads, asked, tamper or {}))
    if hindered:
        raise BackendError(*hindered)
    afford(source.spec, budget)
    points = probes(source.spec, seed=seed, values=source.values)
    for probe in points.points:
        afford(probe.spec, budget)
    referee = oracle_referee(oracle, [probe.spec for probe in points.points], len(roads) * len(asked))
    meter = Meter()
    recordings = [record(probe, roads, asked, tamper or {}, meter) for probe in points.points]
    comparison = compare(
        source.spec,
        [r.point for r in recordings],
        roads,
        handwritten(roads),
        cost=Cost(compile=meter.compile, run=meter.run),
        seed=seed,
        notes=(*merged(f for r in recordings for f in r.findings), *_left_out(points)),
        referee=referee,
    )
    options = {
        "backends": None if backends is None else list(roads),
        "sizes": sizes or None,
        "values": values,
        "dtypes": None if asked == DTYPES else list(asked),
        "tamper": tamper or None,
        "seed": seed,
        "oracle": oracle,
    }
    return Report(accept(comparison, source.known, where=source.target), command=_command(source.target, options))


def check_gradient(
    f: Any,
    grad: Callable[..., Any] | None = None,
    *,
    at: Mapping[str, Any] | Sequence[Any] | None = None,
    shapes: Mapping[str, str | Sequence[int]] | None = None,
    against: Spec | str | os.PathLike[str] | None = None,
    layout: str | None = None,
    oracle: str | Referee | None = None,
) -> OwnReport:
    """Say which numbers of a handwritten gradient are wrong, where, and why; no tolerance is chosen.

    f        the function, in NumPy: arrays in; a number out, or a number and what the gradient needs (a dict of
             intermediates, a cache), or an array and a cache; None where only a network says what is differentiated;
             or, and then grad is left out: a class (an object) with forward and backward, or a function that gives
             the loss and the gradient as a pair
    grad     the gradient: the same arguments, or what f keeps, or a cotangent and that; a dict by name (`w1`, `dW1`,
             `grad_w1`), a tuple in the order of the arguments, or one array
    at       the arrays: by name, or in the order of the arguments; drawn where None and a network or shapes are given
    shapes   shapes to draw numbers of, by argument: (3, 2), "N 3" with letters for sizes, "N: index < 3" for labels;
             at prime sizes, where letters are equal, and at other numbers
    against  a network (a Spec, a file, "zoo:NAME") with the same names: every intermediate that has one is compared
             too, the first wrong step is found, and the mistake is named
    layout   "rows" or "columns": how the data points lie in your arrays, where it is not the network's way; found out
             where the shapes tell
    oracle   "exact" to insist on exact numbers, "roads" to do without; exact where it is installed if None

    Raises OracleError where the code cannot be called as it is written, or is not the same function twice, SpecError or
    ValuesError where the network and the arrays do not fit; a wrong gradient is no error but a report.
    """
    from trivium.own.asked import asked  # the catalogue is loaded where it is used
    from trivium.own.network import Against

    source = None if against is None else find(against)
    lies, referee = one_of(layout, "layout", ("rows", "columns")), oracle_referee(oracle, [], 0)
    network = None if source is None else Against(source.spec, lies, handwritten(), QUICK)
    found = asked(f, grad, at, shapes, network, None if source is None else source.values, handwritten(), referee)
    said = {"at": at, "shapes": shapes, "against": source, "layout": layout}
    words = [
        "None" if f is None else "f",
        *(["grad"] if grad is not None else []),
        *(f"{n}={n}" for n, x in said.items() if x is not None),
    ]
    return OwnReport(found, f"python: trivium.check_gradient({', '.join(words)})")


def check_module(module: Any, loss: Callable[..., Any] | None = None, *, at: Sequence[Any]) -> OwnReport:
    """Say whether a framework's module, or function of its tensors, has the gradient of its own values.

    module  a torch.nn.Module, an Equinox or Flax NNX module, in which every parameter is checked by its name; or a
            function of tensors or of pytrees (an autograd.Function's `apply`, a custom_vjp or custom_jvp)
    loss    what is made of the module's output; the output itself, under a random cotangent, where None
    at      the inputs, in order: tensors, JAX arrays and trees of them, or NumPy arrays

    A module is copied, and nothing of it is changed. Besides its values it is held against what a vjp may not depend
    on: how its cotangent is stored, and its size and sign but in proportion.
    """
    from trivium.own.brought import bring, brought_gradient

    brought, what = bring(module, loss, at)
    words = "module, at=at" if loss is None else "module, loss, at=at"
    return OwnReport(brought_gradient(brought, what), f"python: trivium.check_module({words})")


def compare_gradients(
    *implementations: Any, at: Mapping[str, Any] | Sequence[Any], names: Mapping[str, str | Sequence[str]] | None = None
) -> OwnReport:
    """Say whether implementations of one function give the same values and gradients, and which of them are wrong.

    implementations  two or more: modules and functions of torch and JAX, and pairs (f, gradient) of NumPy functions;
                     ("torch", f) says what is meant where a function takes the tensors of several frameworks
    at               the inputs, in order, of any kind of array
    names            the first one's name of an argument or parameter, and the others' names of it; what is not in it
                     goes by the same name, then by order

    Parameters have to hold the same numbers, also with their axes in another order, which is then said. Each gradient
    is held against the others and against its own function. Raises ValuesError where the point is not the same one.
    """
    from trivium.own.compared import compared

    found = compared(implementations, at, names or {})
    return OwnReport(
        found, f"python: trivium.compare_gradients({', '.join(f'f{i + 1}' for i in range(len(found.sides)))}, at=at)"
    )


def assert_gradient(
    spec: Spec | str | os.PathLike[str] | Callable[..., Any], grad: Callable[..., Any] | None = None, **options: Any
) -> None:
    """As `check`, or with a gradient as `check_gradient`, but silent where all is right.

    Raises GradientMismatch, an AssertionError whose text is the whole report, where it is not.
    """
    if not isinstance(spec, Spec | str | os.PathLike):
        check_gradient(spec, grad, **options).raise_for_verdict()
        return
    check(spec, **options).raise_for_verdict()


def trace(
    function: Callable[..., Any],
    *,
    inputs: Mapping[str, str],
    parameters: Mapping[str, str],
    sizes: Mapping[str, int] | None = None,
    name: str | None = None,
    vocabulary: Mapping[str, Op] = OPS,
) -> Spec:
    """The spec that a Python function computes: called once, with symbolic values under its parameters' names.

    `inputs` and `parameters` map names to written shapes ("h i"), `sizes` binds their letters. The function returns the
    loss, or a dict that names nodes and ends with the loss.
    """
    return trace_with(
        function, inputs=inputs, parameters=parameters, sizes=sizes or {}, name=name, vocabulary=vocabulary
    )


def load(
    path: str | os.PathLike[str], *, sizes: Mapping[str, int] | None = None, vocabulary: Mapping[str, Op] = OPS
) -> Spec:
    """The spec that a .net.toml or .json file holds; SpecError lists everything that is wrong with it.

    `vocabulary` is the ops that it may use: `trivium.ops.OPS | {"mine": mine}` for one with an op of your own.
    """
    return load_document(Path(path), vocabulary=vocabulary, sizes=sizes).spec


def _left_out(points: Probes) -> tuple[Finding, ...]:
    return tuple(Finding("TV203", "note", f"a probe was left out: {reason}") for reason in points.left_out)


def _command(target: str, options: Mapping[str, Any]) -> str:
    """The line that reproduces a check: a shell's, or, where it was told what no shell can say, Python's."""
    said = {name: value for name, value in options.items() if value is not None}
    in_memory = [n for n in ("values", "tamper", "oracle") if n in said and not isinstance(said[n], str | os.PathLike)]
    if not target or in_memory:
        shown = {n: n if n in in_memory else repr(os.fspath(v) if n == "values" else v) for n, v in said.items()}
        arguments = [repr(target) if target else "spec", *(f"{n}={text}" for n, text in shown.items())]
        return f"python: trivium.check({', '.join(arguments)})"
    words = ["trivium", "check", target]
    for letter, size in (said.get("sizes", {})).items():
        words += ["--size", f"{letter}={size}"]
    for name in ("values", "backends", "dtypes", "seed", "oracle"):
        if name in said:
            value = said[name]
            words += [f"--{name}", ",".join(value) if isinstance(value, list) else str(value)]
    return shlex.join(words)
