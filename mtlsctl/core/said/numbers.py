"""Numbers in a line: verify errors, OpenSSL's packed error codes, alerts by number or by name, curl's exit numbers."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from mtlsctl.core import alerts, codes
from mtlsctl.core.said import clients, verify_errors
from mtlsctl.core.said.row import Hears, Meaning, Row, Says, Sends


class Found(NamedTuple):
    """A row, and where in the line its text stands."""

    row: Row
    start: int
    end: int


OWN = "documented: mtlsctl's own codes"
_I = re.IGNORECASE
# `verify error:num=20`, `(20:unable`, `Error (20):`, `error 20 at 0 depth lookup`, `Verify return code: 20 (`
_VERIFY = re.compile(
    r"verify error:num=(\d{1,3})|verify error: ?\((\d{1,3}):|Verification: Error \((\d{1,3})\)|"
    r"\berror (\d{1,3}) at \d{1,3} depth|verify return code: (\d{1,3}) \(|\berror=(\d{1,3}),|"
    r"verify(?:_result| result|_err|_error|_code)?[=:] ?(\d{1,3})\b|X509_V_ERR_(\w{4,60})",
    _I,
)
_PACKED = re.compile(r"\berror:([0-9a-f]{8})(?![0-9a-f])", _I)
_DECIMAL = re.compile(r"(?<!\d)(268\d{6})(?!\d)")
_CURL = re.compile(r"\bcurl(?: error|: )? ?\(?(\d{1,2})\)?(?![\d.])", _I)

_BY_NAME = {kind.name.replace("_", ""): number for number, kind in alerts.ALERTS.items()}
# What stacks call an alert where they do not use its name: Go (crypto/tls/alert.go), OpenSSL's long strings, NSS.
_BY_NAME |= {
    "unknowncertificateauthority": 48,
    "unknowncertificate": 46,
    "expiredcertificate": 45,
    "revokedcertificate": 44,
    "protocolversionnotsupported": 70,
    "insufficientsecuritylevel": 71,
    "errordecodingmessage": 50,
    "errordecryptingmessage": 51,
    "unknownca": 48,
    "badrecordmac": 20,
    "inappropriatefallback": 86,
    "noapplicationprotocol": 120,
    "certificaterequired": 116,
    "certificateisbad": 42,
    "noapplicationprotocolalert": 120,
}
_LONGEST = sorted(_BY_NAME, key=len, reverse=True)

_HEARD_NUMBER = re.compile(
    r"SSL alert number (\d{1,3})|received alert \[(\d{1,3})\]|fatal alert code (?:is )?(\d{1,3})|"
    r"received (?:fatal )?alert:? (\d{1,3})\b|alert description:? (\d{1,3})\b|\btls alert:? (\d{1,3})\b",
    _I,
)
_HEARD_NAME = re.compile(
    r"received (?:CLIENT|SERVER) ALERT: Fatal - |"
    r"remote error: tls: |received (?:a )?fatal alert: |AlertReceived\(|\(IN\), TLS alert, |alert read:fatal:|"
    r"(?:sslv3|tlsv1|tlsv13|ssl/tls|tls|dtlsv1)[ _]alert[ _]|tlsv1[ _](?=unrecognized|unsupported|bad|certificate)|"
    r"Level: Fatal, Description: |fatal alert received: |SSL3 alert read:fatal:|"
    r"<<< TLS [\d.]{3}, Alert [^,]{1,30}, fatal ",
    _I,
)
_SENT_NAME = re.compile(
    r"generated (?:CLIENT|SERVER) ALERT: Fatal - |"
    r"\(OUT\), TLS alert, |alert write:fatal:|local error: tls: |>>> TLS [\d.]{3}, Alert [^,]{1,30}, fatal |"
    r"SSLHandshakeException: \((?=[a-z_]{4,40}\))",
    _I,
)
_CODE = re.compile(r"\[([a-z0-9-]{2,40})\]")
_BY_GROUP = {
    "server's certificate": "client",
    "client's certificate": "server",
    "local files": "local",
    "files": "local",
}
_CURL_TRACE = re.compile(r"\((IN|OUT)\), TLS alert, [^()]{1,40} \((\d{3})\)", _I)


def found(line: str) -> Iterator[Found]:
    """Everything in a line that is told by its number or by an alert's name."""
    for match in _VERIFY.finditer(line):
        if row := _verify_row(next(group for group in match.groups() if group)):
            yield Found(row, match.start(), match.end())
    for pattern, base in ((_PACKED, 16), (_DECIMAL, 10)):
        for match in pattern.finditer(line):
            if (number := packed_alert(int(match[1], base))) > 0:
                yield Found(alert_row(Hears(number), "OpenSSL"), match.start(), match.end())
    for match in _HEARD_NUMBER.finditer(line):
        if (number := int(next(group for group in match.groups() if group))) in alerts.ALERTS:
            yield Found(alert_row(Hears(number), ""), match.start(), match.end())
    yield from _named(line)
    for match in _CODE.finditer(line):
        if match[1] in codes.CODES:
            by = _BY_GROUP.get(codes.group_of(match[1]), "nobody")
            yield Found(Row(match[0], Says(by, (match[1],)), OWN, "mtlsctl"), match.start(), match.end())
    for match in _CURL.finditer(line):
        if meaning := clients.CURL_EXITS.get(int(match[1])):
            yield Found(curl_row(int(match[1]), meaning), match.start(), match.end())


def _verify_row(said: str) -> Row | None:
    if said.isdecimal():
        return verify_errors.of_number(int(said))
    known = {error.name: number for number, error in verify_errors.VERIFY_ERRORS.items()}
    return verify_errors.of_number(known.get(said.upper(), 0))


def packed_alert(code: int) -> int:
    """The alert that an error code of OpenSSL or BoringSSL stands for; 0 for any other error.

    A reason of 1000 and more is an alert received (ERR_GET_REASON; SSL_AD_REASON_OFFSET in ssl.h). The library is in
    the bits above: SSL is 20 with OpenSSL (23 bits below it from 3.0 on, 24 before) and 16 with BoringSSL.
    """
    if code >> 24 in (0x14, 0x10):  # OpenSSL 1.1 and BoringSSL: the lowest twelve bits
        reason = code & 0xFFF
    elif code >> 23 == 20:
        reason = code & 0x7FFFFF
    else:
        return 0
    return reason - 1000 if reason - 1000 in alerts.ALERTS else 0


def _named(line: str) -> Iterator[Found]:
    for match in _CURL_TRACE.finditer(line):
        number = int(match[2]) - 512  # curl shows level and description as one number: fatal is 2
        if number and number in alerts.ALERTS:
            means = Hears(number) if match[1].upper() == "IN" else Sends(number)
            yield Found(alert_row(means, "curl"), match.start(), match.end())
            return
    kinds: tuple[tuple[re.Pattern[str], type[Hears | Sends]], ...] = ((_HEARD_NAME, Hears), (_SENT_NAME, Sends))
    for pattern, kind in kinds:
        for match in pattern.finditer(line):
            if number := alert_named(line[match.end() : match.end() + 60]) or 0:
                rust = line[match.end() :][:1].isupper() and match[0].lower().startswith(("received fatal", "alertrec"))
                yield Found(alert_row(kind(number), "rustls" if rust else ""), match.start(), match.end())


def alert_named(text: str) -> int | None:
    """The alert whose name a text begins with, however it is spelled: `unknown CA`, `UnknownCA`, `unknown_ca`."""
    letters = re.sub(r"[^a-z]", "", text.lower())
    return next((_BY_NAME[name] for name in _LONGEST if letters.startswith(name)), None)


def alert_row(means: Hears | Sends, stack: str) -> Row:
    """The row of an alert that was received or sent."""
    kind = alerts.ALERTS[means.alert]
    return Row(f"alert {means.alert} {kind.name}", means, "documented: RFC 8446, 6; measured per stack", stack)


def curl_row(number: int, means: Meaning) -> Row:
    """The row of an exit number of curl."""
    return Row(f"curl: ({number})", means, "documented: libcurl-errors(3)", "curl", "client", weak=True)
