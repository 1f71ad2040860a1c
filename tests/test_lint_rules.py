"""core/lint: for each rule something that breaks it, and nothing else; what is good breaks none."""

import warnings
from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import cryptography_vectors
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AttributeOID, AuthorityInformationAccessOID, ExtendedKeyUsageOID, ObjectIdentifier
from support import CLIENT_AUTH, DAY, NOW, SERVER_AUTH, Pair, make_cert

from mtlsctl.core import codes
from mtlsctl.core.findings import Verdict
from mtlsctl.core.lint import rules, run, subject
from mtlsctl.core.lint.rule import Profile, Scope
from mtlsctl.core.lint.settings import Settings, Suites
from mtlsctl.core.lint.suppress import Suppression

VECTORS = Path(cryptography_vectors.__file__).parent / "x509"
HOST = x509.DNSName("web.test")
MAIL = x509.RFC822Name("alice@example.test")
YEARS = NOW + 3650 * DAY
BITS = [
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
]
ALL = (Profile.MTLS, Profile.NIST)


def usage(*bits: str) -> x509.KeyUsage:
    return x509.KeyUsage(**{bit: bit in bits for bit in BITS})


def url(text: str) -> x509.CRLDistributionPoints:
    return x509.CRLDistributionPoints(
        [x509.DistributionPoint([x509.UniformResourceIdentifier(text)], None, None, None)]
    )


ROOT = make_cert("Dev Root CA", ca=True, path_length=1, not_after=YEARS)
CA = make_cert("Dev Issuing CA", ROOT, ca=True, path_length=0, not_after=YEARS - 2 * DAY)
NARROW = make_cert(
    "Narrow CA",
    ROOT,
    ca=True,
    path_length=0,
    not_after=YEARS - 2 * DAY,
    extra=((x509.NameConstraints([x509.DNSName("other.test")], None), True),),
)
NO_CA = make_cert("No CA", ROOT, sans=(HOST,), ekus=(SERVER_AUTH,), not_after=NOW + 90 * DAY)
OTHER = make_cert("Dev Issuing CA", ROOT, ca=True, path_length=0, not_after=YEARS - 2 * DAY)


@cache
def rsa_key(bits: int, exponent: int = 65537) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(exponent, bits)  # type: ignore[arg-type]


def server(**options: Any) -> Pair:
    return make_cert("web.test", **{"issuer": CA, "sans": (HOST,), "ekus": (SERVER_AUTH,)} | options)


def client(**options: Any) -> Pair:
    return make_cert("alice", **{"issuer": CA, "sans": (MAIL,), "ekus": (CLIENT_AUTH,)} | options)


def ca(**options: Any) -> Pair:
    return make_cert("Some CA", **{"issuer": ROOT, "ca": True, "path_length": 0, "not_after": YEARS - DAY} | options)


def spiffe(*uris: str, **options: Any) -> Pair:
    names = tuple(x509.UniformResourceIdentifier(uri) for uri in uris)
    return client(sans=names, ekus=(SERVER_AUTH, CLIENT_AUTH), **options)


def rebuilt(
    good: Pair,
    changes: dict[type[x509.ExtensionType], tuple[x509.ExtensionType, bool]] | None = None,
    *,
    signer: Pair = CA,
    hashed: Any = None,
    public_key: Any = None,
    **parts: Any,
) -> Pair:
    """The certificate, signed again with some of its parts and extensions changed."""
    old = good.certificate
    values = {
        "subject_name": old.subject,
        "issuer_name": signer.certificate.subject,
        "serial_number": x509.random_serial_number(),
        "not_valid_before": old.not_valid_before_utc,
        "not_valid_after": old.not_valid_after_utc,
    }
    extensions = [(e.value, e.critical) for e in old.extensions]
    builder = x509.CertificateBuilder(
        extensions=[
            x509.Extension(value.oid, critical, value)
            for value, critical in ((changes or {}).get(type(v), (v, c)) for v, c in extensions)
        ],
        public_key=public_key or good.key.public_key(),
        **(values | parts),
    )
    return Pair(builder.sign(signer.key, hashed or hashes.SHA256()), good.key)


def small_factor() -> rsa.RSAPublicKey:
    """A public key of 2048 bits whose modulus can be divided by 3."""
    return rsa.RSAPublicNumbers(65537, 3 * (2**2046 + 1)).public_key()


def look(
    *pairs: Pair, profiles: Sequence[Profile] = ALL, issuers: Sequence[Pair] = (ROOT, CA, NARROW, NO_CA)
) -> run.Run:
    made = run.Run(profiles, (), NOW)
    for number, pair in enumerate(pairs, 1):
        above = [i.certificate for i in issuers if i.certificate.subject == pair.certificate.issuer]
        found = subject.certificate(pair.certificate, f"file.pem #{number}", NOW, above)
        made.look(found, run.digest_of(pair.certificate))
    made.end()
    return made


def broken(*pairs: Pair, **options: Any) -> set[str]:
    return {fault.code for fault in look(*pairs, **options).faults}


UNKNOWN = x509.UnrecognizedExtension(ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00")
NO_REV = x509.UnrecognizedExtension(ObjectIdentifier("2.5.29.56"), b"\x05\x00")
RESPONDER = x509.AuthorityInformationAccess(
    [x509.AccessDescription(AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier("http://ocsp.test/"))]
)
LIMITS = x509.NameConstraints([x509.DNSName("test")], None)
OCSP = ExtendedKeyUsageOID.OCSP_SIGNING
CODE = ExtendedKeyUsageOID.CODE_SIGNING
SIGNS = usage("digital_signature")
WRONG_AKI = x509.AuthorityKeyIdentifier(b"another key", None, None)
Aki, Ski, Basic, Usage = (
    x509.AuthorityKeyIdentifier,
    x509.SubjectKeyIdentifier,
    x509.BasicConstraints,
    x509.KeyUsage,
)
CASES: dict[str, list[Any]] = {
    "lint-no-san": [lambda: server(sans=())],
    "lint-cn-identity": [lambda: client(sans=())],
    "lint-cn-not-in-san": [lambda: server(sans=(x509.DNSName("other.test"),))],
    "lint-server-name-kind": [lambda: make_cert("web", CA, sans=(MAIL,), ekus=(SERVER_AUTH,))],
    "lint-ip-as-dns": [lambda: server(sans=(HOST, x509.DNSName("192.0.2.1")))],
    "lint-bad-name": [
        lambda: server(sans=(HOST, x509.DNSName("https://web.test"))),
        lambda: server(sans=(HOST, x509.DNSName("web.test."))),
        lambda: server(sans=(HOST, x509.DNSName("a..b"))),
        lambda: server(sans=(HOST, x509.DNSName("web.test:443"))),
        lambda: server(sans=(HOST, x509.DNSName(".".join(["a" * 60] * 5)))),
        lambda: client(sans=(x509.RFC822Name._init_without_validation("alice"),)),
    ],
    "lint-underscore-name": [lambda: server(sans=(HOST, x509.DNSName("my_host.test")))],
    "lint-wildcard-client": [lambda: client(sans=(x509.DNSName("*.web.test"),))],
    "lint-wildcard-form": [
        lambda: server(sans=(HOST, x509.DNSName("a*.web.test"))),
        lambda: server(sans=(HOST, x509.DNSName("a.*.test"))),
    ],
    "lint-wildcard-server": [lambda: server(sans=(HOST, x509.DNSName("*.web.test")))],
    "lint-san-not-critical": [lambda: rebuilt(server(), subject_name=x509.Name([]))],
    "lint-spiffe": [
        lambda: spiffe("spiffe://a.test/x", "spiffe://a.test/y"),
        lambda: spiffe("spiffe://a.test"),
        lambda: client(sans=(x509.UniformResourceIdentifier("spiffe://a.test/x"),)),
    ],
    "lint-no-eku": [lambda: client(ekus=())],
    "lint-any-eku": [lambda: client(ekus=(CLIENT_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE))],
    "lint-two-purposes": [lambda: server(ekus=(SERVER_AUTH, CLIENT_AUTH))],
    "lint-foreign-purpose": [lambda: client(ekus=(CLIENT_AUTH, CODE))],
    "lint-no-key-usage": [lambda: client(without=(Usage,))],
    "lint-key-usage-not-critical": [lambda: rebuilt(client(), {Usage: (SIGNS, False)})],
    "lint-no-digital-signature": [lambda: client(key_usage=usage("key_agreement"))],
    "lint-key-usage-unfit": [
        lambda: client(key_usage=usage("digital_signature", "key_encipherment")),
        lambda: client(key_usage=usage("digital_signature", "key_agreement"), key=ed25519.Ed25519PrivateKey.generate()),
    ],
    "lint-key-encipherment": [
        lambda: server(key=rsa_key(3072), key_usage=usage("digital_signature", "key_encipherment"))
    ],
    "lint-leaf-may-sign": [lambda: client(key_usage=usage("digital_signature", "key_cert_sign"))],
    "lint-lifetime": [lambda: client(not_after=NOW + 300 * DAY, extra=((url("http://crl.test/a.crl"), False),))],
    "lint-no-rev-avail": [
        lambda: client(extra=((NO_REV, False), (url("http://crl.test/a.crl"), False))),
        lambda: client(extra=((NO_REV, False), (RESPONDER, False))),
        lambda: client(extra=((NO_REV, False), (x509.FreshestCRL([url("http://crl.test/a")[0]]), False))),
        lambda: client(extra=((x509.UnrecognizedExtension(NO_REV.oid, b"\x04\x00"), False),)),
        lambda: ca(extra=((NO_REV, False),)),
    ],
    "lint-pointer-scheme": [lambda: client(extra=((url("ldap://crl.test/a"), False),))],
    "lint-pointer-local": [
        lambda: client(extra=((url("http://localhost:8080/a.crl"), False),)),
        lambda: client(extra=((url("http://127.0.0.1/a.crl"), False),)),
        lambda: client(extra=((url("http://[::1]:80/a.crl"), False),)),
    ],
    "lint-ocsp-no-check": [lambda: make_cert("ocsp", CA, ekus=(OCSP,))],
    "cert-not-yet-valid": [lambda: client(not_before=NOW + DAY)],
    "expires-soon": [lambda: client(not_before=NOW - 80 * DAY, not_after=NOW + 10 * DAY)],
    "cert-expired": [lambda: client(not_before=NOW - 80 * DAY, not_after=NOW - 10 * DAY)],
    "lint-ca-not-critical": [
        lambda: rebuilt(ca(), {Basic: (Basic(ca=True, path_length=0), False)}, signer=ROOT),
    ],
    "lint-ca-no-pathlen": [lambda: ca(path_length=None)],
    "lint-ca-key-usage": [lambda: ca(key_usage=usage("crl_sign")), lambda: ca(without=(Usage,))],
    "lint-ca-no-crl-sign": [lambda: ca(key_usage=usage("key_cert_sign"))],
    "lint-root-eku": [lambda: ca(issuer=None, ekus=(CODE,))],
    "lint-ca-lifetime": [lambda: ca(issuer=None, not_after=NOW + 10000 * DAY)],
    "lint-outlives-issuer": [lambda: ca(not_after=YEARS + DAY)],
    "lint-constraints-open": [lambda: ca(extra=((LIMITS, True),))],
    "lint-constraints-not-critical": [lambda: ca(extra=((x509.NameConstraints(None, [HOST]), False),))],
    "lint-constraints-leaf": [lambda: client(extra=((LIMITS, True),))],
    "lint-ca-with-names": [
        lambda: ca(sans=(HOST,)),
        lambda: ca(issuer=None, sans=(x509.IPAddress(ip_address("192.0.2.1")),)),
    ],
    "lint-ca-no-ski": [lambda: ca(without=(Ski,))],
    "lint-no-aki": [lambda: client(without=(Aki,))],
    "lint-aki-differs": [lambda: rebuilt(client(), {Aki: (WRONG_AKI, False)})],
    "lint-issuer-did-not-sign": [lambda: client(issuer=OTHER)],
    "lint-outside-constraints": [lambda: server(issuer=NARROW)],
    "lint-issuer-pathlen": [lambda: ca(issuer=CA, not_after=YEARS - 3 * DAY)],
    "lint-issuer-no-ca": [lambda: client(issuer=NO_CA)],
    "lint-serial-guessable": [lambda: rebuilt(client(), serial_number=4711)],
    "lint-unknown-critical": [lambda: client(extra=((UNKNOWN, True),))],
    "lint-rsa-modulus": [lambda: rebuilt(client(), public_key=small_factor())],
    "nist-2030": [lambda: ca(key=rsa_key(2048))],
    "nist-exponent": [lambda: client(key=rsa_key(2048, 3))],
}
TOGETHER = {
    # A short key is weak, and not what NIST approves; a long life is long in more than one way.
    "lint-weak-key": ({"lint-weak-key", "nist-key"}, lambda: client(key=ec.generate_private_key(ec.SECP256K1()))),
    "nist-key": ({"lint-weak-key", "nist-key"}, lambda: client(key=rsa_key(1024))),
    "lint-lifetime-limit": (
        {"lint-lifetime", "lint-lifetime-limit", "lint-no-revocation"},
        lambda: server(not_after=NOW + 900 * DAY),
    ),
    "lint-no-revocation": ({"lint-lifetime", "lint-no-revocation"}, lambda: client(not_after=NOW + 300 * DAY)),
    "nist-lifetime": (
        {"lint-lifetime", "nist-lifetime"},
        lambda: client(not_after=NOW + 1200 * DAY, extra=((url("http://crl.test/a.crl"), False),)),
    ),
}


@pytest.mark.parametrize("code", CASES)
def test_what_breaks_a_rule_breaks_it_alone(code: str) -> None:
    for make in CASES[code]:
        assert broken(make()) == {code}


@pytest.mark.parametrize("code", TOGETHER)
def test_rules_that_are_broken_together(code: str) -> None:
    expected, make = TOGETHER[code]
    assert code in expected
    assert broken(make()) == expected


GOOD = {
    "root": lambda: ROOT,
    "issuing": lambda: CA,
    "server": server,
    "client": client,
    "spiffe": lambda: rebuilt(spiffe("spiffe://a.test/x")),
    "ed25519": lambda: client(key=ed25519.Ed25519PrivateKey.generate()),
    "ml-dsa": lambda: client(key=mldsa.MLDSA65PrivateKey.generate()),
    "rsa": lambda: server(key=rsa_key(3072)),
    "wide-rsa": lambda: client(key=rsa_key(2048)),
    "address": lambda: make_cert("a", CA, sans=(x509.IPAddress(ip_address("192.0.2.1")),), ekus=(SERVER_AUTH,)),
    "limits": lambda: ca(
        extra=(
            (
                x509.NameConstraints(
                    [HOST, x509.RFC822Name("test"), x509.UniformResourceIdentifier("test")],
                    [x509.IPAddress(ip_network("0.0.0.0/0"))],
                ),
                True,
            ),
        )
    ),
    "crl": lambda: client(extra=((url("http://crl.example.test/a.crl"), False),)),
    "noRevAvail": lambda: client(extra=((NO_REV, False),)),
    "short": lambda: client(not_before=NOW - timedelta(hours=1), not_after=NOW + timedelta(hours=3)),
}


@pytest.mark.parametrize("name", GOOD)
def test_what_is_good_breaks_nothing(name: str) -> None:
    assert [fault.message for fault in look(GOOD[name]()).faults] == []


def test_one_serial_for_two_and_one_key_for_two() -> None:
    first, second = rebuilt(client(), serial_number=1 << 100), rebuilt(client(), serial_number=1 << 100)
    assert broken(first, second) == {"lint-serial-twice"}
    assert broken(first, first) == set(), "the same certificate twice is one"
    web, mail = server(), server(key=ec.generate_private_key(ec.SECP256R1()))
    shared = make_cert("mail.test", CA, sans=(x509.DNSName("mail.test"),), ekus=(SERVER_AUTH,), key=web.key)
    assert broken(web, mail) == set()
    faults = look(web, shared).faults
    assert [fault.code for fault in faults] == ["lint-key-shared"]
    assert faults[0].message == "file.pem #2: CN=mail.test: CN=web.test (file.pem #1) has the same key"


def test_of_an_issuers_certificates_the_one_that_lives_longest_counts() -> None:
    crossed = make_cert("Dev Root CA", OTHER, ca=True, key=ROOT.key, not_after=NOW - DAY, not_before=NOW - 9 * DAY)
    assert broken(ca(), issuers=(crossed, ROOT)) == set()
    assert "lint-outlives-issuer" in broken(ca(), issuers=(crossed,))


def test_what_mends_a_leaf_is_not_told_of_a_ca() -> None:
    def hints(*pairs: Pair) -> str:
        return " ".join(finding.hint for finding in run.findings(look(*pairs).faults))

    over: dict[str, Any] = {"not_before": NOW - 80 * DAY, "not_after": NOW - 10 * DAY}
    assert "mtlsctl renew" in hints(client(**over))
    assert "mtlsctl renew" not in hints(ca(**over))
    assert "have its issuer sign it again" in hints(ca(**over))


def test_wildcards_are_told_by_who_takes_them() -> None:
    def said(name: str) -> list[str]:
        found = look(server(sans=(HOST, x509.DNSName(name)))).faults
        return [fault.message for fault in found if fault.code == "lint-wildcard-form"]

    assert "few verifiers take the wildcard a*.web.test: OpenSSL, Node.js and Java do" in said("a*.web.test")[0]
    assert "no verifiers take the wildcard *.*.web.test" in said("*.*.web.test")[0]


def test_a_life_that_ends_before_it_begins() -> None:
    """No builder makes such a certificate: the rule is asked alone."""
    made = subject.certificate(client().certificate, "x", NOW)
    odd = made._replace(not_before=NOW, not_after=NOW - DAY)
    assert list(rules.BY_CODE["lint-never-valid"].check(odd))
    assert not list(rules.BY_CODE["lint-never-valid"].check(made))


FILES: list[tuple[str, set[str]]] = [
    ("v1_cert.pem", {"lint-version"}),
    ("ee-pss-sha1-cert.pem", {"lint-weak-signature", "nist-hash"}),
    ("custom/negative_serial.pem", {"lint-serial-invalid"}),
    ("custom/unsupported_extension_critical.pem", {"lint-unknown-critical"}),
]


@pytest.mark.parametrize(("file", "expected"), FILES)
def test_certificates_that_no_builder_makes(file: str, expected: set[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a serial number that is not positive
        certificate = x509.load_pem_x509_certificate((VECTORS / file).read_bytes())
        made = run.Run(ALL, (), NOW)
        made.look(subject.certificate(certificate, file, NOW))
    assert expected <= {fault.code for fault in made.faults}


# Requests and CRLs


def request(*, sans: Sequence[x509.GeneralName] = (HOST,), **options: Any) -> subject.Subject:
    key = options.get("key") or ec.generate_private_key(ec.SECP256R1())
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    for extension in options.get("extensions", ()):
        builder = builder.add_extension(extension, critical=False)
    if sans:
        builder = builder.add_extension(x509.SubjectAlternativeName(sans), critical=False)
    for oid, value in options.get("attributes", ()):
        builder = builder.add_attribute(oid, value)
    made = builder.sign(key, hashes.SHA256())
    if options.get("damaged"):
        der = bytearray(made.public_bytes(Encoding.DER))
        der[-1] ^= 1
        made = x509.load_der_x509_csr(bytes(der))
    return subject.request(made, "web.csr", NOW)


REQUESTS: list[tuple[dict[str, Any], str | None]] = [
    ({}, None),
    ({"sans": ()}, "lint-request-no-san"),
    ({"sans": (x509.DNSName("192.0.2.1"),)}, "lint-ip-as-dns"),
    ({"extensions": (Basic(ca=True, path_length=None),)}, "lint-request-ca"),
    ({"extensions": (usage("key_cert_sign"),)}, "lint-request-ca"),
    ({"attributes": ((AttributeOID.CHALLENGE_PASSWORD, b"secret"),)}, "lint-request-password"),
    ({"damaged": True}, "csr-bad-signature"),
]


@pytest.mark.parametrize(("options", "code"), REQUESTS)
def test_requests(options: dict[str, Any], code: str | None) -> None:
    made = run.Run(ALL, (), NOW)
    made.look(request(**options))
    assert [fault.code for fault in made.faults] == ([code] if code else [])
    assert "secret" not in str(made.faults)


def crl(**options: Any) -> subject.Subject:
    builder = x509.CertificateRevocationListBuilder().issuer_name(CA.certificate.subject)
    builder = builder.last_update(NOW - DAY).next_update(NOW + options.get("days", 7) * DAY)
    aki = Aki.from_issuer_public_key(CA.key.public_key())
    for value in (aki, x509.CRLNumber(1)):
        if not isinstance(value, options.get("without", ())):
            builder = builder.add_extension(value, critical=False)
    signer = options.get("signer", CA)
    return subject.crl(builder.sign(signer.key, hashes.SHA256()), "a.crl", options.get("at", NOW), [CA.certificate])


CRLS: list[tuple[dict[str, Any], str | None]] = [
    ({}, None),
    ({"without": Aki}, "lint-crl-no-aki"),
    ({"without": x509.CRLNumber}, "lint-crl-no-number"),
    ({"days": 30}, "lint-crl-long"),
    ({"signer": OTHER}, "lint-crl-signature"),
    ({"at": NOW + 20 * DAY}, "revocation-stale"),
]


@pytest.mark.parametrize(("options", "code"), CRLS)
def test_crls(options: dict[str, Any], code: str | None) -> None:
    made = run.Run(ALL, (), NOW)
    made.look(crl(**options))
    assert [fault.code for fault in made.faults] == ([code] if code else [])


def test_a_crl_without_an_end() -> None:
    """No builder makes one: the rule is asked alone."""
    assert list(rules.BY_CODE["lint-crl-endless"].check(crl()._replace(not_after=None)))
    assert not list(rules.BY_CODE["lint-crl-endless"].check(crl()))


# Servers

TLS13 = Suites("TLS 1.3", True, "", ("TLS_AES_128_GCM_SHA256",), ("secp256r1",), ("ecdsa_secp256r1_sha256",))
TLS12 = Suites(
    "TLS 1.2",
    True,
    "",
    ("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",),
    ("secp256r1",),
    ("ecdsa_secp256r1_sha256",),
    renegotiation_info=True,
    extended_master_secret=True,
)
TLS10 = Suites("TLS 1.0", False, "alert 70 (protocol_version)")
SERVER = Settings(
    (Scope.ENDPOINT,), "a.test:443", "a.test:443", (TLS10, TLS12, TLS13), True, False, (), (), handshakes=9, untested=()
)


def tls(**parts: Any) -> set[str]:
    made = run.Run(ALL, (), NOW)
    made.look(SERVER._replace(**parts))
    return {fault.code for fault in made.faults}


SERVERS: list[tuple[dict[str, Any], set[str]]] = [
    ({}, set()),
    ({"versions": (TLS10._replace(accepted=True, suites=()), TLS12, TLS13)}, {"lint-old-tls"}),
    ({"versions": (TLS12, TLS13._replace(accepted=False, why="alert 70"))}, {"lint-no-tls13"}),
    ({"versions": (TLS12, TLS13._replace(accepted=None))}, set()),
    (
        {"versions": (TLS12._replace(suites=("TLS_RSA_WITH_AES_128_GCM_SHA256",)), TLS13)},
        {"lint-no-forward-secrecy"},
    ),
    (
        {"versions": (TLS12._replace(suites=("TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA",)), TLS13)},
        {"lint-broken-suite", "lint-cbc-suite", "nist-suite"},
    ),
    ({"versions": (TLS12._replace(suites=("TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384",)), TLS13)}, {"lint-cbc-suite"}),
    ({"versions": (TLS12, TLS13._replace(suites=("TLS_CHACHA20_POLY1305_SHA256",)))}, {"nist-suite"}),
    ({"versions": (TLS12, TLS13._replace(groups=("X25519MLKEM768", "secp384r1")))}, set()),
    ({"versions": (TLS12, TLS13._replace(groups=("x25519", "secp256r1")))}, {"nist-group"}),
    ({"versions": (TLS12, TLS13._replace(groups=("x25519",)))}, {"nist-group", "nist-no-approved-group"}),
    ({"versions": (TLS12._replace(groups=("secp192r1", "secp256r1")), TLS13)}, {"lint-weak-group", "nist-group"}),
    ({"versions": (TLS12._replace(signatures=("rsa_pkcs1_sha1",)), TLS13)}, {"lint-weak-server-signature"}),
    (
        {"versions": (TLS12._replace(extended_master_secret=False), TLS13)},
        {"lint-no-extended-master-secret"},
    ),
    ({"versions": (TLS12._replace(renegotiation_info=False), TLS13)}, {"legacy-renegotiation"}),
    ({"versions": (TLS12._replace(resumed=True), TLS13)}, {"lint-resumption"}),
    ({"asks_for_certificate": False}, {"client-cert-not-requested"}),
    ({"lets_in_without": True}, {"client-cert-optional"}),
    (
        {"versions": (TLS10._replace(accepted=True, suites=()), TLS12._replace(accepted=False))},
        {"lint-old-tls", "nist-no-tls12"},
    ),
    ({"versions": (TLS10, TLS12._replace(accepted=None), TLS13._replace(accepted=None))}, set()),
]


@pytest.mark.parametrize(("parts", "expected"), SERVERS)
def test_servers(parts: dict[str, Any], expected: set[str]) -> None:
    assert tls(**parts) == expected


# Profiles, suppressions, the catalogue


def test_a_profile_asks_for_its_own_rules() -> None:
    weak = client(key=ec.generate_private_key(ec.SECP256K1()))
    assert broken(weak, profiles=(Profile.NIST,)) == {"nist-key"}
    assert broken(weak, profiles=(Profile.MTLS,)) == {"lint-weak-key"}
    assert broken(weak, profiles=(Profile.RFC5280,)) == set()


def test_a_suppression_hides_what_it_names_until_its_day() -> None:
    old = client(not_after=NOW + 300 * DAY, extra=((url("http://crl.test/a.crl"), False),))
    digest = run.digest_of(old.certificate)

    def left(one: Suppression) -> list[str]:
        made = run.Run(ALL, (one,), NOW)
        made.look(subject.certificate(old.certificate, "a.pem", NOW), digest)
        made.end()
        outcome = next(one for one in made.outcomes() if one.code == "lint-lifetime")
        assert (outcome.looked, outcome.suppressed) == (1, len(made.passed))
        assert outcome.result == ("suppressed" if made.passed else "broken")
        return [fault.code for fault in made.faults]

    rule = Suppression("lint-lifetime", "an old device")
    assert left(rule) == []
    assert left(rule._replace(subject="CN=al*")) == []
    assert left(rule._replace(fingerprint=digest)) == []
    assert left(rule._replace(expires=NOW + DAY)) == []
    assert left(rule._replace(expires=NOW - DAY)) == ["lint-lifetime", "lint-suppression-expired"]
    assert left(rule._replace(subject="CN=bob")) == ["lint-lifetime", "lint-suppression-unused"]
    assert left(rule._replace(fingerprint="0" * 64)) == ["lint-lifetime", "lint-suppression-unused"]


def test_every_rule_is_in_the_catalogue_and_every_entry_has_a_rule() -> None:
    assert len(rules.BY_CODE) == len(rules.RULES)
    assert set(rules.BY_CODE) <= set(codes.CODES)
    assert {entry.code for entry in codes.GROUPS["lint"]} == {
        code for code in rules.BY_CODE if code.startswith(("lint-", "nist-"))
    }
    for one in rules.RULES:
        assert one.verdict is not Verdict.OK
        assert one.profiles
        assert one.scopes


ALONE = {
    "lint-never-valid": test_a_life_that_ends_before_it_begins,
    "lint-crl-endless": test_a_crl_without_an_end,
    "lint-serial-twice": test_one_serial_for_two_and_one_key_for_two,
    "lint-key-shared": test_one_serial_for_two_and_one_key_for_two,
    "lint-suppression-expired": test_a_suppression_hides_what_it_names_until_its_day,
    "lint-suppression-unused": test_a_suppression_hides_what_it_names_until_its_day,
}
"""Rules that have a test of their own."""
ELSEWHERE = {"key-file-permissions", "lint-leaf-not-first", "malformed", "lint-pkilint"}
"""Of files, of what cannot be read, and of others: test_lint.py."""


def test_every_rule_is_broken_by_something_above() -> None:
    """The tables are held by their tests: what stands in one breaks the rule."""
    sets = [found for _, found in (*FILES, *SERVERS)]
    said = {code for _, code in (*REQUESTS, *CRLS)}.union(*sets, CASES, TOGETHER, ALONE, ELSEWHERE)
    assert [one.code for one in rules.RULES if one.code not in said] == []
