"""The symbolic value that a traced function sees: it has a shape and operators, and no numbers.

Knows nothing of what is done with the operations it asks for; the recorder behind it does.
"""

from __future__ import annotations

from collections.abc import Callable
from numbers import Real
from typing import Any, NoReturn, Protocol

from trivium.errors import Problem, SpecError
from trivium.spec.op import Op
from trivium.spec.signature import Shape, show

Source = str | tuple[int, int]
"""Where a tensor comes from: the name of a given, or which use of an op and which of its outputs."""


class Behind(Protocol):
    """What a tensor asks of the recorder behind it."""

    def apply(
        self, op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any], name: str | tuple[str, ...] | None
    ) -> Any: ...
    def operator(self, op: str, *inputs: Any, **attrs: Any) -> Any: ...
    def name(self, tensor: Tensor) -> str: ...
    def knows(self, op: str) -> bool: ...
    def place(self) -> str: ...


class Tensor:
    """A value of a traced function: `+ - * / @ **`, unary `-`, `.T`, `.shape`; all else is an op of the vocabulary."""

    __slots__ = ("_recorder", "_source", "shape")
    _recorder: Behind
    _source: Source
    shape: Shape

    def __init__(self, recorder: Behind, source: Source, shape: Shape) -> None:
        self._recorder = recorder
        self._source = source
        self.shape = shape

    def __repr__(self) -> str:
        return f"<tensor {self.name} {show(self.shape)}>"

    @property
    def name(self) -> str:
        """The name that it has so far; a returned dict may still give it another."""
        return self._recorder.name(self)

    @property
    def T(self) -> Tensor:
        """The axes in reverse order."""
        return self._operator("transpose", self)

    def __trivium_apply__(
        self, op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any], name: str | tuple[str, ...] | None
    ) -> Any:
        return self._recorder.apply(op, inputs, attrs, name)

    def _operator(self, op: str, *inputs: Any) -> Tensor:
        result: Tensor = self._recorder.operator(op, *inputs)
        return result

    def __neg__(self) -> Tensor:
        return self._operator("neg", self)

    def __add__(self, other: Any) -> Tensor:
        return self._operator("add", self, other)

    def __radd__(self, other: Any) -> Tensor:
        return self._operator("add", other, self)

    def __sub__(self, other: Any) -> Tensor:
        return self._operator("sub", self, other)

    def __rsub__(self, other: Any) -> Tensor:
        return self._operator("sub", other, self)

    def __mul__(self, other: Any) -> Tensor:
        return self._operator("mul", self, other)

    def __rmul__(self, other: Any) -> Tensor:
        return self._operator("mul", other, self)

    def __truediv__(self, other: Any) -> Tensor:
        return self._operator("div", self, other)

    def __rtruediv__(self, other: Any) -> Tensor:
        return self._operator("div", other, self)

    def __matmul__(self, other: Any) -> Tensor:
        return self._operator("matmul", self, other)

    def __rmatmul__(self, other: Any) -> Tensor:
        return self._operator("matmul", other, self)

    def __pow__(self, exponent: Any) -> Tensor:
        if is_number(exponent):
            power: Tensor = self._recorder.operator("pow", self, exponent=float(exponent))
            return power
        return self._operator("power", self, exponent)

    def __rpow__(self, base: Any) -> Tensor:
        return self._operator("power", base, self)

    def _refuse(self, message: str) -> NoReturn:
        raise SpecError(Problem(f"{self.name!r} {message}", self._recorder.place()))

    def __getattr__(self, attribute: str) -> NoReturn:
        cure = f"; write {attribute}({self.name})" if self._recorder.knows(attribute) else ""
        raise AttributeError(f"the tensor {self.name!r} has no attribute {attribute!r}{cure}")

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **rest: Any) -> Tensor:
        if ufunc.__name__ in UFUNCS and method == "__call__" and not rest:  # np.float64(2) * x arrives here
            return self._operator(UFUNCS[ufunc.__name__], *inputs)
        self._foreign(f"numpy.{ufunc.__name__}", ufunc.__name__)

    def __array_function__(self, function: Any, *rest: Any) -> NoReturn:
        self._foreign(f"numpy.{function.__name__}", function.__name__)

    @classmethod
    def __torch_function__(cls, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> NoReturn:
        for tensor in (argument for argument in args if isinstance(argument, Tensor)):
            tensor._foreign(f"torch's {function.__name__}", function.__name__)
        raise SpecError(f"a tensor of a traced function was handed to torch's {function.__name__}, which needs numbers")

    def _foreign(self, function: str, name: str) -> NoReturn:
        cure = f"use the op {name}" if self._recorder.knows(name) else "use the ops of trivium.ops"
        self._refuse(f"was handed to {function}, which needs numbers: a function that is traced has none; {cure}")


def is_number(value: Any) -> bool:
    """A real number that can stand in a tensor's place (a truth value is none)."""
    return isinstance(value, Real) and not isinstance(value, bool)


def _refusal(message: str) -> Callable[..., NoReturn]:
    def refuse(self: Tensor, *rest: Any, **more: Any) -> NoReturn:
        self._refuse(message)

    return refuse


UFUNCS = {"add": "add", "subtract": "sub", "multiply": "mul", "divide": "div", "matmul": "matmul", "negative": "neg"}
"""NumPy's names for the operators."""

CHOICE = "is compared or used as a truth value; what a network computes cannot depend on the numbers, only on .shape"
NUMBER = "is used as a number or an array; a function that is traced has no numbers"
INDEX = "is indexed, unpacked or measured; a tensor has no items here: use the op slice; its sizes are in .shape"
REFUSED = {
    **dict.fromkeys(("__bool__", "__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__"), CHOICE),
    **dict.fromkeys(("__float__", "__int__", "__complex__", "__index__", "__array__", "__jax_array__"), NUMBER),
    **dict.fromkeys(("__getitem__", "__setitem__", "__iter__", "__len__", "__contains__"), INDEX),
}
for _name, _message in REFUSED.items():
    setattr(Tensor, _name, _refusal(_message))
