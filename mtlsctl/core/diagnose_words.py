"""What a server says in its own protocol once TLS is done: its greeting, or its answer to a harmless first word."""

from mtlsctl.core import sniff
from mtlsctl.core.diagnose import Confidence, Diagnosis, Ours
from mtlsctl.core.diagnose_app import likely_causes, missing, named, refused, refused_certificate
from mtlsctl.core.findings import Verdict
from mtlsctl.core.observation import Ended, Observation

_WORDS_OF_NO = (
    b"unauthori",
    b"not authori",
    b"denied",
    b"forbidden",
    b"not allowed",
    b"refused",
    b"certificate",
    b"error",
)
_GREETED_WITH_NO = (b"* BYE", b"-ERR", b"ERROR", b"NO ")
_WANTS_ONE = (b"no client certificate", b"certificate required", b"certificate presented", b"requires a valid client")


def _is_no(line: bytes) -> bool:
    """A refusal by its number or first word."""
    numbered = line[:3].isdigit() and line[:1] in (b"4", b"5") and line[3:4] in (b" ", b"-")
    return numbered or line.upper().startswith(_GREETED_WITH_NO)


def greeted(seen: Observation, ours: Ours, tls: Diagnosis) -> Diagnosis:
    """TLS succeeded as tls says; whether what the server said of its own accord is a no.

    SMTP, FTP and NNTP refuse with 4xx and 5xx (RFC 5321, 4.2), IMAP with BYE (RFC 9051, 7.1.5), POP3 with -ERR.
    """
    lines = [line.strip() for line in seen.unasked.split(b"\n")]
    line = next((line for line in lines if _is_no(line)), lines[0])
    worded = seen.left and any(word in line.lower() for word in _WORDS_OF_NO)
    if not (worded or _is_no(line)) or not seen.asked:
        return _hung_up(seen, ours) or tls
    said = f"{seen.peer} completed the handshake and said: {sniff.quoted(line)}"
    told = b"certificate" in line.lower()
    if not seen.sent and not any(words in line.lower() for words in _WANTS_ONE):
        return refused(
            seen, [missing(seen, ours, said)], tls, Confidence.LIKELY if told or worded else Confidence.UNKNOWN
        )
    if not seen.sent:
        return refused(seen, [missing(seen, ours, said)], tls, Confidence.CERTAIN)
    found = likely_causes(seen, ours, said) or named(seen, line, ours, said)
    refusal = refused_certificate(said, ours)
    listed = [*found, refusal._replace(verdict=Verdict.NOTE) if found else refusal]
    return refused(seen, listed, tls, Confidence.LIKELY if told or worded or found else Confidence.UNKNOWN)


def _hung_up(seen: Observation, ours: Ours) -> Diagnosis | None:
    """It asked for a certificate, greeted as one that waits for our word, and left without waiting for it."""
    if not (seen.asked and seen.left and sniff.greets(seen.unasked)):
        return None
    from mtlsctl.core.diagnose_failure import failed

    told = failed(seen._replace(ended=Ended.CLOSED), ours)
    first, *rest = told.report.findings
    greeting = sniff.quoted(seen.unasked.split(b"\n")[0].strip())
    first = first._replace(message=f"{first.message}, after its greeting: {greeting}")
    return told._replace(report=told.report._replace(findings=(first, *rest)))
