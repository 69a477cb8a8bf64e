"""A real Chromium: what a page complains of, asks the network for and shows, and how it prints.

Knows nothing of any one page. A page is watched under a policy that forbids every request, so that one which is tried
is a complaint, and the browser has no names to look up in any case.
"""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--host-resolver-rules=MAP * ~NOTFOUND")
AUDIT = (Path(__file__).parent / "audit.js").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Seen:
    """What a page turned out to be.

    complaints  what stood on the console: errors, warnings, requests that were refused
    requests    what the page asked for
    texts       how many pieces of text are visible, in both themes, with everything unfolded
    faint       of these, those with a contrast below 4.5, and what it is
    cut         elements that are wider than the window and have no scroll bar of their own
    """

    complaints: tuple[str, ...]
    requests: tuple[str, ...]
    texts: int
    faint: tuple[str, ...]
    cut: tuple[str, ...]


def opened(page: str, folder: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    """The page in a browser of its own."""
    file = folder / "page.html"
    _ = file.write_text(page, encoding="utf-8")
    own = ("--enable-logging=stderr", f"--user-data-dir={folder / 'user'}")
    command = [str(CHROMIUM), *FLAGS, *own, *flags, file.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)


def under(policy: str, page: str) -> str:
    """The page under a policy of what it may do."""
    return page.replace("<head>", f'<head><meta http-equiv="Content-Security-Policy" content="{policy}">', 1)


def still(page: str) -> str:
    """The page in which no script runs."""
    return under("script-src 'none'", page)


def watched(page: str, folder: Path, *, width: int = 1280) -> Seen:
    """The page, every request refused, with the audit run in it."""
    whole = under(POLICY, page).replace("</body>", f"<script>{AUDIT}</script></body>", 1)
    found = opened(whole, folder, "--dump-dom", f"--window-size={width},900")
    said = re.search(r'data-audit="([^"]*)"', found.stdout)
    assert said is not None, found.stderr
    audit = json.loads(html.unescape(said.group(1)))
    complaints = re.findall(r"CONSOLE[^\n]*", found.stderr)
    return Seen(tuple(complaints), tuple(audit["requests"]), audit["texts"], tuple(audit["faint"]), tuple(audit["cut"]))


def printed(page: str, folder: Path) -> int:
    """How many sheets of paper the page takes."""
    paper = folder / "page.pdf"
    _ = opened(page, folder, f"--print-to-pdf={paper}", "--no-pdf-header-footer")
    return len(re.findall(rb"/Type\s*/Page\b", paper.read_bytes()))
