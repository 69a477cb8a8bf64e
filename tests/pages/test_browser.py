"""Every kind of page in a real Chromium: it complains of nothing, asks for nothing, can be read, and prints whole."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.browser import CHROMIUM, Seen, opened, printed, still, watched
from tests.pages.shown import KINDS, shown

needs_a_browser = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")
FAULTY = """<!doctype html><html><head><title>x</title></head><body>
<div class="trivium" style="color: #000; background: #fff">
<p style="color: #888; background: #999">faint</p><p>plain</p><img src="http://a.example/x.png">
<details><summary>folded</summary><p style="width: 3000px">wide</p></details>
<script>console.warn("beware")</script></div></body></html>"""


class Page(HTMLParser):
    """What a page is made of: its words, the elements that run or fetch something, the attributes that do."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.active: list[str] = []
        self.inside: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside.append(tag)
        data = dict(attrs).get("type") == "application/json"
        self.active += [tag] if tag in ("link", "img", "iframe", "object") or (tag == "script" and not data) else []
        self.active += [name for name, value in attrs if name.startswith("on") or "javascript:" in (value or "")]

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside[: len(self.inside) - 1 - self.inside[::-1].index(tag)]

    def handle_data(self, data: str) -> None:
        self.words += data.split() if not {"script", "style"} & set(self.inside) else []


@needs_a_browser
@pytest.mark.parametrize("kind", KINDS)
def test_it_is_sound(kind: str, tmp_path: Path) -> None:
    seen = watched(shown(kind), tmp_path)
    assert seen.texts > 100
    assert seen == Seen((), (), seen.texts, (), ())


@needs_a_browser
def test_what_is_not_sound_is_seen(tmp_path: Path) -> None:
    seen = watched(FAULTY, tmp_path)
    refused, warned = sorted(seen.complaints, key=lambda said: "beware" in said)
    assert "'http://a.example/x.png' violates the following Content Security Policy" in refused
    assert "beware" in warned
    assert [said.split(":")[1].strip() for said in seen.faint] == ["faint", "faint"]
    assert [said.split()[0] for said in seen.cut] == ["P"]


@needs_a_browser
@pytest.mark.parametrize("kind", ["agreeing", "own", "bench", "lesson", "op", "network"])
def test_it_prints(kind: str, tmp_path: Path) -> None:
    assert 0 < printed(shown(kind), tmp_path) < 40


@needs_a_browser
@pytest.mark.parametrize(("kind", "folded"), [("failing", "<details>"), ("class", '<details class="submission">')])
def test_it_prints_as_if_unfolded(kind: str, folded: str, tmp_path: Path) -> None:
    page = shown(kind)
    assert page.count(folded) > 1
    assert printed(page, tmp_path) == printed(page.replace(folded, folded.replace(">", " open>")), tmp_path)


@needs_a_browser
def test_a_page_that_would_print_folded_is_seen(tmp_path: Path) -> None:
    page = shown("class").replace("details:not(.long)::details-content", ".nothing")
    unfolded = page.replace('<details class="submission">', '<details class="submission" open>')
    assert printed(page, tmp_path) < printed(unfolded, tmp_path)


@needs_a_browser
def test_the_lesson_is_whole_without_its_script(tmp_path: Path) -> None:
    with_, without = (opened(page, tmp_path, "--dump-dom").stdout for page in (shown("lesson"), still(shown("lesson"))))
    steps = [re.findall(r'<section class="step[^>]*>.*?</section>', page, re.DOTALL) for page in (with_, without)]
    assert [Page(step).words for step in steps[0]] == [Page(step).words for step in steps[1]]
    assert len(steps[0]) == 18
    assert 'class="trivium stepping' in with_
    assert 'class="trivium stepping' not in without


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("lesson", "network")])
def test_nothing_in_it_runs_or_fetches(kind: str) -> None:
    assert Page(shown(kind)).active == []
    assert re.findall(r"url\((?!#)|@import", shown(kind)) == []


def test_what_runs_or_fetches_is_seen() -> None:
    active = Page("<img src=x onerror=alert(1)><script>1</script><a href='javascript:1'>x</a>").active
    assert active == ["img", "onerror", "script", "href"]


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("class", "&lt;img src=x onerror=alert(1)&gt;&#34;.py"),
        ("class", "trivium grade &lt;folder&gt;"),
        ("bench", "it &lt;died&gt;"),
        ("bench", "trivium bench report &lt;bench.json&gt;"),
    ],
)
def test_what_a_person_named_is_escaped(kind: str, says: str) -> None:
    assert says in shown(kind)
