"""Two objects beside each other, for a person: what changed, as diff shows it."""

from collections.abc import Iterator

from mtlsctl.cli.output import Line
from mtlsctl.workflows.compare import Comparison

_WORDS = {
    "not_before": "valid from",
    "not_after": "valid until",
    "serial_hex": "serial",
    "signature_algorithm": "signature",
    "key_usage": "key usage",
    "extended_key_usage": "purposes",
    "path_length": "path length",
    "subject_key_id": "SKI",
    "authority_key_id": "AKI",
    "crl_urls": "CRL",
    "ocsp_urls": "OCSP",
    "ca_issuers_urls": "issuer at",
    "spki_sha256": "key SHA-256",
    "this_update": "this update",
    "next_update": "next update",
}


def lines(result: Comparison) -> Iterator[Line]:
    """The relation, then each difference: - is the left one's, + the right one's."""
    yield [(result.relation, "bold")]
    yield [("- ", "red"), result.left]
    yield [("+ ", "green"), result.right]
    for one in result.differences:
        yield f"  {_WORDS.get(one.field, one.field)}"
        if one.removed or one.added:
            for value in one.removed:
                yield [("    - ", "red"), value]
            for value in one.added:
                yield [("    + ", "green"), value]
        else:
            yield [("    - ", "red"), one.left or "(none)"]
            yield [("    + ", "green"), one.right or "(none)"]
