"""Options of the commands that speak TLS as a client: what we show, whom we trust, what we offer."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

from mtlsctl.cli.declare import Option, bundled
from mtlsctl.core.tls import TlsSettings
from mtlsctl.errors import UsageError
from mtlsctl.workflows.identities import Papers

OURS, TRUST, OFFER = "Our certificate", "Whom we trust", "What we offer"


def with_papers(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of our certificate and of trust in place of its parameter `papers: Papers`."""
    return bundled(command, "papers", _PAPERS, Papers)


def with_offer(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of the hello in place of its parameter `offer: TlsSettings`."""
    return bundled(command, "offer", _OFFER, offered)


def offered(
    *,
    tls_min: str | None,
    tls_max: str | None,
    ciphers: str | None,
    groups: str | None,
    sigalgs: str | None,
    alpn: list[str] | None,
) -> TlsSettings:
    """The settings without identity and roots. What is given and empty is an error: a variable that was not set."""
    given = {"--tls-min": tls_min, "--tls-max": tls_max}
    given |= {"--ciphers": ciphers, "--groups": groups, "--sigalgs": sigalgs}
    for option, value in given.items():
        if value is not None and not value.strip():
            raise UsageError(f"{option} is empty", "leave it away for the default")
    return TlsSettings(
        minimum=tls_min or "",
        maximum=tls_max or "",
        alpn=tuple(alpn or ()),
        ciphers=ciphers or "",
        groups=groups or "",
        sigalgs=sigalgs or "",
    )


def _text(names: str, metavar: str, panel: str, words: str) -> tuple[Any, None]:
    return Annotated[str | None, Option(names, metavar=metavar, help=words, panel=panel)], None


def _file(names: str, metavar: str, words: str) -> tuple[Any, None]:
    return Annotated[Path | None, Option(names, metavar=metavar, help=words, panel=OURS)], None


def _flag(names: str, words: str) -> tuple[Any, bool]:
    return Annotated[bool, Option(names, help=words, panel=TRUST)], False


_PAPERS = {
    "identity": _file("--identity", "NAME|FOLDER|FILE", "What issue made: cert, key and CA; or a PKCS#12 file."),
    "cert": _file("--cert", "FILE", "Our certificate, its chain below it: PEM, DER or PKCS#12."),
    "key": _file("--key", "FILE", "Its private key, if not in --cert."),
    "ca": _text("--ca", "NAME|FILE", TRUST, "Who may vouch for the server.  [env var: MTLSCTL_CA]"),
    "ca_of": _text("--ca-of", "NAME", TRUST, "The root of a CA of ours, whatever files there are of that name."),
    "system_ca": _flag("--system-ca", "The operating system's roots."),
    "certifi": _flag("--certifi", "The public roots of the certifi package: the default."),
}
_OFFER = {
    "tls_min": _text("--tls-min", "1.2", OFFER, "The lowest version of TLS."),
    "tls_max": _text("--tls-max", "1.3", OFFER, "The highest version of TLS."),
    "ciphers": _text("--ciphers", "LIST", OFFER, "Cipher suites, as OpenSSL writes lists; those of TLS 1.3 too."),
    "groups": _text("--groups", "LIST", OFFER, "Key exchange groups: X25519MLKEM768:x25519:P-256."),
    "sigalgs": _text("--sigalgs", "LIST", OFFER, "Signature algorithms: ecdsa_secp256r1_sha256."),
    "alpn": (
        Annotated[
            list[str] | None,
            Option("--alpn", metavar="NAME", help="A protocol to offer; may be repeated.", panel=OFFER),
        ],
        None,
    ),
}
