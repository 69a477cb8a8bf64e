"""The file that takes all reports of a run: a versioned JSON document, or a page that stands alone.

Made of plain data that the tests have left, also on other processes. Knows nothing of checks, nor of trivium.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from _trivium_pytest.case import FAILING, gravest
from _trivium_pytest.file import put
from _trivium_pytest.summary import counted, totals

FORMAT, VERSION = "trivium.pytest", 1
Test = Mapping[str, Any]


def write(target: Path, tests: Sequence[Test]) -> list[str]:
    """Write the file; what went wrong, in words."""
    try:
        put(target, as_json(tests) if target.suffix == ".json" else page(tests))
    except OSError as error:
        return [f"cannot write {target}: {error.strerror or error}"]
    return []


def as_json(tests: Sequence[Test]) -> str:
    """Every test that checked something: how it ended, and for each of its checks the report as trivium writes it."""
    document = {"format": FORMAT, "version": VERSION, "tests": [test_as_json(test) for test in tests]}
    return json.dumps(document, indent=2, allow_nan=False) + "\n"


def test_as_json(test: Test) -> dict[str, Any]:
    checks = [
        {**{n: check[n] for n in ("verb", "what", "verdict", "count")}, "report": json.loads(check["document"])}
        for check in test["checks"]
    ]
    failure = test["failure"]
    return {
        "test": test["test"],
        "phase": test["phase"],
        "outcome": test["outcome"],
        "verdict": verdict(test),
        "wrong": dict(test["gradients"]),
        "repro": failure["repro"] if failure else None,
        "checks": checks,
    }


def verdict(test: Test) -> str:
    return gravest(check["verdict"] for check in test["checks"])


def page(tests: Sequence[Test]) -> str:
    """An index of the tests, the failed ones first, each with its reports; no script, and nothing is fetched."""
    ordered = sorted(tests, key=lambda t: t["outcome"] != "failed")
    failed = sum(t["outcome"] == "failed" for t in tests)
    title = f"trivium: {counted(len(tests), 'test')}, {failed or 'none'} failed"
    top = TOP.format(title=html.escape(title), totals=html.escape(totals(tests) if tests else "nothing was checked"))
    return "\n".join([top, *(part(test, opened=len(tests) == 1) for test in ordered), "</main></html>", ""])


def part(test: Test, *, opened: bool) -> str:
    """One test, folded: its verdict, and the names of the gradients that are not right."""
    word, names = html.escape(verdict(test)), html.escape(", ".join(test["gradients"]))
    head = (
        f'<details class=test{" open" if opened else ""}><summary><b class="{word}">{word}</b> '
        f"<code>{html.escape(test['test'])}</code> <i>{html.escape(test['outcome'])}{phase(test)}"
        f"{': ' if names else ''}{names}</i></summary>"
    )
    return "\n".join([head, *wrong(test), *(line for check in test["checks"] for line in shown(check)), "</details>"])


def phase(test: Test) -> str:
    return "" if test["phase"] == "call" else f" in its {html.escape(test['phase'])}"


def wrong(test: Test) -> Iterator[str]:
    """The gradients that are not right, and how to see it again."""
    if test["gradients"]:
        yield f"<ul>{''.join(f'<li>{html.escape(text)}</li>' for text in test['gradients'].values())}</ul>"
    if test["failure"] and test["failure"]["repro"]:
        yield f"<p>without pytest: <code>{html.escape(test['failure']['repro'])}</code></p>"


def shown(check: Mapping[str, Any]) -> Iterator[str]:
    """One check: the whole report where it is what failed, its text where it is not."""
    times = f", the last of {check['count']}" if check["count"] > 1 else ""
    opened = " open" if check["verdict"] in FAILING else ""
    yield f"<details{opened}><summary>{html.escape(check['verb'])} of {html.escape(check['what'])}{times}</summary>"
    yield check["page"] or f"<pre>{html.escape(check['text'])}</pre>"
    yield "</details>"


TOP = """<!doctype html>
<html lang=en><meta charset=utf-8><meta name=viewport content="width=device-width, initial-scale=1">
<meta name=color-scheme content="light dark"><title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ margin: 0; font: 15px/1.5 system-ui, sans-serif; background: light-dark(#f6f6f3, #15171a); }}
main {{ max-width: 68rem; margin: 1.5rem auto; padding: 0 1rem; }}
h1 {{ font-size: 1.35rem; }} i {{ font-style: normal; color: light-dark(#5f6770, #9aa3ad); }}
code, pre {{ font: .88em/1.45 ui-monospace, Menlo, Consolas, monospace; overflow-wrap: anywhere; }}
pre {{ overflow-x: auto; white-space: pre; }}
details.test {{ background: light-dark(#fff, #1d2024); border: 1px solid light-dark(#dcdfe3, #363b42);
  border-radius: 8px; padding: .5rem 1rem; margin: .6rem 0; }}
summary {{ cursor: pointer; }} details details {{ margin: .5rem 0 .5rem 1rem; }}
.test > summary > b {{ font-size: .8rem; padding: .1rem .55rem; border: 1px solid currentColor; border-radius: 99px; }}
.agree, .convention {{ color: light-dark(#146c3c, #6fd09a); }} .undecided {{ color: light-dark(#8a5a00, #f0c060); }}
.disagree {{ color: light-dark(#b3261e, #ff8a80); }}
</style>
<main><h1>{title}</h1>
<p>{totals}</p>"""
