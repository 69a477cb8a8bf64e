"""A report as a web page that stands alone: no script, nothing fetched, everything shown escaped by the template.

Knows nothing of HTML but the template beside it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from trivium.compare.bound import LINE
from trivium.compare.comparison import BACKWARD, DISAGREE, FORWARD, UNDECIDED, Comparison, End, Finding, Step
from trivium.report.agreement import Residuals, costs, digits, missed, replayed, worst_residuals
from trivium.report.codes import CODES
from trivium.report.diagnosis import diagnosed
from trivium.report.failure import bound, divergence, entry, mistake, sides
from trivium.report.heat import heat
from trivium.report.light import graph
from trivium.report.number import decimal_digits, few, residual, rough, telling
from trivium.report.phrase import node_of, pattern, point_text, seen, what
from trivium.report.verdict import TITLES, sentence
from trivium.spec.signature import show

MOST = 2000
"""Replays that a page lists, the worst first; JSON has every one."""


def page(comparison: Comparison, command: str) -> str:
    """A whole page."""
    return _render(comparison, command, whole=True)


def fragment(comparison: Comparison, command: str) -> str:
    """The same without the page around it, for a notebook."""
    return _render(comparison, command, whole=False)


def own_page(view: Mapping[str, Any], *, whole: bool) -> str:
    """The page of a gradient of one's own, or what of it stands in a notebook."""
    return rendered("report", "own.html.j2", {"whole": whole, **view})


def _render(comparison: Comparison, command: str, *, whole: bool) -> str:
    return rendered("report", "page.html.j2", {"whole": whole, **view(comparison, command)})


def rendered(folder: str, template: str, shown: Mapping[str, Any]) -> str:
    """A template of a package of trivium's, filled in; the frame that all pages share stands beside this file."""
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    loader = ChoiceLoader([PackageLoader("trivium", folder), PackageLoader("trivium", "report")])
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template(template).render(shown)


def view(comparison: Comparison, command: str) -> dict[str, Any]:
    """What the template shows, every number as text."""
    residuals = worst_residuals(comparison.steps)
    findings = [_finding(comparison, f) for f in comparison.of(DISAGREE, UNDECIDED)]
    return {
        "name": comparison.spec.name,
        "verdict": comparison.verdict,
        "title": TITLES[comparison.verdict],
        "summary": sentence(comparison),
        "command": command,
        "backends": comparison.backends,
        "line": f"{LINE:g}",
        "findings": findings,
        "wide": bool(findings),
        "remarks": [f for f in comparison.findings if f.verdict not in (DISAGREE, UNDECIDED)],
        "divergence": divergence(comparison),
        "graph": graph(comparison),
        "gradients": [_gradients(comparison, point, residuals) for point, _ in comparison.points],
        "dtypes": comparison.dtypes,
        "certified": any(e.certified for e in comparison.ends),
        "replayed": replayed(comparison),
        "nodes": list(_nodes(comparison, residuals)),
        "facts": _facts(comparison),
        "replays": f"{len(comparison.steps):,}",
        "steps": [_step(s) for s in sorted(comparison.steps, key=lambda s: -s.residual)[:MOST]],
    }


def _facts(comparison: Comparison) -> list[tuple[str, str]]:
    points = "; ".join(point_text(label, sizes.items()) for label, sizes in comparison.points)
    return [
        ("What could have been missed", missed(comparison)),
        ("Checked at", f"{points}; seed {comparison.seed}"),
        ("Steps were held against", comparison.oracle),
        ("Time", costs(comparison)),
    ]


def _finding(comparison: Comparison, finding: Finding) -> dict[str, Any]:
    node = node_of(comparison, finding.node)
    return {
        "code": finding.code,
        "title": CODES[finding.code].title if finding.code in CODES else "",
        "message": finding.message,
        "backend": finding.backend,
        "node": str(node) if node else finding.node,
        "formula": f"{node.op.signature.text}: {node.op.formula}" if node else "",
        "mistake": told(diagnosed(comparison, finding).text) if mistake(comparison, finding) else "",
        "proven": finding.proven,
        "how": finding.how,
        "seen": seen(comparison, finding) if finding.seen else "",
        "inherits": finding.inherits,
        "bound": bound(comparison, finding) if finding.wrong else "",
        "wrong": list(_wrong(comparison, finding)),
    }


def told(text: str) -> str:
    """A text that is a paragraph of its own."""
    return f"{text[:1].upper()}{text[1:]}{'.' if text and not text.endswith(('.', '?', '!')) else ''}"


def _wrong(comparison: Comparison, finding: Finding) -> Iterator[dict[str, Any]]:
    for wrong in finding.wrong:
        point, dtype = wrong.point, wrong.dtype
        entries = [(entry(w, wrong), *telling(w.got, w.expected, w.oracle), few(w.bound)) for w in wrong.witnesses]
        yield {
            "what": what(finding.direction, wrong.tensor),
            "pattern": pattern(wrong),
            "where": f"{point}, {dtype}",
            "sides": sides(comparison, finding, wrong),
            "entries": entries,
            "heat": heat(wrong.picture, wrong.tensor) if wrong.picture else None,
            "asked": any(w.oracle is not None for w in wrong.witnesses),
        }


def _gradients(comparison: Comparison, point: str, residuals: Residuals) -> dict[str, Any]:
    here = sorted((e for e in comparison.ends if e.point == point), key=lambda e: not e.parameter)
    rows = [[e for e in here if e.tensor == name] for name in dict.fromkeys(e.tensor for e in here)]
    return {"point": point, "rows": [_gradient(comparison, row, residuals) for row in rows]}


def _gradient(comparison: Comparison, ends: list[End], residuals: Residuals) -> dict[str, Any]:
    first, by = ends[0], {e.dtype: e for e in ends}
    counts = [(decimal_digits(digits(by[d])), decimal_digits(by[d].explained)) for d in comparison.dtypes if d in by]
    worst = max((residuals.get((BACKWARD, first.tensor, b), 0.0) for b in comparison.backends), default=0.0)
    return {
        "name": first.tensor,
        "kind": "parameter" if first.parameter else "input",
        "shape": show(first.shape),
        "largest": few(first.largest),
        "digits": counts,
        "residual": _bar(worst),
        "states": [first.state.get(b, "-") for b in comparison.backends],
    }


def _nodes(comparison: Comparison, residuals: Residuals) -> Iterator[dict[str, Any]]:
    for node in comparison.spec.nodes:
        for name in node.outputs:
            cells = [residuals.get((d, name, b)) for d in (FORWARD, BACKWARD) for b in comparison.backends]
            yield {"name": name, "text": str(node), "formula": node.op.formula, "cells": [_bar(c) for c in cells]}


def _bar(value: float | None) -> tuple[str, float, bool]:
    """A residual as text, as a share of the way to the line (in powers of two), and whether it is past it."""
    if value is None:
        return "-", 0.0, False
    share = math.log2(1 + min(value, LINE)) / math.log2(1 + LINE)
    return residual(value), round(100 * share, 1), not value <= LINE


def _step(step: Step) -> tuple[str, ...]:
    floor = "-" if step.floor is None else rough(step.floor)
    made = what(step.direction, step.tensor)
    failed = f"{step.failed:,} of {step.entries:,}" if step.failed else "-"
    return step.point, step.dtype, step.backend, made, step.replayer, residual(step.residual), failed, floor
