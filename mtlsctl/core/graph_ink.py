"""Ink of the picture of a graph: its colours, its text that fits, its signs."""

from html import escape
from unicodedata import east_asian_width

from mtlsctl.core.printable import printable

MAX_TEXT = 200  # characters of a text that are looked at

# Plain colours first: many a program that shows SVG knows neither variables nor media queries.
STYLE = """
text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,Helvetica,Arial,sans-serif;font-size:12px;fill:#1f2328;
unicode-bidi:isolate}
.page{fill:#fff}.box{fill:#fff;stroke:#d0d7de}.root{fill:#eef4ff;stroke:#8fb1e8}.missing{fill:none;stroke:#8c959f;
stroke-dasharray:6 4}.rule{stroke:#d0d7de}.h1{font-size:18px;font-weight:600}.h{font-size:14px;font-weight:600}
.dim{fill:#59636e;font-size:11px}.mono{font-family:ui-monospace,Menlo,Consolas,monospace;font-size:10.5px;fill:#59636e}
.line{fill:none;stroke:#8c959f;stroke-width:1.4}.cross{stroke:#8250df;stroke-dasharray:7 4}.guess{stroke-dasharray:2 4}
.fine{fill:#1a7f37}.soon{fill:#9a6700}.bad{fill:#cf222e}.keyed{fill:#59636e}.tag{fill:#8250df;font-size:10.5px}
.tip{fill:#8c959f}.tipcross{fill:#8250df}
@media (prefers-color-scheme:dark){text{fill:#e6edf3}.page{fill:#0d1117}.box{fill:#161b22;stroke:#3d444d}
.root{fill:#121d2f;stroke:#31588f}.missing{stroke:#9198a1}.rule{stroke:#3d444d}
.dim,.mono,.keyed{fill:#9198a1}.line{stroke:#6e7681}.cross{stroke:#a371f7}.tag,.tipcross{fill:#a371f7}.fine{fill:#3fb950}
.soon{fill:#d29922}.bad{fill:#f85149}}
@page{size:landscape;margin:1cm}
@media print{svg{width:100%;height:100%}text{fill:#000}.page{fill:#fff}.box,.root{fill:#fff;stroke:#666}
.dim,.mono,.keyed{fill:#444}.line{stroke:#666}.fine{fill:#1a7f37}.soon{fill:#9a6700}.bad{fill:#cf222e}}
"""
DEFS = """<defs><path id="key" d="M4.2 1a3.2 3.2 0 1 0 2.9 4.6H9v1.9h2V5.6h1.2V3.5H7.1A3.2 3.2 0 0 0 4.2 1Zm0 2.1a1.1
1.1 0 1 1 0 2.2 1.1 1.1 0 0 1 0-2.2Z"/></defs>"""


def text(x: float, y: float, words: str, kind: str, anchor: str = "") -> str:
    """A line of text with its left end (with anchor "end": its right end) at x, on the base line y."""
    shown = f' text-anchor="{anchor}"' if anchor else ""
    style = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}"{style}{shown}>{safe(words)}</text>'


def safe(words: str) -> str:
    """Text for SVG: escaped, its control and format characters spelled out."""
    return escape(printable(words))


def fit(words: str, room: float, size: float, *, keep_end: bool = False) -> str:
    """The text, cut with an ellipsis to what fits a width at a font size; control characters count as spelled out.

    keep_end: the beginning is cut, not the end.
    """
    words = printable(words[-MAX_TEXT:] if keep_end else words[:MAX_TEXT])
    if length(words, size) <= room:
        return words
    letters = list(reversed(words)) if keep_end else list(words)
    kept, used = 0, size  # an ellipsis is one em wide
    while used + size * _em(letters[kept]) <= room:
        used += size * _em(letters[kept])
        kept += 1
    return "…" + words[len(words) - kept :].lstrip() if keep_end else words[:kept].rstrip() + "…"


def length(words: str, size: float) -> float:
    """About how wide a text is."""
    return size * sum(map(_em, words))


def _em(char: str) -> float:
    """About how wide a character is, in ems of a common sans-serif, of the wider kind."""
    if east_asian_width(char) in "WF":
        return 1.0
    if char in "iljtfrI.,:;|!'()[] ":
        return 0.38
    return 0.95 if char in "mwMW@%" else 0.7 if char.isupper() else 0.61
