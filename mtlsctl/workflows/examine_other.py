"""Look at what is no certificate: keys, requests, CRLs, OCSP messages."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from mtlsctl.core import facts_key, remarks
from mtlsctl.core.documents import Document, Kind
from mtlsctl.core.findings import Finding


def facts(document: Document) -> Any:
    """The facts of a document; None where there are none to tell."""
    value = document.value
    match document.kind:
        case Kind.PRIVATE_KEY if value is not None:
            return facts_key.private_key_facts(value, document.encrypted)
        case Kind.ENCRYPTED_KEY:
            return facts_key.SHUT
        case Kind.PUBLIC_KEY if value is not None:
            return facts_key.public_key_facts(value)
        case Kind.CSR:
            from mtlsctl.core.facts_request import request_facts

            return request_facts(value)
        case Kind.CRL | Kind.OCSP_RESPONSE | Kind.OCSP_REQUEST if value is not None:
            return _revocation_facts(document)
        case _:
            return None


def _revocation_facts(document: Document) -> Any:
    from mtlsctl.core import facts_revocation

    match document.kind:
        case Kind.CRL:
            return facts_revocation.crl_facts(document.value)
        case Kind.OCSP_RESPONSE:
            return facts_revocation.response_facts(document.value)
        case _:
            return facts_revocation.request_facts(document.value)


def findings(document: Document, facts: Any, now: datetime) -> Iterator[Finding]:
    """What to say of a document's facts."""
    label = document.label
    yield from remarks.on_form(label, getattr(facts, "unreadable", ()))
    match document.kind:
        case Kind.CSR:
            yield from remarks.on_request(label, facts.signature_valid)
        case Kind.CRL:
            yield from remarks.on_update(label, "CRL", facts.next_update, now)
        case Kind.OCSP_RESPONSE:
            ends = [answer.next_update for answer in facts.answers if answer.next_update]
            yield from remarks.on_update(label, "OCSP response", min(ends, default=None), now)
        case _:
            return
