"""A spec as text: like a jaxpr, and as Python."""

from __future__ import annotations

from hypothesis import given

from tests.strategies import specs
from trivium.ops import OPS
from trivium.spec.file import loads_toml
from trivium.spec.graph import Spec
from trivium.spec.text import print_as_python, show

NET = """\
name = "net"
loss = "loss"

[inputs]
x = "4 N"
ops = "N"

[parameters]
w = "3 4"

[nodes]
"a, b, c" = "split(w @ x, parts=3, axis=0)"
loss = "cross_entropy(w @ x, ops, class_axis=0, reduction='batchmean', batch_axis=1)"

[sizes]
N = 5
"""
SPEC = loads_toml(NET, vocabulary=OPS).spec
SHOWN = """\
{ net with N=5
  inputs x:(4,5) ops:(5,)[index < 3]
  parameters w:(3,4) ;
  a_1:(3,5) = matmul(w, x)
  a:(1,5), b:(1,5), c:(1,5) = split(a_1, parts=3, axis=0)
  loss_1:(3,5) = matmul(w, x)
  loss:() = cross_entropy(loss_1, ops, class_axis=0, ignored=None,
      smoothing=0.0, temperature=1.0, reduction='batchmean', batch_axis=1)
  -> loss }"""
PYTHON = """\
from trivium import ops as ops_
from trivium.spec.trace import trace


def network(x, ops, w):
    a_1 = ops_.matmul(w, x, name="a_1")
    a, b, c = ops_.split(a_1, parts=3, axis=0, name=("a", "b", "c"))
    loss_1 = ops_.matmul(w, x, name="loss_1")
    loss = ops_.cross_entropy(loss_1, ops, class_axis=0, reduction="batchmean", batch_axis=1, name="loss")
    return loss


spec = trace(
    network,
    vocabulary=ops_.OPS,
    name="net",
    inputs={"x": "4 N", "ops": "N"},
    parameters={"w": "3 4"},
    sizes={"N": 5},
)
"""


def test_a_network_is_shown_with_its_shapes() -> None:
    assert show(SPEC) == SHOWN


def test_a_network_is_printed_as_python_whose_words_hide_no_name() -> None:
    assert print_as_python(SPEC) == PYTHON


def test_many_givens_stand_one_to_a_line() -> None:
    given = "".join(f'a_long_name_{i} = "2"\n' for i in range(6))
    spec = loads_toml(f'loss = "l"\n[inputs]\n{given}[nodes]\nl = "sum(a_long_name_3)"\n', vocabulary=OPS).spec
    assert "def network(\n    a_long_name_0,\n    a_long_name_1,\n" in print_as_python(spec)


def test_a_network_that_nothing_is_fed_into_says_so() -> None:
    spec = loads_toml('loss = "l"\n[inputs]\n[nodes]\nl = "2.5"\n', vocabulary=OPS).spec
    assert show(spec) == "{ network\n  inputs none\n  parameters none ;\n  l:() = constant(value=2.5)\n  -> l }"


@given(specs())
def test_what_is_shown_fits_into_eighty_columns(spec: Spec) -> None:
    assert [line for line in show(spec).splitlines() if len(line) > 80] == []
