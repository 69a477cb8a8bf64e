"""THE RIGHT NETS: a name, a network, a maker of its numbers, and the verdicts that are right for it.

Knows nothing of how they are judged.
"""

from __future__ import annotations

from dataclasses import dataclass

from calibration import specs, values
from calibration.values import Given, Maker, changed, drawn, filled, gain, plus
from trivium.ops import OPS
from trivium.spec.graph import Spec
from trivium.zoo import (
    ZOO as MEMBERS,
    binary,
    classifier,
    diamond,
    gru_regression,
    lstm_tagger,
    mlp,
    notebook,
    regression_l1,
)

AGREE = frozenset({"agree"})
UNDECIDED = frozenset({"undecided"})
CONVENTION = frozenset({"convention"})


@dataclass(frozen=True)
class Kind:
    """One kind of right net. `verdicts` holds what may be said of it; `quick` marks what a short run looks at too."""

    name: str
    spec: Spec
    make: Maker = drawn
    verdicts: frozenset[str] = AGREE
    seeds: int = 4
    quick: bool = False

    def given(self, seed: int) -> Given:
        """The numbers of one seed."""
        return self.make(self.spec, seed)


def deep(activation: str, depth: int) -> Spec:
    """A multilayer perceptron of so many layers, six units wide."""
    return mlp(b=5, widths=(6,) * depth + (2,), activation=OPS[activation])


def one_unit() -> Spec:
    """A network in which every tensor has one entry."""
    return mlp(b=1, widths=(1, 1, 1, 1))


ACTIVATIONS = ("tanh", "sigmoid", "relu", "softplus")
DEEP = tuple(
    Kind(f"{name}, depth {depth}", deep(name, depth), seeds=8 if depth < 32 else 2, quick=(name, depth) == ("tanh", 3))
    for name in ACTIVATIONS
    for depth in (3, 12, 32, 100)
)
CHAOTIC = (
    Kind("tanh, depth 32, gain 2.5", deep("tanh", 32), gain(2.5)),
    Kind("tanh, depth 100, gain 2.5", deep("tanh", 100), gain(2.5)),
    Kind("relu, depth 100, gain 2.5", deep("relu", 100), gain(2.5), seeds=2),
    Kind(
        "60 coupled logistic maps",
        specs.logistic_maps(60),
        changed(x=values.unit, mix=values.stochastic, r=filled(3.99)),
        seeds=2,
    ),
)
LONG = (
    Kind("inner dimension 1e5", specs.wide_product(100_000), seeds=2),
    Kind("inner dimension 1e6", specs.wide_product(1_000_000), seeds=1),
    Kind("batch 1e5", classifier(b=100_000, n=5, h=8, c=3), seeds=1),
    Kind("batch 1e5, tanh", mlp(b=100_000, widths=(3, 8, 1)), seeds=1),
    Kind("sums of 1e4 terms", specs.long_sums(10_000), seeds=2, quick=True),
    Kind("sums of 1e6 terms", specs.long_sums(1_000_000), seeds=1),
    Kind("one entry in every tensor", one_unit(), seeds=40, quick=True),
)
ZERO = (
    Kind("shift before cross entropy", specs.shifted_classifier(), seeds=40, quick=True),
    Kind("shift before cross entropy, batch 2", specs.shifted_classifier(b=2), seeds=40),
    Kind("shift before logsumexp", specs.log_softmax(), seeds=20),
    Kind("ones under softmax", specs.ones_under_softmax(), seeds=20, quick=True),
    Kind("ones under layer norm", specs.normalized(loss="sum"), seeds=20),
    Kind("bias before batch norm", specs.normalized(axis=0), seeds=20),
    Kind("bias before batch norm, batch 2, one feature", specs.normalized(b=2, n=1, axis=0), seeds=40),
)
OFFSET = tuple(
    Kind(
        f"layer norm, {passes} pass, offset {offset:g}",
        specs.normalized(passes=passes),
        changed(c=plus(offset)),
        AGREE | UNDECIDED if passes == "one" else AGREE,
        seeds=8,
        quick=(passes, offset) == ("two", 1e4),
    )
    for passes in ("two", "one")
    for offset in (0.0, 100.0, 1e4)
)
KINKS = (
    *(
        Kind(f"relu at {distance:g} from its kink", specs.kinked(), values.at_kink(distance), quick=distance < 1e-19)
        for distance in (2e-9, 1e-20, 0.0)
    ),
    Kind("relu an ulp from its kink", specs.kinked(), values.an_ulp_apart),
    Kind("absolute error at an exact fit", specs.exact_fit(), values.whole_fit, CONVENTION, quick=True),
    Kind("absolute error at a fit to the last bit", specs.exact_fit(), values.near_fit, AGREE | CONVENTION),
)
RANGE = (
    Kind("exp(95): past float32", specs.exponential(), changed(c=filled(95.0)), UNDECIDED, quick=True),
    Kind("exp(800): past float64", specs.exponential(), changed(c=filled(800.0)), UNDECIDED),
    Kind("exp(-95): below float32", specs.exponential(), changed(c=filled(-95.0))),
    Kind("exp(-120): 0 in float32", specs.exponential(), changed(c=filled(-120.0))),
    Kind("exp(-740): below float64", specs.exponential(), changed(c=filled(-740.0))),
    Kind("products down to 1e-40", specs.product_chain(8), changed(w=filled(1e-5))),
    Kind("products up to 1e40", specs.product_chain(8), changed(w=filled(1e5)), UNDECIDED),
    Kind("log of negative numbers", specs.logarithm(), changed(c=filled(-5.0)), UNDECIDED, quick=True),
    Kind("log of 1e-30", specs.logarithm(), changed(x=filled(0.0), c=filled(1e-30))),
)
SCALED = (
    Kind("weights over 14 decades", mlp(widths=(8, 8, 2)), changed(w1=values.decades), seeds=8, quick=True),
    Kind("inputs over 14 decades", mlp(widths=(8, 8, 2)), changed(x=values.decades), seeds=8),
    Kind("inputs 0 to 255", classifier(b=7, n=8, h=8, c=3), changed(x=values.pixels), seeds=8, quick=True),
    Kind("confident by 45", classifier(), values.surely(45.0), seeds=8, quick=True),
    Kind("wrongly confident by 45", classifier(), values.surely(-45.0), seeds=8),
    Kind("confident by 200", classifier(), values.surely(200.0), seeds=8),
    Kind("logits shifted by 1e4", classifier(), changed(c2=plus(1e4)), seeds=8, quick=True),
    Kind("gates at 40", specs.gated(), changed(c=values.alternating(40.0)), seeds=8, quick=True),
    Kind("gates at 15", specs.gated(), changed(c=values.alternating(15.0)), seeds=8),
    Kind("equal features", classifier(), changed(x=values.equal, w1=values.equal), seeds=8),
    Kind("equal logits", classifier(), changed(w2=filled(0.0), c2=filled(0.5)), seeds=4),
    Kind("binary, scores at 100", binary(), changed(c2=filled(100.0)), seeds=8),
)
TRAINED = tuple(
    Kind(f"trained {spec.name}", spec, values.trained(drawn, steps=300, rate=rate), seeds=4, quick=spec.name == "mlp")
    for spec, rate in (
        (mlp(b=16, widths=(5, 8, 2)), 0.1),
        (classifier(b=16), 0.3),
        (binary(b=16), 0.3),
        (regression_l1(), 0.02),
    )
)
ZOO = (
    *(Kind(f"zoo: {s.name}", s, seeds=10) for s in (mlp(), classifier(), binary(), regression_l1(), diamond())),
    Kind("zoo: notebook", notebook(), seeds=10, quick=True),
    Kind("columns, depth 12", specs.notebook(12), seeds=4),
    Kind("quotient", specs.ratio(), seeds=10),
    Kind("one matrix three times", specs.tied(), seeds=10, quick=True),
)
ARCHITECTURES = tuple(
    Kind(f"zoo: {name}", make(), seeds=3, quick=name == "lenet")
    for name, make in MEMBERS.items()
    if f"zoo: {name}" not in {kind.name for kind in ZOO}
)
"""Convolution, recurrence, attention, normalization, mixtures: the rest of the zoo."""
RECURRENT = (
    Kind("lstm over 60 steps, gain 3", lstm_tagger(t=60), gain(3.0), seeds=2),
    Kind("gru over 60 steps, gain 3", gru_regression(t=60), gain(3.0), seeds=2),
    Kind("gru over 60 steps, gain 10", gru_regression(t=60), gain(10.0), seeds=2),
)
GROUPS = {
    "depth": DEEP,
    "chaos": CHAOTIC,
    "size": LONG,
    "zero gradients": ZERO,
    "offsets": OFFSET,
    "kinks": KINKS,
    "range": RANGE,
    "scale": SCALED,
    "trained": TRAINED,
    "ordinary": ZOO,
    "architectures": ARCHITECTURES,
    "recurrence": RECURRENT,
}
KINDS = tuple(kind for group in GROUPS.values() for kind in group)


BY_NAME = {kind.name: kind for kind in KINDS}
FAULTY = tuple(
    BY_NAME[name]
    for name in (
        "tanh, depth 3",
        "sigmoid, depth 12",
        "relu, depth 12",
        "tanh, depth 32, gain 2.5",
        "zoo: notebook",
        "zoo: diamond",
        "zoo: classifier",
        "confident by 45",
        "trained mlp",
        "weights over 14 decades",
        "one matrix three times",
        "layer norm, two pass, offset 100",
        "zoo: lenet",
        "zoo: lstm_tagger",
        "zoo: gpt_block",
    )
)
"""Where faults are planted."""
SMALL = tuple(BY_NAME[name] for name in ("zoo: notebook", "zoo: diamond", "zoo: classifier", "trained mlp"))
"""Where gradcheck, which runs the network twice for each parameter, is affordable."""


def chosen(*, quick: bool) -> tuple[Kind, ...]:
    """Every kind; in a quick run the quick ones, two seeds of each."""
    if not quick:
        return KINDS
    return tuple(Kind(k.name, k.spec, k.make, k.verdicts, min(k.seeds, 2), k.quick) for k in KINDS if k.quick)


__all__ = ["BY_NAME", "FAULTY", "GROUPS", "KINDS", "SMALL", "Kind", "chosen"]
