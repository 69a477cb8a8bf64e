"""The verdict in words: the first sentences of a report, which say all of it.

Knows nothing of what follows them.
"""

from __future__ import annotations

from collections.abc import Sequence

from trivium.compare.bound import LINE
from trivium.compare.comparison import AGREE, CONVENTION, DISAGREE, FORWARD, UNDECIDED, Comparison, Finding
from trivium.report.number import residual
from trivium.report.phrase import counted, listed, node_text, pattern, what

TITLES = {AGREE: "AGREE", CONVENTION: "AGREE, but for a convention", DISAGREE: "DISAGREE", UNDECIDED: "UNDECIDED"}


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
    who = f"{listed(names)} derive the same gradient" if len(names) > 1 else f"{names[0]} derives the right gradient"
    kinks = counted(len(list(comparison.of(CONVENTION))), "convention")
    but = f", but for {kinks}" if comparison.verdict == CONVENTION else ""
    done = "replayed" if len(names) > 1 else f"held against {comparison.oracle}"
    most = f", worst residual {residual(worst.residual)} of {LINE:g} allowed" if worst else ""
    return f"{who} of {comparison.spec.name}{but}: all {len(comparison.steps):,} steps {done}{most}."


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
        lines.append(f"And likewise {others(findings[most:])}.")
    return " ".join([*lines, rest(comparison, findings)])


def fault(comparison: Comparison, finding: Finding) -> str:
    """One mistake: whose, where, and how the numbers are wrong."""
    if finding.code not in ("TV101", "TV102"):
        return _full_stop(finding.message)
    which = "forward" if finding.direction == FORWARD else "backward"
    surely = "is" if finding.proven else "is probably"
    step = node_text(comparison, finding.node)
    doubt = f", or of {' or '.join(finding.instead)}, which cannot be told apart here" if finding.instead else ""
    return f"{finding.backend} {surely} wrong in the {which} step of {step}{doubt}: {damage(finding)}."


def damage(finding: Finding) -> str:
    """What comes out wrong, and how; tensors that are wrong in one way are told together."""
    groups: dict[str, list[str]] = {}
    for w in finding.wrong:
        groups.setdefault(pattern(w), []).append(w.tensor)
    parts = [
        f"{what(finding.direction, *tensors)} {'is' if len(tensors) == 1 else 'are'} wrong ({how})"
        for how, tensors in groups.items()
    ]
    return "; ".join([*parts[:2], *([f"and {counted(len(parts) - 2, 'more')}"] if parts[2:] else [])])


def rest(comparison: Comparison, findings: tuple[Finding, ...]) -> str:
    """That all other steps are right, given what they were fed."""
    failed = sum(bool(step.failed) for step in comparison.steps)
    right = len(comparison.steps) - failed
    heirs = list(dict.fromkeys(n for f in findings for n in f.inherits))
    verb, it = "inherits" if len(heirs) == 1 else "inherit", "it" if len(findings) == 1 else "them"
    merely = f" {listed(heirs, most=6)} merely {verb} {it}." if heirs else ""
    which = f"All other {right:,} steps" if failed else f"All {right:,} steps that could be compared"
    return f"{which} are right, given what they were fed.{merely}"


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
