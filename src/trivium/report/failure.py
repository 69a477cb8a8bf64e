"""The report of a failure: at most 25 lines, from the verdict in a sentence to the line that reproduces it.

Knows nothing of how blame was settled.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trivium.compare.bound import LINE, UNIT
from trivium.compare.comparison import BACKWARD, DISAGREE, FORWARD, UNDECIDED, Comparison, Finding, Witness, Wrong
from trivium.referee import EXACT
from trivium.report.codes import CODES
from trivium.report.diagnosis import diagnosed, plain, untold
from trivium.report.number import few, place, telling
from trivium.report.phrase import (
    counted,
    listed,
    node_of,
    node_text,
    pattern,
    precision,
    seen,
    what,
    wrapped,
)
from trivium.report.table import table
from trivium.report.verdict import sentence

LONGEST = 25
"""Lines of a failure message, whatever it has to say."""
LABEL = 11


@dataclass(frozen=True)
class Detail:
    """How much is told.

    sentences  findings told in full in the first sentences
    findings   findings with evidence of their own
    entries    entries of each
    remarks    what else was found
    formula    whether each finding's node, formula and pattern stand beside its evidence
    """

    sentences: int
    findings: int
    entries: int
    remarks: int
    formula: bool


DETAILS = (
    Detail(3, 3, 3, 3, True),
    Detail(3, 3, 3, 1, True),
    Detail(3, 3, 3, 1, False),
    Detail(3, 3, 2, 1, False),
    Detail(3, 2, 3, 1, False),
    Detail(3, 3, 1, 0, False),
    Detail(3, 2, 1, 0, False),
    Detail(3, 1, 3, 0, False),
    Detail(2, 2, 1, 0, False),
    Detail(2, 1, 1, 0, False),
    Detail(1, 1, 1, 0, False),
    Detail(0, 0, 0, 0, False),
)
"""From the fullest telling to the barest; the first that fits is taken."""


def failure(comparison: Comparison, command: str, *, width: int) -> list[str]:
    """The whole report, in lines: as much detail as fits."""
    tellings = [told(comparison, command, detail, width) for detail in DETAILS]
    barest = tellings[-1]
    return next((lines for lines in tellings if len(lines) <= LONGEST), [*barest[: LONGEST - 1], barest[-1]])


def told(comparison: Comparison, command: str, detail: Detail, width: int) -> list[str]:
    """The report in this much detail."""
    found = list(comparison.of(DISAGREE, UNDECIDED))
    proved = [f for f in found if f.wrong][: detail.findings]
    return [
        *wrapped(sentence(comparison, most=detail.sentences), width=width),
        "",
        *paragraphs({"gradients": gradients(comparison), "diverges": divergence(comparison)}, width),
        *(line for finding in proved for line in evidence(comparison, finding, detail, width)),
        *([] if proved else paragraphs(advice(comparison, found), width)),
        *remarks(comparison, detail.remarks, width, whole=detail.formula),
        *paragraphs({"bound": bound(comparison, proved[0]) if proved else ""}, width),
        f"{'again':<{LABEL}}{command}",
    ]


def paragraphs(texts: dict[str, str], width: int) -> Iterator[str]:
    """Labelled paragraphs; an empty one is left out."""
    for label, text in texts.items():
        yield from wrapped(text, width=width, label=label, indent=LABEL) if text else ()


def gradients(comparison: Comparison) -> str:
    """Which gradients are wrong, which merely inherit it, which are right: parameters first, backend by backend."""
    if comparison.verdict == UNDECIDED:
        return ""
    parts, right = [], []
    for backend in comparison.backends:
        states = gradient_states(comparison, backend)
        if not states:
            continue
        if set(states.values()) == {"right"}:
            right.append(backend)
            continue
        groups = {word: [n for n, s in states.items() if s == word] for word in ("wrong", "inherits", "right")}
        words = {"wrong": "wrong", "inherits": "inherited", "right": "right"}
        said = "; ".join(f"{words[w]} {listed(names, most=8)}" for w, names in groups.items() if names)
        parts.append(f"{backend}: {said}")
    return ". ".join([*parts, *([f"{listed(right)}: all right"] if right else [])])


def gradient_states(comparison: Comparison, backend: str) -> dict[str, str]:
    """For each parameter, then input, the worst that is said of its gradient in this backend."""
    gravity = ("right", "inherits", "wrong")
    worst: dict[str, str] = {}
    for end in sorted(comparison.ends, key=lambda e: not e.parameter):
        state = end.state.get(backend, "right")
        if state in gravity:
            worst[end.tensor] = max(worst.get(end.tensor, "right"), state, key=gravity.index)
    return worst


def divergence(comparison: Comparison) -> str:
    """The first step that goes wrong forward (in order), and backward (from the loss back)."""
    order = {n: i for i, node in enumerate(comparison.spec.nodes) for n in node.outputs}
    found = [f for f in comparison.of(DISAGREE, UNDECIDED) if f.node in order]
    forward = min((f for f in found if f.direction == FORWARD), key=lambda f: order[f.node], default=None)
    backward = max((f for f in found if f.direction == BACKWARD), key=lambda f: order[f.node], default=None)
    if comparison.verdict == UNDECIDED or not (forward or backward):
        return ""
    right = "every value is right" if len(comparison.backends) > 1 else "as far as one backend can show"
    ahead = f"first at {at(forward)}" if forward else f"nowhere, {right}"
    back = f"first at {at(backward)}" if backward else "nowhere, given the values"
    return f"forward {ahead}; backward {back}"


def at(finding: Finding) -> str:
    """A node and whose it is: `g9 (numpy)`."""
    return f"{finding.node} ({finding.backend})" if finding.backend else finding.node


def advice(comparison: Comparison, found: Sequence[Finding]) -> dict[str, str]:
    """Where a finding that has no entries to show was seen, and what to do about it."""
    if not found:
        return {}
    first = found[0]
    where = seen(comparison, first) if first.seen else ""
    return {
        "seen": f"{first.code}: {where}" if where else "",
        "do": CODES[first.code].cure if first.code in CODES else "",
    }


def evidence(comparison: Comparison, finding: Finding, detail: Detail, width: int) -> Iterator[str]:
    """What was found in one step: the op, how blame was settled, and its worst entries."""
    worst = max(finding.wrong, key=lambda w: w.residual)
    node = node_of(comparison, finding.node)
    step = f"{node_text(comparison, finding.node)} ({finding.code}, {seen(comparison, finding)})"
    formula = f"{node.op.signature.text}: {node.op.formula}" if node else ""
    patterns = "; ".join(dict.fromkeys(f"{w.tensor}: {pattern(w)}" for w in finding.wrong if not plain(finding, w)))
    sure = f"{'proven' if finding.proven else 'not proven'}: {finding.how}" if finding.how else ""
    known = {"mistake": mistake(comparison, finding)}
    if detail.formula:
        yield from paragraphs({"step": step, "op": formula, "pattern": patterns, **known, "blame": sure}, width)
    else:
        yield from paragraphs({**known, "blame": f"{finding.node} ({finding.code}) {sure}"}, width)
    yield from entries(comparison, finding, worst, detail.entries, width)


def mistake(comparison: Comparison, finding: Finding) -> str:
    """The known mistake that gives just these numbers, in words; or that none does."""
    asked = finding.direction == BACKWARD and finding.replayer and finding.code != "TV108"
    if not asked:
        return ""
    return diagnosed(comparison, finding).text if finding.mistakes else untold()


def entries(comparison: Comparison, finding: Finding, wrong: Wrong, most: int, width: int) -> Iterator[str]:
    """The worst entries of one tensor: what the backend has, what the replay gives, how far apart they may be."""
    witnesses = wrong.witnesses[:most]
    if not witnesses:
        return
    point, dtype = wrong.point, wrong.dtype
    yield from paragraphs({"worst": f"{what(finding.direction, wrong.tensor)}, {point}, {dtype}"}, width)
    asked = bool(finding.replayer) and any(w.oracle is not None for w in witnesses)
    rows = [_entry(w, wrong)[: 4 + asked] for w in witnesses]
    head = ["entry", *sides(comparison, finding, wrong), "may differ by", "oracle"][: 4 + asked]
    yield from table([head, *rows], align="<>>>>"[: len(head)], width=width, indent=LABEL)


def sides(comparison: Comparison, finding: Finding, wrong: Wrong) -> tuple[str, str]:
    """Whose numbers stand in the two columns of entries."""
    if finding.code == "TV108":
        return "as training", "as checked"
    backend = finding.backend or wrong.backend
    if finding.replayer in ("", backend):
        return f"{backend} has", "its own rule says" if finding.replayer else "its own values say"
    return f"{backend} has", "exactly" if finding.replayer == EXACT else f"{finding.replayer} says"


def _entry(w: Witness, wrong: Wrong) -> list[str]:
    got, expected, oracle = telling(w.got, w.expected, w.oracle)
    return [entry(w, wrong), got, expected, few(w.bound), oracle]


def entry(w: Witness, wrong: Wrong) -> str:
    """Which entry a witness is; an oracle that is asked along a direction names none."""
    return "a direction" if not w.index and wrong.entries > 1 else place(w.index)


def bound(comparison: Comparison, finding: Finding) -> str:
    """Where `may differ by` comes from."""
    worst = max(finding.wrong, key=lambda w: w.residual)
    dtype = worst.dtype
    if not worst.witnesses:
        return ""
    scale = worst.witnesses[0].bound / (LINE * UNIT[dtype])
    if not finding.replayer and finding.code != "TV108":
        return f"{LINE:g} u x the step's own scale, and the oracle's own error; {precision(dtype)}"
    whose = "whole network's response to noise" if finding.code == "TV108" else "step's own scale"
    return f"{LINE:g} u x the {whose} ({few(scale)} at the first entry); {precision(dtype)}"


def remarks(comparison: Comparison, most: int, width: int, *, whole: bool) -> list[str]:
    """What else was found, a line each where there is no room for the whole."""
    others = [f for f in comparison.findings if f.verdict != comparison.verdict]
    told = [(f.verdict, f"{f.code}: {f.message}") for f in others[:most]]
    if whole:
        lines = [line for label, text in told for line in wrapped(text, width=width, label=label, indent=LABEL)]
    else:
        lines = [one_line(label, text, width) for label, text in told]
    more = len(others) - most
    return [
        *lines,
        *([one_line("besides", f"{counted(more, 'remark')} more; --json has all", width)] if more > 0 else []),
    ]


def one_line(label: str, text: str, width: int) -> str:
    """A labelled line, cut short where the page ends."""
    return f"{label:<{LABEL}}{textwrap.shorten(text, width - LABEL, placeholder=' ...')}"
