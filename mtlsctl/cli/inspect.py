"""mtlsctl inspect."""

import gc
from typing import TYPE_CHECKING, Annotated

from mtlsctl.cli import options, output
from mtlsctl.cli.declare import Argument, Option
from mtlsctl.cli.route import Way, with_route
from mtlsctl.core.findings import Verdict
from mtlsctl.errors import UsageError
from mtlsctl.workflows import examine, files
from mtlsctl.workflows.passwords import Secret, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mtlsctl.core.documents import Document
    from mtlsctl.core.findings import Finding
    from mtlsctl.workflows.live import Server  # most look at files

FORM = "For scripts"


@with_route
@options.with_password
def inspect(
    paths: Annotated[
        list[str],
        Argument(metavar="FILE...", help="Files, folders, servers as HOST:PORT or URL; - is standard input."),
    ],
    password: Source,
    way: Way,
    short: Annotated[bool, Option("--short", help="One line for each object.")] = False,
    diff: Annotated[
        str | None, Option("--diff", metavar="FILE", help="What differs between the one and this: the first of each.")
    ] = None,
    pem: Annotated[
        bool,
        Option(
            "--pem", help="Print certificates, requests and CRLs as clean PEM, leaf first: repairs a file.", panel=FORM
        ),
    ] = False,
    der: Annotated[bool, Option("--der", help="Print the one certificate, request or CRL as DER.", panel=FORM)] = False,
    openssl: Annotated[bool, Option("--openssl", help="Print what openssl x509 -text prints.", panel=FORM)] = False,
    field: Annotated[
        list[str] | None,
        Option(
            "--field", metavar="NAME", help="One field of each object, a line each: sha256 ...; repeatable.", panel=FORM
        ),
    ] = None,
    graph: Annotated[
        str | None,
        Option(
            "--graph", metavar="FILE", help="Draw who signed whom: FILE.svg, FILE.dot, or - for DOT. A CA by name, too."
        ),
    ] = None,
    force: options.Force = False,
    timeout: options.Timeout = 10.0,
    as_json: options.Json = False,
) -> int:
    """Show what a file, a folder or a server holds: any format, any number of objects.

    PEM, DER, PKCS#7, PKCS#12, keys of all forms, requests, CRLs, OCSP messages; damage is named and, where it
    can be, read over. Chains are drawn as trees. Key material is never shown. A folder gives an inventory of all that
    lies below it. A server gives its chain as it sends it; nothing is verified, and no certificate of ours is shown.

    Examples:
      mtlsctl inspect fullchain.pem
      mtlsctl inspect web.pem web.key ca.pem         do they belong together?
      mtlsctl inspect store.p12 --password-file p    without a password, what can be seen without
      kubectl get secret web -o yaml | mtlsctl inspect -
      mtlsctl inspect --pem damaged.pem > clean.pem
      mtlsctl inspect /etc/ssl/private               what expires when, what belongs together, what lies open
      mtlsctl inspect api.test:8443 postgres://db.test
      mtlsctl inspect old.pem --diff new.pem
      mtlsctl inspect --graph pki.svg dev            a CA with all that it issued, drawn
      mtlsctl inspect --field spki_sha256 web.pem
      mtlsctl inspect --field not_after --field subject *.pem | sort
      mtlsctl inspect --json *.pem | jq '.result.files[].objects[].facts.not_after'

    --field takes any name of the JSON, with dots for what is inside: other_extensions.0.oid. A list is one line, its
    values parted by spaces. Objects without such a field are passed over. Several fields of an object are on one line,
    parted by tabs; one that it does not have is empty.

    Exit status: 0 shown, also where what is shown is expired; 2 something could not be read, or no server answered.
    With --diff: 0 the same, 1 they differ, 2 could not tell.
    """
    gc.disable()  # a bundle of thousands makes many values and no garbage: looking for some costs a fifth of the time
    secret = options.named_secret(password)

    def look(target: str) -> "tuple[Server, list[Document]]":
        from mtlsctl.workflows import live  # most look at files

        return live.look(way.to(target), timeout)

    if any(not name.strip() for name in field or ()):
        raise UsageError("--field is empty", "name one: --field sha256")
    form = _form(pem=pem, der=der, openssl=openssl, field=bool(field), short=short, json=as_json)
    if graph is None and force:
        raise UsageError("--force is for --graph, which writes a file", "leave it away")
    if graph is not None:
        if diff is not None:
            raise UsageError("--graph and --diff exclude each other", "give one of them")
        return _draw(paths, graph, form, lambda path: examine.documents(path, secret, look), force=force)
    if diff is not None:
        return _compare(paths, diff, form, secret, look)
    if as_json:
        return _stream(paths, secret, look)
    result, findings = examine.inspect(paths, secret, look=look)
    if form in ("", "short"):
        from mtlsctl.cli.text import inspect as text  # scripts pay for each module

        lines_of = text.short_lines if short else text.lines
        output.show("inspect", result, lines_of(result), as_json=False, findings=findings)
    else:
        from mtlsctl.cli import forms

        with output.known():
            forms.show(form, field or (), result, findings)
    return _status(findings)


def _form(**given: bool) -> str:
    """The one form that was asked for; "" where none was. Raises UsageError for two."""
    names = [name for name, wanted in given.items() if wanted]
    if len(names) > 1:
        raise UsageError(f"--{names[0]} and --{names[1]} exclude each other", "give one of them")
    return names[0] if names else ""


def _status(findings: "Sequence[Finding]") -> int:
    """2 where something could not be read; what could be is shown, whatever there is to say of it."""
    return 2 if any(finding.verdict is Verdict.FAIL for finding in findings) else 0


def _stream(paths: list[str], secret: Secret | None, look: examine.Looker) -> int:
    from mtlsctl.cli.stream import Stream  # people read text

    stream = Stream("inspect")
    result, findings = examine.inspect(paths, secret, stream, look)
    with output.known():
        stream.finish(result, findings)
    return _status(findings)


def _compare(paths: list[str], right: str, form: str, secret: Secret | None, look: examine.Looker) -> int:
    from mtlsctl.cli.text.compare import lines
    from mtlsctl.workflows.compare import compare

    if len(paths) > 1:
        raise UsageError("--diff compares two files", "mtlsctl inspect ONE --diff OTHER")
    if form not in ("", "json"):
        raise UsageError(f"--diff and --{form} exclude each other", "give one of them")
    if folder := next((word for word in (paths[0], right) if files.is_folder(word)), None):
        raise UsageError(f"{folder}: --diff compares two files, and this is a folder", "name the file in it")
    if [paths[0], right] == ["-", "-"]:
        raise UsageError("standard input can be read only once", "give - once")
    found = compare(paths[0], right, lambda path: examine.documents(path, secret, look))
    return output.show("inspect", found, lines(found), as_json=form == "json", status=int(not found.same))


def _draw(paths: list[str], target: str, form: str, read: "Callable[[str], list[Document]]", *, force: bool) -> int:
    from mtlsctl.cli.text.graph import lines
    from mtlsctl.workflows.graph import draw

    if form not in ("", "json"):
        raise UsageError(f"--graph and --{form} exclude each other", "give one of them")
    result, findings = draw(paths, target, read, force=force)
    return output.show(
        "inspect", result, lines(result), as_json=form == "json", findings=findings, status=_status(findings)
    )
