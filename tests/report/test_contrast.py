"""The stylesheet's colors: every text on every ground that it may stand on has a contrast of 4.5 at least (WCAG AA)."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from trivium.report.heat import READABLE, STRONGEST

LEAST = 4.5
CSS = "".join(files("trivium.report").joinpath(name).read_text("utf-8") for name in ("frame.html.j2", "heat.html.j2"))
PAIR = re.compile(r"(--[\w-]+): light-dark\((#\w+), (#\w+)\)")
THEMES = ("light", "dark")
Color = tuple[float, float, float]
TEXTS = [
    *((ink, ground) for ink in ("--ink", "--soft", "--good", "--bad", "--warn") for ground in ("--page", "--quiet")),
    *(("--ink", ground) for ground in ("--fault", "--heir", "--bar")),
    *(("--page", ground) for ground in ("--bad", "--warn")),
]
"""What is written on what: text in a page and in a block of code, in a lit box, before a bar, and in a flag."""


def parsed(color: str) -> Color:
    r, g, b = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return r, g, b


def palette(css: str, theme: str) -> dict[str, Color]:
    """The custom properties of a stylesheet in one theme."""
    return {name: parsed(both[THEMES.index(theme)]) for name, *both in PAIR.findall(css)}


def mixed(a: Color, b: Color, percent: float) -> Color:
    """color-mix(in srgb, a percent, b)"""
    r, g, c = (x * percent / 100 + y * (1 - percent / 100) for x, y in zip(a, b, strict=True))
    return r, g, c


def luminance(color: Color) -> float:
    r, g, b = (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in color)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(a: Color, b: Color) -> float:
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


def faint(css: str, theme: str) -> dict[tuple[str, str], float]:
    """The pairs of text and ground that cannot be read."""
    colors = palette(css, theme)
    found = {(ink, ground): contrast(colors[ink], colors[ground]) for ink, ground in TEXTS}
    return {pair: ratio for pair, ratio in found.items() if ratio < LEAST}


@pytest.mark.parametrize("theme", THEMES)
def test_every_text_can_be_read_on_its_ground(theme: str) -> None:
    assert faint(CSS, theme) == {}


def test_black_on_white_is_the_greatest_contrast() -> None:
    assert contrast((0, 0, 0), (1, 1, 1)) == pytest.approx(21)


def test_a_fainter_gray_would_be_seen() -> None:
    pale = CSS.replace("--soft: light-dark(#5f6770", "--soft: light-dark(#8f97a0")
    assert set(faint(pale, "light")) == {("--soft", "--page"), ("--soft", "--quiet")}


@pytest.mark.parametrize("theme", THEMES)
def test_a_number_can_be_read_in_the_reddest_cell(theme: str) -> None:
    colors = palette(CSS, theme)
    numbered, plain = (mixed(colors["--bad"], colors["--page"], percent) for percent in (READABLE, STRONGEST))
    assert contrast(colors["--ink"], numbered) >= LEAST
    assert contrast(colors["--page"], plain) >= LEAST


@pytest.mark.parametrize("theme", THEMES)
def test_a_residual_past_the_line_can_be_read_on_its_bar(theme: str) -> None:
    (both,) = re.findall(r"\.past \.bar \{ background: light-dark\((#\w+), (#\w+)\)", CSS)
    assert contrast(palette(CSS, theme)["--bad"], parsed(both[THEMES.index(theme)])) >= LEAST
