"""What a person reads when a network file is wrong: the whole message, for every way in which one can be."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from trivium.errors import SpecError
from trivium.ops import OPS
from trivium.spec.file import load, loads_toml
from trivium.spec.signature import Shape

NET = """\
name = "net"
loss = "cost"

[inputs]
x = "2 N"
y = "3 N"

[parameters]
w = "3 2"
c = "3 1"

[nodes]
z = "affine(w, x, c)"
h = "tanh(z)"
cost = "squared_error(h, y, reduction='mean')"

[sizes]
N = 5
"""


def complaint(text: str, *, sizes: Mapping[str, int] | None = None, shapes: Mapping[str, Shape] | None = None) -> str:
    """What is said of a file with this text."""
    with pytest.raises(SpecError) as caught:
        _ = loads_toml(text, vocabulary=OPS, sizes=sizes, shapes=shapes, path="my.net.toml")
    return str(caught.value)


def refusal(path: Path) -> str:
    """What is said of a path, called by its name."""
    with pytest.raises(SpecError) as caught:
        _ = load(path, vocabulary=OPS)
    return str(caught.value).replace(str(path), path.name)


def changed(*pairs: tuple[str, str]) -> str:
    """The network with some of its text replaced."""
    text = NET
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def test_the_network_itself_is_right() -> None:
    assert loads_toml(NET, vocabulary=OPS).spec.shapes["h"] == (3, 5)


def test_unknown_op() -> None:
    assert complaint(changed(("tanh(z)", "tahn(z)"))) == (
        "unknown op 'tahn' at column 1; did you mean 'tanh'?\n"
        "  in my.net.toml:14, node h = tahn(z)"
    )  # fmt: skip


def test_an_op_by_the_name_that_another_library_has_for_it() -> None:
    assert complaint(changed(("affine(w, x, c)", "dot(w, x) + c"))) == (
        "unknown op 'dot' at column 1; it is called 'matmul' here\n"
        "  in my.net.toml:13, node z = dot(w, x) + c"
    )  # fmt: skip


def test_unknown_attribute() -> None:
    assert complaint(changed(("reduction=", "reductoin="))) == (
        "squared_error: no attribute 'reductoin'; did you mean 'reduction'? (it has reduction, batch_axis)\n"
        "  in my.net.toml:15, node cost = squared_error(h, y, reductoin='mean')\n"
        "  squared_error(prediction: *s, target: *s) ->\n"
        "squared_error: attribute 'reduction' must be stated: one of 'sum', 'mean', 'batchmean'; it has no default\n"
        "  in my.net.toml:15, node cost = squared_error(h, y, reductoin='mean')\n"
        "  squared_error(prediction: *s, target: *s) ->"
    )


def test_a_reduction_that_is_not_stated() -> None:
    assert complaint(changed((", reduction='mean'", ""))) == (
        "squared_error: attribute 'reduction' must be stated: one of 'sum', 'mean', 'batchmean'; it has no default\n"
        "  in my.net.toml:15, node cost = squared_error(h, y)\n"
        "  squared_error(prediction: *s, target: *s) ->"
    )


def test_an_attribute_with_another_value_than_it_may_have() -> None:
    assert complaint(changed(("'mean'", "'men'"))) == (
        "squared_error: attribute 'reduction' is 'men', needs one of 'sum', 'mean', 'batchmean'; did you mean 'mean'?\n"
        "  in my.net.toml:15, node cost = squared_error(h, y, reduction='men')\n"
        "  squared_error(prediction: *s, target: *s) ->"
    )


def test_an_input_given_by_name() -> None:
    assert complaint(changed(("affine(w, x, c)", "affine(w, x, c=c)"))) == (
        "'c' at column 14 is an input, not an attribute; inputs are given by position: affine(w, x, c)\n"
        "  in my.net.toml:13, node z = affine(w, x, c=c)"
    )


def test_an_attribute_that_is_a_name() -> None:
    assert complaint(changed(("'mean'", "mean"))) == (
        "'mean' at column 31 cannot be the value of attribute 'reduction': an attribute is a number, a text in quotes, "
        "True, False, None, or a tuple of these\n"
        "  in my.net.toml:15, node cost = squared_error(h, y, reduction=mean)"
    )


def test_an_attribute_given_by_position() -> None:
    assert complaint(changed(("h = ", "s = \"sum(z, 0)\"\nh = "))) == (
        "sum: takes 1 input (x), got 2; attributes are written by name: axis=, keepdims=\n"
        "  in my.net.toml:14, node s = sum(z, 0)\n"
        "  sum(x: *s) -> *t"
    )  # fmt: skip


def test_wrong_arity() -> None:
    assert complaint(changed(("affine(w, x, c)", "affine(w, x)"))) == (
        "affine: takes 3 inputs (w, x, c), got 2\n"
        "  in my.net.toml:13, node z = affine(w, x)\n"
        "  affine(w: m n, x: n b, c: m 1) -> m b"
    )


def test_more_names_than_outputs() -> None:
    assert complaint(changed(('h = "tanh(z)"', '"h, g" = "tanh(z)"'))) == (
        "tanh has 1 output, but 2 names are bound\n"
        "  in my.net.toml:14, node h, g = tanh(z)\n"
        "  tanh(x: *s) -> *s"
    )  # fmt: skip


def test_name_bound_twice_in_one_table() -> None:
    assert complaint(changed(("h = ", "z = \"tanh(z)\"\nh = "))) == (
        "'z' is bound twice in [nodes], first in line 13; every name is bound once\n"
        "  in my.net.toml:14"
    )  # fmt: skip


def test_name_bound_twice_in_two_tables() -> None:
    assert complaint(changed(("c = ", "x = \"3 1\"\nc = "))) == (
        "'x' is bound twice: it is already an input; every name is bound once\n"
        "  in my.net.toml:10, parameter x = '3 1'"
    )  # fmt: skip


def test_name_bound_twice_by_an_op_of_several_outputs() -> None:
    assert complaint(changed(("h = ", '"z, k" = "split(x, parts=2, axis=0)"\nh = '))) == (
        "'z' is bound twice: it is already the node z = affine(w, x, c); every name is bound once\n"
        "  in my.net.toml:14, node z, k = split(x, parts=2, axis=0)"
    )  # fmt: skip


def test_used_before_it_is_bound() -> None:
    assert complaint(changed(('h = "tanh(z)"\n', ""), ("[sizes]", 'h = "tanh(z)"\n[sizes]'))) == (
        "'h' is used before it is bound (by the node h = tanh(z)); move that line up\n"
        "  in my.net.toml:14, node cost = squared_error(h, y, reduction='mean')"
    )


def test_a_name_that_nobody_binds() -> None:
    assert complaint(changed(("tanh(z)", "tanh(Z1)"), ('z = "affine', 'Z = "affine'))) == (
        "'Z1' is not bound by any input, parameter or node; did you mean 'Z'?\n"
        "  in my.net.toml:14, node h = tanh(Z1)"
    )  # fmt: skip


def test_cycle() -> None:
    assert complaint(changed(("affine(w, x, c)", "affine(w, x, h)"))) == (
        "a cycle: 'z' needs 'h', which needs 'z'; a network is computed in order, from its inputs to its loss\n"
        "  in my.net.toml:13, node z = affine(w, x, h)"
    )


def test_axis_mismatch() -> None:
    assert complaint(changed(('x = "2 N"', 'x = "4 N"'))) == (
        "affine: axis 'n' is 4 in input 'x' (4, 5) but 2 in 'w' (3, 2)\n"
        "  in my.net.toml:13, node z = affine(w, x, c)\n"
        "  affine(w: m n, x: n b, c: m 1) -> m b"
    )


def test_a_mismatch_inside_of_an_expression_names_the_part() -> None:
    assert complaint(changed(("affine(w, x, c)", "c + x @ w"))) == (
        "matmul: axis 'k' is 3 in input 'b' (3, 2) but 5 in 'a' (2, 5)\n"
        "  in my.net.toml:13, z_1 = matmul(x, w), a part of node z\n"
        "  matmul(a: *s m k, b: *t k n) -> *u m n"
    )


def test_shapes_that_do_not_broadcast() -> None:
    assert complaint(changed(("tanh(z)", "z * w"))) == (
        "mul: shapes (3, 5) and (3, 2) do not broadcast: counted from the right, two sizes differ and neither is 1\n"
        "  in my.net.toml:14, node h = z * w\n"
        "  mul(a: *s, b: *t) -> *u"
    )


def test_a_label_that_is_computed() -> None:
    loss = "cross_entropy(h, z, class_axis=0, reduction='mean')"
    assert complaint(changed(("squared_error(h, y, reduction='mean')", loss), ("affine(w, x, c)", "sum(w @ x, axis=0)"),
                             ("tanh(z)", "w @ x"))) == (
        "'z' is computed, but cross_entropy takes index < 3 there, which has no gradient: it is given, not computed\n"
        "  in my.net.toml:15, node cost = cross_entropy(h, z, class_axis=0, reduction='mean')\n"
        "  cross_entropy(logits: *s, labels: *t, weights?: C) ->"
    )  # fmt: skip


def test_labels_that_are_numbers_elsewhere() -> None:
    loss = "mean(y) + cross_entropy(h, y, class_axis=0, reduction='mean')"
    assert complaint(changed(("squared_error(h, y, reduction='mean')", loss), ('y = "3 N"', 'y = "N"'))) == (
        "'y' cannot be both real (as the node cost_1 = mean(y, axis=None, keepdims=False) has it) and index < 3\n"
        "  in my.net.toml:15, cost_2 = cross_entropy(h, y, class_axis=0, ignored=None, smoothing=0.0, temperature=1.0, "
        "reduction='mean', batch_axis..."
    )


def test_unbound_size() -> None:
    assert complaint(changed(("N = 5\n", ""))) == (
        "size 'N' is not bound: give it in [sizes], or as --size N=7, or by the values' shapes\n"
        "  in my.net.toml:5, input x = '2 N'"
    )


def test_a_size_that_values_contradict_each_other_on() -> None:
    assert complaint(changed(("N = 5\n", "")), shapes={"x": (2, 7), "y": (3, 8)}) == (
        "size 'N' is 8 by the value of 'y' (3, 8), but 7 by that of 'x' (2, 7)"
    )


def test_a_size_that_no_shape_uses() -> None:
    assert complaint(changed(("N = 5\n", "N = 5\nM = 3\n"))) == (
        "size 'M' is bound, but no shape uses it (they use N)\n"
        "  in my.net.toml:19, size M = 3"
    )  # fmt: skip


def test_a_size_from_the_command_line_that_no_shape_uses() -> None:
    assert complaint(NET, sizes={"n": 3}) == (
        "size 'n' is bound, but no shape uses it (they use N)\n"
        "  in --size n=3"
    )  # fmt: skip


def test_a_size_of_zero() -> None:
    assert complaint(changed(("N = 5", "N = 0"))) == (
        "size 'N' is 0; a size is at least 1\n"
        "  in my.net.toml:18, size N = 0"
    )  # fmt: skip


def test_an_axis_of_zero() -> None:
    assert complaint(changed(('w = "3 2"', 'w = "3 0"'))) == (
        "'w' has shape (3, 0): a size of zero leaves nothing to differentiate\n"
        "  in my.net.toml:9, parameter w = '3 0'"
    )  # fmt: skip


def test_an_absurd_size() -> None:
    assert complaint(changed(("N = 5", "N = 1000000000000"))) == (
        "'x' is too large: shape (2, 1e12), 2e12 entries, 16 TB in float64; a network holds 1e11 at most\n"
        "  in my.net.toml:5, input x = '2 N'\n"
        "'y' is too large: shape (3, 1e12), 3e12 entries, 24 TB in float64; a network holds 1e11 at most\n"
        "  in my.net.toml:6, input y = '3 N'"
    )


def test_a_size_longer_than_any_number() -> None:
    assert complaint(changed(('y = "3 N"', 'y = "3 5"'), ("N = 5", f"N = {10**400}"))) == (
        "'x' is too large: shape (2, 1e400), 2e400 entries, 1.6e401 bytes in float64; a network holds 1e11 at most\n"
        "  in my.net.toml:5, input x = '2 N'"
    )


def test_tensors_that_are_too_large_together() -> None:
    assert complaint(changed(("N = 5", "N = 10000000000"))) == (
        "the tensors of this network are too large together: 1.1e11 entries, 880 GB in float64; a network holds 1e11"
        " at most\n  in my.net.toml"
    )


def test_a_size_that_is_no_integer() -> None:
    assert complaint(changed(("N = 5", "N = 5.0"))) == (
        "size 'N' is 5.0; a size is an integer from 1 up\n"
        "  in my.net.toml:18, size N = 5.0"
    )  # fmt: skip


def test_a_name_that_is_none() -> None:
    assert complaint(changed(('h = "tanh', '1h = "tanh'), ("squared_error(h", "squared_error(z"))) == (
        "'1h' is no name: write letters, digits and underscores, with no digit first (h1, hidden_2)\n"
        "  in my.net.toml:14, node 1h = tanh(z)"
    )


def test_a_name_that_python_keeps_for_itself() -> None:
    assert complaint(changed(('h = "tanh', 'lambda = "tanh'), ("squared_error(h", "squared_error(z"))) == (
        "'lambda' cannot be a name: it is a word of Python's own; write lambda_\n"
        "  in my.net.toml:14, node lambda = tanh(z)"
    )


def test_a_name_with_a_dot() -> None:
    assert complaint(changed(('h = "tanh', 'h.a = "tanh'), ("squared_error(h", "squared_error(z"))) == (
        "'h' in [nodes] is a table; names have no dots, and an equation is a text\n"
        "  in my.net.toml:14"
    )  # fmt: skip


def test_a_shape_with_a_comma() -> None:
    assert complaint(changed(('x = "2 N"', 'x = "2, N"'))) == (
        "'2,' is no axis: write a number from 1 up (3), a letter or word (N, hidden), or a product (h*k); "
        "axes are separated by spaces: '3 N'\n"
        "  in my.net.toml:5, input x = '2, N'"
    )


def test_a_shape_that_is_a_list() -> None:
    assert complaint(changed(('x = "2 N"', 'x = [2, "N"]'))) == (
        "'x' in [inputs] is a list; a shape is a text\n"
        "  in my.net.toml:5\n"
        '  x = "2 N"'
    )  # fmt: skip


def test_an_equation_that_is_a_number() -> None:
    assert complaint(changed(('h = "tanh(z)"', "h = 2.5"))) == (
        "'h' in [nodes] is a number; an equation is a text\n"
        "  in my.net.toml:14\n"
        '  h = "2.5"'
    )  # fmt: skip


def test_a_loss_that_is_a_number() -> None:
    assert complaint(changed(('loss = "cost"', "loss = 3"))) == (
        "'loss' is an integer; write a text in quotes\n"
        "  in my.net.toml:2"
    )  # fmt: skip


def test_a_missing_loss() -> None:
    assert complaint(changed(('loss = "cost"\n', ""))) == (
        "the loss is missing: say which node it is, above the first table\n"
        "  in my.net.toml\n"
        '  loss = "cost"'
    )  # fmt: skip


def test_a_loss_that_stands_below_a_table() -> None:
    assert complaint(changed(('loss = "cost"\n', ""), ("[nodes]\n", '[nodes]\nloss = "cost"\n'))) == (
        "the loss is missing: say which node it is, above the first table\n"
        "  in my.net.toml\n"
        '  loss = "cost"\n'
        "'cost' alone computes nothing; use the name 'cost' itself where 'loss' is used\n"
        "  in my.net.toml:12, node loss = cost\n"
        "  if 'loss' is not a node, its line belongs above the first table"
    )


def test_a_loss_that_is_no_node() -> None:
    assert complaint(changed(('loss = "cost"', 'loss = "coast"'))) == (
        "the loss 'coast' is not bound by any node; did you mean 'cost'?\n"
        "  in my.net.toml:2, loss = 'coast'"
    )  # fmt: skip


def test_a_loss_that_is_given() -> None:
    assert complaint(changed(('loss = "cost"', 'loss = "x"'))) == (
        "the loss 'x' is an input, not the result of a node\n"
        "  in my.net.toml:2, loss = 'x'\n"
        '  a loss is computed, from what is fed in: a node such as  l = "mean(x)",  and  loss = "l"'
    )  # fmt: skip


def test_a_loss_of_many_numbers() -> None:
    assert complaint(changed(('loss = "cost"', 'loss = "h"'))) == (
        "the loss 'h' has shape (3, 5); a gradient needs one number: end with a loss op, sum or mean\n"
        "  in my.net.toml:2, loss = 'h'"
    )


def test_a_misspelled_table() -> None:
    assert complaint(changed(("[nodes]", "[node]"))) == (
        "the table [node] means nothing in a network file; did you mean 'nodes'?\n"
        "  in my.net.toml:12\n"
        "  a network file has name, loss, values, inputs, parameters, nodes, sizes, accept"
    )


def test_a_table_that_stands_twice() -> None:
    assert complaint(changed(("[sizes]", "[nodes]"))) == (
        "the table [nodes] stands twice, first in line 12; make it one\n"
        "  in my.net.toml:17"
    )  # fmt: skip


def test_an_empty_file() -> None:
    assert complaint("") == (
        "the table [nodes] is missing or empty: the network computes nothing\n"
        "  in my.net.toml\n"
        '  [nodes]  then lines such as  h1 = "tanh(x)"\n'
        "the tables [inputs] and [parameters] are missing: nothing is fed in\n"
        "  in my.net.toml\n"
        '  [inputs]  then lines such as  x = "3 N"'
    )


def test_not_toml_for_want_of_quotes() -> None:
    assert complaint(changed(('"tanh(z)"', "tanh(z)"))) == (
        "not TOML: invalid value at column 5\n"
        "  in my.net.toml:14, h = tanh(z)\n"
        '  a text stands in quotes: h = "tanh(z)"'
    )  # fmt: skip


def test_not_toml_for_a_key_of_several_names() -> None:
    assert complaint(changed(('h = "tanh(z)"', 'h, g = "split(z, parts=2, axis=1)"'))) == (
        "not TOML: expected '=' after a key in a key/value pair at column 2\n"
        '  in my.net.toml:14, h, g = "split(z, parts=2, axis=1)"\n'
        '  a text stands in quotes: "h, g" = "split(z, parts=2, axis=1)"'
    )


def test_not_toml_at_its_end() -> None:
    assert complaint('name = "net') == (
        "not TOML: unterminated string at the end of the file\n"
        "  in my.net.toml"
    )  # fmt: skip


def test_an_integer_without_end() -> None:
    assert complaint(changed(("N = 5", "N = " + "5" * 5000))) == (
        "a number of more than 4300 digits: this is no network file\n"
        "  in my.net.toml"
    )  # fmt: skip


def test_accept_in_single_brackets() -> None:
    assert complaint(NET + '[accept]\nfinding = "TV104"\n') == (
        "[accept] stands in single brackets; there may be several, so each begins with [[accept]]\n"
        "  in my.net.toml:19"
    )  # fmt: skip


def test_a_table_that_is_no_table() -> None:
    assert complaint("sizes = 5\n" + NET.partition("[sizes]")[0]) == (
        "'sizes' is an integer; write a table: [sizes], and its entries below it\n"
        "  in my.net.toml:1"
    )  # fmt: skip


def test_a_file_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    path = tmp_path / "my.net.toml"
    _ = path.write_text(NET)
    monkeypatch.setattr(Path, "read_bytes", denied)
    assert refusal(path) == "cannot be read: Permission denied\n  in my.net.toml"


def test_brackets_within_brackets_without_end() -> None:
    assert complaint("name = " + "[" * 100_000) == (
        "brackets within brackets, or a line too long: this is no network file\n"
        "  in my.net.toml:1"
    )  # fmt: skip


def test_an_equation_of_brackets_without_end() -> None:
    assert complaint(changed(("tanh(z)", "(" * 200 + "z" + ")" * 200))) == (
        "more than 40 brackets within brackets at column 41: give the inner parts names\n"
        f"  in my.net.toml:14, node h = {'(' * 108}..."
    )


def test_an_equation_that_is_code() -> None:
    assert complaint(changed(("tanh(z)", "__import__('os').system('true')"))) == (
        "'.' at column 17 is not part of an equation; names have no dots: write tanh(x) for np.tanh(x), transpose(x) "
        "for x.T\n"
        "  in my.net.toml:14, node h = __import__('os').system('true')"
    )


def test_an_accepted_difference_at_a_node_that_is_none() -> None:
    accept = '[[accept]]\nfinding = "TV104"\nnode = "hh"\nbackend = "torch"\nreason = "another formula"\n'
    assert complaint(NET + accept) == (
        "a difference is accepted at 'hh', which is no node; did you mean 'h'?\n"
        "  in my.net.toml:21, [[accept]]"
    )  # fmt: skip


def test_an_accepted_difference_without_a_reason() -> None:
    accept = '[[accept]]\nfinding = "TV104"\nnode = "h"\nbackend = "torch"\nraison = "another formula"\n'
    assert complaint(NET + accept) == (
        "[[accept]] needs 'reason', each a text\n"
        "  in my.net.toml:19\n"
        "  it says which finding, at which node, of which backend, and the reason why it is accepted\n"
        "[[accept]] has no entry 'raison'; did you mean 'reason'?\n"
        "  in my.net.toml:23"
    )


def test_all_problems_of_a_file_at_once_in_the_order_of_its_lines() -> None:
    text = changed(("affine(w, x, c)", "afine(w, x, c)"), ("tanh(z)", "tanh(z, w)"), ('c = "3 1"', 'c = "3; 1"'))
    assert complaint(text) == (
        "'3;' is no axis: write a number from 1 up (3), a letter or word (N, hidden), or a product (h*k); "
        "axes are separated by spaces: '3 N'\n"
        "  in my.net.toml:10, parameter c = '3; 1'\n"
        "unknown op 'afine' at column 1; did you mean 'affine'?\n"
        "  in my.net.toml:13, node z = afine(w, x, c)\n"
        "tanh: takes 1 input (x), got 2\n"
        "  in my.net.toml:14, node h = tanh(z, w)\n"
        "  tanh(x: *s) -> *s"
    )


def test_a_missing_file(tmp_path: Path) -> None:
    _ = (tmp_path / "mynet.net.toml").write_text(NET)
    assert refusal(tmp_path / "mynte.net.toml") == "no file 'mynte.net.toml'; did you mean 'mynet.net.toml'?"


def test_a_folder(tmp_path: Path) -> None:
    assert refusal(tmp_path) == f"{tmp_path.name!r} is a folder; name a file in it"


def test_a_file_that_is_not_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "my.net.toml"
    _ = path.write_bytes(NET.replace("[sizes]", "[sizes]  # für N").encode("latin-1"))
    assert refusal(path) == "not UTF-8: byte 0xfc; save the file as UTF-8\n  in my.net.toml:17"


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "my.net.toml"
    _ = path.write_bytes(b" " * 3_000_000)
    assert refusal(path) == (
        "a network file of 3000000 bytes; the largest is 2097152: numbers stand beside it\n"
        "  in my.net.toml"
    )  # fmt: skip


def test_json_of_another_version(tmp_path: Path) -> None:
    path = tmp_path / "my.json"
    _ = path.write_text('{"format": "trivium.spec", "version": 2}')
    assert refusal(path) == "version 2 of 'trivium.spec'; this trivium reads version 1\n  in my.json"


def test_json_that_is_no_spec(tmp_path: Path) -> None:
    path = tmp_path / "my.json"
    _ = path.write_text("[]")
    assert refusal(path) == (
        "not a spec in JSON: it is no object; an object with 'format': 'trivium.spec' is one\n"
        "  in my.json"
    )  # fmt: skip


def test_json_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "my.json"
    _ = path.write_text("{'format': 1}")
    assert refusal(path) == (
        "not JSON: expecting property name enclosed in double quotes at line 1, column 2\n"
        "  in my.json"
    )  # fmt: skip


def test_an_axis_that_stands_twice() -> None:
    text = changed(("squared_error(h, y, reduction='mean')", "sum(h, axis=(0, -2))"))
    assert complaint(text) == (
        "sum: axis=(0, -2) names axis 0 of (3, 5) more than once; write each axis once\n"
        "  in my.net.toml:15, node cost = sum(h, axis=(0, -2))\n"
        "  sum(x: *s) -> *t"
    )


@pytest.mark.parametrize("letter", ["\\u001b", "\\n", "\\u202e"])
def test_a_name_that_no_terminal_should_be_shown(letter: str) -> None:
    shown = repr(letter.encode().decode("unicode_escape"))[1:-1]
    assert complaint(changed(('"net"', f'"a{letter}b"'))) == (
        f"a network's name is one line of letters that can be printed, not '{shown}'\n"
        f"  in my.net.toml:1, name = 'a{shown}b'"
    )


def test_a_name_that_cannot_be_shown_hides_no_other_problem() -> None:
    found = complaint(changed(('"net"', '"a\\u001b"'), ("tanh(z)", "tanhh(z)")))
    assert [word for word in ("not '\\x1b'", "tanhh") if word not in found] == []
