"""A formula, written in LaTeX: as MathML for a page, as plain text for a terminal.

Knows nothing of what a formula says.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

ATOM = re.compile(r"-?√?∂?[\w∞'\u0300-\u036f]*(\([^()]*\))?|[^\s\w]")
"""What needs no brackets in an exponent, an index or a fraction: a name, a number, a function of one thing, a sign."""
FUNCTION = re.compile(r"<mi>(log|exp|sin|cos|tanh|max|min)</mi>")
OPENING = ("partial", "nabla", "langle", "Delta", "left")
"""What stands close to that which follows."""
WRITTEN: Mapping[str, Callable[..., str]] = {
    "frac": lambda above, below: f"{above} / {below}" if " " in above + below else f"{above}/{below}",
    "sqrt": lambda *parts: f"{''.join(parts[:-1])}√{parts[-1]}",
    "left": lambda: "",
    "right": lambda: "",
    "top": lambda: "T",
    "quad": lambda: "   ",
    "qquad": lambda: "   ",
}


def mathml(latex: str) -> str:
    """The formula as a MathML element that stands on a line of its own."""
    from latex2mathml.converter import convert

    return FUNCTION.sub(r"\g<0><mspace width='0.17em'></mspace>", str(convert(latex, display="block")))


def plain(latex: str) -> str:
    """The formula as text: (e^x - e^(-x)) / (e^x + e^(-x))."""
    text = unicodedata.normalize("NFC", _reader().latex_to_text(latex).replace("\u0305", "\u0304"))
    return re.sub(r"\s+", " ", text).strip()


@cache
def _reader() -> Any:
    from pylatexenc.latex2text import LatexNodes2Text

    class Reader(LatexNodes2Text):  # type: ignore[misc]  # the library has no types
        """Groups keep their brackets, so that what a fraction or an exponent holds together stays together."""

        def group_node_to_text(self, node: Any) -> str:
            inner = str(self.nodelist_to_text(node.nodelist)).strip()
            return inner if ATOM.fullmatch(inner) else f"({inner})"

        def macro_node_to_text(self, node: Any) -> str:
            groups = [a for a in (node.nodeargd.argnlist if node.nodeargd else ()) if a is not None]
            if node.macroname in ("text", "mathrm"):
                return str(self.nodelist_to_text(groups[0].nodelist))
            arguments = [str(self.nodelist_to_text([a])) for a in groups]
            if node.macroname not in WRITTEN and not self.latex_context.get_macro_spec(node.macroname):
                raise ValueError(f"nothing is known of \\{node.macroname}")
            own = WRITTEN.get(node.macroname)
            written = own(*arguments) if own else super().macro_node_to_text(node)
            space = "" if arguments or node.macroname in OPENING else node.macro_post_space
            return f"{written}{space}"

        def environment_node_to_text(self, node: Any) -> str:
            """Cases: one after the other."""
            rows = str(self.nodelist_to_text(node.nodelist)).splitlines()
            return f"{{ {'; '.join(' '.join(row.split()) for row in rows)} }}"

    return Reader(math_mode="text")
