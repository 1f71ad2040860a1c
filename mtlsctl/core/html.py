"""The look of our pages, and the pieces that they are made of: whatever comes in is escaped."""

from collections.abc import Iterable
from html import escape

STYLE = """
:root { color-scheme: light dark; --page: #f6f7f9; --card: #fff; --ink: #1c2024; --dim: #60646c; --line: #e0e3e8;
  --soft: #f0f1f4; --good: #18794e; --goodbg: #e6f6ec; --warn: #8a5a00; --warnbg: #fff4d6; --bad: #b4232c;
  --badbg: #feebec }
@media (prefers-color-scheme: dark) { :root { --page: #111315; --card: #191b1e; --ink: #eceef0; --dim: #9ba1a6;
  --line: #2b2f33; --soft: #22262a; --good: #5fd39b; --goodbg: #11291d; --warn: #f5c15d; --warnbg: #2e2408;
  --bad: #ff8a8f; --badbg: #38191b } }
* { box-sizing: border-box }
body { font: 16px/1.5 system-ui, sans-serif; background: var(--page); color: var(--ink); margin: 0 }
main { max-width: 56rem; margin: 0 auto; padding: 2rem 1rem 3rem }
h1 { font-size: 1.6rem; line-height: 1.25; margin: .6rem 0 .3rem; overflow-wrap: anywhere }
h2 { font-size: .8rem; letter-spacing: .06em; text-transform: uppercase; color: var(--dim); margin: 2rem 0 .5rem }
h3 { font-size: 1rem; margin: 0 0 .5rem; overflow-wrap: anywhere }
p { margin: .2rem 0; overflow-wrap: anywhere }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .9rem 1.1rem;
  margin: .6rem 0 }
.badge { display: inline-block; font-weight: 600; font-size: .9rem; border-radius: 1rem; padding: .15rem .75rem }
.yes { color: var(--good); background: var(--goodbg) } .some { color: var(--warn); background: var(--warnbg) }
.no { color: var(--bad); background: var(--badbg) }
.fault { border-left: .3rem solid var(--bad) } .doubt { border-left: .3rem solid var(--warn) }
.dim { color: var(--dim) } .sub { margin-left: 1.4rem }
dl { display: grid; grid-template-columns: 9rem 1fr; gap: .3rem .8rem; margin: 0 }
dt { color: var(--dim) } dd { margin: 0; overflow-wrap: anywhere; min-width: 0 }
.code { white-space: nowrap; margin-left: .2rem }
code, pre, .mono { font: .86em/1.5 ui-monospace, monospace }
.chip { display: inline-block; background: var(--soft); border-radius: .4rem; padding: .05rem .5rem;
  margin: .1rem .25rem .1rem 0; font-size: .86em; overflow-wrap: anywhere }
.bar { height: .4rem; border-radius: .2rem; background: var(--soft); overflow: hidden; margin: .3rem 0 0;
  max-width: 22rem }
.bar i { display: block; height: 100%; min-width: 3px; background: var(--good) } .bar i.late { background: var(--bad) }
pre { background: var(--soft); padding: .8rem; border-radius: .4rem; overflow: auto; margin: .5rem 0 0 }
summary { cursor: pointer; color: var(--dim); margin-top: .6rem }
footer { margin-top: 2.5rem; font-size: .85rem; color: var(--dim) }
@media (max-width: 34rem) { main { padding-top: 1rem } dl { grid-template-columns: 1fr; gap: 0 }
  dd { margin-bottom: .5rem }
  .sub { margin-left: .5rem } }
"""


def chips(words: Iterable[str]) -> str:
    """Words side by side, each in a frame."""
    return "".join(f"<span class='chip mono'>{safe(word)}</span>" for word in words) or "none"


def mono(text: str) -> str:
    """A text in letters of one width."""
    return f"<span class='mono'>{safe(text)}</span>"


def rows(*pairs: tuple[str, str]) -> str:
    """Names and values; the values are HTML already."""
    return f"<dl>{''.join(f'<dt>{safe(k)}</dt><dd>{v}</dd>' for k, v in pairs)}</dl>"


def safe(text: str) -> str:
    """A text of anybody's: escaped, its control characters spelled out."""
    shown = "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in text)
    return escape(shown, quote=True)
