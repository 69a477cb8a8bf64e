"""Shapes in letters: parsed, unified with real shapes, bound to sizes."""

from __future__ import annotations

import pytest

from trivium.errors import SpecError
from trivium.spec.signature import evaluate, output_shapes, parse_dims, parse_signature, show, unify, words

AFFINE = parse_signature("affine(w: m n, x: n b, c: m 1) -> m b")
ALONG = parse_signature("along(x: *s n, v: n) -> *s")


def test_a_signature_is_read_into_roles_and_outputs() -> None:
    assert AFFINE.roles == (("w", ("m", "n")), ("x", ("n", "b")), ("c", ("m", "1")))
    assert AFFINE.outputs == (("m", "b"),)


def test_a_signature_may_have_several_outputs() -> None:
    assert parse_signature("cell(x: b n) -> b n, b n, ").outputs == (("b", "n"), ("b", "n"), ())


@pytest.mark.parametrize("text", ["affine", "affine(w m n) -> m", "affine(w: m,n) -> m", "affine(w: m n)"])
def test_what_is_no_signature_is_refused(text: str) -> None:
    with pytest.raises(SpecError):
        _ = parse_signature(text)


def test_letters_are_bound_by_shapes() -> None:
    bound = unify(AFFINE, ((3, 5), (5, 7), (3, 1)))
    assert output_shapes(AFFINE, bound) == ((3, 7),)


def test_a_run_of_axes_is_bound_to_any_number_of_them() -> None:
    assert output_shapes(ALONG, unify(ALONG, ((2, 3, 5), (5,)))) == ((2, 3),)
    assert output_shapes(ALONG, unify(ALONG, ((5,), (5,)))) == ((),)


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        (((3, 5), (4, 7), (3, 1)), "affine: axis 'n' is 4 in input 'x' (4, 7) but 5 in 'w' (3, 5)"),
        (((3, 5), (5, 7), (3, 2)), "affine: input 'c' (3, 2) has 2 where the signature has 1"),
        (((3, 5), (5,), (3, 1)), "affine: input 'x' has 1 axis (5,), needs 2 axes (n b)"),
    ],
)
def test_a_shape_that_does_not_fit_is_explained(shapes: tuple[tuple[int, ...], ...], message: str) -> None:
    with pytest.raises(SpecError) as caught:
        _ = unify(AFFINE, shapes)
    assert caught.value.problems[0].message == message
    assert caught.value.problems[0].hint == AFFINE.text


def test_a_run_needs_the_axes_around_it() -> None:
    with pytest.raises(SpecError, match=r"along: input 'x' has 0 axes \(\), needs at least 1 axis \(\*s n\)"):
        _ = unify(ALONG, ((), (5,)))


def test_a_written_shape_is_tokens() -> None:
    assert parse_dims(" h*k  3 N ") == ("h*k", "3", "N")
    assert parse_dims("") == ()


def test_a_run_is_no_shape() -> None:
    with pytest.raises(SpecError, match=r"'\*s' is no axis"):
        _ = parse_dims("*s")


@pytest.mark.parametrize("text", ["-1", "2.5", "N+1", "N**2", "2N*", "h*", "(2", "9" * 19])
def test_what_is_no_axis_is_refused(text: str) -> None:
    with pytest.raises(SpecError):
        _ = parse_dims(text)


def test_a_shape_of_too_many_axes_is_refused() -> None:
    assert len(parse_dims("1 " * 32)) == 32
    with pytest.raises(SpecError, match="a shape of 33 axes; the most is 32"):
        _ = parse_dims("1 " * 33)


def test_the_words_of_a_shape_are_found_once_and_in_order() -> None:
    assert words(("h*k", "3", "k", "N*2")) == ("h", "k", "N")


def test_products_are_evaluated() -> None:
    assert evaluate(("h*k", "2*h", "3"), {"h": 5, "k": 7}) == (35, 10, 3)


def test_a_word_without_a_value_is_named() -> None:
    with pytest.raises(SpecError, match="size 'k' is not bound"):
        _ = evaluate(("h*k",), {"h": 5})


def test_a_shape_is_shown_as_python_writes_it() -> None:
    assert [show([3, 2]), show((3,)), show(())] == ["(3, 2)", "(3,)", "()"]
