"""The rules of RFC 5280 and of the CA/B Forum, as pkilint (the extra `lint`) knows them."""

import logging
import re
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple

from mtlsctl.core.findings import Verdict
from mtlsctl.core.lint.on_crls import of_a_root
from mtlsctl.core.lint.rule import Profile, Scope
from mtlsctl.core.lint.subject import Subject
from mtlsctl.errors import MtlsctlError

PROFILES = (Profile.RFC5280, Profile.WEBPKI)
CODE = re.compile(r"[a-z0-9_]+(\.[a-z0-9_-]+)+")
"""How pkilint names a rule; none of ours has a dot."""
_TROUBLE = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)
MAX_SIZE = 1 << 20  # bytes of DER; pkilint builds an object for each part, in Python


class Said(NamedTuple):
    """One thing that pkilint says."""

    code: str
    verdict: Verdict
    words: str


def require() -> None:
    """Raise where pkilint is not installed."""
    if find_spec("pkilint") is None:
        raise MtlsctlError(
            "the profiles rfc5280 and webpki need pkilint, which is not installed",
            "pip install 'mtlsctl[lint]'; the profiles mtls and nist need nothing more",
            code="missing-extra",
        )


def version() -> str:
    """pkilint's version; "" where it is not installed."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed("pkilint")
    except PackageNotFoundError:
        return ""


def look(subject: Subject, der: bytes, profile: Profile) -> list[Said] | None:
    """What a profile says of a certificate or CRL; None where its rules are not about such an object.

    webpki: server certificates, and CAs. Never raises for what a stranger's object holds.
    """
    if Scope.REQUEST in subject.scopes or (profile is Profile.WEBPKI and not _of_the_web(subject)):
        return None
    if len(der) > MAX_SIZE:
        return [Said("pkilint.not_checked", Verdict.FAIL, f"larger than {MAX_SIZE >> 20} MiB, pkilint did not read it")]
    _quiet()
    try:
        return _crl(der, profile, of_a_root(subject)) if Scope.CRL in subject.scopes else _certificate(der, profile)
    except _TROUBLE as error:
        return [_unread(type(error).__name__)]
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # its ASN.1 decoder's, in Rust; no class of ours to name
            raise
        return [_unread("its decoder gave up")]


def _unread(why: str) -> Said:
    return Said("pkilint.not_checked", Verdict.FAIL, f"pkilint cannot read it: {why}")


def _of_the_web(subject: Subject) -> bool:
    return subject.is_ca or Scope.CRL in subject.scopes or subject.serves or subject.purposes is None


def _quiet() -> None:
    """Its exceptions are findings; the log of them would go between our lines."""
    log = logging.getLogger("pkilint")
    if not log.handlers:
        log.addHandler(logging.NullHandler())
    log.propagate = False


def _certificate(der: bytes, profile: Profile) -> list[Said]:
    document = import_module("pkilint.loader").RFC5280CertificateDocumentLoader().load_der_document(der, "certificate")
    if profile is Profile.RFC5280:
        return _said(_rfc5280().validate(document.root))
    serverauth = import_module("pkilint.cabf.serverauth")
    kind = serverauth.determine_certificate_type(document)
    filters = serverauth.create_serverauth_finding_filters(kind)
    results, _ = import_module("pkilint.finding_filter").filter_results(filters, _webpki(kind).validate(document.root))
    return _said(results)


@cache
def _rfc5280() -> Any:
    certificate = import_module("pkilint.pkix.certificate")
    name, extension = import_module("pkilint.pkix.name"), import_module("pkilint.pkix.extension")
    return certificate.create_pkix_certificate_validator_container(
        certificate.create_decoding_validators(name.ATTRIBUTE_TYPE_MAPPINGS, extension.EXTENSION_MAPPINGS),
        [
            certificate.create_issuer_validator_container([]),
            certificate.create_validity_validator_container(),
            certificate.create_subject_validator_container([]),
            certificate.create_extensions_validator_container([]),
            certificate.create_spki_validator_container([]),
        ],
    )


@cache
def _webpki(kind: Any) -> Any:
    certificate, serverauth = import_module("pkilint.pkix.certificate"), import_module("pkilint.cabf.serverauth")
    return certificate.create_pkix_certificate_validator_container(
        serverauth.create_decoding_validators(), serverauth.create_validators(kind)
    )


def _crl(der: bytes, profile: Profile, root: bool) -> list[Said]:
    document = import_module("pkilint.loader").RFC5280CertificateListDocumentLoader().load_der_document(der, "CRL")
    return _said(_crl_rules(profile, root).validate(document.root))


@cache
def _crl_rules(profile: Profile, root: bool) -> Any:
    crl, cabf = import_module("pkilint.pkix.crl"), import_module("pkilint.cabf.cabf_crl")
    pkix = import_module("pkilint.pkix")
    name, extension = import_module("pkilint.pkix.name"), import_module("pkilint.pkix.extension")
    kind = crl.CertificateRevocationListType.ARL if root else crl.CertificateRevocationListType.CRL
    web = profile is Profile.WEBPKI
    return crl.create_pkix_crl_validator_container(
        [
            pkix.create_attribute_decoder(name.ATTRIBUTE_TYPE_MAPPINGS),
            pkix.create_extension_decoder(extension.EXTENSION_MAPPINGS),
        ],
        [
            crl.create_issuer_validator_container([]),
            crl.create_validity_validator_container([cabf.create_validity_period_validator(kind)] if web else []),
            crl.create_extensions_validator_container([]),
            *([cabf.CabfCrlReasonCodeAllowlistValidator(kind)] if web else []),
        ],
    )


_VERDICTS = {"FATAL": Verdict.FAIL, "ERROR": Verdict.FAIL, "WARNING": Verdict.WARN, "NOTICE": Verdict.NOTE}


def _said(results: Any) -> list[Said]:
    """What counts, without what is only told (INFO, DEBUG)."""
    found = []
    for result in results:
        for one in result.finding_descriptions:
            verdict = _VERDICTS.get(one.finding.severity.name)
            if verdict is not None:
                where = str(result.node.path).removeprefix("certificate.tbsCertificate.")
                words = " ".join((one.message or one.finding.code.rpartition(".")[2].replace("_", " ")).split())
                found.append(Said(one.finding.code, verdict, f"{words[:300]} (at {where[:120]})"))
    return found
