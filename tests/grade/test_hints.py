"""Hints: each level says what it should and no more, and none, of any mistake of the catalogue, has a formula in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.grade.handed import NET
from trivium.cli.mistakes import example
from trivium.grade.answer import Answer, Gradient
from trivium.grade.hints import hints, once, reveals
from trivium.grade.mark import asked
from trivium.mistakes import MISTAKES
from trivium.own.explained import named
from trivium.own.found import Named
from trivium.spec.graph import Spec
from trivium.target import find

SPEC = find(NET).spec
STATES = {"w1": "wrong", "b1": "wrong", "w2": "missing", "b2": "wrong", "w3": "right", "b3": "right"}
OFF = Gradient("w1", "w1", "wrong", "3 times too large")


def of(name: str) -> tuple[Named, Spec]:
    """A mistake of the catalogue, where it can be made, in the words that a submission gets."""
    plant = example(MISTAKES[name], None)[1]
    return named((plant,), plant.places[0].spec), plant.places[0].spec


def answer(*mistakes: Named, value: str = "", suspects: tuple[str, ...] = ()) -> Answer:
    return Answer("grads", "cost", "", (OFF,), value, suspects, mistakes, (), "")


def at_output() -> Named:
    found = of("derivative-at-output")[0]
    return Named(found.mistake, "g6", "g5", found.text, found.hints)


def sentences(text: str) -> Iterator[str]:
    yield from (s.strip(" .?:") for s in text.replace("?", ".").split(". ") if s.strip(" .?:"))


def test_each_level_adds_one_hint() -> None:
    told = hints(answer(at_output(), suspects=("g6", "g7")), STATES, SPEC, 4)
    assert told[:2] == (
        "The gradients of w3 and b3 are right; there is none of w2.",
        "Look at the way back through g6, the sigmoid.",
    )
    assert told[3] == "At g6: the derivative is taken at the output."
    assert [hints(answer(at_output()), STATES, SPEC, level) for level in range(5)] == [told[:n] for n in range(5)]


def test_a_title_with_a_formula_gives_way_to_the_name() -> None:
    found = of("tanh-not-squared")[0]
    assert hints(answer(replace(found, node="g3")), STATES, SPEC, 4)[3] == "At g3: tanh not squared."


def test_steps_that_share_a_mistake_are_told_together() -> None:
    told = hints(answer(replace(at_output(), node="g3", also=("g6",))), STATES, SPEC, 4)
    assert told[1] == "Look at the way back through the tanh steps: g3 and g6."
    assert told[3] == "At g3 and g6: the derivative is taken at the output."


def test_one_mistake_at_one_of_several_steps_is_told_once() -> None:
    told = hints(answer(at_output(), replace(at_output(), node="g3")), STATES, SPEC, 4)
    assert told[3] == "At g6 or g3: the derivative is taken at the output."


def test_none_of_those_that_give_the_same_numbers_is_kept_back() -> None:
    names = ("derivative-at-output", "two-forgotten", "detached", "tanh-not-squared", "sign")
    told = hints(answer(*(replace(at_output(), mistake=name) for name in names)), STATES, SPEC, 4)
    assert told[3] == (
        "One of these, which give the same numbers: the derivative is taken at the output; the 2 of a square is "
        "missing; nothing goes back; tanh not squared; a sign is wrong."
    )


def test_a_step_is_counted_among_its_kind() -> None:
    told = hints(answer(suspects=("g4", "g6")), STATES, SPEC, 2)
    assert told[1] == "Look at the way back between g6, the sigmoid and g4, the second matmul."


def test_without_a_known_mistake_it_is_said_how_the_numbers_are_off() -> None:
    assert hints(answer(suspects=("g4",)), STATES, SPEC, 4)[2:] == ("The gradient of w1: 3 times too large.",)


SCATTERED = Gradient("w1", "w1", "wrong", "15 of 15 entries are wrong; no simple pattern", "scattered")
RATIOS = [Gradient(n, n, "wrong", "2 times too small", "ratio") for n in ("w2", "w3", "w1")]
SHAPED = Gradient("b2", "b2", "wrong", "it has another shape")


@pytest.mark.parametrize(
    ("gradients", "name"),
    [
        ([SCATTERED, *RATIOS, SHAPED], "w3"),
        ([SCATTERED, SHAPED], "b2"),
        ([SCATTERED, replace(SCATTERED, name="b3")], "b3"),
        ([SCATTERED], "w1"),
    ],
)
def test_what_is_told_has_the_simplest_pattern_and_is_nearest_to_the_loss(gradients: list[Gradient], name: str) -> None:
    (told,) = hints(replace(answer(), gradients=tuple(gradients)), STATES, SPEC, 4)[1:]
    assert told.startswith(f"The gradient of {name}: ")


def test_what_two_mistakes_have_in_common_is_said_once() -> None:
    alike = replace(of("sign")[0], mistake="of-nobody", hints=("Look at g9: its sign is off. It has the size.", ""))
    nearly = replace(alike, hints=("Look at g9: its signs is off. It has the size, on both sides.", ""))
    assert hints(answer(alike, nearly), STATES, SPEC, 3)[-1] == "Look at g9: its sign is off. It has the size."


def test_what_two_hints_do_not_share_is_all_said() -> None:
    assert list(once(["Look at g1. Is it a sum?", "Look at g10. Or a mean?"])) == [
        "Look at g1.",
        "Is it a sum?",
        "Look at g10.",
        "Or a mean?",
    ]


def test_a_wrong_value_comes_before_any_gradient() -> None:
    told = hints(answer(value="g3"), STATES, SPEC, 4)
    assert told[1:] == ("Look at the way forward first: g3, the tanh, has another value than it should.",)


def test_mistakes_that_cannot_be_told_apart_are_all_told() -> None:
    told = hints(answer(at_output(), of("mean-forgotten")[0]), STATES, SPEC, 4)
    assert told[3] == (
        "One of these, which give the same numbers: the derivative is taken at the output; "
        "not divided by the number of terms."
    )


def test_nothing_right_and_everything_right_are_said() -> None:
    assert hints(answer(), dict.fromkeys(STATES, "wrong"), SPEC, 1) == ("None of the 6 gradients is right.",)
    assert hints(answer(), dict.fromkeys(STATES, "right"), SPEC, 4) == ("All 6 gradients are right.",)


@pytest.mark.parametrize("name", MISTAKES)
def test_no_hint_has_a_formula_or_the_cure_in_it(name: str) -> None:
    found, spec = of(name)
    states = dict.fromkeys(asked(spec), "wrong")
    told = hints(answer(found), states, spec, 4)
    cure = set(sentences(found.hints[-1]))
    assert len(told) >= 3
    assert cure.isdisjoint(s for hint in told for s in sentences(hint))
    assert [t for t in (MISTAKES[name].title, *MISTAKES[name].hints) if reveals(t) and t.rstrip(".?") in told[-1]] == []


@pytest.mark.parametrize(
    "text",
    [
        "The slope is 1 - y²; the square is missing.",
        "Make the mask from {tensor} > 0, not from the gradient.",
        "Off the diagonal stands -p times p: the gradient is p (g - sum of p g).",
        "Loop over reversed(range(steps)).",
        "Use math.pi, and not 3.14.",
        "The slope of a b with respect to a is b.",
        "g6 * (1 - g6)",
        "w3.T @ d8",
        "Add {tensor} times the factor's own slope.",
    ],
)
def test_a_formula_is_seen(text: str) -> None:
    assert reveals(text)


@pytest.mark.parametrize(
    "text",
    ["At which numbers is the slope of {op} taken?", "softmax's sum is taken for a constant", "Is {node} a sum?"],
)
def test_plain_words_are_no_formula(text: str) -> None:
    assert not reveals(text)


def test_much_of_what_the_catalogue_says_last_would_be_a_formula() -> None:
    assert sum(reveals(m.hints[-1]) for m in MISTAKES.values()) > 15
