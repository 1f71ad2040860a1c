"""mtlsctl explain: what a finding's code means, or an error or log line of any other program."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

from mtlsctl.cli import output
from mtlsctl.cli.declare import Argument
from mtlsctl.cli.options import Json
from mtlsctl.cli.text import codes as text
from mtlsctl.core import codes, terms
from mtlsctl.core.catalogue.entry import Entry
from mtlsctl.errors import UsageError

if TYPE_CHECKING:
    from mtlsctl.core.said.match import Said


def explain(
    words: Annotated[
        list[str] | None,
        Argument(
            metavar="[CODE|TEXT|-]...",
            help="A code, an error or log line of any program (after -- where it begins with a dash), or - for stdin.",
        ),
    ] = None,
    json: Json = False,
) -> int:
    """Explain a code, or an error or log line of another program.

    OpenSSL, curl, Python, Go, Java, Node, rustls, GnuTLS, .NET, browsers, nginx,
    Apache, HAProxy, Envoy, PostgreSQL, MySQL, Redis, Postfix and others: who says
    it, who refused whom, and the codes of the likely causes. Also an alert or a
    verify error by its number or name, or a word such as SKI or CRL. Without
    words, list all codes.

    Examples:
      mtlsctl explain server-missing-intermediate
      mtlsctl explain 'tlsv1 alert unknown ca'
      mtlsctl explain alert 42
      mtlsctl explain SKI
      curl https://localhost:8443/ 2>&1 | mtlsctl explain -
      journalctl -u nginx | mtlsctl explain - --json

    Exit status: 0 explained; 2 nothing in it is known.
    """
    if not words:
        every = entries(codes.CODES.values())
        return output.show("explain", answer(every), text.catalogue(codes.GROUPS), as_json=json)
    found = [codes.entry_of(word) for word in words]
    named = [entry for entry in found if entry]
    if len(named) == len(words):
        lines = (line for entry in named for line in text.entry(entry, codes.group_of(entry.code)))
        return output.show("explain", answer(entries(named)), lines, as_json=json)
    if term := terms.find(" ".join(words)):
        return output.show("explain", answer([], term=term), text.term(term), as_json=json)
    return pasted(words, json)


def pasted(words: list[str], as_json: bool) -> int:
    """Explain what another program says, from the words or from stdin."""
    from mtlsctl.cli.text import said as said_text  # what follows has large tables, and a code needs none
    from mtlsctl.core.said import match
    from mtlsctl.workflows.pasted import read_stdin

    piped, skipped = read_stdin() if words == ["-"] else (" ".join(words), 0)
    result = match.understand(piped)
    result = result._replace(skipped=result.skipped + skipped)
    if not result.matches:
        raise unknown(piped, piped_in=words == ["-"])
    if result.skipped:
        output.note(f"note: the text is long, the last {result.lines:,} lines of it were read")
    every = entries(codes.CODES[code] for code in dict.fromkeys(c for found in result.matches for c in found.codes))
    return output.show("explain", answer(every, result), said_text.lines(result), as_json=as_json)


def entries(found: Iterable[Entry]) -> list[dict[str, str]]:
    """Entries of codes, each with its group."""
    return [{**one._asdict(), "group": codes.group_of(one.code)} for one in found]


def answer(every: list[dict[str, str]], result: "Said | None" = None, term: terms.Term | None = None) -> dict[str, Any]:
    """The result for JSON: the codes, the term, and what a pasted text says."""
    matches = result.matches if result else ()
    return {
        "codes": every,
        "terms": [term] if term else [],
        "matches": matches,
        "lines": result.lines if result else 0,
        "skipped": result.skipped if result else 0,
    }


def unknown(said: str, piped_in: bool = False) -> UsageError:
    """A text that says nothing known; of what looks like a code, the nearest are the hint.

    What was piped in is not repeated: it may be a key.
    """
    import difflib  # only for what is not known

    shown = " ".join(said.split())
    if not shown:
        return UsageError("there is nothing to explain, the text is empty", "mtlsctl explain lists all codes")
    ask = "see for yourself what happens: mtlsctl handshake HOST:PORT"
    if piped_in or "-----" in shown:
        count = len(said.strip().splitlines())
        lines = "line" if count == 1 else "lines"
        return UsageError(f"nothing in this text is known here ({count:,} {lines})", ask, code="unknown-text")
    near = [code for code in codes.CODES if shown.lower() in code] if len(shown) >= 4 else []
    if not near and len(shown) <= 60:
        near = difflib.get_close_matches(shown.lower(), codes.CODES, n=3, cutoff=0.5)
    shown = shown if len(shown) <= 60 else shown[:60] + "..."
    if near or " " not in shown:
        hint = f"the nearest: {', '.join(near[:5])}" if near else "mtlsctl explain lists them all"
        return UsageError(f"{shown!r} is not a code", hint, code="unknown-code")
    return UsageError(f"nothing in this text is known here: {shown!r}", ask, code="unknown-text")
