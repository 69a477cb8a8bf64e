"""`trivium bench import` and `trivium bench export`: times from and for GradBench's JSON lines.

Knows nothing of what a line holds.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from trivium.cli.cure import helped
from trivium.cli.file import reserve, write
from trivium.cli.stream import mention
from trivium.errors import counted


def taken(
    logs: Annotated[list[Path], typer.Argument(metavar="LOG.jsonl...", show_default=False)],
    *,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE.json", help="Where the times go.")],
) -> int:
    """Take the times of GradBench logs over: a file that `report` and `compare` read.

    Evaluations of objective and jacobian (or primal, cost, gradient) are taken; an answer that the eval found invalid
    is a failed row.
    """
    from trivium.bench.gradbench import taken as read
    from trivium.bench.record import merged

    with helped("import"):
        record = merged([read(log) for log in logs])
    reserve(out, "--out")
    write(out, json.dumps(record.to_json(), indent=1) + "\n")
    mention(f"wrote {out}: {counted(len(record.rows), 'evaluation')}")
    return 0


def export(
    file: Annotated[Path, typer.Argument(metavar="FILE.json", show_default=False)],
    *,
    backend: Annotated[str, typer.Option(metavar="NAME", help="Whose times: a log is of one tool.")],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="LOG.jsonl", help="Where the log goes.")],
) -> int:
    """Write one backend's times as a GradBench log, in which each network is a module."""
    from trivium.bench.gradbench import written
    from trivium.bench.record import read
    from trivium.wanted import one_of

    with helped("export"):
        record = read(file)
        _ = one_of(backend, "--backend", tuple(dict.fromkeys(r.backend for r in record.rows)))
    reserve(out, "--out")
    write(out, "\n".join(written(record, backend)) + "\n")
    mention(f"wrote {out}")
    return 0
