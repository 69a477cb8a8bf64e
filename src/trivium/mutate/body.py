"""A function's body, and what its names mean as far as that can be read: sizes, masks, what comes from above.

Knows nothing of mistakes, and never runs the function.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from trivium.mutate.own import Own
from trivium.own.naming import is_scalar

LIBRARIES = ("numpy", "torch", "jax.numpy", "cupy", "autograd.numpy")
UPSTREAM = re.compile(
    r"^(g|gy|ct|ct_\w+|dout\w*|d[a-z]|d[A-Z]\w*|d_\w+|dnext\w*|dvalues|grad\w*|g_\w+|\w+_grad|\w+_bar|delta\w*|"
    r"upstream\w*|err|error|cot\w*|output_grad\w*)$"
)
SIZE = re.compile(r"^(N|B|M|batch|batch_size|n_samples|num_train|num_examples|num_samples)$")
MASK = re.compile(r"mask|drop|keep|valid|ignore", re.IGNORECASE)
KEPT = re.compile(r"^(p|keep\w*|p_keep|q|retain\w*)$")
TARGET = re.compile(r"^(y|t|Y|T|ys|yb|y_true|y_hot|target\w*|label\w*|onehot|one_hot|truth|expected)$")
WEIGHT = re.compile(r"^(w\d*|w_?[a-z]{1,2}|w_\w+|weights?\w*|theta\w*|kernel\w*|u|v|u_\w+)$", re.IGNORECASE)
WINDOW = re.compile(
    r"^(k|f|kh|kw|hh|ww|ph|pw|size|pool\w*|window\w*|kernel\w*|filter\w*|\w+_[hw]|hf|wf)$", re.IGNORECASE
)
"""The side of a window."""
GAIN = re.compile(r"gamma|gain|weight|scale", re.IGNORECASE)
SLOPE = re.compile(r"slope|prime|deriv|_grad$|grad_|^d_?(tanh|sigmoid|relu|sig|act)", re.IGNORECASE)
LOSS = re.compile(r"loss|cost|objective", re.IGNORECASE)
ALSO = frozenset({"self", "cls", "ctx"})
COUNTS = frozenset(
    {
        *("range", "slice", "len", "arange", "reshape", "view", "transpose", "permute", "swapaxes"),
        *("zeros", "ones", "empty", "full", "zeros_like", "ones_like", "empty_like", "expand", "broadcast_to"),
        *("append", "pop", "get", "items", "keys", "super", "print", "isinstance", "save_for_backward"),
    }
)
"""Calls whose arguments are shapes, counts and keys, not values of a gradient."""
OPTIONS = frozenset({"axis", "axes", "dim", "keepdims", "keepdim", "dtype", "shape", "size", "out", "device"})


@dataclass(frozen=True)
class Body:
    """A function, and how its pieces stand to each other."""

    own: Own

    @property
    def function(self) -> ast.FunctionDef | ast.AsyncFunctionDef:
        return self.own.function

    @property
    def statements(self) -> list[ast.stmt]:
        """Those of the function itself, without its docstring."""
        return self.function.body[1:] if ast.get_docstring(self.function) is not None else self.function.body

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """In the order in which they stand; decorators, defaults and annotations are none."""
        return [node for statement in self.statements for node in ast.walk(statement)]

    @cached_property
    def parents(self) -> Mapping[int, ast.AST]:
        return {id(child): node for node in self.nodes for child in ast.iter_child_nodes(node)}

    def above(self, node: ast.AST) -> Iterator[ast.AST]:
        """What holds a node, from the inside out."""
        while (parent := self.parents.get(id(node))) is not None:
            yield parent
            node = parent

    def statement(self, node: ast.AST) -> ast.stmt:
        return next(n for n in (node, *self.above(node)) if isinstance(n, ast.stmt))

    @cached_property
    def loss(self) -> frozenset[int]:
        """What is returned first where the loss is returned with its gradient, and what it is set to: no gradient."""
        returned = [n.value for n in self.nodes if isinstance(n, ast.Return) and isinstance(n.value, ast.Tuple)]
        firsts = [value.elts[0] for value in returned if len(value.elts) > 1]
        named = LOSS.search(self.own.name) is not None
        losses = [first for first in firsts if named or is_scalar(said(first))]
        names = {said(first) for first in losses} - {""}
        sets = [n for n in self.nodes if isinstance(n, ast.Assign | ast.AugAssign) and _targets(n) & names]
        return frozenset(id(n) for piece in (*losses, *sets) for n in ast.walk(piece))

    def loops(self, node: ast.AST) -> int:
        """How many loops a node stands in."""
        return sum(isinstance(n, ast.For | ast.While) for n in self.above(node))

    def is_value(self, node: ast.AST) -> bool:
        """Whether a number of the gradient may come from a node: it is no index, shape, option or condition."""
        inner = node
        if id(node) in self.loss or is_text(node):
            return False
        for outer in self.above(node):
            if isinstance(outer, ast.Subscript) and inner is outer.slice:
                return False
            if isinstance(outer, ast.Call) and inner is not outer.func and called(outer) in COUNTS:
                return False
            if isinstance(outer, ast.keyword) and outer.arg in OPTIONS:
                return False
            if isinstance(outer, ast.Assert | ast.Raise | ast.JoinedStr) or (
                isinstance(outer, ast.If) and inner is outer.test
            ):
                return False
            inner = outer
        return True

    @cached_property
    def parameters(self) -> list[str]:
        a = self.function.args
        return [arg.arg for arg in (*a.posonlyargs, *a.args) if arg.arg not in ALSO]

    @cached_property
    def upstream(self) -> str | None:
        """The parameter that brings the cotangent from above; None where no name says so."""
        return next((name for name in self.parameters if UPSTREAM.match(name)), None)

    @cached_property
    def modules(self) -> Mapping[str, str]:
        """The array libraries that the file imports, by the names it has for them."""
        imports = [node for node in ast.walk(self.own.tree) if isinstance(node, ast.Import)]
        return {a.asname or a.name: a.name for i in imports for a in i.names if a.name in LIBRARIES}

    @cached_property
    def sizes(self) -> frozenset[str]:
        """Names that are set to a length or an entry of a shape."""
        found: set[str] = set()
        for node in self.nodes:
            if isinstance(node, ast.Assign) and (_counted(node.value) or _shape(node.value)):
                names = {n.id for target in node.targets for n in ast.walk(target) if isinstance(n, ast.Name)}
                found |= names
        return frozenset(found)

    def is_size(self, node: ast.AST) -> bool:
        """A number of entries: a name for one, a length, an entry of a shape, or a product of such."""
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
            return self.is_size(node.left) and self.is_size(node.right)
        if isinstance(node, ast.Call) and called(node) == "float" and node.args:
            return self.is_size(node.args[0])
        name = said(node)
        stored = {n.id for n in self.nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        return _counted(node) or name in self.sizes or bool(SIZE.match(name) and name not in stored)

    def is_mask(self, node: ast.AST) -> bool:
        """A name that says so, or what a function about dropout keeps."""
        name = said(node)
        return bool(MASK.search(name)) or ("drop" in self.own.name.lower() and name in self.parameters[1:])


def _targets(node: ast.Assign | ast.AugAssign) -> set[str]:
    """The names that a statement sets."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return {n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name)}


def called(node: ast.AST) -> str:
    """The last name of what a call calls."""
    return said(node.func) if isinstance(node, ast.Call) else ""


def said(node: ast.AST) -> str:
    """The name by which a person would say a thing: of `data["g5"]` g5, of `self.mask` mask; else nothing."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Subscript(slice=ast.Constant(value=str(name))):
            return name
    return ""


def _shape(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "shape"


def _counted(node: ast.AST) -> bool:
    match node:
        case ast.Subscript(value=inner, slice=ast.Constant()) if _shape(inner):
            return True
        case ast.Attribute(attr="size") | ast.Call(func=ast.Name(id="len") | ast.Attribute(attr="numel" | "size")):
            return True
    return False


def is_text(node: ast.AST) -> bool:
    """A string, or a sum of such."""
    match node:
        case ast.Constant(value=str()) | ast.JoinedStr():
            return True
        case ast.BinOp(left=left, right=right):
            return is_text(left) or is_text(right)
        case ast.AugAssign(value=value):
            return is_text(value)
    return False


def is_number(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float) and node.value is not True


def is_tiny(node: ast.AST) -> bool:
    """An eps, by its name or as 1e-8."""
    small = isinstance(node, ast.Constant) and isinstance(node.value, float) and 0 < node.value < TINIEST_THAT_MATTERS
    return small or bool(re.match(r"^(eps|epsilon)$", said(node), re.IGNORECASE))


TINIEST_THAT_MATTERS = 1 / 512
"""What is written for an eps is smaller, what is written for a slope (a leaky one's 0.01) is not."""
KINDS: Mapping[str, Callable[[Body, ast.AST], bool]] = MappingProxyType(
    {
        "_n": Body.is_size,
        "_mask": Body.is_mask,
        "_k": lambda body, node: is_number(node),
        "_eps": lambda body, node: is_tiny(node),
        "_p": lambda body, node: bool(KEPT.match(said(node))),
        "_t": lambda body, node: bool(TARGET.match(said(node))),
        "_w": lambda body, node: bool(WEIGHT.match(said(node))),
        "_act": lambda body, node: not WEIGHT.match(said(node)),
        "_win": lambda body, node: bool(WINDOW.match(said(node))),
        "_gain": lambda body, node: bool(GAIN.search(said(node))),
        "_np": lambda body, node: isinstance(node, ast.Name) and node.id in body.modules,
        "_name": lambda body, node: isinstance(node, ast.Name),
        "_up": lambda body, node: isinstance(node, ast.Name) and node.id == body.upstream,
        "_slope": lambda body, node: bool(SLOPE.search(said(node))),
    }
)
"""What a letter of a pattern may stand for; any other may stand for anything."""
