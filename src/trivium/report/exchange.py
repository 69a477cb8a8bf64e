"""A report as JSON: every step, finding and gradient, with a version and a schema.

Numbers that JSON does not have are the texts "nan", "inf" and "-inf". Knows nothing of how a report is told in words.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from trivium.compare.bound import LINE
from trivium.compare.comparison import Comparison
from trivium.report.verdict import sentence
from trivium.spec.graph import Spec

FORMAT, VERSION = "trivium.report", 1
SHOWN_ALONE = frozenset({"picture", "site"})
"""Fields that only a page shows: what they hold is drawn, and nobody would read it in JSON."""


def document(comparison: Comparison, command: str) -> dict[str, Any]:
    """The whole comparison as plain data that strict JSON can hold."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "verdict": comparison.verdict,
        "summary": sentence(comparison),
        "command": command,
        "network": network(comparison.spec),
        "backends": list(comparison.backends),
        "dtypes": list(comparison.dtypes),
        "seed": comparison.seed,
        "oracle": comparison.oracle,
        "line": LINE,
        "points": [{"name": name, "sizes": dict(sizes)} for name, sizes in comparison.points],
        "worst": plain(comparison.worst),
        "floor": plain(comparison.floor),
        "findings": plain(comparison.findings),
        "gradients": plain(comparison.ends),
        "steps": plain(comparison.steps),
        "cost": plain(comparison.cost),
    }


def network(spec: Spec) -> dict[str, Any]:
    """The spec as a person reads it: shapes and nodes as written."""
    return {
        "name": spec.name,
        "loss": spec.loss,
        "inputs": {name: " ".join(dims) for name, dims in spec.inputs},
        "parameters": {name: " ".join(dims) for name, dims in spec.parameters},
        "nodes": [str(node) for node in spec.nodes],
        "sizes": dict(spec.sizes),
    }


def plain(value: Any) -> Any:
    """Frozen data as dicts, lists, texts and numbers; nan and infinity as texts."""
    if is_dataclass(value):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value) if f.name not in SHOWN_ALONE}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else str(float(value))
    return value


def report_schema() -> dict[str, Any]:
    """The JSON Schema of a report (draft 2020-12)."""
    from trivium.report.schema import schema

    return schema()
