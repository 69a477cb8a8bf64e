"""The notebook among the examples: it is what its script builds, it runs in a kernel, and what it says is so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from examples.as_notebook import SCRIPT, notebook, written

SOURCE = SCRIPT.read_text(encoding="utf-8")
KEPT = SCRIPT.with_suffix(".ipynb").read_text(encoding="utf-8")
SAID = {
    "spec": "9 steps from 8 arrays to the loss, g9; 30 numbers to be learned.",
    "by_hand": "17 values, 17 gradients.",
    'tv.check("nets/notebook.net.toml")': "prime sizes (N = 13, ",
    "tv.check_gradient(cost, grads,": "The gradient of the network notebook is right",
    "tv.check_gradient(cost, simplified,": "6.5 times too large",
    "tv.check_gradient(cost, careless,": "derivative-at-output, at g6",
    'tv.check("nets/notebook.net.toml", backends': "numpy is wrong in the backward step of g3 = tanh(g2)",
}
"""What a cell ends with, and what its page says; in the notebook's order."""
PRINTED = (
    "torch differs from NumPy most in the gradient of ",
    "jax   differs from NumPy most in the gradient of ",
    "step 1e-01: off by 3e-02\n",
    "step 1e-05: off by 3e-06\n",
    "a line at 1e-07 calls 29 of 30 right entries wrong\n",
    "off by 1e-05 at most; the right gradient was off by 1e-05\n",
)


def run(script: str, own: Path) -> Any:
    """The notebook of a script, executed in the folder of the examples by a kernel whose files are kept apart."""
    with pytest.MonkeyPatch.context() as patch:
        for variable in ("JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "IPYTHONDIR"):
            patch.setenv(variable, str(own))
        where = {"metadata": {"path": str(SCRIPT.parent)}}
        return NotebookClient(notebook(script), timeout=300, resources=where).execute()


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return run(SOURCE, tmp_path_factory.mktemp("kernel"))


def pages(executed: Any) -> dict[str, str]:
    """Every page that is shown, by the last line of its cell."""
    shown = [(cell.source.splitlines()[-1], out) for cell in executed.cells for out in cell.get("outputs", ())]
    return {line: out.data["text/html"] for line, out in shown if "text/html" in out.get("data", {})}


def plain(page: str) -> str:
    """A page's text in one line."""
    return " ".join(page.split())


def test_the_notebook_is_what_its_script_builds() -> None:
    assert written(SOURCE) == KEPT


def test_a_cell_that_was_changed_would_be_seen() -> None:
    assert written(SOURCE.replace("1e-7", "1e-8", 1)) != KEPT


def test_it_is_a_notebook_and_kept_without_output() -> None:
    kept = nbformat.reads(KEPT, as_version=4)
    nbformat.validate(kept)
    code = [cell for cell in kept.cells if cell.cell_type == "code"]
    assert [(cell.outputs, cell.execution_count) for cell in code] == [([], None)] * len(code)


def test_its_cells_are_text_and_code() -> None:
    cells = notebook("# %% [markdown]\n# ## One\n#\n# two\n\n# %%\nx = 1\n\n# %%\nx  # shown\n").cells
    assert [(c.cell_type, c.source) for c in cells] == [
        ("markdown", "## One\n\ntwo"),
        ("code", "x = 1"),
        ("code", "x  # shown"),
    ]


def test_it_runs_and_each_page_says_what_the_notebook_says(executed: Any) -> None:
    shown = pages(executed)
    assert [line for line, said in zip(shown, SAID, strict=True) if not line.startswith(said)] == []
    assert [said for said, page in zip(SAID.values(), shown.values(), strict=True) if said not in plain(page)] == []


def test_what_is_printed_is_what_the_notebook_says(executed: Any) -> None:
    outputs = [out for cell in executed.cells for out in cell.get("outputs", ())]
    printed = "".join(out.text for out in outputs if out.output_type == "stream")
    assert [line for line in PRINTED if line not in printed] == []


def test_a_cell_that_fails_would_be_seen(tmp_path: Path) -> None:
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        run("# %%\n1 / 0\n", tmp_path)
