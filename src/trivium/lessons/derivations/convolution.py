"""How the convolutions' backward rules come about.

Knows nothing of how a road computes them.
"""

from __future__ import annotations

from trivium.lessons.derivations.line import Derivations, Line

PLACE = r"j_{pi} = p \cdot \text{stride} + i \cdot \text{dilation} - \text{padding}"
KERNEL_BAR = r"\bar{\text{k}}\text{ernel}"
BIAS_BAR = r"\bar{\text{b}}\text{ias}"

CONV = r"y[b, m, p] = \sum_{k, i} \text{kernel}[m, k, i] \, x[b, k, j_{pi}] + \text{bias}[m], \quad " + PLACE
BACK = (
    Line(
        "as y is linear in the kernel and in the bias, a slope is what stands beside the entry",
        r"\frac{\partial y[b, m, p]}{\partial \text{kernel}[m, k, i]} = x[b, k, j_{pi}], \quad "
        r"\frac{\partial y[b, m, p]}{\partial \text{bias}[m]} = 1",
    ),
    Line(
        "an entry l of x stands beside each offset that meets it in window p, often beside none",
        r"\frac{\partial y[b, m, p]}{\partial x[b, k, l]} = \sum_{i: j_{pi} = l} \text{kernel}[m, k, i]",
    ),
    Line(
        "the chain rule sums over every output that read the entry; m runs over the output channels of k's group",
        r"\bar x[b, k, l] = \sum_m \sum_{p, i: j_{pi} = l} \text{kernel}[m, k, i] \, \bar y[b, m, p]",
    ),
    Line(
        "with stride 1 there is one p for each l and i: a convolution of ȳ, 0 outside, by the kernel turned around",
        r"\bar x[b, k, l] = \sum_{m, i} \text{kernel}[m, k, i] \, "
        r"\bar y[b, m, l - i \cdot \text{dilation} + \text{padding}]",
    ),
    Line(
        "with any stride it is simpler to go through all p and i and add at the place read; what falls outside is lost",
        r"\bar x[b, k, j_{pi}] \text{ += } \sum_m \text{kernel}[m, k, i] \, \bar y[b, m, p]",
    ),
    Line(
        "an entry of the kernel, and of the bias if there is one, served every data point and every window",
        KERNEL_BAR
        + r"[m, k, i] = \sum_{b, p} \bar y[b, m, p] \, x[b, k, j_{pi}], \quad "
        + BIAS_BAR
        + r"[m] = \sum_{b, p} \bar y[b, m, p]",
    ),
)

DERIVATIONS: Derivations = {
    "conv1d": (
        Line(
            "the kernel slides over x as it is; x is 0 outside, and k counts the channels that m's group reads",
            CONV,
        ),
        *BACK,
    ),
    "conv2d": (
        Line(
            "the kernel slides over x as it is; x is 0 outside, and k counts the channels that m's group reads; "
            "p, i, j, stride, dilation and padding are pairs, multiplied axis by axis",
            CONV,
        ),
        *BACK,
    ),
    "depthwise_conv2d": (
        Line(
            "a conv2d where each channel is a group: output channel (c, k), number c K + k, reads channel c alone",
            r"y[b, (c, k), p] = \sum_i \text{kernel}[c, k, i] \, x[b, c, j_{pi}] + \text{bias}[(c, k)], \quad " + PLACE,
        ),
        Line(
            "as y is linear in the kernel and in the bias, a slope is what stands beside the entry",
            r"\frac{\partial y[b, (c, k), p]}{\partial \text{kernel}[c, k, i]} = x[b, c, j_{pi}], \quad "
            r"\frac{\partial y[b, (c, k), p]}{\partial \text{bias}[(c, k)]} = 1",
        ),
        Line(
            "an entry l of x stands beside each offset that meets it in window p, often beside none",
            r"\frac{\partial y[b, (c, k), p]}{\partial x[b, c, l]} = \sum_{i: j_{pi} = l} \text{kernel}[c, k, i]",
        ),
        Line(
            "the chain rule sums over every output that read the entry, and only the channels (c, k) read channel c",
            r"\bar x[b, c, l] = \sum_k \sum_{p, i: j_{pi} = l} \text{kernel}[c, k, i] \, \bar y[b, (c, k), p]",
        ),
        Line(
            "the same as a loop: go through all p and i and add at the place read; what falls outside of x is lost",
            r"\bar x[b, c, j_{pi}] \text{ += } \sum_k \text{kernel}[c, k, i] \, \bar y[b, (c, k), p]",
        ),
        Line(
            "an entry of the kernel served every data point and every window",
            KERNEL_BAR + r"[c, k, i] = \sum_{b, p} \bar y[b, (c, k), p] \, x[b, c, j_{pi}]",
        ),
        Line("so did the bias, if there is one", BIAS_BAR + r"[(c, k)] = \sum_{b, p} \bar y[b, (c, k), p]"),
    ),
    "conv_transpose2d": (
        Line("entry p of x, times entry i of the kernel, lands at this place of y; all of these are pairs", PLACE),
        Line(
            "what lands at one place l is added up and the rest is cut off; with groups, c and m are of one group",
            r"y[b, m, l] = \sum_c \sum_{p, i: j_{pi} = l} \text{kernel}[c, m, i] \, x[b, c, p] + \text{bias}[m]",
        ),
        Line(
            "the chain rule sums over every place of y that the entry landed at",
            r"\bar x[b, c, p] = \sum_m \sum_l \sum_{i: j_{pi} = l} \text{kernel}[c, m, i] \, \bar y[b, m, l]",
        ),
        Line(
            "each i lands at one l only, so the sum over l leaves the conv2d of ȳ, with zeros where y was cut off",
            r"\bar x[b, c, p] = \sum_{m, i} \text{kernel}[c, m, i] \, \bar y[b, m, j_{pi}]",
        ),
        Line(
            "an entry of the kernel served every data point and every entry of x",
            KERNEL_BAR + r"[c, m, i] = \sum_b \sum_l \sum_{p: j_{pi} = l} x[b, c, p] \, \bar y[b, m, l]",
        ),
        Line(
            "again each p has one l, and those cut off give nothing",
            KERNEL_BAR + r"[c, m, i] = \sum_{b, p} x[b, c, p] \, \bar y[b, m, j_{pi}]",
        ),
        Line(
            "the bias, if there is one, is added at every place of y, those of output_padding too",
            BIAS_BAR + r"[m] = \sum_{b, l} \bar y[b, m, l]",
        ),
    ),
}
