"""Verify what files hold: read the chain, the trust and the CRLs, look at the clock, ask core."""

import os
import shlex
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.utils import CryptographyDeprecationWarning

from mtlsctl.core import names
from mtlsctl.core.candidates import Other
from mtlsctl.core.facts import CertificateFacts, certificate_facts
from mtlsctl.core.findings import Finding, Report, Verdict
from mtlsctl.core.path import called
from mtlsctl.core.revoked import RevocationStatus, Sources
from mtlsctl.core.stacks import StackVerdict
from mtlsctl.core.verify import Engine, Forecast, Judgement, Policy, Purpose, judge, purpose_of
from mtlsctl.errors import InputError, NotFoundError, SystemTroubleError, UsageError
from mtlsctl.workflows import clock, files, materials, nearby, revocation
from mtlsctl.workflows.revocation import Fetched, Wish

_BEGIN, _END = b"-----BEGIN CERTIFICATE-----\n", b"\n-----END CERTIFICATE-----\n"


class Trust(NamedTuple):
    """What is trusted, as it was typed: nothing is trusted that is not named."""

    cas: tuple[str, ...] = ()
    """Files, or CAs by name or folder."""
    system: bool = False
    certifi: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """How messages name it."""
        return (*self.cas, *(["the system's roots"] * self.system), *(["certifi's roots"] * self.certifi))

    @property
    def options(self) -> tuple[str, ...]:
        """The same, as options."""
        named = [word for ca in self.cas for word in ("--ca", ca)]
        return (*named, *(["--system-ca"] * self.system), *(["--certifi"] * self.certifi))


class OtherPath(NamedTuple):
    """A path beside the one that was chosen."""

    subjects: tuple[str, ...]
    """Leaf first."""
    sha256: tuple[str, ...]
    """Of the same certificates: cross-certificates have one subject."""
    fault: str
    """The first that is wrong with it; empty where it holds as well."""


class Verified(NamedTuple):
    """What was verified, against what, and the path that was found."""

    subject: str
    purpose: Purpose
    purpose_from: str
    """option, eku (the certificate allows one purpose), or default."""
    at: datetime
    trusted: tuple[str, ...]
    names: tuple[str, ...]
    """The names asked for."""
    anchored: bool
    """True when the last certificate of the path is a trusted one."""
    path: tuple[CertificateFacts, ...]
    """Leaf first."""
    engines: tuple[Engine, ...]
    revocation: str
    """Where revocation was looked up: "crl", "ocsp", "ledger" (of a CA of ours), several of them with commas; "unknown"
    where none of these had an answer, "exempt" where none is needed, "not checked", or "off"."""
    revocation_status: tuple[RevocationStatus, ...]
    """Of each certificate below the anchor; empty where revocation was not looked at."""
    fetched: tuple[Fetched, ...]
    """Each request that was made; without --fetch, --ocsp or --aia there is none."""
    policy: str
    """Whose rules decided: openssl, rfc5280, webpki, all, or a stack's name."""
    forecasts: tuple[Forecast, ...]
    """What the policies that were not asked for would say; empty where the path does not hold."""
    other_paths: tuple[OtherPath, ...]
    """The other paths to a trusted certificate."""
    stacks: tuple[StackVerdict, ...]
    """Who would accept the chain and who refuse it; empty for what is neither a server nor a client."""


def verify(
    chain: Sequence[str],
    trust: Trust,
    *,
    more: Sequence[str] = (),
    wanted: Sequence[str] = (),
    purpose: Purpose | None = None,
    at: datetime | None = None,
    partial_chain: bool = False,
    wish: Wish = Wish(),  # noqa: B008  # immutable
    aia: bool = False,
    policy: str = Policy.OPENSSL,
    max_depth: int | None = None,
) -> tuple[Verified, Report]:
    """Verify the certificates of the files in chain (leaf first; an identity's folder will do) and in more.

    Without a purpose it is the one that the leaf allows, else server; without a time it is now. What cannot be read
    stops it: nothing is trusted, and no CRL left out, because something failed. wish: how revocation is looked up.
    aia: fetch the intermediates that are missing. Without these two nothing is asked of the network. policy: whose
    rules decide. max_depth: CAs allowed between leaf and root. What more names is at hand alone, but for a file where
    CHAIN is the leaf and nothing else: web servers take the two as one chain.
    """
    _one_stdin([*chain, *more, *wish.crls, *wish.responses, *trust.cas])
    asked = tuple(names.parse(word) for word in wanted)
    with _quiet():
        notes: list[Finding] = []
        certificates = [c for word in chain for c in _presented(word, trust, notes)]
        beside = [c for word in more if nearby.is_nearby(word) for c in nearby.certificates(word)]
        held = [c for word in more if not nearby.is_nearby(word) for c in _certificates(word, notes)]
        (certificates if len(set(certificates)) == 1 else beside).extend(held)
        roots = _roots(trust, chain[0], certificates, notes)
        sources = revocation.at_hand(wish, trust.cas)
        stated = purpose or purpose_of(certificates)
        when = at or clock.now()

        def verdict(given: Sequence[x509.Certificate], known: Sources) -> Judgement:
            return judge(
                given,
                roots,
                purpose=stated or Purpose.SERVER,
                at=when,
                names=asked,
                partial_chain=partial_chain,
                sources=known,
                policy=policy,
                max_depth=max_depth,
                found=beside,
            )

        fetched: tuple[Fetched, ...] = ()
        if aia or wish.online:
            from mtlsctl.workflows import online  # HTTP: only where it was asked for

            done = online.complete(
                verdict, certificates, roots, sources, wish, when, aia=aia, partial_chain=partial_chain
            )
            found, sources, fetched = done.found, done.sources, done.fetched
            notes += done.notes(stated is Purpose.CLIENT, _pem_file(_chain_file(chain[0])))
        else:
            found = verdict(certificates, sources)
        said = [*found.report.findings, *notes]
        if any(finding.hint for finding in said):
            from mtlsctl.workflows import hints  # what holds without a word needs none

            scene = hints.Scene([*map(_chain_file, chain)], _typed(chain, trust, more), more, certificates, wanted)
            said = scene.worded(said, found.path, anchored=found.anchored)
        path = tuple(certificate_facts(c) for c in found.path)
        others = tuple(_other(one) for one in found.others)
    verified = Verified(
        subject=found.report.subject,
        purpose=stated or Purpose.SERVER,
        purpose_from="option" if purpose else "eku" if stated else "default",
        at=when,
        trusted=trust.words,
        names=tuple(names.plain(name) for name in asked),
        anchored=found.anchored,
        path=path,
        engines=found.engines,
        revocation=revocation.summary(found.revocation, sources),
        revocation_status=found.revocation,
        fetched=fetched,
        policy=policy,
        forecasts=found.forecasts,
        other_paths=others,
        stacks=found.stacks,
    )
    findings = sorted(said, key=lambda f: -f.verdict.rank)
    return verified, Report(found.report.subject, tuple(findings))


def _typed(chain: Sequence[str], trust: Trust, more: Sequence[str]) -> list[str]:
    """The command, as far as it says what is verified and against what."""
    return ["mtlsctl", "verify", *chain, *trust.options, *(word for one in more for word in ("--chain", one))]


def _other(one: Other) -> OtherPath:
    subjects = tuple(called(certificate) for certificate in one.path)
    return OtherPath(subjects, tuple(c.fingerprint(SHA256()).hex() for c in one.path), one.fault)


@contextmanager
def _quiet() -> Iterator[None]:
    """Odd serial numbers and the like are findings; the library's own warnings would go between our lines."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        yield


def _one_stdin(words: Sequence[str]) -> None:
    if words.count("-") > 1:
        raise UsageError("standard input (-) can be read once, and it is named twice", "put one of the two in a file")


def _chain_file(word: str) -> str:
    """The file to read: an identity's folder stands for its fullchain.pem."""
    folder = Path(word)
    if word == "-" or not folder.is_dir():
        return word
    if not (folder / "fullchain.pem").is_file():
        raise NotFoundError(f"{word}: a folder without fullchain.pem, so no identity", "name the certificate's file")
    return str(folder / "fullchain.pem")


def _presented(word: str, trust: Trust, notes: list[Finding]) -> Sequence[x509.Certificate]:
    """The certificates of a word of CHAIN."""
    try:
        return _certificates(_chain_file(word), notes)
    except NotFoundError as error:
        from mtlsctl.workflows import operands  # a file that is there needs none of it

        raise operands.with_advice(error, word, "handshake", trust.options) from None


def _pem_file(word: str) -> str:
    """The file, where a certificate in PEM can be appended to it; else ""."""
    return word if word != "-" and Path(word).is_file() and b"-----BEGIN" in files.read(word) else ""


def _certificates(word: str, notes: list[Finding]) -> Sequence[x509.Certificate]:
    """The certificates of a file; what is damaged or odd about the file goes into notes."""
    data = files.read(word)
    if _clean(data):
        with suppress(ValueError, x509.InvalidVersion):
            return x509.load_pem_x509_certificates(data)
    from mtlsctl.core import pem  # only for what is not plain PEM

    documents = pem.read_all(data, files.label(word))
    found = [d.value for d in documents if isinstance(d.value, x509.Certificate)]
    if not found:
        if all(d.kind is pem.Kind.PKCS12 for d in documents):
            raise InputError(
                f"{files.label(word)}: expected certificates, found a PKCS#12 that is shut with a password",
                f"take them out: mtlsctl inspect --pem {shlex.quote(word)} --password-file FILE > fullchain.pem",
            )
        kinds = " and ".join(dict.fromkeys(d.kind.with_article for d in documents))
        raise InputError(
            f"{files.label(word)}: expected a certificate, found {kinds}", f"see what it is: mtlsctl inspect {word}"
        )
    notes += [_of_file(note) for d in documents for note in d.notes]
    return found


def _of_file(note: Finding) -> Finding:
    """What stacks make of a damaged file, told apart from the verdict on the certificate that we read out of it."""
    if note.verdict.rank < Verdict.WARN.rank or not note.code.startswith("pem-"):
        return note
    return note._replace(message=f"{note.message}; the verdict here is on the certificate in it")


def _clean(data: bytes) -> bool:
    """True for PEM certificates, each on its own lines, and nothing else."""
    count = data.count(_BEGIN)
    return bool(count) and data.startswith(_BEGIN) and count == data.count(b"-----BEGIN") == data.count(_END)


def _roots(trust: Trust, first: str, chain: Sequence[x509.Certificate], notes: list[Finding]) -> list[x509.Certificate]:
    """The trust anchors. Raises where nothing is named, and where what is named cannot be read."""
    if not trust.words:
        raise UsageError("nothing is trusted: no roots are named", _trust_hint(first, chain))
    found = [root for word in trust.cas for root in _ca(word, notes)]
    if trust.system:
        found += _system()
    if trust.certifi:
        import certifi  # only when asked for

        found += materials.certificates(certifi.where())
    return found


def _ca(word: str, notes: list[Finding]) -> Sequence[x509.Certificate]:
    """What one --ca names; the error says that it is about the trust, and nothing is trusted in its place."""
    try:
        if word != "-" and not materials.is_file(word):
            return materials.roots(word)
        odd: list[Finding] = []
        roots = _certificates(word, odd)
        if damage := next((note for note in odd if note.verdict is Verdict.FAIL), None):
            raise InputError(damage.message, damage.hint)
    except InputError as error:
        error.code = "ca-file-invalid"
        raise
    except NotFoundError as error:
        error.code = "ca-file-unreadable"
        if Path(word).suffix and not Path(word).exists():
            message = f"{word}: no such file, and no CA of that name"
            hint = files.meant(Path(word)) or "check the path; mtlsctl ca list shows your CAs"
            raise NotFoundError(message, hint, code=error.code) from None
        raise
    except SystemTroubleError as error:
        error.code = "ca-file-unreadable"
        raise
    notes += odd
    return roots


def _trust_hint(first: str, chain: Sequence[x509.Certificate]) -> str:
    """The options; a ca.pem beside the certificate is named, not trusted: whoever wrote the one wrote the other."""
    from mtlsctl.workflows import hints  # those who name their roots need none

    if ours := hints.of_ours(chain):
        return f"one of your own CAs made it: --ca {shlex.quote(ours.word)}"
    hint = "--ca FILE or a CA's name; --system-ca for the system's roots, --certifi for Mozilla's"
    beside = (Path(first) if Path(first).is_dir() else Path(first).parent) / "ca.pem"
    if first != "-" and beside.is_file():
        hint = f"if you trust it: --ca {beside}; else {hint}"
    return hint


def _system() -> Sequence[x509.Certificate]:
    """The system's roots, or those of the file that SSL_CERT_FILE names, as for OpenSSL. Raises NotFoundError."""
    if named := os.environ.get("SSL_CERT_FILE"):
        return materials.certificates(named)
    from mtlsctl.workflows import truststore  # only when asked for

    return truststore.system_roots()[0]
