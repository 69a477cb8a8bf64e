"""A word of the vocabulary: what an operation means, what it accepts, and where its mathematics has edges.

Knows nothing of how any backend computes it, and nothing of which operations there are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from trivium.errors import Problem, SpecError, did_you_mean
from trivium.spec.signature import Dims, Shape, Signature, evaluate, output_shapes, parse_dims, parse_signature, unify, words

Literal = bool | int | float | str | None | tuple[int, ...]
Attributes = Mapping[str, Any]
ShapeRule = Callable[[tuple[Shape, ...], Attributes], tuple[Shape, ...]]
REQUIRED = object()
"""The default of an attribute that has none: the writer must state it."""


@dataclass(frozen=True)
class Kind:
    """What numbers a tensor may hold: real, positive, unit, sign, simplex, index (integers 0 <= i < `below`) or mask."""

    name: str = "real"
    below: int | None = None

    def __str__(self) -> str:
        return self.name if self.below is None else f"index < {self.below}"

    @property
    def differentiable(self) -> bool:
        """Labels and masks have no gradient and no noise."""
        return self.name not in ("index", "mask")


@dataclass(frozen=True)
class Attribute:
    """A setting of an op: a literal, keyword-only, stored in full.

    `kind` is one of bool, int, float, str, axis (int or None), axes (int, tuple or None), shape (a written shape).
    """

    name: str
    kind: str
    default: Any = REQUIRED
    choices: tuple[str, ...] = ()


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
    """

    text: str
    margin: Callable[..., Mapping[str, Any]]
    interval: Callable[..., Mapping[str, tuple[Any, Any]]]


@dataclass(frozen=True)
class Case:
    """One use of an op that the self-test and the backend contract run: input shapes and attributes."""

    shapes: tuple[Shape, ...]
    attrs: Attributes = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Op:
    """One operation: signature, attributes, formula, domain, kinks, and what a verdict needs to know of its rounding.

    shape     computes output shapes where letters cannot say them
    kinds     per role, the numbers it takes (a Kind, or a function of shapes and attributes); real where absent
    fan_in    per role, the letter or the function that says how many terms a weight there is summed over
    terms     (shapes, attrs) -> (terms summed per output entry, terms summed per cotangent entry of each input)
    absolute  the op that, applied to absolute values, gives the size of this one (itself for a positive multilinear op)
    analytic  false where a complex step would be silently wrong (an absolute value, a comparison)
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
    analytic: bool = True
    cases: tuple[Case, ...] = ()
    source: str = ""

    @property
    def name(self) -> str:
        return self.signature.name

    @property
    def roles(self) -> tuple[str, ...]:
        return tuple(role for role, _ in self.signature.roles)

    def __repr__(self) -> str:
        return f"<op {self.signature.text}>"

    def __call__(self, *inputs: Any, name: str | None = None, **attrs: Any) -> Any:
        """Use the op on symbolic values (`trivium.trace`); a number among the inputs becomes a constant node."""
        for value in inputs:
            if hasattr(value, "__trivium_apply__"):
                return value.__trivium_apply__(self, inputs, attrs, name)
        raise SpecError(f"{self.name}: none of the inputs is a symbolic value; ops are used inside a traced function")

    def infer(self, shapes: tuple[Shape, ...], attrs: Attributes) -> tuple[Shape, ...]:
        """The shape of each output; SpecError explains which axis does not fit."""
        bound = unify(self.signature, shapes)
        if self.shape is None:
            return output_shapes(self.signature, bound)
        try:
            return self.shape(shapes, attrs)
        except SpecError as error:
            raise SpecError(Problem(f"{self.name}: {error.problems[0].message}", hint=self.signature.text)) from None

    def kind(self, role: str, shapes: tuple[Shape, ...], attrs: Attributes) -> Kind:
        """The numbers that a role takes at these shapes."""
        rule = self.kinds.get(role, Kind())
        return rule if isinstance(rule, Kind) else rule(shapes, attrs)

    def fan(self, role: str, shapes: tuple[Shape, ...], attrs: Attributes) -> int:
        """How many terms are summed over for one entry in this role; 1 where the op states none."""
        rule = self.fan_in.get(role)
        if rule is None:
            return 1
        if callable(rule):
            return int(rule(shapes, attrs))
        value = unify(self.signature, shapes)[rule]
        return value if isinstance(value, int) else 1

    def complete(self, attrs: Attributes) -> tuple[tuple[str, Literal], ...]:
        """The attributes in full, in declared order, each checked; SpecError names what is unknown, missing or ill-typed."""
        known = {a.name: a for a in self.attributes}
        for name in attrs:
            if name not in known:
                has = f"it has {', '.join(known)}" if known else "it has none"
                raise self._fail(f"no attribute {name!r}{did_you_mean(name, known)} ({has})")
        full = []
        for a in self.attributes:
            value = attrs.get(a.name, a.default)
            if value is REQUIRED:
                choices = f": one of {', '.join(map(repr, a.choices))}" if a.choices else ""
                raise self._fail(f"attribute {a.name!r} must be stated{choices}; there is no default")
            full.append((a.name, self._literal(a, value)))
        return tuple(full)

    def _literal(self, a: Attribute, value: Any) -> Literal:
        checked = READERS[a.kind](value)
        if checked is REQUIRED:
            raise self._fail(f"attribute {a.name!r} is {value!r}, needs {WANTED[a.kind]}")
        if a.choices and checked not in a.choices:
            near = did_you_mean(str(value), a.choices)
            raise self._fail(f"attribute {a.name!r} is {value!r}, needs one of {', '.join(map(repr, a.choices))}{near}")
        return checked  # type: ignore[no-any-return]

    def _fail(self, message: str) -> SpecError:
        return SpecError(Problem(f"{self.name}: {message}", hint=self.signature.text))


def op(signature: str, formula: str, **rest: Any) -> Op:
    """An Op from its signature as text and its formula; the rest are Op's own fields."""
    for name in ("kinds", "fan_in"):
        if name in rest:
            rest[name] = MappingProxyType(dict(rest[name]))
    return Op(parse_signature(signature), formula, **rest)


def attribute_words(a: Attribute, value: Literal) -> tuple[str, ...]:
    """The size letters that a written attribute uses (a shape attribute may: "N h*k")."""
    return words(parse_dims(value)) if a.kind == "shape" and isinstance(value, str) else ()


def bind_attribute(a: Attribute, value: Literal, sizes: Mapping[str, int]) -> Literal:
    """An attribute as a backend gets it: a written shape becomes integers, the rest is itself."""
    return evaluate(parse_dims(value), sizes) if a.kind == "shape" and isinstance(value, str) else value


def _integer(value: Any) -> Any:
    return value if isinstance(value, int) and not isinstance(value, bool) else REQUIRED


def _number(value: Any) -> Any:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else REQUIRED


def _axes(value: Any) -> Any:
    if isinstance(value, list | tuple) and all(_integer(v) is not REQUIRED for v in value):
        return tuple(value)
    return None if value is None else _integer(value)


def _dims(value: Any) -> Any:
    if isinstance(value, list | tuple) and all(_integer(v) is not REQUIRED or isinstance(v, str) for v in value):
        value = " ".join(map(str, value))
    return " ".join(parse_dims(value)) if isinstance(value, str) else REQUIRED


READERS: Mapping[str, Callable[[Any], Any]] = {
    "bool": lambda v: v if isinstance(v, bool) else REQUIRED,
    "int": _integer,
    "float": _number,
    "str": lambda v: v if isinstance(v, str) else REQUIRED,
    "axis": lambda v: None if v is None else _integer(v),
    "axes": _axes,
    "shape": _dims,
}
WANTED: Mapping[str, str] = {
    "bool": "True or False",
    "int": "an integer",
    "float": "a number",
    "str": "a text",
    "axis": "an axis number or None",
    "axes": "an axis number, a tuple of them, or None",
    "shape": "a shape such as 'N 6' or (2, 6)",
}

__all__ = ["Attribute", "Attributes", "Case", "Dims", "Domain", "Kind", "Kink", "Literal", "Op", "op"]
