# %% [markdown]
# # One gradient, three derivations
#
# A network of three layers, its numbers, its gradient by hand: a first notebook on backpropagation holds no more. Here
# it is again with trivium, which derives the gradient three times (by rules written in NumPy, by torch's tape, by JAX's
# transformation) and says whether all three are the same gradient. Nobody chooses a tolerance.

# %%
import numpy as np
from student.three_layers import cost, grads, sigmoid_slope, tanh_slope

import trivium as tv
from trivium.backend import load_backend
from trivium.given import read_values

# %% [markdown]
# ## The network
#
# It is written once, in a file: what is fed in, one step a line, one loss. A data point is a column. Nothing in it says
# how to differentiate.

# %%
spec = tv.load("nets/notebook.net.toml")
spec

# %% [markdown]
# ## Its numbers, forward and back
#
# One run gives the value of every step and, beside it, the gradient of the loss with respect to that value. These are
# the rules written by hand.

# %%
given = read_values("nets/notebook.values.json")
by_hand = load_backend("numpy").compile(spec)(given)
by_hand

# %% [markdown]
# ## The same gradient, three ways
#
# torch records what it computes and walks back along the record; JAX turns the function into another function. The
# three share no line of code, and their gradients differ in the last digits alone:

# %%
for name in ("torch", "jax"):
    run = load_backend(name).compile(spec)(given)
    apart = {x: np.abs(run.gradients[x] - g).max() / np.abs(g).max() for x, g in by_hand.gradients.items()}
    most = max(apart, key=apart.get)
    print(f"{name:5} differs from NumPy most in the gradient of {most}, by {apart[most]:.1e} of its largest entry")

# %% [markdown]
# ## Rounding, or a mistake?
#
# The differences above hold the rounding of every step before them, so no line drawn through them would serve for all
# networks. trivium replays each step alone, at the numbers that went into it, where only its own rounding is left. It
# does so at these numbers and at others, of other sizes.

# %%
tv.check("nets/notebook.net.toml")

# %% [markdown]
# ## A gradient of your own
#
# `student/three_layers.py` is what a student hands in: a cost that keeps what it computes on the way, and a gradient
# derived by hand from what was kept. The usual test moves one number by a small step and sees how the cost changes.

# %%
data, loss = cost(**given)
mine = grads(data)


def difference(name, index, step):
    """The slope of the cost along one number, from two runs."""
    moved = given | {name: given[name].copy()}
    moved[name][index] += step
    return (cost(**moved)[1] - loss) / step


print(difference("w1", (0, 0), 1e-5), "by a difference,", mine["w1"][0, 0], "by hand")

# %% [markdown]
# ## How small is a small step?
#
# After a large one the cost has bent away; a small one divides rounding by next to nothing. The best step in between
# finds about half of the digits, and it is another one for every number.

# %%
for step in 10.0 ** -np.arange(1, 16, 2):
    print(f"step {step:.0e}: off by {abs(difference('w1', (0, 0), step) / mine['w1'][0, 0] - 1):.0e}")

# %% [markdown]
# ## Where is the line?
#
# So somebody has to choose how far off is too far. Every entry below is right. It took a run of the cost for each of
# them, and would take a million runs for a million parameters.

# %%
entries = [(name, index) for name, _ in spec.parameters for index in np.ndindex(given[name].shape)]


def off(gradient):
    """How far each entry is from its difference, relative to itself."""
    return np.array([abs(difference(name, index, 1e-5) / gradient[name][index] - 1) for name, index in entries])


for line in (1e-3, 1e-5, 1e-7):
    print(f"a line at {line:.0e} calls {(off(mine) > line).sum()} of {len(entries)} right entries wrong")

# %% [markdown]
# trivium holds each entry against the exact gradient, and against what rounding alone can do to it.

# %%
tv.check_gradient(cost, grads, at=given, against="nets/notebook.net.toml")

# %% [markdown]
# ## What differences cannot see
#
# The cost is a mean over N data points, so its derivative begins with 2 / N. Here N is 2. Whoever leaves the factor out
# is right at these numbers, and differences at these numbers say so:

# %%


def simplified(data):
    """The gradient without its factor 2 / N."""
    return {name: g * data["y"].shape[1] / 2 for name, g in grads(data).items()}


print(f"off by {off(simplified(data)).max():.0e} at most; the right gradient was off by {off(mine).max():.0e}")

# %% [markdown]
# It is wrong for every other N. trivium looks at other sizes too, all of them different primes: N is 13 there, and the
# gradient 13 / 2 times too large.

# %%
tv.check_gradient(cost, simplified, at=given, against="nets/notebook.net.toml")

# %% [markdown]
# ## A mistake with a name
#
# The slope of the sigmoid belongs at g5, which went into it. This backward pass takes it at g6, which came out. Below:
# which gradients are wrong, at which step it begins, and what was done there.

# %%


def careless(data):
    """The student's gradient, but for one name."""
    grad_g8 = 2 * (data["g8"] - data["y"]) / data["y"].shape[1]
    grad_g5 = (data["w3"].T @ grad_g8) * sigmoid_slope(data["g6"])
    grad_g2 = (data["w2"].T @ grad_g5) * tanh_slope(data["g2"])
    weights = {"w1": grad_g2 @ data["S"].T, "w2": grad_g5 @ data["g3"].T, "w3": grad_g8 @ data["g6"].T}
    biases = {"b1": grad_g2.sum(axis=1), "b2": grad_g5.sum(axis=1), "b3": grad_g8.sum(axis=1)}
    between = {"grad_g2": grad_g2, "grad_g5": grad_g5, "grad_g8": grad_g8}
    return weights | {name: g[:, None] for name, g in biases.items()} | between


tv.check_gradient(cost, careless, at=given, against="nets/notebook.net.toml")

# %% [markdown]
# ## Which of the three is wrong?
#
# Now a mistake in one of the three derivations: NumPy's step back through the tanh hands on what it was handed. No vote
# is taken: each is held against the exact step, and two are enough to say who it is.

# %%


def as_it_came(inputs, outputs, cotangents, right):
    """The way back through tanh as if it were not there."""
    return cotangents


tv.check("nets/notebook.net.toml", backends=["numpy", "torch"], tamper={"numpy": {"g3": as_it_came}})
