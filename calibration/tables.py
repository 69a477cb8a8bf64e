"""TABLES: what was measured as Markdown, each number out of the run.

Knows nothing of how anything was measured.
"""

from __future__ import annotations

import platform
from collections.abc import Iterable, Sequence
from importlib.metadata import version

from calibration.kinds import GROUPS
from calibration.measured import Measured
from calibration.replayer import RuleTrial
from calibration.right import RightRow
from calibration.roads import DTYPES, ROADS
from calibration.summary import Count, beside, by_fault, by_kind, by_road, count, grouped, lines, smallest_seen
from trivium.compare.bound import DRAWS, LINE, Q

MOST = 12


def markdown(measured: Measured) -> str:
    """The whole page."""
    return "\n".join(line for part in PARTS for line in (*part(measured), "")) + "\n"


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """A Markdown table."""
    head = [f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}"]
    return [*head, *(f"| {' | '.join(map(cell, row))} |" for row in rows)]


def cell(value: object) -> str:
    """A number in few digits; text as it is, but for what would end the cell."""
    if isinstance(value, float):
        return f"{value:.3g}"
    return str(value).replace("|", "\\|").replace("\n", " ")


def _head(m: Measured) -> list[str]:
    libraries = ", ".join(f"{name} {version(name)}" for name in ("numpy", "torch", "jax"))
    runs, numbers = sum(r.runs for r in m.right), sum(r.numbers for r in m.right)
    worst = max(max(r.worst.values()) for r in m.right)
    alarms, missed = sum(r.false_alarms for r in m.right), sum(not t.seen.caught for t in m.trials)
    return [
        "# The verdict, measured",
        "",
        f"`make calibrate` wrote this page: {libraries}, Python {platform.python_version()}, {m.seconds:.0f} s. "
        f"The line is {LINE:g} units of u times the step's scale; q is 2^{Q.hex().partition('p')[2]}, {DRAWS} draws.",
        "",
        f"- Right code: {alarms} false alarms in {runs} checks, {numbers:,} numbers; largest residual {worst:.3g}.",
        f"- Planted: {len(m.trials) - missed} of {len(m.trials)} faults caught; "
        f"{sum(t.seen.blamed for t in m.trials)} put down to the right road and step, "
        f"{sum(bool(t.seen.accused) for t in m.trials)} with an innocent step or road named; "
        f"{sum(t.seen.left_open for t in m.trials)} leave open which of a tensor's readers it was.",
    ]


def _right(m: Measured) -> list[str]:
    groups = {kind.name: group for group, kinds in GROUPS.items() for kind in kinds}
    said = ("verdicts", "false alarms", "not as expected", "floor, median", "floor, worst", "seconds")
    columns = ["", "right net", "checks", "numbers", *(f"{r} {d}" for r in ROADS for d in DTYPES), *said]
    rows = [_right_row(groups[r.kind], r) for r in m.right]
    odd = [f"- {r.kind}: {c}" for r in m.right if r.false_alarms or r.unexpected for c in r.complaints[:MOST]]
    return [
        "## Right code",
        "",
        "The largest residual of each road in each precision, in units of u times scale. The floor is the error that "
        "could hide in a float64 step, relative to the tensor's RMS: above 1 where that is zero but for rounding.",
        "",
        *table(columns, rows),
        *(["", "What was said that should not have been:", "", *odd] if odd else []),
    ]


def _right_row(group: str, r: RightRow) -> list[object]:
    verdicts = ", ".join(f"{v} {n}" for v, n in r.verdicts.items())
    residuals = (r.worst[f"{road} {dtype}"] for road in ROADS for dtype in DTYPES)
    said = (verdicts, r.false_alarms, r.unexpected, *r.floors["float64"], r.seconds)
    return [group, r.kind, r.runs, r.numbers, *residuals, *said]


def _line(m: Measured) -> list[str]:
    rows = [(f"2^{r.exponent}", f"{r.false_alarms} of {r.right}", f"{r.missed} of {r.faults}") for r in lines(m)]
    return [
        "## Another line",
        "",
        "From the residuals of this run.",
        "",
        *table(["line", "false alarms", "faults missed"], rows),
    ]


COUNTED = ["planted", "caught", "located", "blamed", "proven", "named", "innocent named", "innocent convicted"]


def _count(c: Count) -> list[object]:
    return [c.sort, c.planted, c.caught, c.located, c.blamed, c.proven, c.named, c.accused, c.convicted]


def _faults(m: Measured) -> list[str]:
    accused = [f"- {t.fault} in {t.road} at {t.node} of {t.kind}: {a}" for t in m.trials for a in t.seen.accused[:1]]
    unnamed = grouped((t for t in m.trials if t.seen.blamed and not t.named), lambda t: t.fault)
    names = [
        f"- {f}: called {', '.join(sorted({p for t in ts for p in t.seen.patterns}))}" for f, ts in unnamed.items()
    ]
    return [
        "## Planted faults",
        "",
        "One cotangent of one step of one road, in both precisions. Located: the step is named; blamed: with its road; "
        "proven: by an oracle and not by a hint; named: the pattern is told, where one can be.",
        "",
        *table(["fault", *COUNTED], map(_count, by_fault(m.trials))),
        "",
        *table(["road", *COUNTED], map(_count, by_road(m.trials))),
        "",
        *table(["net", *COUNTED], map(_count, by_kind(m.trials))),
        *(["", "Innocent steps or roads named:", "", *accused[:MOST]] if accused else []),
        *(["", "Patterns called by another name:", "", *names] if names else []),
    ]


def _pairs(m: Measured) -> list[str]:
    rows = [count(a, [p.seen for p in ps]) for a, ps in grouped(m.pairs, lambda p: p.arrangement).items()]
    odd = [f"- {p.arrangement}, {p.kind}: {a}" for p in m.pairs for a in p.seen.accused[:1]]
    return ["## Two mistakes at once", "", *table(["arrangement", *COUNTED], map(_count, rows)), *odd[:MOST]]


def _rules(m: Measured) -> list[str]:
    return [
        "## The replaying road is the wrong one",
        "",
        "A wrong rule in the handwritten road, which replays the others; its noise is its own or the right road's. "
        "(The last row is a convention and no fault.)",
        "",
        *_rule_table(m.rules, lambda t: f"{t.name}; noise: {t.scaler}"),
        "",
        "An op's values off, with a derivative to match. In every road at once only truth from outside can show it.",
        "",
        *_rule_table(m.bent, lambda t: f"{t.name} in {', '.join(t.roads)}"),
    ]


def _rule_table(trials: Sequence[RuleTrial], key: object) -> list[str]:
    rows = [count(k, [t.seen for t in ts]) for k, ts in grouped(trials, key).items()]  # type: ignore[arg-type,var-annotated]
    odd = [f"- {t.name}, {t.op} in {', '.join(t.roads)}, {t.kind}: {a}" for t in trials for a in t.seen.accused[:1]]
    return [*table(["wrong", *COUNTED], map(_count, rows)), *(["", "Innocent named:", "", *odd[:MOST]] if odd else [])]


def _smallest(m: Measured) -> list[str]:
    rows = [(dtype, entry, *values) for (dtype, entry), values in smallest_seen(m).items()]
    return [
        "## The smallest fault seen",
        "",
        "One entry of one cotangent, off by so much of itself.",
        "",
        *table(["precision", "entry", "best", "median", "worst"], rows),
    ]


def _customary(m: Measured) -> list[str]:
    rows = [
        (r.name, r.source, f"{r.false_alarms} of {r.right}", f"{r.missed} of {r.faults}", _few(r.kinds))
        for r in beside(m)
    ]
    columns = ["rule", "tolerances", "false alarms", "faults missed", "alarmed by"]
    return [
        "## The rules that people use",
        "",
        "The gradients of each road's parameters and inputs against a right road's of the same precision, on the right "
        "nets whose verdict should be agree and on the planted faults.",
        "",
        *table(columns, rows),
    ]


def _few(kinds: Sequence[str]) -> str:
    return "; ".join(kinds[:3]) + (f"; {len(kinds) - 3} more kinds" if len(kinds) > 3 else "")


def _gradcheck(m: Measured) -> list[str]:
    rows = [(r.fault, r.runs, r.flagged) for r in m.gradcheck]
    return [
        "## gradcheck itself",
        "",
        "torch's road in float64, gradcheck's defaults.",
        "",
        *table(["fault", "runs", "flagged"], rows),
    ]


def _variants(m: Measured) -> list[str]:
    rows = [
        (v.name, v.worst, v.where, v.worst_long, f"{v.false_alarms} of {v.runs}", f"{v.seen} of {v.planted}", v.seconds)
        for v in m.variants
    ]
    columns = [
        "scale",
        "worst residual on right code",
        "at",
        "worst in long sums",
        "false alarms",
        "faint faults seen",
        "seconds",
    ]
    return ["## Other scales", "", *table(columns, rows)]


def _controls(m: Measured) -> list[str]:
    rows = [(f"{c.line:.6g}", f"{c.false_alarms} of {c.right}", f"{c.missed} of {c.planted}") for c in m.controls]
    head = "The library's own verdict with the line where it must fail."
    return ["## Negative controls", "", head, "", *table(["line", "false alarms", "faults missed"], rows)]


def _cost(m: Measured) -> list[str]:
    c = m.cost
    rows = [(k, c.compile[k], c.gradient[k], c.recorded[k]) for k in c.gradient]
    return [
        "## Cost",
        "",
        f"{c.net}: {c.parameters:,} parameters, medians in seconds. Replaying every step of all roads in both "
        f"precisions: {c.replay:.3g} s, {c.ratio:.3g} times the sum of their gradients; the noise runs {c.noise:.3g} s;"
        f" the whole comparison {c.compared:.3g} s.",
        "",
        *table(["road", "compile", "gradient", "every value and cotangent"], rows),
    ]


PARTS = (_head, _right, _line, _faults, _pairs, _rules, _smallest, _customary, _gradcheck, _variants, _controls, _cost)
