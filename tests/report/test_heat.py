"""The heat map: what is within the bound has no color, what is past it has more the further it is, and it is said."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pytest

from trivium.compare.comparison import Comparison, Finding
from trivium.compare.picture import Picture
from trivium.report import Report
from trivium.report.heat import FAINTEST, READABLE, STRONGEST, heat, short
from trivium.spec.graph import Spec

Build = Callable[..., Comparison]
Find = Callable[..., Finding]


def test_only_what_is_past_the_bound_has_color() -> None:
    (row,) = heat(Picture((1, 4), ((0.0, 1.0, 1.001, 1e6),)), "w").rows
    assert [cell.past for cell in row] == [False, False, True, True]
    assert [cell.red for cell in row] == [0, 0, FAINTEST, READABLE]


def test_the_further_the_redder() -> None:
    (row,) = heat(Picture((1, 4), ((10.0, 1e4, 1e8, 1e12),)), "w").rows
    assert [cell.red for cell in row] == sorted({cell.red for cell in row})


def test_few_cells_have_numbers_and_many_have_stronger_colors() -> None:
    few, many = heat(Picture((8, 8), ((9.0,) * 8,) * 8), "w"), heat(Picture((8, 9), ((9.0,) * 9,) * 8), "w")
    assert [(h.numbers, h.most, h.rows[0][0].red) for h in (few, many)] == [
        (True, READABLE, READABLE),
        (False, STRONGEST, STRONGEST),
    ]


def test_what_is_not_finite_or_was_not_asked_says_so() -> None:
    (row,) = heat(Picture((1, 3), ((math.inf, math.nan, 2.0),)), "w").rows
    assert [cell.text for cell in row] == ["∞", "·", "2.0"]
    assert [cell.past for cell in row] == [True, False, True]


@pytest.mark.parametrize(
    ("cells", "end"),
    [
        ((math.inf, 0.5, 0.2), "∞"),
        ((math.inf, 3e13, math.nan), "∞"),
        ((math.inf, math.inf), "∞"),
        ((340.0, math.nan), "340"),
        ((math.nan, math.nan), "1.0"),
    ],
)
def test_the_scale_ends_at_the_worst_cell(cells: tuple[float, ...], end: str) -> None:
    assert heat(Picture((1, len(cells)), (cells,)), "w").worst == end


def test_the_scale_and_the_label_of_a_page_name_an_infinite_cell(failing: Build, find: Find, spec: Spec) -> None:
    found = find("cost", "p")
    squares = Picture((9, 3), ((math.inf, 0.5, 0.2),) * 9)
    page = Report(failing(spec, replace(found, wrong=(replace(found.wrong[0], picture=squares),))), "again").to_html()
    assert page.count("<span>∞ times the bound</span>") == 1
    assert page.count('; the worst is ∞ times the bound"') == 1


def test_the_caption_says_what_a_cell_is() -> None:
    assert heat(Picture((2, 3), ((0.0,) * 3,) * 2), "w").caption == "w, its 2 x 3 entries"
    large = heat(Picture((40, 3), ((0.0,) * 3,) * 16), "w")
    assert large.caption == "w, 40 x 3 entries: a cell is the worst of at most 3 x 1"
    assert large.down[:4] == (0, 2, 5, 7)


@pytest.mark.parametrize(
    ("times", "says"),
    [(0, "0"), (0.004, "<.01"), (0.25, "0.2"), (1.7, "1.7"), (340, "340"), (4e5, "4e5"), (2.96e13, "3e13")],
)
def test_a_multiple_has_few_characters(times: float, says: str) -> None:
    assert short(times) == says
