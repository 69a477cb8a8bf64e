"""Color for a terminal: the verdict, what is wrong, what is right, and the margin.

Knows nothing of what the words mean; the text without color says the same.
"""

from __future__ import annotations

import io

from trivium.compare.comparison import AGREE, CONVENTION, DISAGREE, UNDECIDED

COLORS = {AGREE: "bold green", CONVENTION: "bold green", DISAGREE: "bold red", UNDECIDED: "bold yellow"}
LABELS = (
    "missed\\?", "checked at", "took", "again", "gradients", "diverges", "step", "op", "pattern", "mistake", "blame",
    "worst", "first", "bound", "besides", "convention", "warning", "note", "undecided",
)  # fmt: skip
STYLES = (
    (rf"(?m)^({'|'.join(LABELS)}) +(?=\S)", "cyan"),
    (r"\b(is wrong|wrong)\b", "red"),
    (r"\bnot proven\b", "yellow"),
    (r"(?m)^(gradient of|residual of every step|  +entry|  +digits|  +numpy).*$", "bold"),
    (r"(?m)^\(.*$", "dim"),
)


def painted(text: str, verdict: str) -> str:
    """The text with ANSI colors."""
    from rich.console import Console
    from rich.text import Text

    first, _, rest = text.partition("\n\n")
    page = Text(first, style=COLORS[verdict])
    body = Text(f"\n\n{rest}" if rest else "")
    for words, style in STYLES:
        _ = body.highlight_regex(words, style)
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, color_system="standard", no_color=False, soft_wrap=True)
    console.print(page, body, sep="", end="")
    return stream.getvalue()
