"""What a client offers in its hello, by name: cipher suites, groups, signature algorithms."""

import difflib
import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric import ec
from OpenSSL import SSL, __version__

from mtlsctl.core import tlsnames
from mtlsctl.core.observation import Role
from mtlsctl.core.session import Session
from mtlsctl.errors import MtlsctlError, UsageError

_OPERATOR = re.compile(r"@SECLEVEL=[0-5]|@STRENGTH")  # openssl-ciphers(1)
_CLASSIC: dict[str, ec.EllipticCurve] = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}
EVERY_SUITE = "ALL:COMPLEMENTOFALL"
"""Every cipher suite before TLS 1.3, also those that do not encrypt (openssl-ciphers(1))."""
ANY_STRENGTH = "@SECLEVEL=0"
"""What OpenSSL would not use by itself, a peer may take all the same."""
_EVERYTHING = f"{EVERY_SUITE}:{ANY_STRENGTH}".encode()
# The order in which OpenSSL offers groups by itself: a server that goes by it chooses as it would of an ordinary hello.
_USUAL = (
    *("X25519MLKEM768", "x25519", "secp256r1", "x448", "secp384r1", "secp521r1"),
    *("SecP256r1MLKEM768", "SecP384r1MLKEM1024", "ffdhe2048", "ffdhe3072"),
)
_KEYWORDS = ("DEFAULT", "ALL", "HIGH", "MEDIUM", "ECDHE", "ECDSA", "RSA", "AESGCM", "CHACHA20", "AES128", "AES256")


class Suites(NamedTuple):
    """A list of cipher suites, taken apart."""

    newer: tuple[str, ...]
    """Those of TLS 1.3."""
    older: tuple[str, ...]
    """The rest, with OpenSSL's keywords."""
    operators: tuple[str, ...]
    """`@SECLEVEL=0`, `@STRENGTH`."""
    open_ended: bool
    """A keyword is among them, such as HIGH, or no suite at all: no version is meant to be left out."""


def split(text: str) -> list[str]:
    """The words of a list with colons, commas or spaces between them."""
    return [word for word in re.split(r"[:,\s]+", text) if word]


def suites(text: str) -> Suites:
    """The cipher suites of a list. Raises UsageError for one that OpenSSL does not have."""
    known, words = _suite_names(), split(text)
    operators = [word for word in words if _OPERATOR.fullmatch(word)]
    newer = [word for word in words if word in known and word.startswith("TLS_")]
    older = [word for word in words if word not in newer and word not in operators]
    for word in older:
        if not _taken(SSL.Context.set_cipher_list, word.lstrip("!+-")):
            raise _unknown(word, "cipher suite", [*known, *_KEYWORDS])
    if not words:
        raise UsageError("the list of cipher suites is empty", "such as --ciphers ECDHE-ECDSA-AES128-GCM-SHA256")
    named = all(word in known or (word.startswith("TLS_") and "_WITH_" in word) for word in older)
    return Suites(tuple(newer), tuple(older), tuple(operators), not named or not (newer or older))


def limit_ciphers(made: SSL.Context, text: str, minimum: str, maximum: str) -> None:
    """Offer these cipher suites only, and where each is named only the versions of TLS that they belong to.

    minimum, maximum: the versions asked for beside. Raises UsageError where nothing is left to offer.
    """
    wanted = suites(text)
    if wanted.newer:
        made.set_tls13_ciphersuites(":".join(wanted.newer).encode())
    if wanted.older or wanted.operators:
        legacy = bool({"1.0", "1.1"} & {minimum, maximum}) and "@SECLEVEL" not in text
        level = (ANY_STRENGTH,) if legacy else ()  # as core/tls.py does for these versions
        _set_older(made, [*(wanted.older or ("DEFAULT",)), *wanted.operators, *level])
    if wanted.open_ended:
        return
    if not wanted.newer:
        if minimum == "1.3":
            raise UsageError("no cipher suite of TLS 1.3 is among --ciphers", "such as TLS_AES_128_GCM_SHA256")
        if maximum in ("", "1.3"):
            made.set_max_proto_version(SSL.TLS1_2_VERSION)
    elif not wanted.older:
        if maximum not in ("", "1.3"):
            raise UsageError(f"--ciphers has only suites of TLS 1.3, and --tls-max is {maximum}", "leave one away")
        made.set_min_proto_version(SSL.TLS1_3_VERSION)


def _set_older(made: SSL.Context, words: list[str]) -> None:
    """Offer these, but for suites without certificates (aNULL): no callback would ask who is at the other end."""
    try:
        made.set_cipher_list(":".join([*words, "!aNULL"]).encode())
    except SSL.Error:
        raise UsageError(
            "nothing is left to offer: --ciphers has only suites without a certificate, and whoever answers is anybody",
            "such as --ciphers ECDHE-ECDSA-AES128-GCM-SHA256",
        ) from None


def limit_groups(made: SSL.Context, text: str) -> None:
    """Offer these key exchange groups only, the first with a key share. Raises UsageError, MtlsctlError."""
    words = split(text)
    if (setter := _private("SSL_CTX_set1_curves_list")) is not None:
        _limit(made, words, setter, "group", [*tlsnames.GROUPS.values(), *_CLASSIC])
    elif len(words) == 1 and words[0] in _CLASSIC:
        made.set_tmp_ecdh(_CLASSIC[words[0]])
    else:
        raise _cannot("groups", "one of P-256, P-384, P-521 alone can be had: --groups P-256")


def limit_sigalgs(made: SSL.Context, text: str) -> None:
    """Offer these signature algorithms only, and sign with no other. Raises UsageError, MtlsctlError."""
    setter = _private("SSL_CTX_set1_sigalgs_list")
    if setter is None:
        raise _cannot("signature algorithms", "leave --sigalgs away")
    _limit(made, split(text), setter, "signature algorithm", tlsnames.SCHEMES.values())


class Known(NamedTuple):
    """All that this OpenSSL can offer, each by its own name for it."""

    newer: tuple[str, ...]
    """The cipher suites of TLS 1.3."""
    older: tuple[str, ...]
    """The rest, without those that need no certificate: whoever answers is anybody."""
    groups: tuple[str, ...]
    sigalgs: tuple[str, ...]


def known() -> Known:
    """Everything; no groups and signature algorithms where pyOpenSSL has no way to them."""
    names = _suite_names()
    made = SSL.Context(SSL.TLS_CLIENT_METHOD)
    made.set_cipher_list(_EVERYTHING + b":!aNULL")
    older = SSL.Connection(made, None).get_cipher_list()
    return Known(
        tuple(name for name in names if name.startswith("TLS_")),
        tuple(name for name in older if not name.startswith("TLS_")),
        _settable("SSL_CTX_set1_curves_list", tlsnames.GROUPS.values()),
        _settable("SSL_CTX_set1_sigalgs_list", tlsnames.SCHEMES.values()),
    )


class Widest(NamedTuple):
    """A hello with everything in it, as core/tls.py's settings say it."""

    ciphers: str
    groups: str
    """"" where pyOpenSSL has no way to them."""


def widest() -> Widest:
    """All that this OpenSSL can offer at any strength, the usual groups first."""
    all_of_it = known()
    usual = [group for group in _USUAL if group in all_of_it.groups]
    groups = dict.fromkeys((*usual, *all_of_it.groups))
    return Widest(":".join((*all_of_it.newer, EVERY_SUITE, ANY_STRENGTH)), ":".join(groups))


def _settable(function: str, names: Iterable[str]) -> tuple[str, ...]:
    setter = _private(function)
    if setter is None:
        return ()
    trial = SSL.Context(SSL.TLS_CLIENT_METHOD)
    return tuple(name for name in names if setter(_held(trial), name.encode()) == 1)


def allow_late(made: SSL.Context) -> None:
    """Say that we can be asked for a certificate after the handshake; not where pyOpenSSL has no way to it."""
    if (setter := _private("SSL_CTX_set_post_handshake_auth")) is not None:
        setter(_held(made), 1)


def check(made: SSL.Context) -> None:
    """Raise UsageError where OpenSSL can make no hello of what a context is to offer. No setter works afterwards."""
    trial = Session(made, Role.CLIENT)
    trial.advance()
    if trial.failed:
        raise UsageError(
            "nothing is left to offer: the versions, cipher suites and groups asked for do not go together",
            "a suite that is too weak for OpenSSL's default needs @SECLEVEL=0 in --ciphers",
        )


def _limit(
    made: SSL.Context, words: list[str], setter: Callable[[Any, bytes], int], what: str, known: Iterable[str]
) -> None:
    if not words:
        raise UsageError(f"the list of {what}s is empty")
    trial = SSL.Context(SSL.TLS_CLIENT_METHOD)
    for word in words:
        if setter(_held(trial), word.encode()) != 1:
            raise _unknown(word, what, [name for name in known if setter(_held(trial), name.encode()) == 1])
    if setter(_held(made), ":".join(words).encode()) != 1:
        raise UsageError(f"OpenSSL does not take these {what}s together: {', '.join(words)}")


def _private(name: str) -> Any:
    """A function of OpenSSL that pyOpenSSL has no public way to; None where the installed one lacks it."""
    try:
        from OpenSSL._util import lib
    except ImportError:
        return None
    return getattr(lib, name, None) if hasattr(SSL.Context(SSL.TLS_CLIENT_METHOD), "_context") else None


def _held(context: SSL.Context) -> Any:
    """OpenSSL's own object inside a context; _private made sure that there is one."""
    return context._context


def _cannot(what: str, hint: str) -> MtlsctlError:
    return MtlsctlError(f"the installed pyOpenSSL {__version__} cannot limit the {what}", hint)


def _taken(setter: Callable[[SSL.Context, bytes], None], word: str) -> bool:
    try:
        setter(SSL.Context(SSL.TLS_CLIENT_METHOD), word.encode())
    except (SSL.Error, UnicodeError):
        return False
    return bool(word)


def _suite_names() -> list[str]:
    """Every cipher suite of this OpenSSL by its own name."""
    made = SSL.Context(SSL.TLS_CLIENT_METHOD)
    made.set_cipher_list(_EVERYTHING)
    made.set_tls13_ciphersuites(b":".join(_NEWER))
    return SSL.Connection(made, None).get_cipher_list()


_NEWER = (  # RFC 8446, B.4
    b"TLS_AES_256_GCM_SHA384",
    b"TLS_CHACHA20_POLY1305_SHA256",
    b"TLS_AES_128_GCM_SHA256",
    b"TLS_AES_128_CCM_SHA256",
    b"TLS_AES_128_CCM_8_SHA256",
)


def _unknown(word: str, what: str, known: Iterable[str]) -> UsageError:
    """The error for a name that OpenSSL does not know, with the nearest that it does."""
    upper = {name.upper(): name for name in known}
    near = [upper[name] for name in difflib.get_close_matches(word.upper(), upper, n=3, cutoff=0.55)]
    hint = f"did you mean: {', '.join(near)}" if near else ""
    return UsageError(f"{word[:60]!r} is no {what} that this OpenSSL has", hint)
