"""What a survey of a server cannot tell, and why: nobody shall take it for absent."""

from collections.abc import Iterator, Sequence

from mtlsctl.core.lint.settings import Suites, Untested
from mtlsctl.core.lists import few
from mtlsctl.core.offer import Known
from mtlsctl.core.tlssuites import SUITES


def untested(
    known: Known, versions: Sequence[Suites], let_in: bool | None, not_known: str, *, trusts: bool
) -> tuple[Untested, ...]:
    """All that was not looked at.

    let_in: clients without a certificate; None: not known, for the reason not_known, if they are asked for one at all.
    trusts: somebody said which roots count.
    """
    told = any(one.resumed is not None for one in versions if one.accepted)
    found = [
        Untested("SSL 2.0 and SSL 3.0", "this OpenSSL does not speak them"),
        *_versions(versions),
        *_never_offered(known),
        Untested("compression in TLS 1.2 and before", "this OpenSSL offers none"),
        Untested("renegotiation begun by the client", "not tried: it is an attack where it succeeds"),
        *([] if told else [_sessions(let_in)]),
    ]
    if let_in is None and not_known:
        found.append(Untested("whether clients without a certificate get in", not_known))
    after = "nothing was revoked to try it; see mtlsctl probe --revoked-cert"
    found.append(Untested("resumption after revocation", after))
    if not trusts:
        found.append(Untested("whether the chain is trusted", "no roots were named; pass --ca NAME|FILE"))
    return tuple(found)


def _versions(versions: Sequence[Suites]) -> Iterator[Untested]:
    yield from (Untested(one.version, one.why) for one in versions if one.accepted is None)
    cut = (one for one in versions if not one.complete and one.accepted)
    yield from (Untested(f"some of {one.version}", "too many handshakes") for one in cut)


def _never_offered(known: Known) -> Iterator[Untested]:
    if missing := _not_offered(known):
        yield Untested(f"cipher suites: {few(missing, 6)}", "this OpenSSL does not have them")
    yield Untested("cipher suites without a certificate (anonymous), and with export keys", "never offered from here")
    if not known.groups:
        yield Untested("key exchange groups, signature algorithms", "pyOpenSSL here cannot limit what it offers")


def _sessions(let_in: bool | None) -> Untested:
    why = "the server lets nobody in without a certificate; pass one: --identity NAME"
    return Untested("session resumption", why if let_in is False else "no session came")


def _not_offered(known: Known) -> list[str]:
    """The old suites that OpenSSL may be built without, of those that have a name here."""
    words = {*known.newer, *known.older}
    old = [name for name in SUITES.values() if "RC4" in name or "3DES" in name or name.startswith("TLS_ECDH_")]
    return [name for name in old if _spelled(name) not in words]


def _spelled(name: str) -> str:
    """How OpenSSL calls an old suite: `ECDHE-RSA-RC4-SHA`, `DES-CBC3-SHA`, `ECDH-RSA-AES128-SHA`."""
    exchange, _, cipher = name.removeprefix("TLS_").partition("_WITH_")
    cipher = cipher.replace("AES_128", "AES128").replace("AES_256", "AES256").replace("RC4_128", "RC4")
    cipher = cipher.replace("3DES_EDE_CBC", "DES_CBC3").replace("_CBC_", "_")
    return (cipher if exchange == "RSA" else f"{exchange}_{cipher}").replace("_", "-")
