"""The report: whole without a script, small, the same bytes from the same numbers (in a browser: tests/pages)."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from tests.bench.made import made
from trivium.bench.compare import changes
from trivium.bench.page import markdown, page
from trivium.bench.record import Record, Row, merged
from trivium.bench.story import Cell, curves, grid, mean_ratio, payoffs, sentences
from trivium.zoo import ZOO

SCALED = made(["zoo:mlp"], sizes=[{"b": k} for k in (16, 64, 256)])


@pytest.fixture(scope="module")
def whole() -> str:
    """The report of the whole zoo."""
    return page(made([f"zoo:{name}" for name in ZOO]), "trivium bench report bench.json -o bench.html")


def test_the_whole_zoo_fits_in_half_a_megabyte(whole: str) -> None:
    assert len(whole.encode()) < 500_000


def test_nothing_is_fetched_and_no_script_runs(whole: str) -> None:
    assert re.findall(r"(?:src|href)=\"(?!#)[^\"]*\"|url\((?!#)|@import", whole) == []
    assert re.findall(r"<script(?! type=\"application/json\")", whole) == []


def test_the_sections_stand_in_their_order(whole: str) -> None:
    titles = re.findall(r"<h2>(.*?)</h2>", whole)
    wanted = [
        *("Networks by road, float64", "Networks by road, float32", "Gradient per forward pass"),
        *("Compilation, and when it pays", "Roofline", "Memory", "Error beside time", "Machine and protocol"),
    ]
    assert titles == wanted


def test_what_was_not_verified_is_marked_and_says_why(whole: str) -> None:
    assert 'class="n none"' in whole
    assert "it &lt;died&gt;" in whole


def test_the_raw_numbers_are_in_the_page(whole: str) -> None:
    raw = json.loads(whole.split('id="raw">', 1)[1].split("</script>", 1)[0])
    assert len(raw["rows"]) == len(ZOO) * 3 * 2 * 2 + 3 * 2
    row = dict(zip(raw["columns"], raw["rows"][0], strict=True))
    assert (row["network"], len(row["rounds"]), row["rounds"][0][0] > 0) == ("zoo:notebook", 3, True)
    assert row["facts.memory"] > 0


def test_the_same_numbers_make_the_same_bytes() -> None:
    record = made(["zoo:mlp"])
    assert page(record, "x") == page(record, "x")


class Balanced(HTMLParser):
    """Every element is closed in its turn."""

    VOID = ("meta", "link", "br", "hr", "img", "path", "use", "rect")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.open += [] if tag in self.VOID else [tag]

    def handle_endtag(self, tag: str) -> None:
        assert tag in self.VOID or self.open.pop() == tag


def test_its_elements_are_closed_in_their_turn(whole: str) -> None:
    parser = Balanced()
    parser.feed(whole)
    assert parser.open == []


def test_scaling_has_a_picture_with_the_power_that_fits() -> None:
    found = list(curves(SCALED))
    assert {(c.network, c.letter, c.backend) for c in found} >= {("zoo:mlp", "b", "numpy"), ("zoo:mlp", "b", "jax")}
    assert all(abs(c.slope - 1) < 0.1 for c in found)
    assert "<h2>Scaling</h2>" in page(SCALED, "x")


def timed(backend: str, dtype: str, seconds: float, **facts: object) -> Row:
    return Row("zoo:mlp", {}, backend, dtype, "gradient", ((seconds,),), {"worst_residual": 1.0, **facts})


TWO = Record(
    (
        timed("numpy", "float64", 2.0),
        timed("torch", "float64", 4.0),
        timed("jax", "float64", 1.0, parts={"trace_seconds": 2.0, "compile_seconds": 5.0}),
        timed("numpy", "float32", 1.0),
        timed("jax", "float32", 2.0, parts={"trace_seconds": 2.0, "compile_seconds": 5.0}),
    ),
    {},
    {},
)


def test_the_sentences_say_what_the_numbers_say() -> None:
    fastest, hand, sure = sentences(TWO)
    assert fastest.endswith("the fastest is NumPy by hand in 1, jitted JAX in 1.")
    assert "2.00 in float64 (100% above the aim of 1, at most 2.00, mlp); 0.50 in float32 (at most" in hand
    assert sure.startswith("Each of the 5 times")


def test_the_mean_is_geometric() -> None:
    lines = [*grid(TWO, "float64"), *grid(TWO, "float32")]
    assert mean_ratio(lines) == pytest.approx(1.0)


def test_compilation_pays_when_its_steps_have_caught_up() -> None:
    (wide,), (narrow,) = payoffs(TWO, "float64"), payoffs(TWO, "float32")
    assert (wide.steps, narrow.steps) == (7.0, float("inf"))


def test_markdown_is_a_table_for_each_precision() -> None:
    text = markdown(TWO)
    assert "| mlp | 2 s (2.00×) | 4 s (4.00×) | 1 s (1.00×) |" in text
    assert text.count("|---|") == 2


ONE = Record(
    (timed("numpy", "float64", 2.0), Row("zoo:mlp", {}, "torch", "float64", "gradient", error="it died")), {}, {}
)


def test_one_road_is_compared_with_nobody() -> None:
    assert sentences(ONE)[0] == "No gradient was timed on two roads: none is the faster one."
    assert "nan" not in page(ONE, "x").split("<script")[0]


@pytest.mark.parametrize(
    ("error", "says"),
    [("GradientMismatch: not verified: wrong", "not verified"), ("it died", "failed"), (None, "not measured")],
)
def test_a_time_that_is_missing_says_in_two_words_why(error: str | None, says: str) -> None:
    assert Cell("numpy", None, 0.0, error).state == says


def test_a_reason_stands_in_markdown_too() -> None:
    assert "- mlp, torch eager: it died" in markdown(ONE).splitlines()


def test_small_networks_are_others() -> None:
    small = replace(TWO.rows[0], real=False)
    record = merged([TWO, Record((small,), {}, {"cores": 2})])
    assert [line.name for line in grid(record, "float64")] == ["mlp", "mlp small"]
    assert "aim" not in sentences(Record((small, *TWO.rows[1:3]), {}, {}))[1]
    assert changes(TWO, Record((small,), {}, {})) == []
    assert sentences(record)[-1] == "The runs shown together differ, in cores: unknown and 2."


def test_a_run_that_was_interrupted_says_so() -> None:
    record = replace(TWO, halted=("5 of 12",))
    assert sentences(record)[-1] == "A run was interrupted: 5 of 12 programs were measured to the end."
    several = merged([record, TWO, replace(record, halted=("3 of 4",))])
    assert sentences(several)[-1] == "Runs were interrupted: 5 of 12 and 3 of 4 programs were measured to the end."


def test_a_name_is_text_in_a_picture_too() -> None:
    rows = [replace(r, network='a\\1"><img src=x>.net.toml') for r in SCALED.rows]
    text = page(replace(SCALED, rows=tuple(rows)), "x")
    assert "<img" not in text.split("<script")[0]
    assert 'aria-label="a\\1&quot;&gt;&lt;img src=x&gt;.net.toml, float64: ' in text


def test_what_nobody_says_is_verified_is_not_said_to_be() -> None:
    record = Record(tuple(replace(r, facts={}) for r in TWO.rows), {}, {})
    assert "No time comes with word that the gradient was verified" in " ".join(sentences(record))
    assert markdown(record).startswith("### Time of gradients\n")
    assert "None" not in page(record, "x").split("<script")[0]


def test_the_aim_is_of_the_zoo() -> None:
    mine = Record(tuple(replace(r, network="mine.net.toml") for r in TWO.rows), {}, {})
    assert "aim" in sentences(TWO)[1]
    assert "aim" not in sentences(mine)[1]


def test_runs_of_unequal_length_shown_together_are_told() -> None:
    short, long = (Record(TWO.rows, {}, {"processes": n, "rounds": 5, "seconds": 0.1}) for n in (1, 3))
    told = "measured: 1 x 5 rounds of 0.1 s together and 3 x 5 rounds of 0.1 s together."
    assert sentences(merged([short, long]))[-1] == f"The runs shown together differ, in {told}"


def test_a_network_whose_file_is_gone_is_left_out_of_the_roofline() -> None:
    gone = replace(SCALED, rows=tuple(replace(r, network="gone.net.toml") for r in SCALED.rows))
    assert "<h2>Roofline</h2>" in page(SCALED, "x")
    assert "<h2>Roofline</h2>" not in page(gone, "x")


def test_a_picture_keeps_the_digits_of_its_words() -> None:
    text = page(SCALED, "x")
    powers = re.findall(r">[^<>]*, b\^([\d.]+)<", text)
    assert [len(power) for power in powers] == [4] * len(powers) != []


def test_a_reason_that_roads_share_is_given_once(whole: str) -> None:
    assert whole.count('<p class="none">notebook b=3, NumPy by hand, torch eager, jitted JAX: it &lt;died&gt;</p>') == 1
