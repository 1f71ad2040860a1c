"""The rules of RFC 5280 and of the CA/B Forum, as pkilint (the extra `lint`) knows them."""

import inspect
import logging
from collections.abc import Collection, Iterator, Mapping
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
_TROUBLE = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)
MAX_SIZE = 1 << 20  # bytes of DER; pkilint builds an object for each part, in Python


class Said(NamedTuple):
    """One thing that pkilint says."""

    code: str
    verdict: Verdict
    words: str


class Looked(NamedTuple):
    """What came of one object."""

    said: tuple[Said, ...]
    kept: Mapping[str, Verdict]
    """The rules that were looked at and are kept, with what a fault would count as."""


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


def look(subject: Subject, der: bytes, profile: Profile) -> Looked | None:
    """What a profile says of a certificate or CRL; None where its rules are not about such an object.

    webpki: server certificates, and CAs. Never raises for what a stranger's object holds.
    """
    if Scope.REQUEST in subject.scopes or (profile is Profile.WEBPKI and not _of_the_web(subject)):
        return None
    if len(der) > MAX_SIZE:
        return _unread(f"larger than {MAX_SIZE >> 20} MiB, pkilint did not read it")
    _quiet()
    try:
        return _crl(der, profile, of_a_root(subject)) if Scope.CRL in subject.scopes else _certificate(der, profile)
    except _TROUBLE as error:
        return _unread(f"pkilint cannot read it: {type(error).__name__}")
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # its ASN.1 decoder's, in Rust; no class of ours to name
            raise
        return _unread("pkilint cannot read it: its decoder gave up")


def _unread(why: str) -> Looked:
    return Looked((Said("pkilint.not_checked", Verdict.FAIL, why),), {})


def _of_the_web(subject: Subject) -> bool:
    return subject.is_ca or Scope.CRL in subject.scopes or subject.serves or subject.purposes is None


def _quiet() -> None:
    """Its exceptions are findings; the log of them would go between our lines."""
    log = logging.getLogger("pkilint")
    if not log.handlers:
        log.addHandler(logging.NullHandler())
    log.propagate = False


def _certificate(der: bytes, profile: Profile) -> Looked:
    document = import_module("pkilint.loader").RFC5280CertificateDocumentLoader().load_der_document(der, "certificate")
    if profile is Profile.RFC5280:
        return _looked(_rfc5280().validate(document.root))
    serverauth = import_module("pkilint.cabf.serverauth")
    kind = serverauth.determine_certificate_type(document)
    filters = serverauth.create_serverauth_finding_filters(kind)
    sift = import_module("pkilint.finding_filter").filter_results
    results, passed_over = sift(filters, _webpki(kind).validate(document.root))
    silent = {d.finding.code for one in passed_over for d in one.result.finding_descriptions}
    return _looked(results, silent)


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


def _crl(der: bytes, profile: Profile, root: bool) -> Looked:
    document = import_module("pkilint.loader").RFC5280CertificateListDocumentLoader().load_der_document(der, "CRL")
    return _looked(_crl_rules(profile, root).validate(document.root))


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


def _looked(results: Any, silent: Collection[str] = ()) -> Looked:
    """What counts, without what is only told (INFO, DEBUG). silent: what these rules do not ask for.

    Of a validator that finds something the rest of its rules is not known: it stops at the first.
    """
    results = [result for one in results for result in (one if isinstance(one, list) else [one])]
    said = tuple(_said(results))
    broken = {one.code for one in said}.union(silent)
    clean = (result.validator for result in results if not result.finding_descriptions)
    rules = {f.code: _VERDICTS.get(f.severity.name) for one in clean for f in one.validations}
    kept = {code: verdict for code, verdict in rules.items() if verdict and code not in broken}
    kept.pop(_OF_ITSELF[0], None)  # every validator has it
    return Looked(said, kept)


def _said(results: Any) -> Iterator[Said]:
    for result in results:
        for one in result.finding_descriptions:
            verdict = _VERDICTS.get(one.finding.severity.name)
            if verdict is not None:
                where = str(result.node.path).removeprefix("certificate.tbsCertificate.")
                words = " ".join((one.message or one.finding.code.rpartition(".")[2].replace("_", " ")).split())
                yield Said(one.finding.code, verdict, f"{words[:300]} (at {where[:120]})")


def described(code: str) -> tuple[str, str] | None:
    """What pkilint says of a rule, "" where it says nothing, and the class that checks it; None where it has none."""
    if code in _OF_ITSELF:
        return "", ""
    for container in _every():
        found = [type(one) for one in _inside(container) if any(code == f.code for f in one.validations)]
        if found:
            told = next((one for one in found if one.__dict__.get("__doc__")), found[0])
            return " ".join(inspect.cleandoc(told.__dict__.get("__doc__") or "").split()), told.__name__
    return None


_OF_ITSELF = ("base.unhandled_exception", "pkilint.not_checked")
"""What is said where it did not come to an end: the second one is ours."""
_KINDS = (
    "DV_FINAL_CERTIFICATE ROOT_CA EV_FINAL_CERTIFICATE OV_FINAL_CERTIFICATE IV_FINAL_CERTIFICATE OCSP_RESPONDER"
    " INTERNAL_CROSS_CA INTERNAL_CONSTRAINED_TLS_CA NON_TLS_CA PRECERT_SIGNING_CA"
)
"""Of pkilint's kinds of certificates those that together have its rules; each takes a quarter of a second."""


def _every() -> Iterator[Any]:
    """All containers, those first that are asked for most."""
    yield _rfc5280()
    kinds = import_module("pkilint.cabf.serverauth.serverauth_constants").CertificateType
    first, *rest = _KINDS.split()
    yield _webpki(kinds[first])
    yield from (_crl_rules(Profile.WEBPKI, root) for root in (True, False))
    yield from (_webpki(kinds[name]) for name in rest)


def _inside(container: Any) -> Iterator[Any]:
    """The validators of a container, and of those in it."""
    for one in container.validators:
        yield from _inside(one) if hasattr(one, "validators") else (one,)
