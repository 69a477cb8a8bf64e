"""How the normalizations' backward rules come about.

Knows nothing of how a road computes them.
"""

from __future__ import annotations

from trivium.lessons.derivations.line import Derivations, Line

STANDARDIZED = (
    r"y = g z + s, \quad z = \frac{c}{\sigma}, \quad c = x - \text{mean} \, x, \quad "
    r"\sigma = \sqrt{\text{mean}(c^2) + \text{eps}}"
)
X_BAR = (
    Line("each mean, over n entries, moves with x", r"\dot c = \dot x - \text{mean} \, \dot x"),
    Line(
        "differentiate both sides of σ² = mean c² + eps; c sums to 0, so that mean ẋ drops out",
        r"2 \sigma \dot{\sigma} = 2 \, \text{mean}(c \dot c) = 2 \, \text{mean}(c \dot x), \quad "
        r"\dot{\sigma} = \text{mean}(z \dot x)",
    ),
    Line(
        "the rule for quotients",
        r"\dot z = \frac{\dot c}{\sigma} - \frac{c \dot{\sigma}}{\sigma^2} = "
        r"\frac{\dot x - \text{mean} \, \dot x - z \, \text{mean}(z \dot x)}{\sigma}",
    ),
    Line(
        "to read x̄ off Σ z̄ ż, free ẋ of its means: Σ a mean b = Σ b mean a, both being n times the means' product",
        r"\sum \bar z \, \text{mean} \, \dot x = \sum \dot x \, \text{mean} \, \bar z, \quad "
        r"\sum \bar z z \, \text{mean}(z \dot x) = \sum \dot x z \, \text{mean}(z \bar z)",
    ),
    Line(
        "so what stands beside ẋ has the form of ż",
        r"\bar x = \frac{\bar z - \text{mean} \, \bar z - z \, \text{mean}(z \bar z)}{\sigma}, \quad "
        r"\bar z = g \bar y",
    ),
)
WEIGHTS_BAR = r"\bar g = \sum z \bar y, \quad \bar s = \sum \bar y"

DERIVATIONS: Derivations = {
    "batch_norm": (
        Line("g is the gain, s the shift; each channel has its means, over all axes but its own", STANDARDIZED),
        *X_BAR,
        Line("one g and one s served all entries of a channel, and gather over them", WEIGHTS_BAR),
    ),
    "batch_norm_evaluation": (
        Line(
            "mean m, variance v, gain g and shift s are given for each channel, so no entry of x moves another",
            r"y = g z + s, \quad z = \frac{x - m}{\sigma}, \quad \sigma = \sqrt{v + \text{eps}}",
        ),
        Line("differentiate both sides of σ² = v + eps", r"\dot{\sigma} = \frac{\dot v}{2 \sigma}"),
        Line(
            "the rule for quotients",
            r"\dot z = \frac{\dot x - \dot m}{\sigma} - \frac{(x - m) \dot{\sigma}}{\sigma^2} = "
            r"\frac{\dot x - \dot m - \frac{z \dot v}{2 \sigma}}{\sigma}",
        ),
        Line("beside ẋ, with z̄ = g ȳ", r"\bar x = \frac{\bar z}{\sigma} = \frac{g \bar y}{\sigma}"),
        Line(
            "m and v served all entries of their channel, and gather over them",
            r"\bar m = - \sum \bar x, \quad \bar v = - \sum \frac{z \bar x}{2 \sigma}",
        ),
        Line("so do g and s", WEIGHTS_BAR),
    ),
    "layer_norm": (
        Line("g is the gain, s the shift; each row has its means, over the last axes, those of g", STANDARDIZED),
        *X_BAR,
        Line("the same g and s served every row, and gather over the axes before their own", WEIGHTS_BAR),
    ),
    "group_norm": (
        Line(
            "g is the gain, s the shift; each group of a data point's channels has its means, over channels and places",
            STANDARDIZED,
        ),
        *X_BAR,
        Line(
            "each channel has a g and an s, which gather over data points and places, though not over the group",
            WEIGHTS_BAR,
        ),
    ),
    "instance_norm": (
        Line(
            "g is the gain, s the shift; each channel of each data point has its means, over the axes after",
            STANDARDIZED,
        ),
        *X_BAR,
        Line("each channel has a g and an s, which gather over data points and places", WEIGHTS_BAR),
    ),
    "rms_norm": (
        Line(
            "g is the gain; nothing is subtracted, and the mean is over the last axes, those of g",
            r"y = g z, \quad z = \frac{x}{\sigma}, \quad \sigma = \sqrt{\text{mean}(x^2) + \text{eps}}",
        ),
        Line(
            "differentiate both sides of σ² = mean x² + eps",
            r"2 \sigma \dot{\sigma} = 2 \, \text{mean}(x \dot x), \quad \dot{\sigma} = \text{mean}(z \dot x)",
        ),
        Line(
            "the rule for quotients",
            r"\dot z = \frac{\dot x}{\sigma} - \frac{x \dot{\sigma}}{\sigma^2} = "
            r"\frac{\dot x - z \, \text{mean}(z \dot x)}{\sigma}",
        ),
        Line(
            "to read x̄ off Σ z̄ ż, free ẋ of its mean: Σ a mean b = Σ b mean a",
            r"\sum \bar z z \, \text{mean}(z \dot x) = \sum \dot x z \, \text{mean}(z \bar z)",
        ),
        Line(
            "so what stands beside ẋ has the form of ż",
            r"\bar x = \frac{\bar z - z \, \text{mean}(z \bar z)}{\sigma}, \quad \bar z = g \bar y",
        ),
        Line("the same g served every row, and gathers over the axes before its own", r"\bar g = \sum z \bar y"),
    ),
    "l2_normalize": (
        Line(
            "a vector along the axis is divided by its length, or by eps if it is no longer than that",
            r"y = \frac{x}{m}, \quad m = \max(|x|, \text{eps}), \quad |x|^2 = \sum x^2",
        ),
        Line(
            "differentiate both sides of |x|² = Σ x²; at |x| = eps, a kink, the rule takes m for the constant",
            r"\dot m = \begin{cases} (\sum x \dot x) / |x| = \sum y \dot x & \text{if } |x| > \text{eps} \\ "
            r"0 & \text{else} \end{cases}",
        ),
        Line(
            "the rule for quotients",
            r"\dot y = \frac{\dot x}{m} - \frac{x \dot m}{m^2} = \frac{\dot x - y \dot m}{m}",
        ),
        Line(
            "where |x| > eps, the two sums of the product are numbers, and change places",
            r"\sum \bar y \dot y = \frac{\sum \bar y \dot x - (\sum \bar y y) (\sum y \dot x)}{|x|} = "
            r"\frac{\sum \dot x (\bar y - y \sum y \bar y)}{|x|}",
        ),
        Line(
            "where |x| > eps, ȳ loses its part along x; elsewhere, at |x| = eps too, it is only divided by eps",
            r"\bar x = \begin{cases} (\bar y - y \sum y \bar y) / |x| & \text{if } |x| > \text{eps} \\ "
            r"\bar y / \text{eps} & \text{else} \end{cases}",
        ),
    ),
}
