"""What the report of lint adds to the look of our pages."""

REPORT = """
:root { --info: #0b5cad; --infobg: #e6f0fb; --idle: #60646c }
@media (prefers-color-scheme: dark) { :root { --info: #7ab8ff; --infobg: #10263f; --idle: #9ba1a6 } }
main { max-width: 64rem }
h2 { margin-top: 2.4rem }
.info { color: var(--info); background: var(--infobg) } .idle { color: var(--idle); background: var(--soft) }
.note { border-left: .3rem solid var(--info) }
.badge { white-space: nowrap }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .6rem;
  margin: 1.2rem 0 .6rem }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .7rem 1rem }
.tile b { display: block; font-size: 1.5rem; line-height: 1.2; font-variant-numeric: tabular-nums }
.tile span { color: var(--dim); font-size: .86rem }
.top { display: flex; gap: .7rem; align-items: baseline; flex-wrap: wrap; margin-bottom: .4rem } .top h3 { margin: 0 }
.small { font-size: .86rem }
ul { margin: .4rem 0; padding-left: 1.2rem } li { margin: .15rem 0; overflow-wrap: anywhere }
table { width: 100%; border-collapse: collapse; font-size: .88rem; background: var(--card) }
h2 span { text-transform: none; letter-spacing: 0 }
th { text-align: left; white-space: nowrap; color: var(--dim); font-weight: 600; font-size: .8rem }
th, td { padding: .4rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere }
td.count { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap } td.key { white-space: nowrap }
.fit { width: 1% } .half { width: 55% } .most { width: 48% }
.card.flush { padding: 0; overflow: hidden } .card.flush tr:last-child td { border-bottom: 0 }
@media (max-width: 34rem) { .wide { display: none } }
@media print { :root { color-scheme: light; --page: #fff; --card: #fff; --ink: #000; --dim: #444; --line: #bbb;
  --soft: #f0f0f0; --good: #18794e; --goodbg: #e6f6ec; --warn: #8a5a00; --warnbg: #fff4d6; --bad: #b4232c;
  --badbg: #feebec; --info: #0b5cad; --infobg: #e6f0fb; --idle: #444 }
  html { font-size: 11px } .tiles { grid-template-columns: repeat(6, 1fr) } .card.flush { overflow: visible }
  body { font-size: 1rem; print-color-adjust: exact; -webkit-print-color-adjust: exact }
  main { max-width: none; padding: 0 }
  .card, .tile, tr { break-inside: avoid } .card.flush { break-inside: auto } h2 { break-after: avoid } }
"""
