"""The catalogue of codes: whole, said once, and the same as what the code uses."""

import ast
import re
from pathlib import Path

import mtlsctl
from mtlsctl.core import causes, codes

# A copy on purpose: scripts match on these words, so a change here is a change of interface.
GROUPS = {
    "network": """dns-failure connection-refused connection-timeout connection-reset connection-closed
        handshake-stalled proxy-refused""",
    "not TLS": """plain-http-port starttls-required starttls-refused starttls-wrong-protocol
        starttls-on-implicit-tls starttls-injection not-tls proxy-header-missing proxy-header-unexpected""",
    "negotiation": """protocol-version no-shared-cipher no-shared-group no-shared-sigalg sni-required
        sni-unrecognized alpn-mismatch client-hello-too-large legacy-renegotiation""",
    "server's certificate": """server-untrusted-root server-self-signed server-missing-intermediate
        server-cert-expired server-cert-not-yet-valid server-chain-expired server-name-mismatch server-ip-not-in-san
        server-cn-only server-wrong-eku server-wrong-key-usage server-bad-ca server-pathlen server-name-constraints
        server-unknown-critical-extension server-bad-signature server-weak-key server-weak-signature
        server-cert-revoked server-crl-missing server-crl-expired server-ca-rekeyed server-chain-order
        server-extra-certs server-cert-invalid tls-interception clock-skew""",
    "client's certificate": """client-cert-required client-cert-not-requested client-cert-not-sent
        client-cert-wrong-sigalg client-cert-untrusted client-cert-self-signed client-cert-missing-intermediate
        client-cert-expired client-cert-not-yet-valid client-chain-expired client-cert-wrong-eku
        client-cert-wrong-key-usage client-cert-weak-key client-cert-weak-signature client-cert-revoked
        client-cert-revocation-unknown client-chain-too-long client-chain-order client-extra-certs client-bad-ca
        client-ca-rekeyed client-bad-signature client-name-mismatch client-name-constraints
        client-unknown-critical-extension client-cert-invalid client-cert-not-allowed client-cert-refused-by-app
        client-cert-refused""",
    "policy": "against-policy stack-refuses other-path",
    "revocation": """ocsp-unusable revocation-exempt staple-missing staple-failed staple-required staple-expired
        staple-unusable staple-unknown fetch-failed""",
    "probe": """probe-enforced probe-never-asks probe-no-cert-accepted probe-stranger-accepted probe-stolen-accepted
        probe-leaf-as-ca-accepted probe-expired-accepted probe-not-yet-valid-accepted probe-wrong-eku-accepted
        probe-revoked-accepted probe-resumption-accepted probe-extra-accepted probe-good-refused probe-no-good
        probe-application-not-asked probe-no-answer probe-resumed probe-incomplete""",
    "several handshakes": "resumption-refused not-resumed runs-differ",
    "local files": """client-file-unreadable client-file-invalid client-key-mismatch client-key-encrypted
        client-cert-weak ca-file-unreadable ca-file-invalid key-file-permissions reload-failed""",
    "files": """pem-bom pem-utf16 pem-crlf pem-cr-only pem-one-line pem-long-lines pem-indented pem-escaped-newlines
        pem-url-encoded pem-glued-blocks pem-begin-inside-line pem-dashes pem-blank-lines
        pem-base64-twice pem-no-frame pem-no-end pem-end-differs pem-wrong-label pem-old-label
        pem-padding pem-trailing-data pem-stray-data pem-der pem-truncated pem-damaged der-unknown
        pem-unsupported p12-legacy-algorithms p12-empty-password key-openssh-format
        key-legacy-encryption odd-encoding malformed cert-expired cert-not-yet-valid ca-rekeyed
        csr-bad-signature revocation-stale""",
    "lint": """lint-no-san lint-cn-identity lint-cn-not-in-san lint-server-name-kind lint-ip-as-dns lint-bad-name
        lint-underscore-name lint-wildcard-client lint-wildcard-form lint-wildcard-server lint-san-not-critical
        lint-spiffe lint-no-eku lint-any-eku lint-two-purposes lint-foreign-purpose lint-no-key-usage
        lint-key-usage-not-critical lint-no-digital-signature lint-key-usage-unfit lint-key-encipherment
        lint-leaf-may-sign lint-lifetime lint-lifetime-limit lint-never-valid lint-no-revocation lint-no-rev-avail
        lint-pointer-scheme lint-pointer-local lint-ocsp-no-check lint-ca-not-critical lint-ca-no-pathlen
        lint-ca-key-usage lint-ca-no-crl-sign lint-root-eku lint-ca-lifetime lint-outlives-issuer lint-constraints-open
        lint-constraints-not-critical lint-constraints-leaf lint-ca-with-names lint-ca-no-ski lint-no-aki
        lint-aki-differs lint-issuer-no-ca lint-issuer-pathlen lint-outside-constraints lint-issuer-did-not-sign
        lint-serial-invalid lint-serial-guessable lint-serial-twice lint-key-shared
        lint-leaf-not-first lint-version lint-unknown-critical lint-weak-key lint-rsa-modulus lint-weak-signature
        lint-request-no-san lint-request-ca lint-request-password lint-crl-no-number lint-crl-no-aki
        lint-crl-endless lint-crl-long lint-crl-signature lint-pkilint lint-suppression-expired
        lint-suppression-unused lint-old-tls lint-no-tls13 lint-broken-suite lint-no-forward-secrecy lint-cbc-suite
        lint-weak-group lint-weak-server-signature lint-no-extended-master-secret lint-resumption nist-key
        nist-exponent nist-hash nist-2030 nist-lifetime nist-no-tls12 nist-suite nist-group
        nist-no-approved-group""",
    "success, with a word": "ok verify-disabled expires-soon client-cert-optional portability",
}

# Words that look like codes of findings and are others.
OTHER_WORDS = {"client-file", "server-gated-crypto"}
LOOKS_LIKE_A_CODE = r"(server|client|ca-file|no-shared|connection|starttls)-[a-z]+(-[a-z]+)*"


def test_the_groups_hold_exactly_these_codes() -> None:
    assert list(codes.GROUPS) == list(GROUPS)
    for group, words in GROUPS.items():
        assert [entry.code for entry in codes.GROUPS[group]] == words.split(), group


def test_every_code_is_unique_and_complete() -> None:
    entries = [entry for found in codes.GROUPS.values() for entry in found]
    assert len(codes.CODES) == len(entries)
    for entry in entries:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", entry.code)
        assert all(text == text.strip() and text for text in entry), entry.code
        assert not entry.title.endswith("."), entry.code
        assert not entry.fix.endswith("."), entry.code
        assert entry.meaning.endswith("."), entry.code
        assert 1 <= entry.meaning.count(". ") + 1 <= 5, entry.code
        assert "  " not in "".join(entry), entry.code
        assert codes.group_of(entry.code) in GROUPS


def test_titles_are_told_apart() -> None:
    titles = [entry.title for entry in codes.CODES.values()]
    assert len(set(titles)) == len(titles)


def used() -> dict[str, str]:
    """Each literal in the package that is the code of a finding, with the file that says it."""
    found = {}
    folder = Path(mtlsctl.__file__).parent
    for path in folder.rglob("*.py"):
        if "catalogue" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Finding" and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    found[first.value] = path.name
            if isinstance(node, ast.Constant) and re.fullmatch(LOOKS_LIKE_A_CODE, str(node.value)):
                found[str(node.value)] = path.name
    return found


def test_every_code_that_the_code_uses_is_in_the_catalogue() -> None:
    words = used()
    assert "server-cert-expired" in words
    missing = {word: where for word, where in words.items() if word not in codes.CODES and word not in OTHER_WORDS}
    assert missing == {}


def test_every_cause_has_a_code_for_both_ends() -> None:
    for server, client in causes.CODES.values():
        assert {server, client} <= set(codes.CODES)
        assert server.startswith("server-") or server == client


def test_commands_in_fixes_exist() -> None:
    from mtlsctl.cli.commands import COMMANDS

    later = {"convert", "proxy", "sign"}
    words = {row.words.split()[0] for row in COMMANDS} | later
    for entry in codes.CODES.values():
        for command in re.findall(r"mtlsctl ([a-z]+)", entry.meaning + entry.fix):
            assert command in words, entry.code
