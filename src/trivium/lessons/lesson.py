"""One network's own numbers through three styles of derivative, step by step, as a page that stands alone.

Knows nothing of HTML but the template beside it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from trivium.backend import Array, Backend, Evaluation
from trivium.errors import counted as in_digits
from trivium.lessons.account import STYLES
from trivium.lessons.beside import Beside
from trivium.lessons.curve import LEAST, RULE, RULE_STEP, Curve, curve, drawn as curve_drawn
from trivium.lessons.formula import mathml
from trivium.lessons.modes import Pushed, push
from trivium.lessons.overflow import overflow
from trivium.lessons.taylor import Taylor, drawn as taylor_drawn, taylor
from trivium.lessons.tensor import SHOWN, corner
from trivium.lessons.walk import Step, Walk
from trivium.referee import Referee
from trivium.report.exchange import plain
from trivium.report.graph import drawn
from trivium.report.number import few, rough
from trivium.report.phrase import counted
from trivium.report.web import rendered
from trivium.spec.graph import Spec
from trivium.tally import Tally, Tallying

RAW = 5_000
"""Entries of all arrays together, up to which a page has every number of the run as JSON too."""
MOST_BYTES = 1_000_000
SIDES = (SHOWN, 6, 4, 3, 2)
"""Rows and columns of an array that are shown: as many as leave the page small."""


@dataclass(frozen=True)
class Lesson:
    """The page, and what a person is told beside it: that not every number is finite, or nothing."""

    text: str
    warning: str


def lesson(
    spec: Spec,
    given: Mapping[str, Array],
    backends: Mapping[str, Backend],
    referee: Referee | None,
    command: str,
    own: Beside | None = None,
) -> Lesson:
    """The page: every step forward, then every step back, on all the roads that have all of its ops.

    own   somebody's code for the same network, whose lines stand beside the steps that they do
    """
    lacking = {name: [n.op.name for n in spec.nodes if n.op.name in road.lacks] for name, road in backends.items()}
    roads = {name: road for name, road in backends.items() if not lacking[name]}
    runs = {name: road.compile(spec)(given) for name, road in roads.items()}
    first = next(iter(runs.values()))
    exact = referee.enclose(spec, given) if referee is not None and all(referee.has(n.op) for n in spec.nodes) else None
    lost = overflow(spec, first)
    measured = "numpy" in roads and lost is None
    bent = curve(spec, given, roads["numpy"], first.gradients) if measured else None
    pushed = None if bent is None else push(spec, given, roads, bent.name, bent.flat)
    walk = Walk(spec, roads, runs, exact, None if pushed is None else (pushed.entry, pushed.tangents), own)
    styles = counted(len(roads), "style")
    shown = {
        "whole": True,
        "name": spec.name,
        "title": f"one derivative, {styles}",
        "styles": styles,
        "command": command,
        "graph": drawn(spec),
        "forward": counted(len(spec.nodes), "step"),
        "again": "the same step" if len(spec.nodes) == 1 else "the same steps",
        "roads": [STYLES.get(n, n) for n in roads],
        "lacking": {name: ", ".join(dict.fromkeys(ops)) for name, ops in lacking.items() if ops},
        "certified": exact is not None,
        "own": own.file if own else "",
        "loss": few(float(first.values[spec.loss])),
        "lost": "" if lost is None else str(lost),
        "raw": _raw(first) if spec.entries() <= RAW else "",
        "modes": None if pushed is None else {"found": pushed, **_modes(spec, pushed, first)},
        **_pictures(bent, taylor(spec, given, roads["numpy"], first.gradients) if measured else None),
        **_costs(spec, {n: road.tally(spec, given) for n, road in roads.items() if isinstance(road, Tallying)}),
    }
    return Lesson(_small(walk.steps(), shown), shown["lost"])


def _small(steps: Sequence[Step], shown: Mapping[str, Any]) -> str:
    """The page with as much of every array as leaves it small."""
    told = [_shown(step) for step in steps]
    text = ""
    for side in SIDES:
        cut = [{**step, "tensors": [corner(t, side) for t in step["tensors"]]} for step in told]
        text = rendered("lessons", "lesson.html.j2", {**shown, "steps": cut})
        if len(text.encode()) < MOST_BYTES:
            break
    return text


def _pictures(bent: Curve | None, left: Taylor | None) -> dict[str, Any]:
    """The curves of finite differences and of the slope test, each where there is one."""
    return {
        "curve": None if bent is None else {"svg": curve_drawn(bent), "found": bent, "words": list(_words(bent))},
        "taylor": None if left is None else {"svg": taylor_drawn(left), "words": list(_slopes(left))},
    }


def _costs(spec: Spec, tallies: Mapping[str, Tally]) -> dict[str, Any]:
    """What each style keeps and runs, and what the compiler counts where there is one."""
    flops = [tally.flops for tally in tallies.values() if tally.flops is not None]
    return {
        "costs": [_cost(name, tally) for name, tally in tallies.items()],
        "of": "all parameters" if spec.parameters else "all that is fed in",
        "flops": [f"{loss:,.0f} for the loss, {both:,.0f} for the loss with its gradient" for loss, both in flops],
    }


def _shown(step: Step) -> dict[str, Any]:
    """A step as the template reads it."""
    derivation = [(line.words, mathml(line.latex)) for line in step.derivation]
    return {**vars(step), "derivation": derivation}


def _raw(run: Evaluation) -> str:
    """Every number of the run, as JSON that can stand in a page; nan and infinity as texts."""
    data = {
        part: {n: np.asarray(x).tolist() for n, x in getattr(run, part).items()} for part in ("values", "gradients")
    }
    return json.dumps(plain(data), separators=(",", ":"), allow_nan=False).replace("</", "<\\/")


def _cost(name: str, tally: Tally) -> dict[str, Any]:
    """A row: what a style keeps besides what it was given, and how much it runs."""
    kept = [k for k in tally.kept if not k.given]
    return {
        "road": STYLES.get(name, name),
        "bytes": f"{tally.bytes:,}",
        "arrays": len(kept),
        "kept": [(k.what, k.name, k.bytes) for k in kept],
        "givens": sum(k.given for k in tally.kept),
        "forward": tally.forward,
        "back": tally.back,
        "unit": tally.unit,
    }


def _modes(spec: Spec, pushed: Pushed, run: Evaluation) -> dict[str, Any]:
    """What the two modes cost on this network, counted in the steps that are taken."""
    steps, entries = len(spec.nodes), pushed.entries
    every = "the one entry" if entries == 1 else f"all {entries:,} entries"
    passes = f"{in_digits(steps, 'step')} and {in_digits(steps, 'tangent')}"
    widest, many = pushed.widest
    end = float(np.ravel(run.gradients[pushed.name])[pushed.flat])
    return {
        "reverse": (f"the gradient by reverse mode: the entry of ∂{spec.loss}/∂{pushed.name}", end),
        "words": [
            f"Reverse mode: {in_digits(steps, 'step')} forward and {steps} back: {every} of the gradient.",
            f"Forward mode: {passes}: one of them. For {every}: {entries * steps + steps:,} steps, "
            f"{(entries + 1) / 2:.3g} times as many.",
            f"Turned round, how every entry of {widest} moves with {pushed.entry} takes forward mode one pass, and "
            f"reverse mode {many:,}, one for each entry.",
            "Reverse mode pays with memory: it keeps what the steps back will read. Forward mode keeps nothing.",
        ],
    }


def _slopes(found: Taylor) -> Iterator[str]:
    """What the slope test says."""
    yield (
        "A tenth of the step leaves a tenth where the gradient is wrong, a hundredth where it is right and the loss "
        "has no kink on the way. Measured from 1e-2 to 1e-3, in decades of what is left for a decade of the step:"
    )
    for said, slope in found.slopes.items():
        yield f"{said}: {slope:.2f}."


def _words(bent: Curve) -> Iterator[str]:
    """What the curves say."""
    for s in bent.series:
        step, error = s.best
        off = "right to the last digit" if error <= LEAST else f"off by {rough(error)} of the derivative"
        yield f"{s.name}: at best {off}, at a step of {rough(step)}."
    for dtype, count in bent.accused.items():
        yield (
            f"In {dtype}, central differences of step {RULE_STEP:g} differ by more than {RULE:g} from "
            f"{count} of {in_digits(bent.looked, 'entry')} looked at, all of which are right."
        )
