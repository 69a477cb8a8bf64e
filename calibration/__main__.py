"""`python -m calibration [--quick] [--out FILE]`: measure, and write the tables.

Knows nothing of what is measured.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def main(arguments: list[str] | None = None) -> int:
    """Measure; a full run writes TABLES.md and tables.json, a quick one only where it is told to."""
    asked = _parser().parse_args(arguments)
    _stay_on_one_core()
    from calibration.measured import full, quick  # after the core is chosen: libraries count cores when they are loaded
    from calibration.tables import markdown

    measured = (quick if asked.quick else full)(_say)
    page, data = markdown(measured), _rows(asdict(measured))
    if asked.quick and asked.out is None:
        print(page)
        return 0
    out = asked.out or HERE / "TABLES.md"
    out.write_text(page, encoding="utf-8")
    (out.with_suffix(".json") if asked.out else HERE / "tables.json").write_text(data, encoding="utf-8")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m calibration", description="Measure the rule of the verdict.")
    parser.add_argument("--quick", action="store_true", help="a sample of everything, in under a minute")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where the tables go, with a .json beside them")
    return parser


def _stay_on_one_core() -> None:
    """Times are of one core, whatever the machine has; a system that cannot pin a process measures on all."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _rows(measured: dict[str, Any]) -> str:
    """JSON with one row of a table in each line, so that two runs can be compared."""
    parts = []
    for name, rows in measured.items():
        lines = [json.dumps(row, default=_plain) for row in rows] if isinstance(rows, tuple) else []
        body = "[\n" + ",\n".join(lines) + "\n]" if isinstance(rows, tuple) else json.dumps(rows)
        parts.append(f'"{name}": {body}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _plain(value: Any) -> Any:
    """What JSON lacks: sets as sorted lists."""
    if isinstance(value, frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} is not written to tables.json")


if __name__ == "__main__":
    sys.exit(main())
