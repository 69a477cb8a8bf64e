"""A Python function on symbolic values becomes a Spec: the function runs once, and every op that it uses is recorded.

Knows nothing of numbers, nor of which operations there are: operators are looked up in the vocabulary passed in.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from trivium.errors import Problem, SpecError, did_you_mean
from trivium.spec.draft import Draft, relabel
from trivium.spec.graph import Spec, written
from trivium.spec.inference import infer_givens
from trivium.spec.node import name_fault
from trivium.spec.op import TRACING, Op
from trivium.spec.recorder import Recorder
from trivium.spec.tensor import Tensor


def trace(
    function: Callable[..., Any],
    *,
    vocabulary: Mapping[str, Op],
    inputs: Mapping[str, str] | None = None,
    parameters: Mapping[str, str] | None = None,
    sizes: Mapping[str, int] | None = None,
    name: str | None = None,
) -> Spec:
    """The network that `function` writes, called with symbolic values by parameter name.

    It returns the loss, or a dict {name: tensor} that names nodes and ends with the loss. Raises SpecError, at the line
    of the function that is wrong where there is one.

    >>> from trivium.ops import OPS, mean
    >>> given = {"inputs": {"x": "3 N"}, "parameters": {"w": "2 3"}, "sizes": {"N": 5}}
    >>> spec = trace(lambda w, x: mean(w @ x), vocabulary=OPS, **given)
    >>> [str(node) for node in spec.nodes]
    ['matmul_1 = matmul(w, x)', 'mean_1 = mean(matmul_1, axis=None, keepdims=False)']
    """
    draft = Draft(written(inputs or {}), written(parameters or {}), sizes=tuple((sizes or {}).items()))
    shapes = infer_givens(draft)
    _check_parameters(function, tuple(shapes))
    recorder = Recorder(draft, vocabulary, shapes)
    token = TRACING.set(recorder)
    try:
        returned = function(**{given: Tensor(recorder, given, shape) for given, shape in shapes.items()})
    finally:
        TRACING.reset(token)
    loss = _loss(recorder, returned)
    nodes, places = recorder.finish()
    try:
        title = _title(function) if name is None else name
        return Spec(title, draft.inputs, draft.parameters, nodes, recorder.name(loss), draft.sizes)
    except SpecError as error:
        raise SpecError(*relabel(error, places)) from None


@contextmanager
def scope(prefix: str) -> Iterator[None]:
    """Prefix the names of the nodes recorded inside: in `scope("block0")`, h becomes block0_h."""
    recorder: Recorder | None = TRACING.get()
    if recorder is None:
        raise SpecError(f"scope({prefix!r}) is used outside of a function that is traced")
    if fault := name_fault(prefix):
        raise SpecError(fault)
    recorder.scopes.append(prefix)
    try:
        yield
    finally:
        _ = recorder.scopes.pop()


def _check_parameters(function: Callable[..., Any], givens: tuple[str, ...]) -> None:
    """SpecError where the function's parameters are not the givens."""
    parameters = inspect.signature(function).parameters.values()
    takes = [p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
    needs = [p.name for p in parameters if p.kind is p.POSITIONAL_ONLY or (p.name in takes and p.default is p.empty)]
    takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters)
    title, has = _title(function), ", ".join(takes) or "nothing"
    problems = [
        Problem(f"the function {title} takes no {given!r} (it takes: {has}){did_you_mean(given, takes)}")
        for given in givens
        if given not in takes and not takes_any
    ]
    problems += [
        Problem(f"the function {title} takes {p!r}, which is no input and no parameter{did_you_mean(p, givens)}")
        for p in needs
        if p not in givens
    ]
    if problems:
        raise SpecError(*problems)


def _title(function: Callable[..., Any]) -> str:
    name = getattr(function, "__name__", "<partial>")
    return "network" if name.startswith("<") else str(name)


def _loss(recorder: Recorder, returned: Any) -> Tensor:
    """The tensor that the function ends with; a returned dict names nodes."""
    if isinstance(returned, Tensor):
        return recorder.own(returned)
    if not isinstance(returned, dict) or not returned:
        raise SpecError(
            f"the function returned {returned!r:.60}; return the loss, or a dict {{name: tensor}} that ends with it"
        )
    for name, tensor in returned.items():
        if not isinstance(tensor, Tensor):
            raise SpecError(f"the function returned {{{name!r}: {tensor!r:.60}}}; every entry of the dict is a tensor")
        recorder.rename(recorder.own(tensor), name)
    return recorder.own(next(reversed(returned.values())))
