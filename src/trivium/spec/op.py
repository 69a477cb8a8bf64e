"""A word of the vocabulary: what an operation means, what it accepts, and where its mathematics has edges.

Knows nothing of how any backend computes it, and nothing of which operations there are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import cache
from types import MappingProxyType
from typing import Any

from trivium.errors import Problem, SpecError, did_you_mean
from trivium.spec.attribute import Attribute, Attributes, Literal, bind_attribute, read_attribute
from trivium.spec.signature import (
    Dims,
    Shape,
    Signature,
    arity,
    output_shapes,
    parse_signature,
    stem,
    taking,
    unify,
)

ShapeRule = Callable[[tuple[Shape, ...], Attributes], tuple[Shape, ...]]

DIGITS = "0123456789"

TRACING: ContextVar[Any] = ContextVar("trivium_tracing", default=None)
"""The trace that records right now, for the calls in which no input carries it: `constant(value=2.0)`, `scope("a")`."""


@dataclass(frozen=True)
class Kind:
    """What a tensor holds: real, above -1, positive, unit, sign or simplex numbers, index (0 <= i < `below`), mask.

    `besides` is one integer more that an index may be: a label that is to be ignored.
    """

    name: str = "real"
    below: int | None = None
    besides: int | None = None

    def __str__(self) -> str:
        if self.below is None:
            return self.name
        return f"index < {self.below}" + ("" if self.besides is None else f" or {self.besides}")

    @property
    def differentiable(self) -> bool:
        """Labels and masks have no gradient and no noise."""
        return self.name not in ("index", "mask")


@dataclass(frozen=True)
class Domain:
    """Where the op is defined: `outside(attrs, *inputs)` gives, per role, a mask of the entries that leave it."""

    text: str
    outside: Callable[..., Mapping[str, Any]]


@dataclass(frozen=True)
class Kink:
    """Where the op has one-sided derivatives only.

    `margin(attrs, *inputs)` gives per role an array that is zero exactly on the kink;
    `interval(attrs, inputs, y_bar)` gives per role the lowest and highest cotangent that a convention may choose there.
    `shared` says that what stands on the kink shares one cotangent (entries that tie): whoever gets how much of it,
    all of them together get the whole, and no more.
    """

    text: str
    margin: Callable[..., Mapping[str, Any]]
    interval: Callable[..., Mapping[str, tuple[Any, Any]]]
    shared: bool = False


@dataclass(frozen=True)
class Case:
    """One use of an op that the self-test and the backend contract run: input shapes and attributes."""

    shapes: tuple[Shape, ...]
    attrs: Attributes = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Op:
    """One operation: signature, attributes, formula, domain, kinks, and what a verdict needs to know of its rounding.

    Roles that may be left out or repeated are settled where the op is used: `op.taking(3)` is the op with three inputs.

    shape     computes output shapes where letters cannot say them
    kinds     per role, the numbers it takes (a Kind, or a function of shapes and attributes); real where absent
    fan_in    per role, the letter or the function that says how many terms a weight there is summed over
    terms     (shapes, attrs) -> (terms summed per output entry, terms summed per cotangent entry of each input)
    absolute  the op that, applied to absolute values, gives the size of this one (itself for a positive multilinear op)
    intermediate  (attrs, *inputs) -> the size of a number inside the formula that may cancel: its digits, no finer
    analytic  false where a complex step would be silently wrong (an absolute value, a comparison)
    elsewhere what other libraries call it, for "did you mean"
    differences  where a library's function of the same name computes something else, a sentence each
    """

    signature: Signature
    formula: str
    attributes: tuple[Attribute, ...] = ()
    shape: ShapeRule | None = None
    kinds: Mapping[str, Kind | Callable[..., Kind]] = field(default_factory=dict)
    fan_in: Mapping[str, str | Callable[..., int]] = field(default_factory=dict)
    domain: Domain | None = None
    kink: Kink | None = None
    terms: Callable[..., tuple[int, tuple[int, ...]]] | None = None
    absolute: str | None = None
    intermediate: Callable[..., float] | None = None
    analytic: bool = True
    cases: tuple[Case, ...] = ()
    source: str = ""
    elsewhere: tuple[str, ...] = ()
    differences: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.signature.name

    @property
    def roles(self) -> tuple[str, ...]:
        return tuple(stem(role) for role, _ in self.signature.roles)

    def taking(self, count: int) -> Op:
        """The op with just so many inputs, always the same value; itself where it has no open role, or cannot."""
        return _taking(self, count)

    def __repr__(self) -> str:
        return f"<op {self.signature.text}>"

    def __call__(self, *inputs: Any, name: str | tuple[str, ...] | None = None, **attrs: Any) -> Any:
        """Use the op on the tensors of a traced function; a number among the inputs becomes a constant node."""
        recorder = next((value for value in inputs if hasattr(value, "__trivium_apply__")), TRACING.get())
        if recorder is None:
            raise SpecError(
                f"{self.name}: an op computes nothing itself; it is used on the tensors of a function that is traced"
            )
        return recorder.__trivium_apply__(self, inputs, attrs, name)

    def infer(self, shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
        """The shape of each output; SpecError explains how many inputs are missing or which axis does not fit."""
        self.check_arity(len(shapes))
        signature = self.taking(len(shapes)).signature
        bound = unify(signature, shapes)
        if self.shape is None:
            return output_shapes(signature, bound)
        try:
            return self.shape(shapes, attrs)
        except SpecError as error:
            raise self._fail(error.problems[0].message) from None

    def bind(self, attrs: tuple[tuple[str, Literal], ...], sizes: Mapping[str, int]) -> dict[str, Literal]:
        """Complete attributes as a backend gets them: written shapes in numbers."""
        return {a.name: bind_attribute(a, value, sizes) for a, (_, value) in zip(self.attributes, attrs, strict=True)}

    def check_arity(self, count: int) -> None:
        """SpecError where this is not the number of inputs that the op takes."""
        least, most = arity(self.signature)
        if least <= count <= (count if most is None else most):
            return
        several = (
            f"{least} or more" if most is None else f"{least} to {most}" if most > least + 1 else f"{least} or {most}"
        )
        takes = (
            "no input"
            if most == 0
            else "1 input"
            if least == most == 1
            else f"{least if least == most else several} inputs"
        )
        names = f" ({', '.join(role for role, _ in self.signature.roles)})" if self.roles else ""
        settings = ", ".join(f"{a.name}=" for a in self.attributes)
        by_name = f"; attributes are written by name: {settings}" if count > least and settings else ""
        raise self._fail(f"takes {takes}{names}, got {count}{by_name}")

    def kind(self, role: str, shapes: tuple[Shape, ...], attrs: Attributes) -> Kind:
        """The numbers that a role takes at these shapes."""
        rule = self.kinds.get(role) or self.kinds.get(role.rstrip(DIGITS)) or Kind()  # x stands for x1, x2, ...
        return rule if isinstance(rule, Kind) else rule(shapes, attrs)

    def fan(self, role: str, shapes: tuple[Shape, ...], attrs: Attributes) -> int:
        """How many terms are summed over for one entry in this role; 1 where the op states none."""
        rule = self.fan_in.get(role) or self.fan_in.get(role.rstrip(DIGITS))
        if rule is None:
            return 1
        if callable(rule):
            return int(rule(shapes, attrs))
        value = unify(self.signature, shapes)[rule]
        return value if isinstance(value, int) else 1

    def complete(self, attrs: Attributes) -> tuple[tuple[str, Literal], ...]:
        """The attributes in full, in declared order; SpecError names all that are unknown, missing or wrong."""
        known = {a.name: a for a in self.attributes}
        problems = [self._unknown(name, known) for name in attrs if name not in known]
        full = []
        for a in self.attributes:
            try:
                full.append((a.name, read_attribute(a, attrs.get(a.name, a.default))))
            except SpecError as error:
                problems.append(self._problem(error.problems[0].message))
        if problems:
            raise SpecError(*problems)
        return tuple(full)

    def _unknown(self, name: str, known: Mapping[str, Attribute]) -> Problem:
        if name in self.roles:
            return self._problem(f"{name!r} is an input, not an attribute; inputs are given by position, in order")
        has = f"it has {', '.join(known)}" if known else "it has none"
        return self._problem(f"no attribute {name!r}{did_you_mean(name, known)} ({has})")

    def _problem(self, message: str) -> Problem:
        return Problem(f"{self.name}: {message}", hint=self.signature.text)

    def _fail(self, message: str) -> SpecError:
        return SpecError(self._problem(message))


@cache
def _taking(op: Op, count: int) -> Op:
    signature = taking(op.signature, count)
    return op if signature is None or signature == op.signature else replace(op, signature=signature)


def op(signature: str, formula: str, **rest: Any) -> Op:
    """An Op from its signature as text and its formula; the rest are Op's own fields."""
    for name in ("kinds", "fan_in"):
        if name in rest:
            rest[name] = MappingProxyType(dict(rest[name]))
    return Op(parse_signature(signature), formula, **rest)


__all__ = ["Attribute", "Attributes", "Case", "Dims", "Domain", "Kind", "Kink", "Literal", "Op", "op"]
