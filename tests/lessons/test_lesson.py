"""The lesson's page: its numbers are the run's, its code is the code that ran, and its steps can be walked."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from tests.browser import CHROMIUM, opened
from trivium.backend import Backend, load_backend
from trivium.cli import main
from trivium.lessons.account import STYLES
from trivium.lessons.beside import beside
from trivium.lessons.lesson import lesson
from trivium.lessons.walk import certified
from trivium.probe import draw
from trivium.referee import load_referee
from trivium.report.graph import drawn
from trivium.report.layers import WIDE, layers
from trivium.tally import Tallying
from trivium.target import find, select
from trivium.verbs import check
from trivium.zoo import ZOO, network

EXAMPLES = Path(__file__).parents[2] / "examples"
NOTEBOOK = find(EXAMPLES / "nets/notebook.net.toml")


def written(backends: dict[str, Backend] | None = None) -> str:
    assert NOTEBOOK.values is not None
    roads = select(None) if backends is None else backends
    return lesson(NOTEBOOK.spec, NOTEBOOK.values, roads, load_referee(), "trivium lesson net -o lesson.html").text


@pytest.fixture(scope="module")
def page() -> str:
    return written()


def test_its_numbers_are_the_run_s(page: str) -> None:
    raw = json.loads(page.split('id="numbers">', 1)[1].split("</script>", 1)[0])
    assert NOTEBOOK.values is not None
    run = load_backend("numpy").compile(NOTEBOOK.spec)(NOTEBOOK.values)
    assert all(np.array_equal(raw["values"][n], x) for n, x in run.values.items())
    assert all(np.array_equal(raw["gradients"][n], x) for n, x in run.gradients.items())
    assert len(raw["gradients"]) == 17


def test_every_step_is_there_forward_and_back(page: str) -> None:
    steps = re.findall(r'<section class="step (\w+)" data-node="(\w+)"', page)
    names = [node.name for node in NOTEBOOK.spec.nodes]
    assert steps == [*(("forward", n) for n in names), *(("backward", n) for n in reversed(names))]


def test_the_code_shown_is_the_code_that_ran(page: str) -> None:
    assert "return ((1 - y * y) * y_bar,)" in page
    assert "TanhBackward0" in page
    assert page.count("{ lambda ;") == 18


def test_an_op_that_changes_changes_the_page() -> None:
    torch: Any = load_backend("torch")
    slow = torch.having(tanh=lambda x: x.sinh() / x.cosh())
    text = written({"torch": slow})
    assert "SinhBackward0" in text
    assert "TanhBackward0" not in text


def test_what_a_style_keeps_and_runs_is_its_tally(page: str) -> None:
    assert NOTEBOOK.values is not None
    for name, backend in select(None).items():
        assert isinstance(backend, Tallying)
        tally = backend.tally(NOTEBOOK.spec, NOTEBOOK.values)
        kept = [k for k in tally.kept if not k.given]
        counts = (len(kept), f"{tally.bytes:,}", len(tally.kept) - len(kept), tally.forward, tally.back)
        cells = "".join(f'<td class="n">{n}</td>' for n in counts)
        assert f'<th scope="row">{STYLES[name]}</th>{cells}<td>{tally.unit}</td>' in page


def test_forward_mode_arrives_at_the_entry_that_reverse_mode_has(page: str) -> None:
    assert NOTEBOOK.values is not None
    right = load_backend("numpy").compile(NOTEBOOK.spec)(NOTEBOOK.values).gradients["w1"]
    ends = [float(x) for x in re.findall(r"(?:jvp|∂w1)</th><td>([^<]*)</td>", page)]
    assert len(ends) == 4
    assert np.allclose(ends, np.abs(right).max(), rtol=1e-12)


def test_a_student_s_lines_stand_at_their_steps() -> None:
    own = beside(NOTEBOOK.spec, EXAMPLES / "student/three_layers.py")
    assert NOTEBOOK.values is not None
    text = lesson(NOTEBOOK.spec, NOTEBOOK.values, {"numpy": load_backend("numpy")}, None, "lesson", own).text
    back = text.split('class="step backward" data-node="g3"')[1].split("</section>")[0]
    assert "grad_g2 = np.dot(data[&#34;w2&#34;].T, grad_g5) * tanh_slope" in back
    assert "grad_w3" not in back


LESSONS = [
    pytest.param(path, id=path.stem, marks=[pytest.mark.slow] if path.stem == "lstm.net" else [])
    for path in sorted((EXAMPLES / "lessons").glob("*.toml"))
]


@pytest.mark.parametrize("path", LESSONS)
def test_each_lesson_is_right_and_small(path: Path) -> None:
    source = find(path)
    assert check(source.spec).verdict == "agree"
    text = lesson(source.spec, draw(source.spec), {"numpy": load_backend("numpy")}, load_referee(), "lesson").text
    assert text.count('<section class="step') == 2 * len(source.spec.nodes)
    assert len(text.encode()) < 1_000_000


class Lacking:
    """The handwritten road without tanh."""

    lacks = MappingProxyType({"tanh": "nobody wrote it"})

    def __getattr__(self, name: str) -> Any:
        return getattr(load_backend("numpy"), name)


def test_a_road_that_lacks_an_op_is_left_out() -> None:
    roads: Any = {"numpy": load_backend("numpy"), "other": Lacking()}
    assert NOTEBOOK.values is not None
    text = lesson(NOTEBOOK.spec, NOTEBOOK.values, roads, None, "lesson").text
    assert "one derivative, one style" in text
    assert "other is left out: it does not have tanh." in text


def test_numbers_that_do_not_fit_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = EXAMPLES / "lessons/softmax.net.toml"
    net = tmp_path / "own.net.toml"
    _ = net.write_text(source.read_text().replace('loss = "loss"\n', 'loss = "loss"\nvalues = "own.json"\n', 1))
    values = {n: np.asarray(x).tolist() for n, x in draw(find(source).spec).items()}
    _ = (tmp_path / "own.json").write_text(json.dumps({**values, "label": [7, 0, 0, 0]}))
    assert main(["lesson", str(net), "-o", str(tmp_path / "page.html")]) == 2
    assert "needs integers from 0 to 2" in capsys.readouterr().err


def test_a_large_network_s_page_stays_small() -> None:
    spec = network("deep_mlp")
    text = lesson(spec, draw(spec), {"numpy": load_backend("numpy")}, None, "lesson").text
    assert len(text.encode()) < 1_000_000
    assert "data-sum" not in text.split("</style>")[-1].split("<script")[0]
    assert text.count('<p class="sum">') == 2 * len(spec.nodes)
    assert text.count("How the backward rule comes about") == len({node.op.name for node in spec.nodes})


def test_nothing_is_fetched(page: str) -> None:
    assert re.findall(r"(?:src|href)=\"(?!#)[^\"]*\"|url\((?!#)|@import|https?://(?!www\.w3\.org)", page) == []
    assert len(page.encode()) < 1_000_000


def test_names_are_escaped() -> None:
    spec = replace(network("mlp"), name="<b>mlp</b>")
    text = lesson(spec, draw(spec), {"numpy": load_backend("numpy")}, None, "<command>").text
    assert "<b>mlp</b>" not in text
    assert "&lt;command&gt;" in text


@pytest.mark.parametrize("name", ZOO)
def test_no_box_hides_another(name: str) -> None:
    spec = network(name)
    placed = layers(spec).boxes
    assert {n.name for n in spec.nodes} | {n for n in spec.givens if spec.consumers.get(n)} <= set(placed)
    rows = [sorted(b.x for b in placed.values() if b.y == y) for y in {b.y for b in placed.values()}]
    assert [row for row in rows if any(right - left < WIDE for left, right in pairwise(row))] == []
    above = [(placed[n], placed[node.name]) for node in spec.nodes for n in node.inputs if n in spec.givens]
    assert all(given.y < step.y for given, step in above)


@pytest.mark.parametrize("name", ZOO)
def test_a_line_passes_between_the_boxes(name: str) -> None:
    spec = network(name)
    laid = layers(spec)
    ends = [(spec.producer[n].name if n in spec.producer else n, node.name) for node in spec.nodes for n in node.inputs]
    passed = [place for start, end in ends for place in laid.between(start, end)]
    hit = [(x, y) for x, y in passed for b in laid.boxes.values() if b.y == y and abs(b.x - x) < WIDE / 2]
    assert hit == []


@pytest.mark.parametrize(
    ("hi", "lo", "radius", "says"),
    [
        (0.5, 1e-18, 1e-25, "0.500000000000000001000000"),
        (2.0, 0.0, 1e-3, "2.00"),
        (0.0, 0.0, 0.0, "0"),
        (9.95, 0.0, 0.0099, "1e+1"),
        (1e-32, 0.0, 1e-30, "from -9.9e-31 to 1.01e-30"),
        (1 / 3, 1.8503717077085943e-17, 1e-60, "0.333333333333333333333333333333"),
    ],
)
def test_as_many_digits_as_are_sure(hi: float, lo: float, radius: float, says: str) -> None:
    assert certified(hi, lo, radius) == says


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")
def test_its_steps_are_walked_with_the_keys(page: str, tmp_path: Path) -> None:
    presses = "".join(
        f'document.dispatchEvent(new KeyboardEvent("keydown", {{key: "{k}"}}));' for k in ("End", "ArrowLeft")
    )
    found = opened(page.replace("</body>", f"<script>{presses}</script></body>"), tmp_path, "--dump-dom")
    assert "CONSOLE" not in found.stderr
    assert re.findall(r'<section class="step (\w+) now" data-node="(\w+)"', found.stdout) == [("backward", "g2")]
    assert "17 of 18, backward: g2" in found.stdout


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")
def test_in_a_narrow_window_the_step_stands_before_the_graph(page: str, tmp_path: Path) -> None:
    asks = """const above = what => document.querySelector(what).getBoundingClientRect().top;
    document.body.dataset.tops = JSON.stringify([above(".step.now"), above(".graph")]);
    const code = [...document.querySelectorAll(".step.now .code")];
    document.body.dataset.wide = code.some(x => x.scrollWidth > x.clientWidth);"""
    whole = page.replace("</body>", f"<script>{asks}</script></body>")
    found = opened(whole, tmp_path, "--dump-dom", "--window-size=600,1200").stdout
    step, graph = json.loads(found.split('data-tops="')[1].split('"')[0])
    assert step < graph
    assert step < 300
    assert 'data-wide="false"' in found


def test_a_line_of_code_that_is_too_long_goes_on_below_its_own_indent(page: str) -> None:
    assert '<span style="--i:0">def tanh_vjp(' in page
    assert '<span style="--i:4">    return ((1 - y * y) * y_bar,)</span>' in page


def test_the_way_back_has_the_result_that_its_rule_uses(page: str) -> None:
    step = page.split('class="step backward" data-node="g3"')[1].split("</section>")[0]
    titles = re.findall(r"<caption><b>(.*?)</b>", step)
    assert titles == ["∂g9/∂g3, coming back", "g2", "g3", "∂g9/∂g2"]
    assert "1 - y²" in step.split("<h2>")[1].split("<table")[0]


def test_of_a_large_parameter_an_entry_that_is_shown_is_moved() -> None:
    spec = network("mlp").resized(b=200, n1=30)
    text = lesson(spec, draw(spec), {"numpy": load_backend("numpy")}, None, "lesson").text
    row, column = map(int, re.findall(r"how everything moves with \w+\[(\d+), (\d+)\]", text)[0])
    assert max(row, column) < 8


def test_what_forward_mode_says_is_explained(page: str) -> None:
    named = re.search(r"<b>∂g1/(∂w1\[\d, \d\]), by forward mode</b>", page)
    assert named is not None
    assert f"On the way forward, ∂/{named[1]} says how the" in page
    assert '<section class="part" id="forward-mode">' in page


def test_a_step_that_makes_several_has_all_of_them_in_its_box() -> None:
    boxes = layers(network("lstm_tagger")).boxes
    assert (boxes["states"].title, boxes["scores"].title) == ("states, memory", "scores")
    assert "<title>states, memory: lstm</title>" in drawn(network("lstm_tagger"))


def test_the_matrices_of_a_stack_are_told_apart() -> None:
    spec = network("lstm_tagger")
    text = lesson(spec, draw(spec), {"numpy": load_backend("numpy")}, None, "lesson").text
    stack = text.split("<b>embedding_1</b>")[1].split("</table>")[0]
    assert stack.count("<tr") == 12
    assert stack.count('<tr class="next">') == 3


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")
def test_an_entry_that_is_clicked_says_where_it_comes_from(page: str, tmp_path: Path) -> None:
    asks = 'const cell = document.querySelector(".step.now [data-sum]"); cell.click();'
    found = opened(page.replace("</body>", f"<script>{asks}</script></body>"), tmp_path, "--dump-dom")
    cell = re.search(r'<td data-sum="([^"]*)"[^>]*asked"', found.stdout)
    assert cell is not None
    assert f'<p class="sum"><code>{cell[1]}</code></p>' in found.stdout
    assert cell[1].startswith("g1[0, 0] = 1.142 · S[0, 0] - 0.1784 · S[1, 0]")
