"""A text that is nothing but a number or a name: `48`, `alert 48`, `unknown_ca`, `error 20`, `curl 60`."""

import re

from mtlsctl.core import alerts
from mtlsctl.core.said import clients, numbers, verify_errors
from mtlsctl.core.said.row import Hears, Row

_NUMBER = re.compile(r"([a-z0-9:=_() ]{0,40}?)[\s:=#(\[]*(\d{1,3})[\s)\]]*", re.IGNORECASE)
_NAME = re.compile(r"(?:(?:ssl|tls|fatal|alert)[ _:]*)*([a-z_ ]{5,40}?)(?:[ _]alert)?", re.IGNORECASE)


def rows(text: str) -> list[Row]:
    """What a bare number or name stands for, the likeliest first; [] for any other text.

    A number alone may be an alert, a verify error or an exit status of curl: each is said.
    """
    text = text.strip().strip("[]\"'.,")
    if len(text) > 60:
        return []
    if match := _NUMBER.fullmatch(text):
        return _numbered(match[1].lower(), int(match[2]))
    letters = re.sub("[^a-z]", "", text.lower())
    named = _NAME.fullmatch(text)
    number = numbers.alert_named(named[1]) if named else None
    if number and alerts.name(number).replace("_", "") in letters and len(letters) <= len(alerts.name(number)) + 14:
        return [numbers.alert_row(Hears(number), "")]
    return []


def _numbered(word: str, number: int) -> list[Row]:
    alert = [numbers.alert_row(Hears(number), "")] if number in alerts.ALERTS else []
    verify = [row] if (row := verify_errors.of_number(number)) else []
    exits = clients.CURL_EXITS.get(number)
    curl = [numbers.curl_row(number, exits)] if exits else []
    if re.search(r"alert", word):
        return alert
    if re.search(r"curl|exit", word):
        return curl
    if re.search(r"error|verify|x509|num", word):
        return verify
    if word.strip():
        return []
    return [*alert, *verify, *curl] if number >= 40 else [*verify, *alert, *curl]
