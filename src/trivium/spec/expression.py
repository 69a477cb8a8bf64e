"""The right side of a node's equation, "affine(w1, x, c1)" or "tanh(w1 @ x + c1)", read by a parser of its own.

Executes nothing, and knows nothing of files or shapes; the operations come in as a vocabulary.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from trivium.errors import SpecError, did_you_mean
from trivium.spec.attribute import Literal
from trivium.spec.node import Node
from trivium.spec.op import Op
from trivium.spec.token import Token, tokens

Vocabulary = Mapping[str, Op]


def equation(
    outputs: tuple[str, ...], text: str, *, vocabulary: Vocabulary, taken: Collection[str] = ()
) -> tuple[Node, ...]:
    """The nodes that an equation stands for, in order; the last one binds `outputs`.

    Nested calls, operators and numbers become nodes named `<first output>_1`, `_2`, ..., around the names in `taken`.
    SpecError says what is wrong at which column.
    """
    parser = _Parser(tokens(text), vocabulary)
    result = parser.sum()
    parser.finish()
    if isinstance(result, str):
        raise SpecError(
            f"{result!r} alone computes nothing; use the name {result!r} itself where {outputs[0]!r} is used"
        )
    names = {id(result): outputs}
    free = (name for name in fresh(outputs[0], taken) if name not in outputs)
    for use in parser.uses[:-1]:
        names[id(use)] = (next(free),)
    return tuple(use.node(names) for use in parser.uses)


def fresh(stem: str, taken: Collection[str]) -> Iterator[str]:
    """`stem_1`, `stem_2`, ... without the names that are taken."""
    number = 0
    while True:
        number += 1
        if f"{stem}_{number}" not in taken:
            yield f"{stem}_{number}"


@dataclass(frozen=True, eq=False)
class _Use:
    """One use of an op, before it has a name; an input is a name or another use."""

    op: Op
    inputs: tuple[str | _Use, ...]
    attrs: Mapping[str, Literal] = field(default_factory=dict)

    def node(self, names: Mapping[int, tuple[str, ...]]) -> Node:
        inputs = tuple(i if isinstance(i, str) else names[id(i)][0] for i in self.inputs)
        return Node(names[id(self)], self.op, inputs, tuple(self.attrs.items()))


class _Parser:
    """One reading of one equation: left to right, operators by precedence; the uses found so far, innermost first."""

    def __init__(self, found: tuple[Token, ...], vocabulary: Vocabulary) -> None:
        self.tokens = found
        self.at = 0
        self.vocabulary = vocabulary
        self.uses: list[_Use] = []

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def take(self) -> Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def accept(self, mark: str) -> bool:
        """Step over a mark, if it stands here."""
        found = self.token.kind == "mark" and self.token.text == mark
        self.at += found
        return found

    def expect(self, mark: str, wanted: str) -> None:
        if not self.accept(mark):
            why = f"; {AFTER[self.token.text]}" if self.token.text in AFTER else ""
            raise SpecError(f"{self.token} stands where {wanted} should{why}")

    def finish(self) -> None:
        if self.token.kind != "end":
            raise SpecError(f"{self.token} comes after the end of the equation; {AFTER.get(self.token.text, JOIN)}")

    def use(
        self, op: str, inputs: tuple[str | _Use, ...], where: Token, attrs: Mapping[str, Literal] | None = None
    ) -> _Use:
        if op not in self.vocabulary:
            raise SpecError(unknown_op(op, self.vocabulary, f" at column {where.column}"))
        self.uses.append(_Use(self.vocabulary[op], inputs, attrs or {}))
        return self.uses[-1]

    def sum(self) -> str | _Use:
        left = self.product()
        while self.token.text in SUMS and self.token.kind == "mark":
            mark = self.take()
            left = self.use(SUMS[mark.text], (left, self.product()), mark)
        return left

    def product(self) -> str | _Use:
        left = self.factor()
        while self.token.text in PRODUCTS and self.token.kind == "mark":
            mark = self.take()
            left = self.use(PRODUCTS[mark.text], (left, self.factor()), mark)
        return left

    def factor(self) -> str | _Use:
        start, minuses = self.token, self.minuses()
        if self.token.kind == "number":
            value = self.take().number()
            return self.use("constant", (), start, {"value": -value if minuses % 2 else value})
        operand = self.atom()
        for _ in range(minuses):
            operand = self.use("neg", (operand,), start)
        return operand

    def minuses(self) -> int:
        count = 0
        while self.accept("-"):
            count += 1
        return count

    def atom(self) -> str | _Use:
        token = self.take()
        if token.kind == "name" and token.text not in WORDS:
            return self.call(token) if self.accept("(") else token.text
        if token.text == "(" and token.kind == "mark":
            inside = self.sum()
            self.expect(")", "')'")
            return inside
        raise SpecError(f"{token} stands where a tensor should; {_cure(token)}")

    def call(self, name: Token) -> _Use:
        inputs: list[str | _Use] = []
        attrs: dict[str, Literal] = {}
        while not self.accept(")"):
            if self.tokens[self.at].kind == "name" and self.tokens[self.at + 1].text == "=":
                self.attribute(attrs, name.text)
            elif attrs:
                raise SpecError(
                    f"{self.token} is an input after an attribute; inputs come first, attributes after them"
                )
            else:
                inputs.append(self.sum())
            if self.token.text != ")":
                self.expect(",", "',' or ')'")
        return self.use(name.text, tuple(inputs), name, attrs)

    def attribute(self, attrs: dict[str, Literal], op: str) -> None:
        name = self.take()
        if op in self.vocabulary and name.text in self.vocabulary[op].roles:
            roles = ", ".join(self.vocabulary[op].roles)
            raise SpecError(f"{name} is an input, not an attribute; inputs are given by position: {op}({roles})")
        self.expect("=", "'='")
        if name.text in attrs:
            raise SpecError(f"{name} is given a second time; an attribute is given once")
        attrs[name.text] = self.literal(name)

    def literal(self, attribute: Token) -> Literal:
        minuses = self.minuses()
        token = self.take()
        if token.kind == "number":
            return -token.number() if minuses % 2 else token.number()
        if minuses == 0 and token.kind == "text":
            return token.text[1:-1]
        if minuses == 0 and token.kind == "name" and token.text in WORDS:
            return WORDS[token.text]
        if minuses == 0 and token.kind == "mark" and token.text in CLOSING:
            return self.items(token, attribute)
        raise SpecError(f"{token} cannot be the value of attribute {attribute.text!r}: {LITERAL}")

    def items(self, opening: Token, attribute: Token) -> Literal:
        """A tuple or list; one literal in parentheses without a comma is that literal."""
        found: list[Literal] = []
        comma = opening.text == "["
        while not self.accept(CLOSING[opening.text]):
            found.append(self.literal(attribute))
            if self.token.text != CLOSING[opening.text]:
                self.expect(",", f"',' or '{CLOSING[opening.text]}'")
                comma = True
        return tuple(found) if comma or not found else found[0]  # type: ignore[arg-type]  # checked when the op reads it


def unknown_op(name: str, vocabulary: Vocabulary, where: str = "") -> str:
    """What to say of an op that is not in the vocabulary."""
    return f"unknown op {name!r}{where}{called_here(name, vocabulary)}"


def called_here(name: str, vocabulary: Vocabulary) -> str:
    """What other libraries' name for an op is here, or the nearest name, as the end of a sentence; or nothing."""
    if elsewhere := [op for op, word in vocabulary.items() if name.lower() in word.elsewhere]:
        return f"; it is called {' or '.join(map(repr, elsewhere))} here"
    return did_you_mean(name, vocabulary) or did_you_mean(name.lower(), vocabulary)


def _cure(token: Token) -> str:
    if token.kind == "text":
        return f"an attribute is written by its name: NAME={token.text}"
    if token.text == "+":
        return "a leading '+' means nothing, leave it out"
    return "write a name, a number, a call such as tanh(h), or an expression in parentheses"


SUMS = {"+": "add", "-": "sub"}
PRODUCTS = {"*": "mul", "/": "div", "@": "matmul"}
CLOSING = {"(": ")", "[": "]"}
WORDS: Mapping[str, Literal] = {"True": True, "False": False, "None": None}
JOIN = "put an operator (+ - * / @) before it, or a comma inside a call"
AFTER = {
    "[": "a tensor has no index here",
    "(": "only the name of an op is called",
    "=": "an equation is its right side alone",
}
LITERAL = "an attribute is a number, a text in quotes, True, False, None, or a tuple of these"
