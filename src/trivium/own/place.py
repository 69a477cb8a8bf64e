"""Where a person's code raised: its file, its line, and what stands there.

Knows nothing of why it was run.
"""

from __future__ import annotations

import sysconfig
import traceback
from pathlib import Path

ELSEWHERE = tuple(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib"))
OURS = str(Path(__file__).parents[1])


def place(error: BaseException) -> str:
    """`mine.py:8, y = helper(x)`: the last line of the person's own that an error passed; nothing where there is none.

    Of a cell, whose lines are counted in it, and stand elsewhere in its file: which line, and in which function.
    """
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        file = frame.filename
        if file.startswith(("<", OURS, *ELSEWHERE)):
            continue
        if Path(file).suffix != ".py":
            return f"{file}, line {frame.lineno} of its cell{f', in {frame.name}' if frame.name[0] != '<' else ''}"
        return f"{file}:{frame.lineno}{f', {frame.line}' if frame.line else ''}"
    return ""
