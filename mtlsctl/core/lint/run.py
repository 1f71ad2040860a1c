"""One run of lint: subjects in, one after the other; faults, suppressions and the result of each rule out."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from itertools import islice
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from mtlsctl.core import codes, keys
from mtlsctl.core.findings import Finding, Verdict, Whose
from mtlsctl.core.lint import foreign, rules, suppress
from mtlsctl.core.lint.rule import Profile, Rule, Scope
from mtlsctl.core.lint.settings import Settings
from mtlsctl.core.lint.subject import Subject
from mtlsctl.core.lint.suppress import Suppression

MAX_FAULTS = 10  # of one rule and one subject: a hostile certificate has names without end


class Fault(NamedTuple):
    """A rule that something breaks."""

    code: str
    verdict: Verdict
    message: str
    """With the name of what breaks it."""
    about: str
    """The file and the object in it, the serial in a ledger, or the host."""
    subject: str
    sha256: str
    """Of the object, DER; "" where there is none."""
    of_ca: bool = False
    """It is a CA certificate: what mends a leaf does not mend that."""


class Passed(NamedTuple):
    """A fault that does not count, and why."""

    fault: Fault
    suppression: Suppression


class Outcome(NamedTuple):
    """What came of one rule."""

    code: str
    title: str
    verdict: Verdict
    """What a fault counts as."""
    profiles: tuple[Profile, ...]
    source: str
    looked: int
    """How many subjects it looked at; 0: it was not tested."""
    broken: int
    """How many faults count."""
    suppressed: int
    result: str
    """`broken`, `suppressed`, `kept`, or `not tested`."""


class Run:
    """Faults and counts as they come. at: the time of looking."""

    def __init__(self, profiles: Sequence[Profile], suppressions: Sequence[Suppression], at: datetime) -> None:
        self.profiles = tuple(profiles)
        self.suppressions = tuple(suppressions)
        self.at = at
        self.faults: list[Fault] = []
        self.passed: list[Passed] = []
        self._looked: Counter[str] = Counter()
        self._used: set[int] = set()
        self._foreign: dict[str, Verdict] = {}
        self._serials: dict[tuple[bytes, int], tuple[str, str]] = {}
        self._keys: dict[bytes, tuple[str, str, str]] = {}

    def look(self, subject: "Subject | Settings", digest: str = "") -> None:
        """Hold the rules against a subject. digest: its SHA-256."""
        for rule in rules.concerning(subject.scopes, self.profiles):
            found = tuple(islice(rule.check(subject), MAX_FAULTS))
            for words in found:
                self._found(rule, words, subject.label, subject.name, digest, of_ca=Scope.CA in subject.scopes)
            if found or rule.needs(subject):
                self.looked(rule)
        if isinstance(subject, Subject) and isinstance(subject.value, x509.Certificate):
            self._together(subject, digest)

    def looked(self, rule: Rule) -> None:
        """Count something that a rule looked at elsewhere."""
        self._looked[rule.code] += 1

    def add(self, rule: Rule, words: str, label: str, name: str = "", digest: str = "") -> None:
        """A fault that was found elsewhere, by one of our rules that a profile asks for."""
        if not set(rule.profiles).isdisjoint(self.profiles):
            self._found(rule, words, label, name, digest)

    def foreign(self, code: str, verdict: Verdict, words: str, subject: Subject, digest: str) -> None:
        """A fault that another linter found, by its own code."""
        self._record(
            Fault(code, verdict, _message(subject.label, subject.name, words), subject.label, subject.name, digest)
        )

    def foreign_looked(self, code: str, verdict: Verdict) -> None:
        """Count an object that another linter held a rule of its own against, and what a fault counts as."""
        self._foreign[code] = verdict
        self._looked[code] += 1

    def note(self, code: str, verdict: Verdict, message: str, label: str) -> None:
        """A fault that another part of ours found and worded, by a code of the catalogue."""
        if code not in {rule.code for rule in rules.asked_for(self.profiles)}:
            self.foreign_looked(code, verdict)
        self._record(Fault(code, verdict, message, label, "", ""))

    def _found(self, rule: Rule, words: str, label: str, name: str, digest: str, *, of_ca: bool = False) -> None:
        self._record(Fault(rule.code, rule.verdict, _message(label, name, words), label, name, digest, of_ca))

    def _record(self, fault: Fault) -> None:
        number = suppress.first(self.suppressions, fault.code, fault.subject, fault.sha256, self.at)
        if number is None or fault.code == rules.MALFORMED.code:  # what was not looked at hides nothing
            self.faults.append(fault)
        else:
            self._used.add(number)
            self.passed.append(Passed(fault, self.suppressions[number]))

    def _together(self, subject: Subject, digest: str) -> None:
        """What shows only beside others: one serial for two certificates, one key for two subjects."""
        wanted = rules.concerning(subject.scopes, self.profiles)
        if rules.SERIAL_TWICE in wanted:
            known, other = self._serials.setdefault(
                (subject.value.issuer.public_bytes(), subject.value.serial_number), (digest, subject.label)
            )
            if known != digest:
                self._found(
                    rules.SERIAL_TWICE,
                    f"{other} has the same issuer and serial number",
                    subject.label,
                    subject.name,
                    digest,
                )
        if rules.KEY_SHARED in wanted and subject.key is not None:
            spki = sha256(keys.spki(subject.key)).digest()
            _, name, label = self._keys.setdefault(spki, (digest, subject.name, subject.label))
            if name != subject.name:
                self._found(rules.KEY_SHARED, f"{name} ({label}) has the same key", subject.label, subject.name, digest)

    def end(self) -> None:
        """Judge the suppressions themselves, once all was looked at."""
        for number, one in enumerate(self.suppressions):
            what = (
                f"{one.rule}{f' for {one.subject or one.fingerprint[:16]}' if one.subject or one.fingerprint else ''}"
            )
            if one.expires and self.at >= one.expires:
                rule, words = rules.EXPIRED_SUPPRESSION, f"{what} was passed over until {one.expires:%Y-%m-%d}"
            elif number not in self._used:
                rule, words = rules.UNUSED_SUPPRESSION, f"{what} hides nothing"
            else:
                continue
            self.faults.append(Fault(rule.code, rule.verdict, _message(one.origin, "", words), one.origin, "", ""))
        if self.suppressions:
            self.looked(rules.EXPIRED_SUPPRESSION)
            self.looked(rules.UNUSED_SUPPRESSION)

    def outcomes(self) -> tuple[Outcome, ...]:
        """Each rule that a profile asks for, in the order of the rules; then what other linters found."""
        broken = Counter(fault.code for fault in self.faults)
        hidden = Counter(one.fault.code for one in self.passed)
        ours = [
            _outcome(
                rule.code, rule.verdict, rule.profiles, self._looked[rule.code], broken[rule.code], hidden[rule.code]
            )
            for rule in rules.asked_for(self.profiles)
            if rule is not rules.OTHERS or not self._foreign  # which stands for all of theirs
        ]
        theirs = [
            _outcome(code, verdict, (), self._looked[code], broken[code], hidden[code])
            for code, verdict in sorted(self._foreign.items())
        ]
        return (*ours, *theirs)


def _outcome(
    code: str, verdict: Verdict, profiles: tuple[Profile, ...], looked: int, broken: int, hidden: int
) -> Outcome:
    source = codes.CODES[code].source if code in codes.CODES else foreign.document(code)
    title = titled(code)
    result = "broken" if broken else "suppressed" if hidden else "kept" if looked else "not tested"
    return Outcome(code, title, verdict, profiles, source, looked, broken, hidden, result)


def titled(code: str) -> str:
    """The title of a rule: the catalogue's; why a file could not be read; for a rule of pkilint its name as words."""
    if code in codes.CODES:
        return codes.CODES[code].title
    return _UNREAD.get(code) or foreign.title(code)


_UNREAD = {
    "system": "It may not be read",
    "not-found": "It is not there",
    "invalid-input": "Nothing in it can be read",
    "password": "Its password is another",
}


def _message(label: str, name: str, words: str) -> str:
    return ": ".join(part for part in (label, name if name != label else "", words) if part)


def findings(faults: Iterable[Fault]) -> tuple[Finding, ...]:
    """Faults as findings, worst first, each with its rule's fix."""
    ordered = sorted(faults, key=lambda fault: -fault.verdict.rank)
    return tuple(Finding(f.code, f.verdict, f.message, _fix(f), Whose.OURS, f.about) for f in ordered)


_LEAVES = ("mtlsctl issue ", "mtlsctl renew")
_CA_AGAIN = "have its issuer sign it again; a CA of yours that is a root: mtlsctl ca create makes a successor"


def _fix(fault: Fault) -> str:
    entry = codes.CODES.get(fault.code)
    fix = entry.fix if entry else foreign.fix(fault.code) if foreign.CODE.fullmatch(fault.code) else ""
    return _CA_AGAIN if fault.of_ca and any(words in fix for words in _LEAVES) else fix


def digest_of(value: "x509.Certificate | x509.CertificateSigningRequest | x509.CertificateRevocationList") -> str:
    """The SHA-256 of an object, DER, in hex."""
    return sha256(value.public_bytes(Encoding.DER)).hexdigest()
