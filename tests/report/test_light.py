"""The drawn network of a failing check: the step that is wrong is lit, and told from what merely inherits it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.report.test_web import Balance
from trivium.compare.comparison import Comparison, Finding
from trivium.report import Report
from trivium.report.graph import drawn, tall
from trivium.report.layers import layers
from trivium.report.light import graph, lights
from trivium.spec.graph import Spec
from trivium.zoo import ZOO, network

Build = Callable[..., Comparison]
Find = Callable[..., Finding]


def kinds(svg: str) -> dict[str, str]:
    """The class of every box, by name."""
    return {name: kind for kind, name in re.findall(r'<g class="([^"]*)" data-node="([^"]*)"', svg)}


def test_the_wrong_step_is_lit_and_what_inherits_it(failing: Build, find: Find, spec: Spec) -> None:
    found = graph(failing(spec, find("cost", "p", inherits=("w2", "a", "h", "w1", "x"))))
    assert kinds(found.near) == {
        **dict.fromkeys(("w1", "x", "w2"), "given inherits"),
        **dict.fromkeys(("h", "a", "p"), "node inherits"),
        "cost": "node wrong",
        "y": "given",
    }
    assert found.near.count('<g class="flag">') == 1
    assert ">numpy</text>" in found.near
    assert [words for _, words in found.legend] == [
        "wrong by itself",
        "merely inherits it",
        "right, given what it was fed",
    ]


def test_who_does_not_see_it_is_told(failing: Build, find: Find, spec: Spec) -> None:
    found = graph(failing(spec, find("p", "w2", inherits=())))
    assert 'aria-label="The graph of two_layers: 4 steps; wrong: p; inherits: w2"' in found.near


def test_several_mistakes_are_numbered_as_they_are_told(failing: Build, find: Find, spec: Spec) -> None:
    both = find("cost", "p"), find("a", "h", backend="torch"), find("a", "h", backend="jax")
    assert {n: light.flag for n, light in lights(failing(spec, *both)).items() if light.flag} == {
        "cost": "1 numpy",
        "a": "2 torch, 3 jax",
    }


def test_a_step_that_may_be_the_wrong_one_instead_is_lit_too(failing: Build, find: Find, spec: Spec) -> None:
    lit = lights(failing(spec, find("cost", "p", instead=("a",))))
    assert (lit["a"].kind, lit["a"].flag) == ("suspect", "or here")


def test_nothing_is_lit_where_all_agree(agreeing: Build, spec: Spec) -> None:
    found = graph(agreeing(spec))
    assert set(kinds(found.near).values()) == {"given", "node"}
    assert (found.legend, found.whole) == ((), "")


@pytest.mark.parametrize("name", [name for name in ZOO if tall(layers(network(name)))])
def test_of_a_tall_network_the_part_around_the_wrong_step_is_drawn_first(name: str, failing: Build, find: Find) -> None:
    spec = network(name)
    for node in (spec.nodes[0], spec.nodes[len(spec.nodes) // 2], spec.nodes[-1]):
        comparison = failing(spec, find(node.name, *node.inputs[:1]))
        found = graph(comparison)
        assert kinds(found.near)[node.name] == "node wrong"
        assert len(kinds(found.near)) < len(kinds(found.whole)) == len(layers(spec).boxes)


def test_a_network_that_is_seen_at_once_is_drawn_whole(failing: Build, find: Find, spec: Spec) -> None:
    assert not tall(layers(spec))
    assert graph(failing(spec, find("cost", "p"))).whole == ""


def test_two_fragments_on_a_page_do_not_meet(failing: Build, find: Find, spec: Spec) -> None:
    fragment = Report(failing(spec, find("cost", "p")), "again")._repr_html_()
    assert "<svg" in fragment
    assert re.findall(r'\sid="|\shref="#|url\(#', fragment) == []


def test_names_in_a_graph_are_escaped(failing: Build, find: Find, spec: Spec) -> None:
    hostile = replace(spec, name='"><script>alert(1)</script>')
    text = Report(failing(hostile, find("cost", "p", backend="<b>")), "again").to_html()
    assert "<script" not in text
    assert ">&lt;b&gt;</text>" in text
    balance = Balance()
    balance.feed(text)
    assert (balance.open, balance.wrong) == ([], [])


def test_the_graph_alone_is_what_it_was(spec: Spec) -> None:
    assert drawn(spec).startswith('<svg viewBox="0 0 ')
    assert 'class="edge"' in drawn(spec)
    assert "inherits" not in drawn(spec)
