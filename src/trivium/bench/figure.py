"""A record's pictures, as SVG whose colors are the page's own: the same bytes from the same numbers, wherever.

Knows nothing of the page around them.
"""

from __future__ import annotations

import functools
import html
import io
import re
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from trivium.bench.record import GRADIENT, Record
from trivium.bench.source import probe
from trivium.bench.story import ROAD, Curve, cheap, curves, grid
from trivium.bench.work import work
from trivium.errors import BackendError, TriviumError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Told = ParamSpec("Told")
Drawn = TypeVar("Drawn")
COLORS = {"numpy": "#d55e00", "torch": "#0072b2", "jax": "#009e73"}
"""Told apart by eyes of every kind."""
OTHER = "#7a5195"
INK, RULE = "#010203", "#040506"
"""Stand for the page's own colors, which are put in at the end."""
MARKS = {"numpy": "o", "torch": "s", "jax": "D"}
WIDE = 8.2
STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "trivium",
    "font.family": "sans-serif",
    "font.size": 9,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": RULE,
    "axes.titlecolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "grid.color": RULE,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.linewidth": 0.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
}


def styled(draw: Callable[Told, Drawn]) -> Callable[Told, Drawn]:
    """A picture in this page's style; BackendError where there is nothing to draw with."""

    @functools.wraps(draw)
    def drawn(*args: Told.args, **kwargs: Told.kwargs) -> Drawn:
        try:
            import matplotlib
        except ModuleNotFoundError as error:
            raise BackendError("pictures need matplotlib: pip install 'trivium[report]'") from error
        with matplotlib.rc_context(STYLE):
            return draw(*args, **kwargs)

    return drawn


@styled
def scaling(record: Record) -> list[tuple[str, str]]:
    """Time against size, log-log, with each road's power; and what the picture shows, in words."""
    groups: dict[tuple[str, str, str], list[Curve]] = {}
    for c in curves(record):
        groups.setdefault((c.network, c.letter, c.dtype), []).append(c)
    found = []
    for (network, letter, dtype), lines in groups.items():
        figure, axes = _figure(3.4)
        for c in lines:
            x, y, low, high = zip(*c.points, strict=True)
            label = f"{ROAD.get(c.backend, c.backend)}, {letter}^{c.slope:.2f}"
            _ = axes.plot(x, [1e3 * t for t in y], _mark(c.backend), color=_color(c.backend), label=label, ls="-")
            _ = axes.fill_between(
                x, [1e3 * t for t in low], [1e3 * t for t in high], color=_color(c.backend), alpha=0.2, lw=0
            )
        _ = axes.set(xscale="log", yscale="log", xlabel=letter, ylabel="ms a gradient")
        _ = axes.set_xticks([p[0] for p in lines[0].points], [str(p[0]) for p in lines[0].points], minor=False)
        axes.minorticks_off()
        _legend(axes)
        said = "; ".join(f"{ROAD.get(c.backend, c.backend)} grows as {letter} to the {c.slope:.2f}" for c in lines)
        title = f"{network.removeprefix('zoo:')}, {dtype}: {said}"
        found.append((title, _svg(figure, title)))
    return found


@styled
def gradient_per_forward(record: Record, dtype: str) -> str:
    """A dot for each network and road, and the line of a cheap gradient: at most four forward passes; or nothing."""
    rows = cheap(record, dtype)
    if not rows:
        return ""
    figure, axes = _figure(0.7 + 0.2 * len(rows))
    for backend in dict.fromkeys(b for _, pairs in rows for b, _ in pairs):
        points = [(dict(pairs)[backend], i) for i, (_, pairs) in enumerate(rows) if backend in dict(pairs)]
        x, y = zip(*points, strict=True)
        _ = axes.plot(x, y, _mark(backend), color=_color(backend), label=ROAD.get(backend, backend), ls="", ms=4.5)
    _ = axes.axvline(4, color=INK, lw=1, ls="--")
    _ = axes.set_yticks(range(len(rows)), [name for name, _ in rows])
    _ = axes.set(ylim=(len(rows) - 0.4, -0.6))
    _ = axes.set(xlabel="gradient's time over the forward pass's; dashed: 4, Griewank's bound", xscale="log")
    ticks = [t for t in (1, 2, 3, 4, 6, 8, 12, 16) if t <= 1.2 * max((x for _, p in rows for _, x in p), default=4)]
    _ = axes.set_xticks(ticks, [str(t) for t in ticks])
    axes.minorticks_off()
    _legend(axes)
    return _svg(figure, f"Gradient per forward pass, {dtype}")


@styled
def roofline(record: Record, dtype: str) -> str:
    """Operations a second against operations a byte, under what this machine can; nothing where either is unknown."""
    peaks = record.machine.get("peaks") or {}
    product, copy = peaks.get(f"matmul_{dtype}"), peaks.get("copy")
    if not product or not copy:
        return ""
    points = _points(record, dtype)
    if not points:
        return ""
    figure, axes = _figure(3.6)
    for backend in dict.fromkeys(b for b, _, _ in points):
        x, y = zip(*((i, r / 1e9) for b, i, r in points if b == backend), strict=True)
        _ = axes.plot(x, y, _mark(backend), color=_color(backend), label=ROAD.get(backend, backend), ls="", ms=4.5)
    ends = [min(i for _, i, _ in points) / 2, max(i for _, i, _ in points) * 2]
    edge = sorted([*ends, product / copy, product / copy / 4])
    _ = axes.plot(edge, [min(product, i * copy) / 1e9 for i in edge], color=INK, lw=1)
    _ = axes.set(xscale="log", yscale="log", xlabel="operations a byte, counted from the network", ylabel="GFLOP/s")
    _legend(axes)
    return _svg(figure, f"Roofline, {dtype}")


def _points(record: Record, dtype: str) -> list[tuple[str, float, float]]:
    """The road, its operations a byte, and its operations a second, of each gradient whose network can be read."""
    found = []
    for line in grid(record, dtype):
        if all(c.row is None for c in line.cells):
            continue
        try:
            spec = probe(line.network, dict(line.sizes), real=line.real).spec
        except TriviumError:
            continue  # its file is gone, or is another: the page says that such a one is left out
        least = work(spec, GRADIENT, dtype)
        dense, rows = least.operations / least.bytes, [c.row for c in line.cells if c.row is not None]
        found += [(r.backend, dense, least.operations / r.median) for r in rows]
    return found


@styled
def bars(record: Record, dtype: str, fact: str, label: str, unit: float) -> str:
    """A fact of each network's gradient by road, a group of bars each; nothing where no road has it."""
    lines = grid(record, dtype)
    roads = [c.backend for c in lines[0].cells] if lines else []
    values = {b: [_fact(x.cells[i].row, fact) / unit for x in lines] for i, b in enumerate(roads)}
    if not any(v > 0 for vs in values.values() for v in vs):
        return ""
    figure, axes = _figure(0.7 + 0.3 * len(lines))
    thick = 0.8 / len(roads)
    for i, (b, vs) in enumerate(values.items()):
        _ = axes.barh([k + i * thick for k in range(len(lines))], vs, thick, color=_color(b), label=ROAD.get(b, b))
    _ = axes.set_yticks([k + 0.4 - thick / 2 for k in range(len(lines))], [x.name for x in lines])
    axes.invert_yaxis()
    _ = axes.set(xlabel=label)
    _legend(axes)
    return _svg(figure, f"{label}, {dtype}")


def _fact(row: Any, fact: str) -> float:
    value = None if row is None else row.facts.get(fact)
    return float(value or 0.0)


def _color(backend: str) -> str:
    return COLORS.get(backend, OTHER)


def _mark(backend: str) -> str:
    return MARKS.get(backend, "^")


def _figure(height: float) -> tuple[Figure, Axes]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDE, height), layout="constrained")
    return figure, figure.subplots()


def _legend(axes: Axes) -> None:
    """Above the picture, where it hides nothing."""
    if axes.get_legend_handles_labels()[0]:
        _ = axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=4, borderaxespad=0.2)


def _svg(figure: Figure, title: str) -> str:
    """The figure as an element of a page, its colors the page's own, its title for those who do not see it."""
    out = io.StringIO()
    figure.savefig(out, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    text = out.getvalue()
    text = text[text.index("<svg") :].replace(INK, "var(--ink)").replace(RULE, "var(--rule)")
    text = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>", "", text, flags=re.DOTALL)
    text = re.sub(r"font-family: [^;]*; ?| transform=\"rotate\(-0 [^\"]*\"", "", text)  # the page has its own
    text = re.sub(r'"[^"]*"', lambda part: re.sub(r"(\d+\.\d)\d+", r"\1", part[0]), text)  # no label's digits
    text = re.sub(r' clip-path="[^"]*"|<!--.*?-->|\n\s*', lambda m: " " if m[0].startswith("\n") else "", text)
    used = set(re.findall(r"(?:url\(|href=\")#([^\")]*)", text))
    text = re.sub(r' id="([^"]*)"', lambda part: part[0] if part[1] in used else "", text)
    salt = format(zlib.crc32(title.encode()), "x")  # names of two pictures in one page are not the same
    text = re.sub(r'(id="|url\(#|href="#)', rf"\g<1>{salt}-", text)
    label = html.escape(title, quote=True)
    return re.sub(
        r"<svg [^>]*?viewBox=\"([^\"]*)\"[^>]*>",
        lambda part: f'<svg viewBox="{part[1]}" role="img" aria-label="{label}">',
        text,
        count=1,
    )
