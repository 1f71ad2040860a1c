"""Find out a server's TLS settings by many short handshakes, each with a little less in its hello than the last."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from cryptography import x509

from mtlsctl.core import offer
from mtlsctl.core.admission import Outcome, admission
from mtlsctl.core.evidence import Evidence
from mtlsctl.core.findings import Finding, Report
from mtlsctl.core.lint import untested
from mtlsctl.core.lint.rule import Scope
from mtlsctl.core.lint.settings import Settings, Suites, Untested
from mtlsctl.core.mismatch import read
from mtlsctl.core.observation import Ended, Observation, Stage, version_words
from mtlsctl.core.tls import TlsSettings, client_context
from mtlsctl.errors import UsageError
from mtlsctl.workflows import handshake
from mtlsctl.workflows.handshake_result import Handshake
from mtlsctl.workflows.once import Seen, Visit, once

PROTOCOL_VERSION = 70  # RFC 8446, 6.2
VERSIONS = ("1.0", "1.1", "1.2", "1.3")
AT_ONCE = 4  # one for each version
MAX_HANDSHAKES = 240  # with one server, all together
MAX_ROUNDS = 80  # of one list: a server that takes everything takes about so many suites


class Wish(NamedTuple):
    """What to find out, and how."""

    visit: Visit
    settings: TlsSettings
    """With our certificate and the roots; its offers are passed over."""
    trust: str
    """Where the roots come from, in words; "" where nobody named any: trust is then not judged."""
    roots: tuple[x509.Certificate, ...] = ()


class Surveyed(NamedTuple):
    """What was found out."""

    settings: Settings
    chain: tuple[x509.Certificate, ...]
    """As the server sent it."""
    roots: tuple[x509.Certificate, ...]
    findings: tuple[Finding, ...]
    """What is wrong with the server's certificate for a client, or why the server cannot be reached."""


class _Counter:
    """How many handshakes were made, by all threads together."""

    def __init__(self) -> None:
        self.made = 0
        self._lock = threading.Lock()

    def take(self) -> bool:
        """Count one more; False where it would be one too many."""
        with self._lock:
            self.made += 1
            return self.made <= MAX_HANDSHAKES


def survey(wish: Wish) -> Surveyed:
    """Find out what one server accepts. Raises UsageError and InputError for settings that OpenSSL does not take."""
    counter = _Counter()
    # 1. One whole handshake as we would: the chain, the verdict on it, whether it asks.
    counter.take()
    whole, report = _whole(wish)
    chain = tuple(x509.load_pem_x509_certificate(one.pem.encode()) for one in whole.server_chain)
    if whole.stage in (Stage.RESOLVE, Stage.CONNECT, Stage.APPROACH):
        return Surveyed(_nothing(wish, report.findings[0].message), (), wish.roots, report.findings)
    # 2. Each version by itself: its suites, groups, signatures.
    with ThreadPoolExecutor(AT_ONCE) as pool:
        known = offer.known()
        waiting = [pool.submit(_Version(wish, version, counter, known).look) for version in VERSIONS]
        versions = tuple(one.result() for one in waiting)
    # 3. Nobody's handshake: whether who has no certificate gets in.
    nobody = _nobody(wish, versions, counter)
    # 4. Sessions that are gone on with.
    asks = bool(nobody.asked)
    versions = tuple(_with_sessions(wish, one, counter, asks=asks, admitted=whole.accepted) for one in versions)
    # 5. All of it, and what it cannot tell.
    label = wish.visit.endpoint.text
    settings = Settings(
        (Scope.ENDPOINT,),
        label,
        label,
        versions,
        nobody.asked,
        nobody.let_in,
        nobody.evidence.request.signature_algorithms if nobody.evidence.request else (),
        whole.acceptable_issuers,
        min(counter.made, MAX_HANDSHAKES),
        untested.untested(known, versions, nobody.let_in, nobody.why if nobody.asked else "", trusts=bool(wish.trust)),
    )
    return Surveyed(settings, chain, wish.roots, _telling(wish, settings, report.findings))


def _whole(wish: Wish) -> tuple[Handshake, Report]:
    there = wish.visit
    return handshake.handshake(
        handshake.Wish(there.endpoint, wish.settings, wish.trust, there.timeout, route=there.route, extra_probes=False)
    )


def _telling(wish: Wish, settings: Settings, found: Sequence[Finding]) -> tuple[Finding, ...]:
    """What the whole handshake says of the server: all of it where no version was accepted, else of its certificate."""
    if not settings.known:
        return tuple(found)
    of_server = (f for f in found if f.code.startswith("server-") or f.code in _ALWAYS)
    return tuple(f for f in of_server if wish.trust or f.code not in _TRUST)


_ALWAYS = ("tls-interception", "clock-skew")
_TRUST = ("server-untrusted-root", "server-self-signed", "server-missing-intermediate", "server-ca-rekeyed")


def _nothing(wish: Wish, why: str) -> Settings:
    label = wish.visit.endpoint.text
    nothing = (Untested("all of its TLS settings", why),)
    return Settings((Scope.ENDPOINT,), label, label, (), None, None, (), (), 1, nothing)


class _Version:
    """The questions to a server about one version of TLS."""

    def __init__(self, wish: Wish, version: str, counter: _Counter, known: offer.Known) -> None:
        self.wish = wish
        self.version = version
        self.counter = counter
        self.known = known
        self.words = f"TLS {version}"
        self.complete = True

    def look(self) -> Suites:
        """Everything about this version."""
        try:
            first = self.ask()
        except UsageError:
            return Suites(self.words, None, "this OpenSSL does not offer it", complete=False)
        if first is None:
            return Suites(self.words, None, "too many handshakes", complete=False)
        took, why = accepted(first.observation, self.words)
        if not took:
            return Suites(self.words, took, why)
        evidence = read(first.observation)
        hello = evidence.server_hello
        extensions = hello.extensions if hello else ()
        older = self.version != "1.3"
        return Suites(
            self.words,
            True,
            "",
            self.suites(),
            self.groups(),
            self.signatures(),
            "renegotiation_info" in extensions if older and hello else None,
            "extended_master_secret" in extensions if older and hello else None,
            complete=self.complete,
        )

    def ask(self, *, ciphers: str = "", groups: str = "", sigalgs: str = "") -> Seen | None:
        """One handshake with nobody's certificate; None where there were too many. Raises UsageError."""
        if not self.counter.take():
            self.complete = False
            return None
        everything = "" if self.version == "1.3" else f"{offer.EVERY_SUITE}:{offer.ANY_STRENGTH}"
        settings = TlsSettings(
            minimum=self.version,
            maximum=self.version,
            ciphers=ciphers or everything,
            groups=groups,
            sigalgs=sigalgs,
            alpn=self.wish.visit.endpoint.alpn,
        )
        # Nobody is trusted: each handshake ends with our alert once the server has said all that is to be found out.
        return once(client_context(settings), self.wish.visit._replace(http="", question=b""))

    def suites(self) -> tuple[str, ...]:
        """The cipher suites that it accepts, in the order in which it prefers them, as far as it has one."""
        found: list[str] = []
        taken: list[str] = []
        for _ in range(MAX_ROUNDS):
            if self.version == "1.3":
                left = [name for name in self.known.newer if name not in taken]
                words = ":".join(left)
            else:
                left = [name for name in self.known.older if name not in taken]
                words = ":".join([offer.EVERY_SUITE, *(f"!{name}" for name in taken), offer.ANY_STRENGTH])
            seen = self._chosen(ciphers=words) if left else None
            if seen is None or not seen[0].cipher or seen[0].cipher in taken:
                break
            taken.append(seen[0].cipher)
            hello = seen[1].server_hello
            found.append(hello.cipher_suite if hello else seen[0].cipher)
        return tuple(found)

    def groups(self) -> tuple[str, ...]:
        """The key exchange groups, in the order of its choice."""
        found = self._one_by_one("groups", self.known.groups)
        if self.version == "1.3" or not found or found[-1] not in self.known.groups:
            return found
        # Before TLS 1.3 an ECDSA certificate needs its curve among the groups offered (RFC 8422, 5.1.1): with it taken
        # away nothing goes. Offered last, a server that follows the client's order shows what else it takes.
        return (*found, *self._one_by_one("groups", [g for g in self.known.groups if g not in found], found[-1]))

    def signatures(self) -> tuple[str, ...]:
        """What it signs with."""
        return self._one_by_one("sigalgs", self.known.sigalgs) if self.version in ("1.2", "1.3") else ()

    def _one_by_one(self, option: str, names: Sequence[str], last: str = "") -> tuple[str, ...]:
        """What it chooses of the names, until it chooses nothing, or what was offered last each time."""
        found: list[str] = []
        left = list(names)
        for _ in range(MAX_ROUNDS):
            limits = {option: ":".join([*left, *([last] * bool(last))])}
            if self.version == "1.3":
                limits["ciphers"] = f"{':'.join(self.known.newer)}:{offer.ANY_STRENGTH}"
            seen = self._chosen(**limits) if left else None
            chosen = "" if seen is None else seen[1].group if option == "groups" else seen[1].server_scheme
            if not chosen or chosen == last or chosen in found:
                break
            found.append(chosen)
            if chosen not in left:
                break  # such as a prime of its own choice, which no list takes away
            left.remove(chosen)
        return tuple(found)

    def _chosen(self, **limits: str) -> tuple[Observation, Evidence] | None:
        """What it chose of an offer; None where it chose nothing."""
        try:
            seen = self.ask(**limits)
        except UsageError:
            return None  # nothing of this is left that OpenSSL can offer in this version
        if seen is None or not accepted(seen.observation, self.words)[0]:
            return None
        return seen.observation, read(seen.observation)


def accepted(seen: Observation, words: str) -> tuple[bool | None, str]:
    """Whether the server answered a hello with one of its own, in the version offered; None: it cannot be told; why."""
    if seen.stage in (Stage.HANDSHAKE, Stage.DONE) and version_words(seen.version) == words:
        return True, ""
    alert = next((a for a in reversed(seen.alerts)), None)
    if alert is not None and alert.direction == "received":
        return False, f"alert {alert.number} ({alert.name})"
    if alert is not None and alert.number == PROTOCOL_VERSION:
        return False, f"it answers in another version (ours: alert {alert.number}, {alert.name})"
    if alert is not None:  # it may take what our library does not
        return None, f"our OpenSSL gave up with alert {alert.number} ({alert.name})"
    if seen.ended in (Ended.CLOSED, Ended.RESET):
        return False, "it closed the connection"
    if seen.ended is Ended.ERROR:
        return None, f"what came is no TLS that our OpenSSL reads{f' ({seen.trouble})' if seen.trouble else ''}"
    return None, {Ended.TIMEOUT: "no answer in time"}.get(seen.ended, seen.ended.value)


class _Nobody(NamedTuple):
    """What came of a client without a certificate."""

    asked: bool | None = None
    let_in: bool | None = None
    """None: not known."""
    why: str = "no handshake came so far"
    evidence: Evidence = Evidence()


def _nobody(wish: Wish, versions: Sequence[Suites], counter: _Counter) -> _Nobody:
    """Whether the server asks for a certificate, and lets in who has none, as far as TLS or HTTP says so."""
    best = next((one for one in reversed(versions) if one.accepted), None)
    if best is None or not counter.take():
        return _Nobody()
    number = best.version.removeprefix("TLS ")
    settings = wish.settings._replace(identity=None, minimum=number, maximum=number)
    seen = once(client_context(settings), wish.visit._replace(lenient=True)).observation
    came = admission(seen, shown=False)
    let_in = {Outcome.ACCEPTED: True, Outcome.REFUSED: False, Outcome.REFUSED_BY_APP: False}.get(came.outcome)
    why = "TLS lets it in, the application was not asked; do so: --http PATH"
    return _Nobody(seen.asked, let_in, why if came.outcome is Outcome.TLS_ONLY else came.why, read(seen))


def _with_sessions(wish: Wish, one: Suites, counter: _Counter, *, asks: bool, admitted: bool) -> Suites:
    """The same with the answer to a session that is gone on with; only where the first handshake was good."""
    if not one.accepted or (asks and not (wish.settings.identity and admitted)):
        return one
    if not (counter.take() and counter.take()):
        return one
    number = one.version.removeprefix("TLS ")
    context = client_context(wish.settings._replace(minimum=number, maximum=number))
    lenient = wish.visit.lenient or not wish.settings.identity  # then nothing of ours is shown
    first = once(context, wish.visit._replace(keep=True, lenient=lenient))
    if first.session is None or first.observation.stage is not Stage.DONE or first.observation.ended is not Ended.OPEN:
        return one
    again = once(context, wish.visit._replace(earlier=first.session, lenient=lenient)).observation
    return one._replace(resumed=again.resumed)
