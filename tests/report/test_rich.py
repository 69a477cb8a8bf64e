"""What a notebook shows of a network, a run and a report: complete, escaped, in the notebook's theme."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

import trivium as tv
from tests.report.test_web import Balance
from trivium.backend import Array, Evaluation, load_backend
from trivium.compare.comparison import Comparison
from trivium.probe import draw
from trivium.report import Report
from trivium.report.array import summary
from trivium.report.rich import SMALL, evaluation_html, spec_html
from trivium.spec.graph import Spec
from trivium.zoo import ZOO

Build = Callable[..., Comparison]


def of(value: object) -> str:
    """The page of a run that has one value."""
    return evaluation_html(Evaluation({"a": np.asarray(value)}, {}))


def cells(page: str) -> list[tuple[str, str]]:
    """Every entry that is shown, and its color."""
    found = re.findall(r'<td(?: style="background: ([^"]*)")?>([^<]*)</td>', page.partition('class="entries"')[2])
    return [(text, color) for color, text in found]


def well_formed(page: str) -> bool:
    balance = Balance()
    balance.feed(page)
    return (balance.open, balance.wrong) == ([], [])


def run(spec: Spec) -> Evaluation:
    return load_backend("numpy").compile(spec)(draw(spec))


def test_a_network_and_a_run_have_their_pages(spec: Spec) -> None:
    evaluation = run(spec)
    assert spec._repr_html_() == spec_html(spec)
    assert evaluation._repr_html_() == evaluation_html(evaluation)


def test_a_network_s_page_has_everything_fed_in_and_every_step(spec: Spec) -> None:
    rows = re.findall(r"<tr><td><code>(\w+)</code></td><td>(.*?)</td>", spec_html(spec))
    assert rows == [(name, str(shape)) for name, shape in spec.shapes.items()]


def test_a_network_s_page_draws_it_and_says_what_each_op_is(spec: Spec) -> None:
    page = spec_html(spec)
    assert [n.name for n in spec.nodes if f'data-node="{n.name}"' not in page] == []
    assert re.findall(r"<dt><code>(\w+)</code>", page) == ["matmul", "tanh", "squared_error"]
    assert "4 steps from 4 arrays to the loss, cost; 9 numbers to be learned." in page


def test_a_run_s_page_has_every_value_and_gradient(spec: Spec) -> None:
    page, found = evaluation_html(run(spec)), run(spec)
    numbers = [*found.values.values(), *found.gradients.values()]
    assert [x for array in numbers for x in array.ravel() if f">{x:.4g}</td>" not in page] == []
    assert f"{len(found.values)} values, {len(found.gradients)} gradients." in page


def test_names_stand_in_the_order_of_their_numbers() -> None:
    one = np.ones(1)
    page = evaluation_html(Evaluation(dict.fromkeys(["g10", "g9", "b1", "b"], one), {"g2": one}))
    assert re.findall(r"<code>(\w+)</code>", page) == ["b", "b1", "g2", "g9", "g10"]


def test_an_entry_is_colored_by_its_size_and_sign() -> None:
    shown = cells(of([[4.0, -2.0], [0.0, np.nan]]))
    assert [text for text, _ in shown] == ["4", "-2", "0", "nan"]
    assert [re.findall(r"--\w+|\d+%", color) for _, color in shown] == [["--plus", "60%"], ["--minus", "30%"], [], []]


@pytest.mark.parametrize("value", [3.5, [0, 2, 1], [True, False], [0.0, 0.0], [np.inf]])
def test_what_has_no_largest_entry_has_no_color(value: object) -> None:
    assert {color for _, color in cells(of(value))} == {""}


@pytest.mark.parametrize("value", [np.arange(SMALL + 1.0), np.ones((1, 1, 2)), np.ones((2, 0))])
def test_of_a_large_array_a_line_is_said(value: Array) -> None:
    assert f'<td class="soft">{summary(value)}</td>' in of(value)


def test_a_vector_is_a_row_and_a_matrix_has_its_rows() -> None:
    assert of([1.0, 2.0, 3.0]).partition('class="entries"')[2].count("<tr>") == 1
    assert of([[1.0], [2.0], [3.0]]).partition('class="entries"')[2].count("<tr>") == 3


def test_names_are_escaped(spec: Spec, agreeing: Build) -> None:
    hostile = "<script>alert('x')</script> & more"
    named = replace(spec, name=hostile)
    pages = (
        spec_html(named),
        evaluation_html(Evaluation({hostile: np.ones(1)}, {})),
        Report(agreeing(named), hostile)._repr_html_(),
    )
    assert [page.count("<script") for page in pages] == [0, 0, 0]
    assert [page for page in pages if "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; more" not in page] == []


def test_pages_are_well_formed_and_fetch_nothing(spec: Spec) -> None:
    pages = spec_html(spec), evaluation_html(run(spec)), of(np.ones((9, 9)))
    assert [well_formed(page) for page in pages] == [True, True, True]
    assert [re.findall(r"<script|<link|<img|src=|url\(|@import|https?://| on\w+=", page) for page in pages] == [[]] * 3


def test_nothing_has_an_id_that_another_cell_could_have_too(spec: Spec) -> None:
    assert re.findall(r'\bid="', spec_html(spec) + evaluation_html(run(spec))) == []


def test_a_notebook_s_theme_is_followed_and_a_page_that_stands_alone_has_none(spec: Spec, agreeing: Build) -> None:
    dark = re.compile(r'\[data-jp-theme-light="false"\][^{]*\.trivium { color-scheme: dark; }')
    report = Report(agreeing(spec), "trivium check two_layers.net.toml")
    pages = spec_html(spec), evaluation_html(run(spec)), report._repr_html_(), report.to_html()
    assert [bool(dark.search(page)) for page in pages] == [True, True, True, False]


@pytest.mark.parametrize("name", ZOO)
def test_every_network_of_the_zoo_has_a_page(name: str) -> None:
    spec = tv.network(name)
    assert well_formed(spec_html(spec))
    assert len(re.findall('<g class="node', spec_html(spec))) == len(spec.nodes)


def test_a_report_prints_as_its_text_where_no_page_is_shown(spec: Spec, agreeing: Build) -> None:
    class Printer:
        shown = ""

        def text(self, text: str) -> None:
            self.shown += text

    printer, report = Printer(), Report(agreeing(spec), "trivium check two_layers.net.toml")
    report._repr_pretty_(printer, False)
    assert printer.shown == report.text()
