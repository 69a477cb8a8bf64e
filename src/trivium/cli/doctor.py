"""`trivium doctor`: what stands behind the numbers here, and what to mend.

Knows nothing of how it is found out.
"""

from __future__ import annotations

import json
from typing import Annotated

import typer

from trivium.cli.stream import say, waiting


def doctor(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="The same as JSON.")] = False,
) -> int:
    """Show what works here, how fast, and what to mend.

    Backends, versions, precisions, threads and BLAS kernels, and what to install or set."""
    from trivium.doctor import facts, show
    from trivium.report.exchange import plain

    with waiting("importing the backends"):
        found = facts()
    say(json.dumps(plain(found), indent=2, allow_nan=False) if as_json else show(found).rstrip())
    return 0
