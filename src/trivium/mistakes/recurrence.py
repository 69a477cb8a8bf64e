"""H: recurrence and loops. The way back through time is cut, runs the wrong way, or loses a part at each step.

Knows nothing of how a mistake is found.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from trivium.mistakes.mistake import Mistake, Place, Step
from trivium.mistakes.unrolled import LAYERS, Slip, bar

WEIGHTS = ("w", "u", "c", "d")


def _layer(place: Place, *, least: int = 1) -> bool:
    """A recurrent layer of so many steps at least."""
    return place.op in LAYERS and place.out[0] >= least


def _passed(slip: Slip) -> Callable[[Step], Any]:
    return partial(bar, slip=slip)


def _swapped(step: Step) -> Any:
    """The gates in another library's order: i, o, f, g for i, f, g, o, and z, r, n for r, z, n."""
    return bar(step, Slip(gates=(0, 3, 1, 2) if step.place.op == "lstm" else (1, 0, 2)))


def _halved(step: Step) -> Any:
    """Two pieces of the sequence, and nothing goes back from the second to the first."""
    return bar(step, Slip(cut=(len(step.y) + 1) // 2))


MISTAKES = (
    Mistake(
        name="carry-dropped",
        family="H",
        title="nothing goes back from a step to the one before",
        fits=lambda place: _layer(place, least=2),
        wrong=_passed(Slip(cut=1)),
        why="Each state of {node} is read by the next step too, which asks something of it. Here every step is on its "
        "own: nothing goes back through time.",
        hints=(
            "Look at {node}: who reads a state?",
            "The last step is right.",
            "Add to the gradient of each state of {node} what the step after it hands back.",
        ),
        together=True,
    ),
    Mistake(
        name="truncated",
        family="H",
        title="the way back through time is cut in two",
        fits=lambda place: _layer(place, least=3),
        wrong=_halved,
        why="Nothing goes back from the second half of the steps of {node} to the first, as if its state had been "
        "detached between two pieces of the sequence.",
        hints=(
            "Look at {node}: how far back do its gradients reach?",
            "The last steps are right, the first are not.",
            "Let the gradient go back through all steps of {node}; it is cut in the middle.",
        ),
        together=True,
    ),
    Mistake(
        name="cell-carry-dropped",
        family="H",
        title="the cell's own way back is left out",
        fits=lambda place: place.op == "lstm" and _layer(place, least=2),
        wrong=_passed(Slip(cells=False)),
        why="In {node}, a cell goes on to the next cell through the forget gate, and its gradient comes back the same "
        "way. Here it comes back through the states alone.",
        hints=(
            "Look at {node}: on which two ways does a cell reach the next step?",
            "One of the two ways back through time is missing.",
            "Add to the gradient of each cell of {node} the forget gate of the next step times that cell's gradient.",
        ),
        together=True,
    ),
    Mistake(
        name="last-output-only",
        family="H",
        title="only the last step's output has a gradient",
        fits=lambda place: _layer(place, least=2),
        wrong=_passed(Slip(last=True)),
        why="The loss reads the output of {node} at every step. Here what it asks of the last step is used, and what "
        "it asks of the others is left out.",
        hints=(
            "Look at {node}: at which steps does the loss read it?",
            "A gradient comes in at every step.",
            "Add, at each step of {node}, the gradient that its own output gets from the loss.",
        ),
        together=True,
    ),
    Mistake(
        name="step-overwrites-step",
        family="H",
        title="each step overwrites the weight's gradient",
        fits=lambda place: _layer(place, least=2) and place.name in WEIGHTS,
        wrong=_passed(Slip(overwrite=True)),
        why="All steps of {node} use the same {tensor}, so its gradient is a sum over the steps. Here each step "
        "overwrites it, with = in place of +=, and the first step, which comes last, is left.",
        hints=(
            "Look at the gradient of {tensor}: which steps are in it?",
            "How do the steps of {node} come together in {tensor}?",
            "Add up the gradient of {tensor} over all steps, with += and not with =.",
        ),
        together=True,
    ),
    Mistake(
        name="state-after",
        family="H",
        title="the state after a step is taken for the one before",
        fits=lambda place: _layer(place) and place.name == "u",
        wrong=_passed(Slip(after=True)),
        why="At each step {tensor} multiplies the state that came in. Its gradient here is made with the state that "
        "went out: the states are off by one step.",
        hints=(
            "Look at the gradient of {tensor}: which states is it made with?",
            "It is off by one step.",
            "The gradient of {tensor} needs the state before each step of {node}; at the first, the initial one.",
        ),
    ),
    Mistake(
        name="gates-swapped",
        family="H",
        title="the gates are in another order",
        fits=lambda place: place.op in ("lstm", "gru"),
        wrong=_swapped,
        why="The gates' blocks stand in another order going back than in {node}, whose order is i, f, g, o for lstm, "
        "and r, z, n for gru. So each gate's gradient goes to the weights of another.",
        hints=(
            "Look at {node}: in which order do its gates stand?",
            "The right numbers stand in the wrong rows.",
            "Put the gates' gradients in the order of {node}: i, f, g, o for lstm, r, z, n for gru.",
        ),
        together=True,
    ),
    Mistake(
        name="loop-runs-onward",
        family="H",
        title="the loop of the backward pass runs from the first step to the last",
        fits=lambda place: _layer(place, least=2) and not place.attrs["reverse"],
        wrong=_passed(Slip(onward=True)),
        why="Going back, the last step of {node} comes first, for each step waits for what the next one hands back. "
        "Here the loop starts at the first step.",
        hints=(
            "Look at {node}: with which step does the backward pass begin?",
            "What goes back through time goes the wrong way.",
            "Loop over reversed(range(steps)): the backward pass of {node} begins with its last step.",
        ),
        together=True,
    ),
    Mistake(
        name="reverse-forgotten",
        family="H",
        title="a layer in reverse is treated like one that is not",
        fits=lambda place: _layer(place, least=2) and place.attrs["reverse"],
        wrong=_passed(Slip(straight=True)),
        why="{node} runs from the last step to the first, so its backward pass runs from the first to the last. Here "
        "it is treated as if it ran from the first to the last itself.",
        hints=(
            "Look at {node}: in which direction does it run?",
            "Which state came before a step is another question here.",
            "Turn the steps of {node} round before the backward pass, and its gradients round after it.",
        ),
        together=True,
    ),
    Mistake(
        name="update-gate-exchanged",
        family="H",
        title="the update gate keeps what it should replace",
        fits=lambda place: place.op == "gru",
        wrong=_passed(Slip(exchanged=True)),
        why="{node} is h = (1 - z) n + z h₋. Its gradients are those of h = z n + (1 - z) h₋, which other books and "
        "libraries have.",
        hints=(
            "Look at {node}: what does its update gate do where it is 1?",
            "There are two conventions for the update gate.",
            "In {node}, z keeps the old state and 1 - z takes the new one: exchange z and 1 - z.",
        ),
        together=True,
    ),
    Mistake(
        name="state-matrix-upright",
        family="H",
        title="the matrix between the states is not transposed",
        fits=lambda place: place.op == "rnn" and place.out[2] > 1 and _layer(place, least=2),
        wrong=_passed(Slip(upright=True)),
        why="The matrix between the states of {node} is square, so no shape tells whether it is transposed. Going back "
        "it must be, and here it is not.",
        hints=(
            "Look at {node}: what takes a gradient from one step to the one before?",
            "A square matrix fits both ways.",
            "Multiply by the transpose of the matrix between the states of {node} when you go back.",
        ),
        together=True,
    ),
)
