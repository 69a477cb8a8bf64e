"""Two reports, word for word: what a person reads when all is well, and when it is not."""

from __future__ import annotations

from collections.abc import Callable

from trivium.compare.comparison import Comparison, Finding
from trivium.mistakes import MISTAKES
from trivium.report import Report
from trivium.spec.graph import Spec

Build = Callable[..., Comparison]
COMMAND = "trivium check two_layers.net.toml --seed 0"
AGREE = """\
numpy, torch and jax derive the same gradient of two_layers: all 216 steps
replayed, worst residual 3.1 of 256 allowed.

                                   digits     digits     worst
gradient of  shape   largest      float64    float32  residual  right in
w1           (3, 2)   0.5351  15.6 (15.2)  6.9 (6.5)       0.4  all
w2           (1, 3)   0.5351  15.6 (15.2)  6.9 (6.5)       0.4  all
x            (2, 2)   0.5351  15.6 (15.2)  6.9 (6.5)       0.6  all
y            (1, 2)   0.5351  15.6 (15.2)  6.9 (6.5)       0.5  all
(digits: in which the backends agree, and in brackets how many rounding would
leave; numbers: own values)

residual of every step                       forward           backward
                                             numpy torch   jax numpy torch   jax
h = matmul(w1, x)                              3.1   3.1   3.1   0.3   0.3   0.3
a = tanh(h)                                    1.6   1.6   1.6   0.3   0.3   0.3
p = matmul(w2, a)                              1.0   1.0   1.0   0.3   0.3   0.3
cost = squared_error(p, y, r…, batch_axis=1)   0.8   0.8   0.8   0.3   0.3   0.3
(residual: how far a number is from the replay of its step by another backend,
in units of what one rounding does there; the line is 256)

missed?    an error smaller than 2.3e-13 of a tensor's root mean square in
           float64 (dullest step: the value of h, numpy, own values) or 0.00012
           of a tensor's root mean square in float32 (dullest step: the value of
           h, numpy, own values); one that two backends share; a network that is
           not the one you meant
checked at own values (N = 2); prime sizes (N = 5); square layers (N = 5)

took       compiling numpy 0.4 ms, torch 0.12 s, jax 2.3 s; running numpy 4 ms,
           torch 20 ms, jax 30 ms; replaying 0.31 s; measuring the noise 0.22 s
again      trivium check two_layers.net.toml --seed 0
"""
DISAGREE = f"""\
One mistake: numpy is wrong in the backward step of cost = squared_error(p, y,
reduction='batchmean', batch_axis=1): the gradient with respect to p is wrong (5
times too large, and 5 is N). All other 210 steps are right, given what they
were fed. w1, w2 and x merely inherit it.

gradients  numpy: inherited w1, w2 and x; right y. torch and jax: all right
diverges   forward nowhere, every value is right; backward first at cost (numpy)
step       cost = squared_error(p, y, reduction='batchmean', batch_axis=1)
           (TV102, at all three points, in float64 and float32)
op         squared_error(prediction: *s, target: *s) ->: Σ (prediction -
           target)², reduced as stated
pattern    p: 5 times too large, and 5 is N
mistake    none of the {len(MISTAKES)} known ones, nor two of the commonest together
blame      proven: put to the derivative of its own values (complex step)
worst      the gradient with respect to p, own values, float64
           entry   numpy has  torch says  may differ by  oracle
           [0, 0]     -12.31      -2.463       1.37e-13  -2.463
           [0, 1]     -7.315      -1.463       1.37e-13       -
bound      256 u x the step's own scale (4.82 at the first entry); u = 2^-53 in
           float64
again      trivium check two_layers.net.toml --seed 0
"""


def test_agreement(agreeing: Build, spec: Spec) -> None:
    assert Report(agreeing(spec), COMMAND).text() == AGREE.rstrip("\n")


def test_disagreement(failing: Build, find: Callable[..., Finding], spec: Spec) -> None:
    assert Report(failing(spec, find("cost", "p")), COMMAND).text() == DISAGREE.rstrip("\n")
