"""What a referee is: it encloses the exact value and gradient of a network; and how one is found.

Knows nothing of ball arithmetic, and nothing of verdicts. A referee is no road: it takes no part in a vote.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable
from zipfile import BadZipFile

import numpy as np

from trivium.backend import Array, Arrays, Bars
from trivium.declared import declared
from trivium.errors import BackendError, ValuesError
from trivium.spec.graph import Spec
from trivium.spec.op import Attributes, Op

EXACT = "exact"
"""The name of the referee, and of the extra that installs it."""
FORMAT, VERSION = "trivium.certificate", 1
PARTS = ("hi", "lo", "radius")
SURE = 2.0**-53
"""A radius of this share of a number leaves it a digit of float64 to round, and no more."""
LEAST = 4 * 5e-324
"""A few of the least float64 above 0: a radius is rounded up to these."""


@dataclass(frozen=True)
class Enclosure:
    """Where the exact numbers provably are: |exact - (hi + lo)| <= radius, entry by entry, in float64.

    hi is the float64 nearest to the middle, infinite where that is past float64; radius is infinite where nothing is
    known.
    """

    hi: Array
    lo: Array
    radius: Array

    @property
    def known(self) -> Array:
        """The entries that are enclosed."""
        return np.isfinite(self.radius)

    @property
    def nearest(self) -> Array:
        """The exact numbers rounded to float64: infinite past float64, NaN where so many digits are not known.

        0 is said only of what is certainly below every float64 number but 0.
        """
        sure = self.radius <= np.maximum(SURE * np.abs(self.hi), LEAST)
        return np.where(sure | np.isinf(self.hi), self.hi, np.nan)

    def off(self, x: Array) -> Array:
        """How far each entry of x is from the exact number, and no less: |x - exact|, rounded up; NaN if unknown."""
        with np.errstate(invalid="ignore"):
            far = np.abs((np.asarray(x, np.float64) - self.hi) - self.lo) + self.radius
        return np.where(self.known, far * (1 + 2.0**-50), np.nan)


@dataclass(frozen=True)
class Reached:
    """What one run with so many bits took, and how many it lacked; infinite where a branch was left open."""

    bits: int
    seconds: float
    lacking: float


@dataclass(frozen=True)
class Certificate:
    """Enclosures by name, of what the nodes compute and of the loss's gradient, and how they were reached.

    ties  entries exactly on a kink, at which a convention was taken
    why   empty, or why the enclosures are no narrower
    of    fingerprints of the spec and of the numbers, so that golden data is not held against something else
    """

    values: Mapping[str, Enclosure]
    gradients: Mapping[str, Enclosure]
    history: tuple[Reached, ...]
    ties: int = 0
    why: str = ""
    of: str = ""

    @property
    def bits(self) -> int:
        """The precision of the last run."""
        return self.history[-1].bits if self.history else 0

    def save(self, path: Path) -> None:
        """One .npz file with every array and a line of JSON: numbers that are held against later runs."""
        head = {"format": FORMAT, "version": VERSION, "of": self.of, "ties": self.ties, "why": self.why}
        head["history"] = [[r.bits, r.seconds, r.lacking] for r in self.history]
        arrays: dict[str, Any] = {
            f"{kind}/{part}/{name}": np.asarray(getattr(enclosure, part), np.float64)
            for kind in ("values", "gradients")
            for name, enclosure in getattr(self, kind).items()
            for part in PARTS
        }
        head["sum"] = _sum(arrays)
        with path.open("wb") as file:
            np.savez_compressed(file, head=np.array(json.dumps(head)), **arrays)


def load_certificate(path: Path, spec: Spec, given: Mapping[str, Array]) -> Certificate:
    """A certificate that was saved, for this spec at these numbers; ValuesError where it is damaged or of others."""
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            head = json.loads(str(file["head"]))
            arrays = {name: file[name] for name in file.files if name != "head"}
        if (head["format"], head["version"]) != (FORMAT, VERSION):
            raise ValuesError(f"{path} is no certificate of version {VERSION}: save one with Certificate.save")
        if head["sum"] != _sum(arrays):
            raise ValuesError(f"{path} has been changed since it was saved; make it anew")
        history = tuple(
            Reached(int(bits), float(seconds), float(lacking)) for bits, seconds, lacking in head["history"]
        )
        of, ties, why = str(head["of"]), int(head["ties"]), str(head["why"])
    except (OSError, EOFError, ValueError, LookupError, TypeError, AttributeError, BadZipFile) as error:
        raise ValuesError(f"{path} is no certificate, or is damaged: {error}") from None
    missing = [name for name in spec.givens if name not in given]
    if missing:
        raise ValuesError(f"no numbers for {missing[0]!r}, which {spec.name} needs")
    if of != fingerprint(spec, given):
        raise ValuesError(f"{path} certifies another network or other numbers than these; make it anew")
    found: dict[str, dict[str, Enclosure]] = {"values": {}, "gradients": {}}
    for key in arrays:
        kind, part, name = key.split("/", 2)
        if part == PARTS[0]:
            found[kind][name] = Enclosure(*(arrays[f"{kind}/{p}/{name}"] for p in PARTS))
    return Certificate(found["values"], found["gradients"], history, ties, why, of)


def _sum(arrays: Mapping[str, Array]) -> str:
    """A checksum of every number that a certificate holds."""
    found = hashlib.sha256()
    for name in sorted(arrays):
        x = np.ascontiguousarray(arrays[name])
        found.update(f"{name} {x.dtype.str} {x.shape}".encode() + x.tobytes())
    return found.hexdigest()


def fingerprint(spec: Spec, given: Mapping[str, Array]) -> str:
    """What a certificate is of: the network as written, and every bit of its numbers."""
    found = hashlib.sha256(
        repr((spec.inputs, spec.parameters, spec.nodes, spec.loss, sorted(dict(spec.sizes).items()))).encode()
    )
    for name in spec.givens:
        array = np.ascontiguousarray(given[name])
        found.update(f"{name} {array.dtype.str} {array.shape}".encode() + array.tobytes())
    return found.hexdigest()


WRONG, CONSISTENT, UNKNOWN = "proved wrong", "consistent", "unknown"


@dataclass(frozen=True)
class Proved:
    """One entry of a person's gradient (a signed direction where `index` is None), against the exact derivative.

    said, right  what the formula gives, and the derivative, to float64; `radius` bounds what is unknown of their
                 difference
    why          where nothing is known: why not
    """

    name: str
    index: tuple[int, ...] | None
    verdict: str
    said: float
    right: float
    radius: float
    why: str = ""

    def __str__(self) -> str:
        where = "along a direction" if self.index is None else f"[{', '.join(map(str, self.index))}]"
        if self.verdict == UNKNOWN:
            return f"{self.name} {where}: unknown ({self.why})"
        said, right = (f"{x:.12g}" for x in (self.said, self.right))
        if said == right:
            said, right = (f"{x:.17g}" for x in (self.said, self.right))
        return f"{self.name} {where}: {self.verdict}: {said}, and the derivative is {right}"


@dataclass(frozen=True)
class Proof:
    """Every entry or direction that was put to the proof. It has no truth value: ask for `verdict` or `wrong`."""

    parts: tuple[Proved, ...]

    @property
    def verdict(self) -> str:
        """Proved wrong, if anything is; else unknown, if anything is; else consistent."""
        found = {part.verdict for part in self.parts}
        return next((v for v in (WRONG, UNKNOWN) if v in found), CONSISTENT)

    @property
    def wrong(self) -> dict[str, tuple[Proved, ...]]:
        """What is proved wrong, by argument."""
        names = dict.fromkeys(p.name for p in self.parts if p.verdict == WRONG)
        return {n: tuple(p for p in self.parts if p.name == n and p.verdict == WRONG) for n in names}

    def __str__(self) -> str:
        lines = []
        for name in dict.fromkeys(p.name for p in self.parts):
            mine = [p for p in self.parts if p.name == name]
            worst = [p for p in mine if p.verdict == WRONG] or [p for p in mine if p.verdict == UNKNOWN]
            if worst:
                lines.append(f"{worst[0]}" + (f" (and {len(worst) - 1} more of {len(mine)})" if worst[1:] else ""))
            else:
                lines.append(f"{name}: consistent in all {len(mine)}, {_how_near(mine)}")
        return "\n".join(lines)

    def __bool__(self) -> bool:
        raise TypeError("a proof is not true or false: read .verdict or .wrong")


def _how_near(parts: Sequence[Proved]) -> str:
    """How much is unknown of what is consistent: as a share where there is something to share."""
    some = [p.radius / abs(p.right) for p in parts if p.right]
    zeros = [p.radius for p in parts if not p.right]
    said = [f"to {max(some):.1g} of the derivative"] if some else []
    return " and ".join([*said, *([f"{len(zeros)} of them 0 to within {max(zeros):.1g}"] if zeros else [])])


@runtime_checkable
class Referee(Protocol):
    """Who knows the exact numbers."""

    @property
    def name(self) -> str:
        """What reports call it."""
        ...

    def has(self, op: Op) -> bool:
        """Whether it has a definition of the op, and the op is not another one of the same name."""
        ...

    def estimate(self, spec: Spec) -> float:
        """About how many seconds it takes to enclose the network, or to replay each of its steps, once."""
        ...

    def enclose(self, spec: Spec, given: Mapping[str, Array], *, seconds: float = ...) -> Certificate:
        """The network's values and gradients at these exact numbers; no further run is begun past so many seconds."""
        ...

    def prove(
        self,
        f: Callable[[Mapping[str, Any]], Any],
        grad: Callable[[Mapping[str, Any]], Any],
        at: Mapping[str, Array],
        names: tuple[str, ...],
    ) -> Proof:
        """A person's own gradient against the exact derivative of a person's own function."""
        ...

    def slope(
        self, f: Callable[[Mapping[str, Any]], Any], at: Mapping[str, Array], name: str, direction: Array
    ) -> Enclosure:
        """The derivative of a person's own function, as one of its arguments moves along a direction."""
        ...

    def replay(self, op: Op, attrs: Attributes, inputs: Arrays, cotangents: Arrays) -> tuple[Arrays, Bars]:
        """One op alone: float64 numbers nearest to its exact outputs and cotangents, NaN where they are unknown."""
        ...


def load_referee() -> Referee | None:
    """The referee that is installed, or None; BackendError where it is there and cannot be imported."""
    for point in (point for point in declared("trivium.referees") if point.name == EXACT):
        try:
            found: Referee = point.load()
        except ModuleNotFoundError:
            return None  # the extra is not installed
        except Exception as error:
            why = f"its entry point {point.value!r} raises {type(error).__name__}: {error}"
            raise BackendError(f"the referee cannot be imported: {why}") from error
        return found
    return None
