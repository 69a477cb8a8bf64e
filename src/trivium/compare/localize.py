"""Which step, which road: evidence from every run gathered into one finding per mistake, apart from what inherits.

Knows nothing of how evidence was found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from trivium.backend import Array
from trivium.compare.blame import Blame
from trivium.compare.comparison import BACKWARD, FORWARD, Finding, Pattern, Witness, Wrong
from trivium.compare.diagnose import pattern, quantities, rho
from trivium.compare.judge import Evidence, Share
from trivium.compare.picture import picture
from trivium.probe import PRIME
from trivium.spec.graph import Spec
from trivium.spec.node import Node

WITNESSES = 3
PREFERRED = (PRIME, "own values", "as written", "square layers")
"""Where a pattern shows best: at distinct primes a stray factor names its dimension."""


@dataclass(frozen=True)
class Case:
    """One failing tensor of one run, and who is to blame for it."""

    evidence: Evidence
    blame: Blame

    @property
    def rank(self) -> tuple[int, int]:
        """Smaller is more telling: prime sizes first, float64 before float32."""
        run = self.evidence.run
        place = PREFERRED.index(run.point) if run.point in PREFERRED else len(PREFERRED)
        return place, run.dtype != "float64"

    @property
    def share(self) -> Share | None:
        """The consumer's share that is wrong, for a cotangent."""
        return next((s for s in self.evidence.expectation.shares if s.node.name == self.blame.node.name), None)


def findings(spec: Spec, cases: Sequence[Case]) -> list[Finding]:
    """One finding per road, step and direction, forward in order, then backward in reverse order."""
    groups: dict[tuple[str, str, str], list[Case]] = {}
    for case in settled(cases):
        for guilty in case.blame.guilty or ("",):
            groups.setdefault((guilty, case.blame.node.name, case.evidence.expectation.direction), []).append(case)
    forward_broken = {(guilty, node) for guilty, node, direction in groups if direction == FORWARD}
    order = {node.name: i for i, node in enumerate(spec.nodes)}
    kept = [(k, c) for k, c in groups.items() if k[2] == FORWARD or (k[0], k[1]) not in forward_broken]
    kept.sort(key=lambda kc: (kc[0][2] != FORWARD, order[kc[0][1]] * (1 if kc[0][2] == FORWARD else -1)))
    return [_finding(spec, guilty, direction, cases) for (guilty, _, direction), cases in kept]


def settled(cases: Sequence[Case]) -> list[Case]:
    """The cases, with one reader named for each tensor that several read: one that every run leaves open."""
    shared: dict[tuple[tuple[str, ...], str], list[Case]] = {}
    for case in cases:
        if len(case.evidence.nodes) > 1:
            shared.setdefault((case.blame.guilty, case.evidence.expectation.tensor), []).append(case)
    named = {id(case): _named(case, group) for group in shared.values() for case in group}
    return [named.get(id(case), case) for case in cases]


def _named(case: Case, group: Sequence[Case]) -> Case:
    """One case of a shared tensor under the name that all of them settle on; float32 is too coarse to settle it."""
    wide = [c for c in group if c.evidence.run.dtype == "float64"] or group
    suspects = [(c.blame.node.name, *c.blame.instead) for c in sorted(wide, key=lambda c: c.rank)]
    common = [name for name in suspects[0] if all(name in names for names in suspects)] or list(suspects[0])
    node = next((n for n in case.evidence.nodes if n.name == common[0]), case.blame.node)
    slope = case.blame.slope if node.name == case.blame.node.name else None
    return replace(case, blame=replace(case.blame, node=node, instead=tuple(common[1:]), slope=slope))


def _finding(spec: Spec, guilty: str, direction: str, cases: list[Case]) -> Finding:
    own = [c for c in cases if c.evidence.run.backend == guilty] or cases
    best = min(own, key=lambda c: c.rank)
    proven = next((c.blame for c in sorted(own, key=lambda c: c.rank) if c.blame.proven), best.blame)
    tensors = list(dict.fromkeys(c.evidence.expectation.tensor for c in own))
    wrong = tuple(_wrong([c for c in own if c.evidence.expectation.tensor == t], guilty) for t in tensors)
    return Finding(
        code=_code(guilty, best, direction),
        verdict="disagree",
        message=_sentence(guilty, best, direction, wrong, _instead(own)),
        backend=guilty,
        node=best.blame.node.name,
        direction=direction,
        wrong=wrong,
        how=proven.how,
        proven=proven.proven,
        replayer=best.evidence.expectation.replayer,
        seen=tuple(dict.fromkeys((c.evidence.run.point, c.evidence.run.dtype) for c in own)),
        inherits=inherits(spec, best.blame.node, direction, tensors),
        instead=_instead(own),
    )


def _instead(cases: Sequence[Case]) -> tuple[str, ...]:
    """The other nodes that every case leaves under suspicion."""
    return tuple(n for n in cases[0].blame.instead if all(n in c.blame.instead for c in cases))


def _code(guilty: str, case: Case, direction: str) -> str:
    if not guilty:
        return "TV109"
    if case.evidence.unfinite.any():
        return "TV107"
    return "TV101" if direction == FORWARD else "TV102"


def _sentence(guilty: str, case: Case, direction: str, wrong: tuple[Wrong, ...], instead: tuple[str, ...]) -> str:
    node, what = case.blame.node, "value" if direction == FORWARD else "cotangent"
    who = (
        f"{guilty} is wrong"
        if guilty
        else f"{case.evidence.run.backend} and {case.evidence.expectation.replayer} differ"
    )
    said = "; ".join(f"the {what} of {w.tensor}: {w.pattern.text}" for w in wrong)
    others = f" (or of {' or '.join(instead)}: only their sum was recorded)" if instead else ""
    return f"{who} in the {direction} step of {node}{others}: {said}"


def _wrong(cases: list[Case], guilty: str) -> Wrong:
    """One tensor, at the point and in the precision where it tells most."""
    case = min(cases, key=lambda c: c.rank)
    evidence, share = case.evidence, case.share
    got, expected = sides(case)
    if guilty and guilty != evidence.run.backend:
        got, expected = expected, got
    return Wrong(
        tensor=evidence.expectation.tensor,
        role=share.node.op.roles[share.role] if share else "",
        pattern=_pattern(case, cases, got, expected),
        wrong=int(evidence.wrong.sum()),
        entries=int(evidence.got.size),
        residual=float(evidence.units[evidence.wrong].max(initial=0.0)),
        witnesses=_witnesses(case, got, expected),
        backend=guilty or evidence.run.backend,
        point=evidence.run.point,
        dtype=evidence.run.dtype,
        picture=picture(evidence.times),
    )


def sides(case: Case) -> tuple[Array, Array]:
    """What the road has and what the replay gives: the accused share's, where a tensor is read more than once."""
    e, share = case.evidence.expectation, case.share
    if share is None:
        return case.evidence.got, e.value
    with np.errstate(invalid="ignore"):  # a share may have left its precision's range
        return case.evidence.got - (e.value - share.value), share.value


def _pattern(case: Case, cases: list[Case], got: Array, expected: Array) -> Pattern:
    run, node, share = case.evidence.run, case.blame.node, case.share
    if len(case.blame.guilty) > 1 and case.blame.slope is not None:
        at, right = case.blame.index, case.blame.slope.value
        return Pattern("scattered", f"entry {at} is {got[at]:.12g} where its own values say {right:.12g}")
    upstream = np.asarray(run.cotangents(node)[0], np.float64) if share and len(node.outputs) == 1 else None
    if got.size == 1 and not got.any():
        upstream = None
    by_dtype = {c.evidence.run.dtype: c.evidence for c in cases if c.evidence.run.point == run.point}
    slope = None
    if {"float64", "float32"} <= by_dtype.keys():
        with np.errstate(invalid="ignore"):
            wide, narrow = (by_dtype[d].got - by_dtype[d].expectation.value for d in ("float64", "float32"))
        slope = rho(wide, narrow)
    return pattern(
        got,
        expected,
        case.evidence.bound,
        dtype=run.dtype,
        upstream=upstream,
        quantities=lambda: quantities(run.spec, node),
        rho=slope,
    )


def _witnesses(case: Case, got: Array, expected: Array) -> tuple[Witness, ...]:
    e = case.evidence
    order = np.argsort(np.where(e.wrong, np.where(e.unfinite, np.inf, e.units), -1.0), axis=None)[::-1]
    found = []
    for flat in order[:WITNESSES]:
        index = tuple(int(i) for i in np.unravel_index(flat, e.got.shape))
        if e.wrong[index]:
            slope = case.blame.slope if index == case.blame.index else None
            oracle = slope.value if slope else None
            found.append(Witness(index, float(got[index]), float(expected[index]), float(e.bound[index]), oracle))
    return tuple(found)


def inherits(spec: Spec, node: Node, direction: str, tensors: Sequence[str]) -> tuple[str, ...]:
    """The givens and nodes whose numbers are wrong only because this step's are."""
    if direction == FORWARD:
        return tuple(n for n in _below(spec, node) if n not in tensors)
    return tuple(n for n in _above(spec, tensors) if n not in tensors)


def reached(spec: Spec, direction: str, tensor: str) -> set[str]:
    """The givens whose gradients a wrong tensor may spoil: of a cotangent those it flows to, of a value any."""
    below = (spec.loss,) if direction == FORWARD else (tensor,)
    return set(_above(spec, below))


def _above(spec: Spec, names: Sequence[str]) -> Iterator[str]:
    """Every name that these depend on: where a wrong cotangent flows to."""
    found = set(names)
    for node in reversed(spec.nodes):
        if found.intersection(node.outputs):
            found.update(node.inputs)
    return (n for n in spec.differentiable if n in found)


def _below(spec: Spec, node: Node) -> Iterator[str]:
    """Every name that depends on the node: where a wrong value flows to."""
    found = set(node.outputs)
    for other in spec.nodes:
        if found.intersection(other.inputs):
            found.update(other.outputs)
    return (n for n in spec.differentiable if n in found)


def states(findings_: Sequence[Finding], spec: Spec, backends: Sequence[str]) -> Mapping[tuple[str, str], str]:
    """Per (backend, given): right where absent, wrong, or inherits."""
    found: dict[tuple[str, str], str] = {}
    for f in findings_:
        if f.verdict != "disagree":
            continue
        if f.code in ("TV103", "TV108"):
            found[f.backend, f.node] = "wrong"
            continue
        for backend in [f.backend] if f.backend else backends:
            everywhere = spec.givens if f.direction == FORWARD else f.inherits
            for name in everywhere:
                _ = found.setdefault((backend, name), "inherits")
            for w in f.wrong if f.direction == BACKWARD else ():
                found[backend, w.tensor] = "wrong"
    return found
