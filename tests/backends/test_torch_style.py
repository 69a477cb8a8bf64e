"""What torch says of itself: the tape of one op as text, and the facts of its build."""

from __future__ import annotations

import numpy as np
import torch

from trivium.ops import OPS
from trivium_torch import BACKEND, blas


def test_a_step_shows_its_tape_node_and_the_few_numbers_it_saved() -> None:
    assert BACKEND.style(OPS["relu"], {}, (np.array([1.5, -2.0]),)) == (
        "ReluBackward0 -> AccumulateGrad of x\n    saved result (2,) [1.5 0. ]"
    )


def test_many_saved_numbers_are_shown_as_their_shape() -> None:
    text = BACKEND.style(OPS["matmul"], {}, (np.ones((2, 3)), np.ones((3, 4))))
    assert text == (
        "MmBackward0 -> AccumulateGrad of a, AccumulateGrad of b\n    saved mat2 (3, 4)\n"
        "    saved self (2, 3) [[1. 1. 1.] [1. 1. 1.]]"
    )


def test_a_composed_step_shows_every_node_from_the_output_to_the_input() -> None:
    lines = BACKEND.style(OPS["softplus"], {}, (np.ones(9),)).splitlines()
    assert [line.split(" -> ") for line in lines if " -> " in line] == [
        ["RsubBackward1", "LogSigmoidBackward0"],
        ["LogSigmoidBackward0", "NegBackward0"],
        ["NegBackward0", "AccumulateGrad of x"],
    ]


def test_an_input_used_in_two_roles_is_two_inputs_of_the_step() -> None:
    x = np.ones(1)
    assert "AccumulateGrad of a, AccumulateGrad of b" in BACKEND.style(OPS["mul"], {}, (x, x))


def test_a_constant_has_no_tape() -> None:
    assert BACKEND.style(OPS["constant"], {"value": 2.0}, ()) == "nothing on the tape: no input has a gradient"


def test_facts_are_short_texts() -> None:
    facts = BACKEND.facts()
    named = "torch, threads, default dtype, BLAS, CPU capability, float32 matmul, CUDA build"
    assert ", ".join(facts) == named
    assert facts["torch"] == torch.__version__
    assert max(map(len, facts.values())) < 40


def test_the_blas_is_read_from_the_description_of_the_build() -> None:
    assert blas("- Math Kernel Library Version 2024.2-Product\n BLAS_INFO=mkl, BUILD") == "mkl 2024.2"
    assert blas("BLAS_INFO=open, BUILD") == "open"
    assert blas("nothing of the kind") == "unknown"
