"""The report as text: it fits the page, says all of it in the first sentence, and never prints a whole array."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from trivium.compare.comparison import FORWARD, Comparison, Finding, Pattern, Witness, Wrong
from trivium.errors import GradientMismatch
from trivium.ops import OPS
from trivium.report import Report
from trivium.report.verdict import sentence
from trivium.spec.graph import Spec
from trivium.spec.node import Node

COMMAND = "trivium check two_layers.net.toml --seed 0"
RUN = ("numpy", "own values", "float64")
Build = Callable[..., Comparison]
Find = Callable[..., Finding]


def lines(comparison: Comparison, *, width: int = 80) -> list[str]:
    """The lines of a report."""
    return Report(comparison, COMMAND).text(width=width).splitlines()


def opening(comparison: Comparison) -> str:
    """The first paragraph, in one line."""
    return " ".join(Report(comparison, COMMAND).text().partition("\n\n")[0].split())


def thousand(find: Find) -> Finding:
    """A mistake in every one of a thousand entries."""
    witnesses = tuple(Witness((i, 7), 1.5 + i, 3.0 + 2 * i, 1.1e-13, None) for i in (411, 3, 12, 9, 27))
    tensor = Wrong("w1", "a", Pattern("ratio", "2 times too small", 0.5), 1000, 1000, 4.5e15, witnesses, *RUN)
    return find("h", "w1", wrong=(tensor,))


def test_roads_that_agree_say_so_in_one_sentence(agreeing: Build, spec: Spec) -> None:
    expected = (
        "numpy, torch and jax derive the same gradient of two_layers: all 216 steps replayed, "
        "worst residual 3.1 of 256 allowed."
    )
    assert opening(agreeing(spec)) == expected


def lonely(comparison: Comparison) -> Comparison:
    """The same of numpy alone."""
    steps = tuple(s for s in comparison.steps if s.backend == "numpy")
    return replace(comparison, backends=("numpy",), steps=steps, oracle="each op's own values")


def test_one_road_alone_claims_no_more_than_was_checked(agreeing: Build, spec: Spec) -> None:
    text = "\n".join(lines(lonely(agreeing(spec))))
    assert opening(lonely(agreeing(spec))) == (
        "numpy alone: its derivatives of two_layers fit its own values (checked by an oracle); all 72 steps replayed, "
        "worst residual 3.1 of 256 allowed. The values themselves were checked by nobody else."
    )
    assert [claim for claim in ("right", "two backends", "backends agree", "another backend") if claim in text] == []


def test_a_mistake_of_one_road_alone_calls_nothing_else_right(failing: Build, find: Find, spec: Spec) -> None:
    along = Witness((), 164.5100012, 164.5100001, 1e-9, 164.5100001)
    tensor = Wrong("p", "prediction", Pattern("scattered", "wrong along a direction"), 1, 60, 0.0, (along,), *RUN)
    found = find("cost", "p", wrong=(tensor,), replayer="")
    alone = lonely(replace(failing(spec, found), steps=failing(spec).steps))  # a wrong rule repeats its own numbers
    text = "\n".join(lines(alone))
    assert opening(alone).endswith(
        "No other derivative is at odds with its own values. The values themselves were checked by nobody else. "
        "w1, w2 and x merely inherit it."
    )
    assert "every value is right" not in text
    assert [line.split() for line in lines(alone) if line.split()[:1] == ["a"]] == [
        ["a", "direction", "164.5100012", "164.5100001", "1e-09"]
    ]


def test_roads_that_ran_in_other_precisions_are_told_apart(agreeing: Build, spec: Spec) -> None:
    both = agreeing(spec)
    fewer = replace(both, steps=tuple(s for s in both.steps if (s.backend, s.dtype) != ("jax", "float64")))
    assert opening(fewer).endswith(
        " Not all in the same precisions: numpy and torch in float64 and float32; jax in float32."
    )
    assert "precisions" not in opening(both)


def test_a_road_without_a_step_is_told_apart(agreeing: Build, spec: Spec) -> None:
    absent = agreeing(spec, backends=("numpy", "torch", "jax", "mine"))
    assert "numpy, torch and jax in float64 and float32; mine in none." in opening(absent)


def test_what_is_zero_but_for_rounding_is_no_floor_but_is_named(agreeing: Build, spec: Spec) -> None:
    dull = agreeing(spec)
    hollow = replace(dull, steps=(replace(dull.steps[0], floor=3.3e3), *dull.steps[1:]))
    text = " ".join(" ".join(lines(hollow)).split())
    assert "3.3e+03" not in text
    assert "any error in what is zero but for rounding (the value of h in float64); one that two" in text
    assert (hollow.floor, dull.floor) == (hollow.dullest("float32"), dull.dullest("float32"))


def test_a_character_that_a_terminal_would_obey_is_shown(agreeing: Build) -> None:
    strange = "\x1b]0;title\x07 \u202e"
    kink = Finding("TV104", "convention", f"relu(h) on its kink{strange}", node="a")
    texts = [
        Report(agreeing(long_net(2), findings=(kink,)), f"trivium check {strange}").text(color=c) for c in (False, True)
    ]
    assert [c for text in texts for c in ("\x1b]", "\x07", "\u202e") if c in text] == []
    assert [text.count(r"\x1b]0;title\x07 \u202e") for text in texts] == [2, 2]


@pytest.mark.parametrize(("more", "said"), [(1, "and one other"), (6, "and six others")])
def test_of_many_ways_to_be_wrong_the_others_are_counted(
    more: int, said: str, failing: Build, find: Find, spec: Spec
) -> None:
    witness = Witness((0,), 2.0, 1.0, 1e-13, None)
    ways = tuple(
        Wrong(f"p{i}", "a", Pattern("ratio", f"{i + 2} times too large"), 1, 1, 1e9, (witness,), *RUN)
        for i in range(2 + more)
    )
    assert f"; {said}." in opening(failing(spec, find("cost", wrong=ways)))


def test_a_difference_that_nobody_can_settle_is_told_in_the_same_words(failing: Build, find: Find, spec: Spec) -> None:
    open_ = find("cost", "p", code="TV109", backend="", proven=False)
    assert opening(failing(spec, open_)).startswith(
        "One disagreement: numpy and torch differ in the backward step of cost = squared_error(p, y, "
        "reduction='batchmean', batch_axis=1): the gradient with respect to p differs (5 times too large"
    )


def test_mistakes_too_long_to_tell_keep_their_places(failing: Build, find: Find, spec: Spec) -> None:
    told = sentence(failing(spec, find("cost", "p"), find("p", "w2", backend="torch")), most=0)
    assert told.startswith(
        "Two mistakes of their own, in numpy and torch. They are, in order: numpy backward at cost; torch"
    )


def test_a_report_of_agreement_fits_the_page(agreeing: Build, spec: Spec) -> None:
    assert max(map(len, lines(agreeing(spec)))) <= 80


def test_a_narrow_page_is_kept(agreeing: Build, spec: Spec) -> None:
    assert max(map(len, lines(agreeing(spec), width=72))) <= 72


def test_every_node_and_every_gradient_has_a_row(agreeing: Build, spec: Spec) -> None:
    text = "\n".join(lines(agreeing(spec)))
    starts = [line.split(" ")[0] for line in text.splitlines()]
    assert {"w1", "w2", "x", "y", "h", "a", "p", "cost"} <= set(starts)


def test_parameters_stand_before_inputs(agreeing: Build, spec: Spec) -> None:
    starts = [line.split(" ")[0] for line in lines(agreeing(spec))]
    assert starts.index("w2") < starts.index("x")


def test_what_could_have_been_missed_is_the_worst_floor(agreeing: Build, spec: Spec) -> None:
    dull = agreeing(spec)
    dull = replace(dull, steps=(replace(dull.steps[0], floor=7.7e-9), *dull.steps[1:]))
    assert "an error smaller than 7.7e-09 of a tensor's root mean square in float64" in " ".join(
        " ".join(lines(dull)).split()
    )


def test_a_warning_is_shown_with_its_code(agreeing: Build, spec: Spec) -> None:
    vacuous = Finding("TV201", "warning", "the gradient of 'x' is zero in every entry")
    assert "warning    TV201: the gradient of 'x' is zero in every entry" in lines(agreeing(spec, findings=(vacuous,)))


def test_a_convention_is_no_failure_but_is_named(agreeing: Build, spec: Spec) -> None:
    kink = Finding("TV104", "convention", "relu(h) on its kink: numpy 0, torch 0.5", node="a")
    text = lines(agreeing(spec, findings=(kink,)))
    assert "convention TV104: relu(h) on its kink: numpy 0, torch 0.5" in text


def test_the_last_line_does_it_again(agreeing: Build, failing: Build, find: Find, spec: Spec) -> None:
    assert [lines(c)[-1] for c in (agreeing(spec), failing(spec, find("cost", "p")))] == [f"again      {COMMAND}"] * 2


def test_one_mistake_is_told_whole_in_the_first_paragraph(failing: Build, find: Find, spec: Spec) -> None:
    expected = (
        "One mistake: numpy is wrong in the backward step of cost = squared_error(p, y, reduction='batchmean', "
        "batch_axis=1): the gradient with respect to p is wrong (5 times too large, and 5 is N). "
        "All other 210 steps are right, given what they were fed. w1, w2 and x merely inherit it."
    )
    assert opening(failing(spec, find("cost", "p"))) == expected


def test_a_hint_is_not_told_as_a_proof(failing: Build, find: Find, spec: Spec) -> None:
    assert "numpy is probably wrong" in opening(failing(spec, find("cost", "p", proven=False)))


def test_two_mistakes_are_both_told(failing: Build, find: Find, spec: Spec) -> None:
    both = opening(failing(spec, find("cost", "p"), find("p", "w2", backend="torch")))
    assert both.startswith("Two mistakes of their own, in numpy and torch. (1) numpy")
    assert "(2) torch is wrong in the backward step of p = matmul(w2, a)" in both


def test_a_wrong_value_is_told_as_forward(failing: Build, find: Find, spec: Spec) -> None:
    forward = find("a", "a", code="TV101", direction=FORWARD, inherits=("p", "cost"))
    assert "wrong in the forward step of a = tanh(h): the value of a is wrong" in opening(failing(spec, forward))


def test_the_first_step_to_diverge_is_named_in_each_direction(failing: Build, find: Find, spec: Spec) -> None:
    forward = find("a", "a", code="TV101", direction=FORWARD, backend="jax")
    text = lines(failing(spec, forward, find("h", "w1"), find("p", "w2")))
    assert "diverges   forward first at a (jax); backward first at p (numpy)" in text


def test_right_and_wrong_gradients_are_told_by_backend(failing: Build, find: Find, spec: Spec) -> None:
    text = lines(failing(spec, find("p", "w2", "a", inherits=("w1", "x"))))
    assert "gradients  numpy: wrong w2; inherited w1 and x; right y. torch and jax: all" in text


def test_a_thousand_wrong_entries_take_at_most_25_lines(failing: Build, find: Find, spec: Spec) -> None:
    text = lines(failing(spec, thousand(find)))
    assert len(text) <= 25
    assert max(map(len, text)) <= 80


@pytest.mark.parametrize(
    "piece",
    [
        "[411, 7]      412.5         825",
        "1.1e-13",
        "256 u x the step's own scale (3.87 at the first entry); u = 2^-53",
        "h = matmul(w1, x)",
        "matmul(a: *s m k, b: *t k n) -> *u m n",
        COMMAND,
    ],
)
def test_a_thousand_wrong_entries_are_told_with(piece: str, failing: Build, find: Find, spec: Spec) -> None:
    assert piece in "\n".join(lines(failing(spec, thousand(find))))


def test_no_more_than_three_entries_are_printed(failing: Build, find: Find, spec: Spec) -> None:
    text = "\n".join(lines(failing(spec, thousand(find))))
    assert [place in text for place in ("[411, 7]", "[3, 7]", "[12, 7]", "[9, 7]")] == [True, True, True, False]


@pytest.mark.parametrize("count", [2, 3, 5, 40])
def test_many_mistakes_take_at_most_25_lines(count: int, failing: Build, find: Find, spec: Spec) -> None:
    found = [find("cost", "p", backend=f"road{i}") for i in range(count)]
    text = lines(failing(spec, *found))
    assert len(text) <= 25
    assert text[-1] == f"again      {COMMAND}"


def test_of_two_mistakes_each_has_an_entry(failing: Build, find: Find, spec: Spec) -> None:
    text = "\n".join(lines(failing(spec, find("cost", "p"), find("p", "w2", backend="torch", replayer="numpy"))))
    assert [word in text for word in ("numpy has", "torch has")] == [True, True]


def test_of_many_mistakes_each_is_named(failing: Build, find: Find, spec: Spec) -> None:
    found = [find("cost", "p", backend=f"road{i}") for i in range(9)]
    text = " ".join("\n".join(lines(failing(spec, *found))).split())
    assert [i for i in range(9) if f"road{i}" not in text] == []


def test_numbers_that_differ_late_are_shown_apart(failing: Build, find: Find, spec: Spec) -> None:
    late = Witness((0, 1), 1.00000000003, 1.0, 3e-14, None)
    tensor = Wrong("p", "prediction", Pattern("entry", "only entry (0, 1) is wrong"), 1, 2, 1e5, (late,), *RUN)
    text = "\n".join(lines(failing(spec, find("cost", "p", wrong=(tensor,)))))
    assert "1.00000000003" in text


def test_a_number_that_is_not_finite_is_named(failing: Build, find: Find, spec: Spec) -> None:
    strange = Witness((0, 1), float("nan"), -2.5, 3e-14, None)
    tensor = Wrong(
        "p", "prediction", Pattern("not finite", "1 of 2 entries are not finite"), 1, 2, 0.0, (strange,), *RUN
    )
    assert "[0, 1]        nan        -2.5" in "\n".join(lines(failing(spec, find("cost", "p", wrong=(tensor,)))))


def test_undecided_is_never_told_as_a_pass(agreeing: Build, spec: Spec) -> None:
    outside = Finding(
        "TV105", "undecided", "c = div(a, b) leaves the domain of div (b is not 0): entry (0, 1) of b is 0"
    )
    told = opening(agreeing(spec, findings=(outside,)))
    assert told.startswith("Undecided: c = div(a, b) leaves the domain of div (b is not 0): entry (0, 1) of b is 0.")
    assert "derive the same gradient" not in told


def test_nothing_compared_is_undecided(agreeing: Build, spec: Spec) -> None:
    assert opening(agreeing(spec, steps=())) == "Undecided: nothing of two_layers was compared."


def test_color_adds_nothing_but_color(failing: Build, find: Find, spec: Spec) -> None:
    report = Report(failing(spec, find("cost", "p")), COMMAND)
    bare = "".join(
        part.partition("m")[2] if i else part for i, part in enumerate(report.text(color=True).split("\x1b["))
    )
    assert bare == report.text()


def test_a_report_prints_without_color(agreeing: Build, spec: Spec) -> None:
    assert "\x1b" not in str(Report(agreeing(spec), COMMAND))


def test_disagreement_raises_with_the_whole_text(failing: Build, find: Find, spec: Spec) -> None:
    report = Report(failing(spec, find("cost", "p")), COMMAND)
    with pytest.raises(GradientMismatch) as caught:
        report.raise_for_verdict()
    assert str(caught.value) == report.text()


def test_agreement_raises_nothing(agreeing: Build, spec: Spec) -> None:
    report = Report(agreeing(spec), COMMAND)
    report.raise_for_verdict()
    assert report.verdict == "agree"


def test_a_report_has_no_truth_value(agreeing: Build, spec: Spec) -> None:
    with pytest.raises(TypeError, match=r"read \.verdict"):
        assert Report(agreeing(spec), COMMAND)


def long_net(count: int) -> Spec:
    """A network of many steps."""
    tanh = OPS["tanh"]
    nodes = tuple(Node((f"h{i + 1}",), tanh, (f"h{i}",)) for i in range(count))
    total = Node(("total",), OPS["sum"], (f"h{count}",), OPS["sum"].complete({}))
    return Spec("long", (("h0", ("3",)),), (), (*nodes, total), "total")


def test_of_many_steps_the_worst_are_shown_and_the_others_counted(agreeing: Build) -> None:
    spec = long_net(60)
    dull = agreeing(spec)
    late = replace(dull.steps[40], residual=77.7)
    text = lines(replace(dull, steps=(*dull.steps[:40], late, *dull.steps[41:])))
    assert [line for line in text if "77.7" in line][1].startswith(f"{late.tensor} = tanh(")
    assert "... and 45 more steps, with smaller residuals; --json and --html have them" in text


def test_four_roads_share_one_column(agreeing: Build, spec: Spec) -> None:
    text = lines(agreeing(spec, backends=("numpy", "torch", "jax", "mine")))
    assert max(map(len, text)) <= 80
    assert [line for line in text if line.split() == ["worst", "worst"]] != []


def test_many_sizes_are_cut_short(agreeing: Build, spec: Spec) -> None:
    points = (("own values", {f"n{i}": i + 1 for i in range(40)}),)
    assert "32 sizes more" in "\n".join(lines(agreeing(spec, points=points)))
