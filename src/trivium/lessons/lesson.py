"""One network's own numbers through three styles of derivative, step by step, as a page that stands alone.

Everything shown is of this very run: the rules' source, the tape's nodes, the jaxprs, the numbers. Knows nothing of
HTML but the template beside it.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from trivium.backend import Array, Backend, Evaluation
from trivium.lessons.curve import LEAST, RULE, RULE_STEP, Curve, curve, drawn as curve_drawn
from trivium.lessons.graph import drawn
from trivium.referee import Enclosure, Referee
from trivium.report.number import few, rough
from trivium.report.web import rendered
from trivium.spec.graph import Spec
from trivium.spec.node import Node
from trivium.spec.signature import show

SHOWN = 80
"""Entries of an array that are shown, each; of a larger one its corner is."""
CORNER = 8
STYLES = {"numpy": "NumPy, by hand", "torch": "torch, a tape", "jax": "JAX, a transformation"}
SECTIONS = re.compile(r"(?m)^(?=def )")
DIGITS = 30
"""Of what is certified, at most."""


@dataclass(frozen=True)
class Tensor:
    """An array of a step: what it is, and its numbers, or a corner of them."""

    title: str
    shape: str
    rows: tuple[tuple[tuple[str, float], ...], ...]
    cut: bool


@dataclass(frozen=True)
class Step:
    """One step, forward or back: its equation, its arrays, its style on each road, the last digits of its result."""

    direction: str
    node: str
    equation: str
    formula: str
    tensors: tuple[Tensor, ...]
    styles: tuple[tuple[str, str], ...]
    digits: tuple[tuple[str, str], ...]
    entry: str


def lesson(
    spec: Spec, given: Mapping[str, Array], backends: Mapping[str, Backend], referee: Referee | None, command: str
) -> str:
    """The page: every step forward, then every step back, on all the roads that are there."""
    runs = {name: backend.compile(spec)(given) for name, backend in backends.items()}
    exact = referee.enclose(spec, given) if referee is not None and all(referee.has(n.op) for n in spec.nodes) else None
    steps = [
        *(_forward(spec, node, runs, backends, None if exact is None else exact.values) for node in spec.nodes),
        *(
            _backward(spec, node, runs, backends, None if exact is None else exact.gradients)
            for node in reversed(spec.nodes)
        ),
    ]
    first = next(iter(runs.values()))
    bent = curve(spec, given, backends["numpy"], first.gradients) if "numpy" in backends else None
    data = {
        part: {n: np.asarray(x).tolist() for n, x in getattr(first, part).items()} for part in ("values", "gradients")
    }
    return rendered(
        "lessons",
        "lesson.html.j2",
        {
            "whole": True,
            "name": spec.name,
            "title": "one derivative, three styles",
            "command": command,
            "graph": drawn(spec),
            "steps": steps,
            "forward": len(spec.nodes),
            "roads": [STYLES.get(n, n) for n in backends],
            "certified": exact is not None,
            "curve": None if bent is None else {"svg": curve_drawn(bent), "found": bent, "words": list(_words(bent))},
            "loss": few(float(first.values[spec.loss])),
            "raw": json.dumps(data, separators=(",", ":")).replace("</", "<\\/"),
        },
    )


def _forward(
    spec: Spec,
    node: Node,
    runs: Mapping[str, Evaluation],
    backends: Mapping[str, Backend],
    exact: Mapping[str, Enclosure] | None,
) -> Step:
    run = next(iter(runs.values()))
    read = dict.fromkeys(node.inputs)
    tensors = [*(_tensor(n, run.values[n]) for n in read), *(_tensor(n, run.values[n]) for n in node.outputs)]
    made = node.outputs[0]
    return Step(
        "forward",
        node.name,
        str(node),
        node.op.formula,
        tuple(tensors),
        tuple(_styles(spec, node, run, backends, forward=True)),
        *_digits(made, {n: r.values[made] for n, r in runs.items()}, exact),
    )


def _backward(
    spec: Spec,
    node: Node,
    runs: Mapping[str, Evaluation],
    backends: Mapping[str, Backend],
    exact: Mapping[str, Enclosure] | None,
) -> Step:
    run = next(iter(runs.values()))
    gives = [n for n in dict.fromkeys(node.inputs) if n in run.gradients]
    loss = spec.loss
    tensors = [
        *(_tensor(f"∂{loss}/∂{n}, coming back", run.gradients[n]) for n in node.outputs if n in run.gradients),
        *(_tensor(n, run.values[n]) for n in dict.fromkeys(node.inputs)),
        *(_tensor(f"∂{loss}/∂{n}{_part(spec, n)}", run.gradients[n]) for n in gives),
    ]
    name = gives[0] if gives else node.outputs[0]
    return Step(
        "backward",
        node.name,
        f"back through {node}",
        node.op.formula,
        tuple(tensors),
        tuple(_styles(spec, node, run, backends, forward=False)),
        *_digits(
            f"∂{loss}/∂{name}", {n: r.gradients[name] for n, r in runs.items() if name in r.gradients}, exact, name
        ),
    )


def _part(spec: Spec, name: str) -> str:
    """What is added where a tensor is read more than once."""
    readers = len(spec.consumers[name])
    return f", the sum over its {readers} readers" if readers > 1 else ""


def _tensor(title: str, x: Array) -> Tensor:
    cut = x.size > SHOWN
    seen = x.reshape(1, 1) if x.ndim == 0 else x.reshape(-1, x.shape[-1]) if x.ndim > 1 else x[None]
    corner = seen[:CORNER, :CORNER] if cut else seen
    largest = float(np.abs(x).max(initial=0.0)) if x.dtype.kind == "f" else 0.0
    rows = tuple(tuple((_number(v), _strength(v, largest)) for v in row) for row in corner.tolist())
    return Tensor(title, show(x.shape), rows, cut)


def _number(v: object) -> str:
    return few(v) if isinstance(v, float) else str(v)


def _strength(v: float, largest: float) -> float:
    """From -1 to 1: an entry's share of the largest, with its sign."""
    return round(float(v) / largest, 2) if largest and math.isfinite(v) and math.isfinite(largest) else 0.0


def _styles(
    spec: Spec, node: Node, run: Evaluation, backends: Mapping[str, Backend], *, forward: bool
) -> Iterator[tuple[str, str]]:
    """Each road's own account of the step: of this direction, where it tells the two apart."""
    inputs = tuple(run.values[n] for n in node.inputs)
    for name, backend in backends.items():
        text = backend.style(node.op, spec.attributes(node), inputs)
        parts = SECTIONS.split(text) if name == "numpy" else text.split("\n\nof its vjp") if name == "jax" else [text]
        parts = [p for p in parts if p.strip()]
        chosen = parts[0] if forward else parts[min(1, len(parts) - 1)]
        lead = "of its vjp" if name == "jax" and not forward and len(parts) > 1 else ""
        yield STYLES.get(name, name), f"{lead}{chosen}".strip()


def _digits(
    title: str, found: Mapping[str, Array], exact: Mapping[str, Enclosure] | None, name: str | None = None
) -> tuple[tuple[tuple[str, str], ...], str]:
    """One entry, the largest, by every road in all its digits, and the certified ones below; and which entry it is."""
    arrays: Sequence[Array] = [np.asarray(x) for x in found.values()]
    if not arrays or arrays[0].dtype.kind != "f" or not arrays[0].size:
        return (), ""
    at = np.unravel_index(int(np.argmax(np.abs(arrays[0]))), arrays[0].shape)
    index = tuple(int(i) for i in at)
    said = [(STYLES.get(n, n), repr(float(x[index]))) for n, x in found.items()]
    if exact is not None and (name or title) in exact:
        e = exact[name or title]
        if bool(np.asarray(e.known)[index]):
            said.append(("certified", certified(*(float(part[index]) for part in (e.hi, e.lo, e.radius)))))
    place = f"[{', '.join(map(str, index))}]" if index else ""
    return tuple(said), f"{title}{place}"


def _words(bent: Curve) -> Iterator[str]:
    """What the curves say."""
    for s in bent.series:
        step, error = s.best
        off = "right to the last digit" if error <= LEAST else f"off by {rough(error)} of the derivative"
        yield f"{s.name}: at best {off}, at a step of {rough(step)}."
    for dtype, count in bent.accused.items():
        yield (
            f"In {dtype}, central differences of step {RULE_STEP:g} differ by more than {RULE:g} from "
            f"{count} of the {bent.looked} entries looked at, all of which are right."
        )


def certified(hi: float, lo: float, radius: float) -> str:
    """An enclosed number in as many digits as are sure, at most DIGITS."""
    middle = Decimal(hi) + Decimal(lo)
    if not middle or not math.isfinite(hi):
        return repr(hi)
    sure = DIGITS if radius <= 0 else int(abs(middle).log10() - Decimal(radius).log10())
    return f"{middle:.{max(1, min(DIGITS, sure))}g}"
