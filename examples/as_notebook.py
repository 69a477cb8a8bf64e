"""Writes examples/notebook.ipynb from notebook.py, which is the same in plain text: a cell begins at each line `# %%`.

    python examples/as_notebook.py       (or `make notebook`)

The notebook is kept without output. Knows nothing of what the cells do.
"""

from __future__ import annotations

import re
from pathlib import Path

import nbformat

SCRIPT = Path(__file__).with_name("notebook.py")
MARK = re.compile(r"(?m)^# %%( \[markdown\])?\n")
KERNEL = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}


def notebook(script: str) -> nbformat.NotebookNode:
    """The notebook of a script in cells; in a cell of text, every line is a comment."""
    _, *parts = MARK.split(script)
    cells = [_cell(i, kind, text.strip()) for i, (kind, text) in enumerate(zip(parts[::2], parts[1::2], strict=True))]
    return nbformat.v4.new_notebook(cells=cells, metadata=KERNEL)


def written(script: str) -> str:
    """The notebook as its file holds it."""
    return nbformat.writes(notebook(script)) + "\n"


def _cell(number: int, kind: str | None, text: str) -> nbformat.NotebookNode:
    name = f"cell-{number}"  # drawn at random otherwise, and another one each time
    if kind is None:
        return nbformat.v4.new_code_cell(text, id=name)
    return nbformat.v4.new_markdown_cell(re.sub(r"(?m)^# ?", "", text), id=name)


if __name__ == "__main__":
    _ = SCRIPT.with_suffix(".ipynb").write_text(written(SCRIPT.read_text(encoding="utf-8")), encoding="utf-8")
