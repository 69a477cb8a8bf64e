"""A spec as JSON, the exact interchange form: every attribute in full, every number as it is, under a versioned schema.

Knows nothing of files, nor of which operations there are.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, NoReturn, TypeVar

from trivium.errors import Problem, SpecError
from trivium.spec.expression import Vocabulary, unknown_op
from trivium.spec.graph import Spec
from trivium.spec.node import Node
from trivium.spec.signature import Dims, parse_dims

FORMAT, VERSION = "trivium.spec", 1
DEEPEST = 16
"""Brackets within brackets; a spec needs five."""


def to_json(spec: Spec) -> dict[str, Any]:
    """The spec as what `json` writes: dicts, lists, texts and numbers."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "name": spec.name,
        "inputs": _givens(spec.inputs),
        "parameters": _givens(spec.parameters),
        "nodes": [
            {
                "outputs": list(node.outputs),
                "op": node.op.name,
                "inputs": list(node.inputs),
                "attributes": {name: list(v) if isinstance(v, tuple) else v for name, v in node.attrs},
            }
            for node in spec.nodes
        ],
        "loss": spec.loss,
        "sizes": dict(spec.sizes),
    }


def from_json(data: Mapping[str, Any], vocabulary: Vocabulary) -> Spec:
    """The spec that `to_json` wrote; SpecError lists everything that is wrong with it."""
    from pydantic import ValidationError

    from trivium.spec.schema import SpecPart

    _check_version(data)
    try:
        part = SpecPart.model_validate(data)
    except ValidationError as error:
        raise SpecError(*dict.fromkeys(_sentence(e["loc"], e["type"], e["msg"]) for e in error.errors())) from None
    problems: list[Problem] = []
    given = {
        what: tuple(_collected(problems, what, (partial(_given, g.name, g.shape) for g in givens)))
        for what, givens in (("inputs", part.inputs), ("parameters", part.parameters))
    }
    nodes = (partial(_node, n.outputs, n.op, n.inputs, n.attributes, vocabulary) for n in part.nodes)
    uses = tuple(_collected(problems, "nodes", nodes))
    if problems:
        raise SpecError(*problems)
    return Spec(part.name, given["inputs"], given["parameters"], uses, part.loss, tuple(part.sizes.items()))


def loads_json(text: str, *, vocabulary: Vocabulary, path: str = "network") -> Spec:
    """The spec in a JSON text; `path` is what messages call it."""
    try:
        return from_json(_parse(text), vocabulary)
    except SpecError as error:
        places = (f"{path}, {p.where}" if p.where else path for p in error.problems)
        raise SpecError(*(replace(p, where=where) for p, where in zip(error.problems, places, strict=True))) from None


def dumps_json(spec: Spec) -> str:
    """The spec as JSON text, for a file."""
    return json.dumps(to_json(spec), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def schema() -> dict[str, Any]:
    """The JSON Schema of version 1 of the format."""
    from trivium.spec.schema import SpecPart

    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | SpecPart.model_json_schema()


def digest(spec: Spec) -> str:
    """The SHA-256 of the spec's canonical JSON: equal specs have equal digests."""
    text = json.dumps(to_json(spec), sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _givens(givens: Iterable[tuple[str, Dims]]) -> list[dict[str, str]]:
    return [{"name": name, "shape": " ".join(dims)} for name, dims in givens]


def _given(name: str, shape: str) -> tuple[str, Dims]:
    return name, parse_dims(shape)


def _node(
    outputs: Sequence[str], op: str, inputs: Sequence[str], attributes: Mapping[str, Any], vocabulary: Vocabulary
) -> Node:
    if op not in vocabulary:
        raise SpecError(unknown_op(op, vocabulary))
    return Node(tuple(outputs), vocabulary[op], tuple(inputs), tuple(attributes.items()))


T = TypeVar("T")


def _collected(problems: list[Problem], what: str, makers: Iterable[Callable[[], T]]) -> Iterator[T]:
    """What each maker makes; what one refuses is a problem at its index."""
    for i, make in enumerate(makers):
        try:
            yield make()
        except SpecError as error:
            problems += [replace(p, where=f"{what}[{i}]") for p in error.problems]


def _check_version(data: object) -> None:
    """SpecError for what is no spec at all, or one that a later trivium wrote."""
    if not isinstance(data, Mapping) or data.get("format") != FORMAT:
        has = f"'format' is {data.get('format')!r:.40}" if isinstance(data, Mapping) else "it is no object"
        raise SpecError(f"not a spec in JSON: {has}; an object with 'format': {FORMAT!r} is one")
    version = data.get("version")
    if version != VERSION or isinstance(version, bool):
        raise SpecError(f"version {version!r:.40} of {FORMAT!r}; this trivium reads version {VERSION}")


def _parse(text: str) -> Any:
    depth = 0
    for mark in re.findall(r'"(?:\\.|[^"\\])*"|[\[{\]}]', text):
        depth += (mark in "[{") - (mark in "]}")
        if depth > DEEPEST:
            raise SpecError(f"more than {DEEPEST} brackets within brackets: this is no spec")
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise SpecError(f"not JSON: {_lower(error.msg)} at line {error.lineno}, column {error.colno}") from None
    except ValueError:  # an integer of more digits than Python reads
        raise SpecError("a number of more than 4300 digits: this is no spec") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise SpecError(f"the entry {twice!r} stands twice in one object")
    return found


def _no_number(text: str) -> NoReturn:
    raise SpecError(f"{text} is no number that an attribute can be")


def _sentence(keys: tuple[int | str, ...], kind: str, message: str) -> str:
    """One of pydantic's errors in words; an attribute is of none of its types, so one sentence says so for all."""
    if "attributes" in keys and len(keys) > 3:
        return f"{_path(keys[:4])} {VALUE}"
    return f"{_path(keys)} {SENTENCES.get(kind, _lower(message))}"


def _path(keys: Iterable[int | str]) -> str:
    """nodes[3].inputs, from the keys that lead there."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys).removeprefix(".")


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


VALUE = "is no attribute: true, false, null, a number, a text, or a list of integers is one"
SENTENCES = {
    "missing": "is missing",
    "extra_forbidden": "means nothing in a spec",
    "string_type": "is no text",
    "int_type": "is no integer",
    "list_type": "is no list",
    "dict_type": "is no object",
    "model_type": "is no object",
    "too_short": "is empty",
}
"""What to say for each of pydantic's words; where it has another, its own sentence stands."""
