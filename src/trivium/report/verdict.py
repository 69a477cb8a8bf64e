"""The verdict in words: the first sentences of a report, which say all of it.

Knows nothing of what follows them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trivium.compare.bound import LINE
from trivium.compare.comparison import AGREE, CONVENTION, DISAGREE, FORWARD, UNDECIDED, Comparison, Finding
from trivium.report.diagnosis import plain, title
from trivium.report.number import residual
from trivium.report.phrase import counted, listed, node_text, pattern, what

TITLES = {AGREE: "AGREE", CONVENTION: "AGREE, but for a convention", DISAGREE: "DISAGREE", UNDECIDED: "UNDECIDED"}
STEPS = ("TV101", "TV102", "TV107", "TV109", "TV110")
"""Findings about the numbers of one step."""
UNCHECKED = "The values themselves were checked by nobody else."


def sentence(comparison: Comparison, *, most: int = 3) -> str:
    """The verdict; of several findings, the first `most` in full and the others by name."""
    if comparison.verdict == DISAGREE:
        return disagreement(comparison, tuple(comparison.of(DISAGREE)), most)
    if comparison.verdict == UNDECIDED:
        return indecision(comparison, tuple(comparison.of(UNDECIDED)), most)
    return consent(comparison)


def consent(comparison: Comparison) -> str:
    """The roads agree, but perhaps for a convention."""
    names, worst = comparison.backends, comparison.worst
    kinks = counted(len(list(comparison.of(CONVENTION))), "convention")
    but = f", but for {kinks}" if comparison.verdict == CONVENTION else ""
    most = f", worst residual {residual(worst.residual)} of {LINE:g} allowed" if worst else ""
    how = "held against the exact numbers" if comparison.certified else "replayed"
    steps = f"all {len(comparison.steps):,} steps {how}{most}"
    if len(names) == 1 and comparison.certified:
        return f"{names[0]} alone: its gradient of {comparison.spec.name} is right{but}; {steps}."
    if len(names) == 1:
        return f"{fitting(comparison)}{but}; {steps}. {UNCHECKED}"
    same = f"{listed(names)} derive the same gradient of {comparison.spec.name}"
    return " ".join([f"{same}{but}: {steps}.", *precisions(comparison)])


def fitting(comparison: Comparison) -> str:
    """What can be said of one backend alone: that its derivatives belong to its values."""
    name, spec = comparison.backends[0], comparison.spec.name
    return f"{name} alone: its derivatives of {spec} fit its own values (checked by an oracle)"


def precisions(comparison: Comparison) -> Iterator[str]:
    """Which precisions each backend was compared in, where they differ."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for name in comparison.backends:
        found = {s.dtype for s in comparison.steps if s.backend == name}
        groups.setdefault(tuple(d for d in comparison.dtypes if d in found), []).append(name)
    if len(groups) > 1:
        parts = [f"{listed(names)} in {listed(dtypes) or 'none'}" for dtypes, names in groups.items()]
        yield f"Not all in the same precisions: {'; '.join(parts)}."


def disagreement(comparison: Comparison, findings: tuple[Finding, ...], most: int) -> str:
    """How many mistakes, whose, at which steps and how; and that the rest is right given them."""
    noun = "disagreement" if any(f.code == "TV109" for f in findings) else "mistake"
    if len(findings) == 1:
        return f"One {noun}: {fault(comparison, findings[0])} {rest(comparison, findings)}"
    blamed = listed(dict.fromkeys(f.backend for f in findings if f.backend))
    whose = f" of their own, in {blamed}" if noun == "mistake" else ""
    lines = [f"{counted(len(findings), noun).capitalize()}{whose}."]
    lines += [f"({i}) {fault(comparison, finding)}" for i, finding in enumerate(findings[:most], 1)]
    if findings[most:]:
        further = others(findings[most:])
        lines.append(f"And likewise {further}." if most else f"They are, in order: {further}.")
    return " ".join([*lines, rest(comparison, findings)])


def fault(comparison: Comparison, finding: Finding) -> str:
    """One mistake: whose, where, and how the numbers are wrong."""
    if not finding.wrong or finding.code not in STEPS:
        return _full_stop(finding.message)
    which = "forward" if finding.direction == FORWARD else "backward"
    step = node_text(comparison, finding.node)
    doubt = f", or of {' or '.join(finding.instead)}, which cannot be told apart here" if finding.instead else ""
    return f"{whose(finding)} in the {which} step of {step}{doubt}: {damage(finding)}."


def whose(finding: Finding) -> str:
    """Who is wrong, and how surely; or between whom it is open."""
    if finding.code == "TV110":
        names = tuple(dict.fromkeys(w.backend for w in finding.wrong))
        return f"{listed(names)} agree with each other and are all wrong" if names[1:] else f"{names[0]} is wrong"
    if not finding.backend:
        return f"{finding.wrong[0].backend} and {finding.replayer} differ"
    return f"{finding.backend} {'is' if finding.proven else 'is probably'} wrong"


def damage(finding: Finding) -> str:
    """What comes out wrong, and how; tensors that are wrong in one way are told together."""
    one, many = ("is wrong", "are wrong") if finding.backend or finding.code == "TV110" else ("differs", "differ")
    groups: dict[str, dict[str, None]] = {}
    for w in finding.wrong:
        groups.setdefault(title(finding) if plain(finding, w) else pattern(w), {})[w.tensor] = None
    parts = [
        f"{what(finding.direction, *tensors)} {one if len(tensors) == 1 else many} ({how})"
        for how, tensors in groups.items()
    ]
    return "; ".join([*parts[:2], *([f"and {counted(len(parts) - 2, 'other')}"] if parts[2:] else [])])


def rest(comparison: Comparison, findings: tuple[Finding, ...]) -> str:
    """That all other steps are right, given what they were fed."""
    failed = sum(bool(step.failed) for step in comparison.steps)
    right = len(comparison.steps) - failed
    heirs = list(dict.fromkeys(n for f in findings for n in f.inherits))
    verb, it = "inherits" if len(heirs) == 1 else "inherit", "it" if len(findings) == 1 else "them"
    merely = f" {listed(heirs, most=6)} merely {verb} {it}." if heirs else ""
    if len(comparison.backends) == 1 and not comparison.certified:
        return f"{innocent(findings)}{merely}"
    if right == 1:
        one = "other step" if failed else "step that could be compared"
        return f"The one {one} is right, given what it was fed.{merely}"
    which = f"All other {right:,} steps" if failed else f"All {right:,} steps that could be compared"
    return f"{which} are right, given what they were fed.{merely}"


def innocent(findings: tuple[Finding, ...]) -> str:
    """What is right where one backend stands alone: as far as its own values say."""
    other = "No other derivative" if findings else "No derivative"
    return f"{other} is at odds with its own values. {UNCHECKED}"


def indecision(comparison: Comparison, findings: tuple[Finding, ...], most: int) -> str:
    """Why nothing can be said, and what was right."""
    if not comparison.steps:
        return " ".join([f"Undecided: nothing of {comparison.spec.name} was compared.", *(f.message for f in findings)])
    why = " ".join(_full_stop(f.message) for f in findings[:most])
    more = f" And {counted(len(findings) - most, 'finding')} more of that kind." if findings[most:] else ""
    return f"Undecided: {why}{more} {rest(comparison, ())}"


def others(findings: Sequence[Finding]) -> str:
    """Findings in few words: `torch backward at h3, h2 and h1`."""
    groups: dict[tuple[str, str], list[str]] = {}
    for f in findings:
        groups.setdefault((f.backend, f.direction), []).append(f.node)
    parts = [" ".join(filter(None, (*who, "at", listed(nodes, most=24)))) for who, nodes in groups.items()]
    return "; ".join(parts)


def _full_stop(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
