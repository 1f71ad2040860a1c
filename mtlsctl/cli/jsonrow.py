"""A certificate as JSON by a template: what jsonform says of it, in a third of the time; a bundle has 10,000."""

from collections.abc import Callable, Iterable

from mtlsctl.cli.jsonform import rfc3339
from mtlsctl.core.documents import Kind
from mtlsctl.core.facts import CertificateFacts
from mtlsctl.workflows.examine import Item


def writer(quote: Callable[[str], str], encode: Callable[[object], str]) -> Callable[[Item], str]:
    """What makes JSON of an item that is a certificate. quote: of a text; encode: of any other value."""
    kind = quote(Kind.CERTIFICATE.value)

    def texts(values: Iterable[str]) -> str:
        return f"[{', '.join(map(quote, values))}]"

    def row(item: Item) -> str:
        return (
            f'{{"label": {quote(item.label)}, "kind": {kind}, "encoding": {quote(item.encoding)}, '
            f'"alias": {quote(item.alias)}, "facts": {told(item.facts)}}}'
        )

    # Between plain quotes stands what we made ourselves of digits, and of base64.
    def told(facts: CertificateFacts) -> str:
        other = encode(facts.other_extensions) if facts.other_extensions else "[]"
        return (
            f'{{"subject": {quote(facts.subject)}, "issuer": {quote(facts.issuer)}, '
            f'"serial": "{facts.serial}", "serial_hex": "{facts.serial_hex}", '
            f'"not_before": "{rfc3339(facts.not_before)}", "not_after": "{rfc3339(facts.not_after)}", '
            f'"self_signed": {"true" if facts.self_signed else "false"}, '
            f'"key": {quote(facts.key)}, "signature_algorithm": {quote(facts.signature_algorithm)}, '
            f'"names": {texts(facts.names)}, "key_usage": {texts(facts.key_usage)}, '
            f'"extended_key_usage": {texts(facts.extended_key_usage)}, "ca": {"true" if facts.ca else "false"}, '
            f'"path_length": {"null" if facts.path_length is None else facts.path_length}, '
            f'"subject_key_id": "{facts.subject_key_id}", "authority_key_id": "{facts.authority_key_id}", '
            f'"permitted": {texts(facts.permitted)}, "excluded": {texts(facts.excluded)}, '
            f'"crl_urls": {texts(facts.crl_urls)}, "ocsp_urls": {texts(facts.ocsp_urls)}, '
            f'"ca_issuers_urls": {texts(facts.ca_issuers_urls)}, "policies": {texts(facts.policies)}, '
            f'"critical": {texts(facts.critical)}, "other_extensions": {other}, '
            f'"sha256": "{facts.sha256}", "spki_sha256": "{facts.spki_sha256}", '
            f'"pem": "{facts.pem.replace(_LINE_END, _ESCAPED)}", "unreadable": {texts(facts.unreadable)}}}'
        )

    return row


_LINE_END, _ESCAPED = "\n", "\\n"  # Python 3.11 has no backslash in the braces of an f-string
