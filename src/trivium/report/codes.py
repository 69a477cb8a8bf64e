"""What each finding's code means, and what to do about it: the one table that reports and `trivium explain` share.

Knows nothing of any comparison.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Code:
    """One kind of finding: what was found, what it means for the verdict, and what a person does next."""

    name: str
    title: str
    meaning: str
    cure: str

    def __str__(self) -> str:
        return f"{self.name}: {self.title}\n\n{self.meaning}\n\nWhat to do: {self.cure}"


TABLE = (
    Code(
        "TV101",
        "the value of a step is wrong",
        "A backend computed a node, and another backend's formula for that one op, given the very same inputs, gives a "
        "different number: further away than 256 times what one rounding can do there. The error is made in this step; "
        "whatever comes later and is right, given what it was fed, merely inherits it.",
        "compare the node's formula (`trivium ops OP`) with what the backend computes: another definition of the same "
        "name (GELU by erf or by tanh), another axis, another constant.",
    ),
    Code(
        "TV102",
        "the gradient that a step passes back is wrong",
        "Going backward, a backend took the gradient with respect to a node's output and made from it the "
        "gradient with respect to that node's input. Another backend's derivative of that one op, given the very same "
        "numbers, makes something else of them. The error is made in this step and in this direction.",
        "look at the derivative of this op in this backend (`trivium explain NODE --in FILE` shows all of them side by "
        "side). The pattern in the report (a ratio, a transpose, a zero) is the quickest hint. Where a library is "
        "wrong, `trivium write NETWORK --as torch` makes the script that goes with the bug report.",
    ),
    Code(
        "TV103",
        "an array has the wrong shape or dtype, or is absent",
        "Before any number is compared, every array must be there, in the shape that the network implies and in the "
        "precision that was asked for. Nothing is broadcast in a comparison.",
        "make the backend return the array as stated; a bias gradient of shape (3,) is not one of shape (3, 1).",
    ),
    Code(
        "TV104",
        "backends take different sides of a kink",
        "An input lies exactly where the op has only one-sided derivatives (relu at 0). Every slope between the two "
        "sides is a fair convention there; the report says whose is whose. This is not counted as a disagreement.",
        "nothing, unless your code relies on one of the conventions; else check at values off the kink.",
    ),
    Code(
        "TV105",
        "an input leaves the domain of an op",
        "The op is not defined there (the logarithm of -1, a division by 0). Libraries still return numbers, often "
        "equal and finite ones, which mean nothing. So nothing is decided.",
        "give values inside the domain, or an op in front that keeps them inside (softplus, a square plus a number).",
    ),
    Code(
        "TV106",
        "a value leaves the range of its precision",
        "The exact number is finite, but too large for float32 or float64, so the step is infinite in every backend. "
        "Right code does that too. So nothing is decided beyond this point.",
        "give smaller values, check in float64 alone (--dtypes float64), or use a stable op (logsumexp).",
    ),
    Code(
        "TV107",
        "a number is not finite where its step is",
        "A backend has nan or infinity where the replay of that step, from the same finite inputs, gives a number.",
        "look for an overflow inside the op's own formula, such as e^x / (1 + e^x) for a large x.",
    ),
    Code(
        "TV108",
        "the program that training runs differs from the one that was checked",
        "To look at every step, a backend's program returns its intermediate values and gradients. Compiled without "
        "them, as training runs it, it gives other parameter gradients than rounding explains.",
        "suspect the compiler: run again with less optimisation, and report it with the line at the end of the report.",
    ),
    Code(
        "TV109",
        "two backends differ in a step, and nothing here can say who is right",
        "There are only two opinions on this step, and no oracle that could judge it.",
        "add a third backend (`trivium doctor` says what to install), or read both: `trivium explain NODE --in FILE`.",
    ),
    Code(
        "TV110",
        "every backend is wrong in the same step",
        "The backends may agree with each other: the exact number, enclosed by ball arithmetic, is another one. Either "
        "all have one wrong rule, or all use a formula that loses every digit at these numbers (the slope of a sigmoid "
        "at 40, as y (1 - y), is 0).",
        "believe the exact number. Where digits are lost, use a stable formula, or keep values where it is.",
    ),
    Code(
        "TV201",
        "the check says little here",
        "A gradient that is zero by construction, values so symmetric that a missing transpose could not show, or a "
        "node that does not reach the loss: right and wrong code look alike.",
        "check at other values or sizes (--seed, --size), or remove what does not reach the loss.",
    ),
    Code(
        "TV202",
        "rounding has eaten the digits of a gradient",
        "Every step is right, but the network amplifies rounding so much that the gradient has hardly a correct digit "
        "left in this precision. That is a property of the network at these values, not of any backend.",
        "use float64 where it says float32, or read the gradient as noise.",
    ),
    Code(
        "TV203",
        "a probe was left out",
        "Besides your own values, a network is checked at drawn values of telling sizes. One of these is missing.",
        "where it says that no size is free, write letters instead of numbers and bind them in [sizes]; where other "
        "sizes do not fit together, or are the same again, there is nothing to do.",
    ),
    Code(
        "TV204",
        "the referee does not know an operation",
        "The network has an operation of your own, of which the referee has no definition. Its steps are held against "
        "the replay by other backends, and no gradient is certified from end to end.",
        "give the referee a definition: check(spec, oracle=load_referee().having(mine=...)), from trivium.referee.",
    ),
)
CODES: Mapping[str, Code] = MappingProxyType({code.name: code for code in TABLE})
