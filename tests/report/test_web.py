"""The report as a web page: it stands alone, and everything in it is escaped."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser

from trivium.compare.comparison import Comparison, Finding
from trivium.report import Report
from trivium.spec.graph import Spec

Build = Callable[..., Comparison]
Find = Callable[..., Finding]
HOLLOW = frozenset({"meta", "br"})


class Balance(HTMLParser):
    """The tags that are open; a page that is well formed ends with none."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.open += [tag] if tag not in HOLLOW else []

    def handle_endtag(self, tag: str) -> None:
        self.wrong += [] if self.open and self.open[-1] == tag else [tag]
        self.open = self.open[:-1]


def page(comparison: Comparison) -> str:
    """The page of a comparison."""
    return Report(comparison, "trivium check <two layers>").to_html()


def test_the_page_is_well_formed(failing: Build, find: Find, spec: Spec) -> None:
    balance = Balance()
    balance.feed(page(failing(spec, find("cost", "p"), find("p", "w2", "a", backend="torch"))))
    assert (balance.open, balance.wrong) == ([], [])


def test_a_tag_left_open_would_be_seen() -> None:
    balance = Balance()
    balance.feed("<p><b>word</p>")
    assert balance.wrong == ["p"]


def test_the_page_fetches_nothing_and_runs_nothing(agreeing: Build, spec: Spec) -> None:
    assert re.findall(r"<script|<link|<img|src=|url\(|@import|https?://| on\w+=", page(agreeing(spec))) == []


def test_what_is_shown_is_escaped(agreeing: Build, spec: Spec) -> None:
    hostile = Finding("TV201", "warning", "<script>alert('x')</script> & \"more\"")
    text = page(agreeing(spec, findings=(hostile,)))
    assert "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &#34;more&#34;" in text
    assert "<pre>trivium check &lt;two layers&gt;</pre>" in text


def test_it_has_both_colors_of_a_page(agreeing: Build, spec: Spec) -> None:
    assert "color-scheme: light dark" in page(agreeing(spec))


def test_the_page_says_the_same_as_the_text(failing: Build, find: Find, spec: Spec) -> None:
    text = page(failing(spec, find("cost", "p")))
    assert [
        word
        for word in ("One mistake: numpy is wrong", "[0, 1]", "1.37e-13", "256 u x", "torch says")
        if word not in text
    ] == []


def test_numbers_that_are_not_finite_are_shown_by_name(agreeing: Build, spec: Spec) -> None:
    first, *rest = agreeing(spec).steps
    assert ">nan<" in page(agreeing(spec, steps=(replace(first, residual=float("nan")), *rest)))


def test_a_notebook_gets_the_same_without_the_page(agreeing: Build, spec: Spec) -> None:
    fragment = Report(agreeing(spec), "again")._repr_html_()
    assert fragment.startswith('<div class="trivium">')
    assert "<html" not in fragment
