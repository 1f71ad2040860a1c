"""`mtlsctl key new`, `csr new`, `sign` and `issue`: sessions, and openssl as the judge."""

import os
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import support
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Tool = Callable[..., support.Result]
PARTS = {"cert.pem", "chain.pem", "fullchain.pem", "ca.pem", "key.pem"}


@pytest.fixture
def ca(mtlsctl: Tool) -> None:
    assert mtlsctl("ca", "create").exit_code == 0


def load(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


@pytest.mark.usefixtures("ca")
def test_a_server(mtlsctl: Tool, tmp_path: Path) -> None:
    issued = mtlsctl("issue", "server", "localhost", "127.0.0.1", "::1")
    assert issued.exit_code == 0, issued.stderr
    assert "DNS:localhost, IP:127.0.0.1, IP:::1" in issued.stdout
    assert "mtlsctl serve --identity localhost" in issued.stdout
    folder = tmp_path / "localhost"
    assert {p.name for p in folder.iterdir()} == PARTS
    assert stat.S_IMODE((folder / "key.pem").stat().st_mode) == 0o600
    assert stat.S_IMODE((folder / "cert.pem").stat().st_mode) == 0o644
    assert (folder / "fullchain.pem").read_bytes() == (folder / "cert.pem").read_bytes() + (
        folder / "chain.pem"
    ).read_bytes()
    certificate = load(folder / "cert.pem")
    assert certificate.subject.rfc4514_string() == "CN=localhost"
    extensions = {e.oid: e for e in certificate.extensions}
    assert {e.value.__class__.__name__: e.critical for e in extensions.values()} == {
        "BasicConstraints": True,
        "KeyUsage": True,
        "SubjectKeyIdentifier": False,
        "AuthorityKeyIdentifier": False,
        "ExtendedKeyUsage": False,
        "SubjectAlternativeName": False,
    }
    assert list(certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value) == [
        ExtendedKeyUsageOID.SERVER_AUTH
    ]
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usage.digital_signature, usage.key_encipherment) == (True, False)
    life = certificate.not_valid_after_utc - certificate.not_valid_before_utc
    assert life.total_seconds() == pytest.approx(90 * 86400 + 300)
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".")]


@pytest.mark.usefixtures("ca")
@pytest.mark.parametrize(
    ("words", "subject", "names", "folder"),
    [
        (["client", "alice"], "CN=alice", ["DNS:alice"], "alice"),
        (["client", "alice@example.test"], "CN=alice@example.test", ["email:alice@example.test"], "alice@example.test"),
        (["client", "urn:dev:42"], "CN=urn:dev:42", ["URI:urn:dev:42"], "urn-dev-42"),
        (["peer", "db.test", "10.0.0.7"], "CN=db.test", ["DNS:db.test", "IP:10.0.0.7"], "db.test"),
        (["server", "10.0.0.7"], "", ["IP:10.0.0.7"], "10.0.0.7"),
        (["server", "*.example.test"], "CN=*.example.test", ["DNS:*.example.test"], "_wildcard.example.test"),
        (
            ["server", "bücher.example"],
            "CN=xn--bcher-kva.example",
            ["DNS:bücher.example (xn--bcher-kva.example)"],
            "xn--bcher-kva.example",
        ),
        (["spiffe", "spiffe://prod.test/api"], "", ["URI:spiffe://prod.test/api"], "prod.test-api"),
        (["server", "a" * 60 + ".test"], "", ["DNS:" + "a" * 60 + ".test"], "a" * 60 + ".test"),
        (["server", "a" * 59 + ".test"], "CN=" + "a" * 59 + ".test", ["DNS:" + "a" * 59 + ".test"], "a" * 59 + ".test"),
        (["peer", "db.test", "DB.test."], "CN=db.test", ["DNS:db.test"], "db.test"),
        (["client", "alice", "--cn", "Alice Example"], "CN=Alice Example", ["DNS:alice"], "alice"),
    ],
)
def test_names(mtlsctl: Tool, tmp_path: Path, words: list[str], subject: str, names: list[str], folder: str) -> None:
    issued = mtlsctl("issue", *words, "--json")
    assert issued.exit_code == 0, issued.stdout
    result = issued.json["result"]
    assert result["names"] == names
    assert Path(result["folder"]).name == folder
    certificate = load(tmp_path / folder / "cert.pem")
    assert certificate.subject.rfc4514_string().replace("\\", "") == subject
    san = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    assert san.critical is (subject == "")
    if not subject and words[0] != "spiffe":
        assert "no CN" in result["notes"][0]


@pytest.mark.usefixtures("ca")
@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["server"], "give the names"),
        (["server", "--", "-client"], "begins with a dash"),
        (["server", "foo.test", "--clinet"], "No such option"),
        (["client", "Alice Example"], "it has spaces"),
        (["spiffe", "prod.test"], "a spiffe:// URI"),
        (["spiffe", "spiffe://a/b", "spiffe://a/c"], "one name"),
        (["spiffe", "spiffe://prod.test/api", "--cn", "x"], "empty subject"),
        (["spiffe", "spiffe://prod.test/api/"], "empty segment"),
        (["root", "x"], "is not one of"),
        (["issuing", "x"], "is not one of"),
        (["client", "x", "--lifetime", "826d"], "above 825"),
        (["client", "x", "--lifetime", "0d"], "not in the future"),
        (["client", "x", "--lifetime", "12parsecs"], "is not a duration"),
        (["client", "x", "--lifetime", "2027-13-01"], "is not a date"),
        (["client", "x", "--cn", "y" * 65], "at most 64"),
        (["client", "x", "--key-type", "dsa"], "dsa"),
        (["client", "x", "--ca", "nobody"], "no CA called nobody"),
        (["client", "x", "--ca", "nobody.pem"], "nobody.pem: no such file, and no CA of that name"),
        (["client", "x", "--from", "list.txt"], "one identity, or --from"),
        (["nonsense", "x"], "nonsense"),
    ],
)
def test_wrong_words(mtlsctl: Tool, tmp_path: Path, words: list[str], says: str) -> None:
    result = mtlsctl("issue", *words)
    assert result.exit_code == 2
    assert says in result.stderr
    assert result.stdout == ""
    assert list(tmp_path.iterdir()) == []
    assert mtlsctl("ca", "show", "--json").json["result"]["ca"]["counts"]["signed"] == 0


@pytest.mark.usefixtures("ca")
def test_long_lifetimes_are_noted(mtlsctl: Tool) -> None:
    assert "is long" in mtlsctl("issue", "client", "a", "--lifetime", "201d").stdout
    assert " UTC, 2 minutes\n" in mtlsctl("issue", "client", "short", "--lifetime", "2m").stdout
    assert mtlsctl("issue", "client", "b", "--lifetime", "900d", "--allow-long").exit_code == 0
    assert mtlsctl("issue", "client", "c", "--lifetime", "12h", "--json").json["result"]["notes"] == []
    until = mtlsctl("issue", "client", "d", "--lifetime", f"{support.NOW + 9 * support.DAY:%Y-%m-%d}", "--json")
    assert until.json["result"]["certificate"]["not_after"].endswith("T00:00:00Z")


@pytest.mark.usefixtures("ca")
def test_nothing_is_overwritten(mtlsctl: Tool, tmp_path: Path) -> None:
    mtlsctl("issue", "client", "alice")
    before = (tmp_path / "alice/key.pem").read_bytes()
    again = mtlsctl("issue", "client", "alice")
    assert again.exit_code == 2
    assert "nothing is overwritten" in again.stderr
    assert "mtlsctl renew alice" in again.stderr
    assert (tmp_path / "alice/key.pem").read_bytes() == before
    for gone, there in (("key.pem", "cert.pem"), ("cert.pem", "key.pem")):
        (tmp_path / "alice" / gone).rename(tmp_path / "kept")
        half = mtlsctl("issue", "client", "alice")
        assert half.exit_code == 2
        assert f"{there} is there but {gone} is missing" in half.stderr
        (tmp_path / "kept").rename(tmp_path / "alice" / gone)
    assert mtlsctl("issue", "client", "alice", "--force").exit_code == 0
    assert (tmp_path / "alice/key.pem").read_bytes() != before
    assert mtlsctl("issue", "client", "alice", "--out", "other").exit_code == 0


@pytest.mark.usefixtures("ca")
def test_many_at_once(mtlsctl: Tool, tmp_path: Path) -> None:
    (tmp_path / "people.txt").write_text("alice alice@example.test\n# a comment\n\nbob   # the second\n")
    issued = mtlsctl("issue", "client", "--from", "people.txt", "--out", "people", "--json")
    assert issued.exit_code == 0, issued.stdout
    assert issued.json["result"]["identities"] == ["alice", "bob"]
    for name in ("alice", "bob"):
        folder = tmp_path / "people" / name
        assert {p.name for p in folder.iterdir()} == PARTS
        assert stat.S_IMODE((folder / "key.pem").stat().st_mode) == 0o600
        check = ["-CAfile", folder / "ca.pem", "-untrusted", folder / "chain.pem", folder / "cert.pem"]
        subprocess.run(
            ["openssl", "verify", "-x509_strict", "-purpose", "sslclient", *check], check=True, capture_output=True
        )
    assert mtlsctl("ca", "show", "--json").json["result"]["ca"]["counts"]["signed"] == 2
    from_stdin = mtlsctl("issue", "client", "--from", "-", "--out", "more", stdin="carol\ndave\n")
    assert from_stdin.exit_code == 0
    for text, says in (
        ("erin\nerin\n", "twice"),
        ("erin\n-x\n", "dash"),
        ("\n", "no names"),
        ("alice\n", "nothing is overwritten"),
    ):
        bad = mtlsctl("issue", "client", "--from", "-", "--out", "people", stdin=text)
        assert (bad.exit_code, says in bad.stderr) == (2, True), text
    assert "binary" in mtlsctl("issue", "client", "--from", "-", stdin=b"\xff\xfe\x00").stderr
    assert not (tmp_path / "people/erin").exists()


KEY_TYPES = ["p256", "p384", "ed25519", "rsa2048", "rsa3072", "rsa4096"]
LONG = ("rsa3072", "rsa4096")
"""Keys that take seconds to make: of the profiles the one for both purposes."""
PURPOSES = {
    "server": (["server", "localhost"], ["sslserver"], ["sslclient"]),
    "client": (["client", "alice"], ["sslclient"], ["sslserver"]),
    "peer": (["peer", "localhost"], ["sslserver", "sslclient"], []),
    "spiffe": (["spiffe", "spiffe://prod.test/api"], ["sslserver", "sslclient"], []),
}


@pytest.mark.parametrize("key_type", KEY_TYPES)
def test_openssl_accepts_every_profile(mtlsctl: Tool, tmp_path: Path, key_type: str) -> None:
    """Each profile with this key type, below a CA of the same type; the other purpose is refused."""
    assert mtlsctl("ca", "create", "--key-type", key_type).exit_code == 0
    for words, good, bad in PURPOSES.values() if key_type not in LONG else [PURPOSES["peer"]]:
        issued = mtlsctl("issue", *words, "--key-type", key_type, "--out", words[0], "--json").json["result"]
        folder = tmp_path / issued["folder"]
        chain = ["-CAfile", folder / "ca.pem", "-untrusted", folder / "chain.pem", folder / "cert.pem"]
        for purpose in good + bad:
            done = subprocess.run(
                ["openssl", "verify", "-x509_strict", "-purpose", purpose, *chain], capture_output=True, text=True
            )
            assert (done.returncode == 0) is (purpose in good), (words, purpose, done.stderr)
        usage = load(folder / "cert.pem").extensions.get_extension_for_class(x509.KeyUsage).value
        assert usage.key_encipherment is (key_type.startswith("rsa") and words[0] in ("server", "peer"))


def test_keytool_reads_the_chain(mtlsctl: Tool, tmp_path: Path) -> None:
    assert mtlsctl("ca", "create").exit_code == 0
    assert mtlsctl("issue", "server", "localhost", "127.0.0.1").exit_code == 0
    shown = subprocess.run(
        ["keytool", "-printcert", "-file", "localhost/fullchain.pem"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Owner: CN=localhost" in shown.stdout
    assert "Owner: CN=dev Issuing CA" in shown.stdout
    assert "serverAuth" in shown.stdout
    imported = ["-importcert", "-noprompt", "-alias", "dev", "-file", "localhost/ca.pem", "-keystore", "t.p12"]
    subprocess.run(["keytool", *imported, "-storepass", "changeit"], cwd=tmp_path, capture_output=True, check=True)


def test_key_new(mtlsctl: Tool, tmp_path: Path) -> None:
    made = mtlsctl("key", "new", "web.key", "--json")
    assert made.exit_code == 0
    assert "PRIVATE" not in made.stdout
    path = tmp_path / "web.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_bytes()
    again = mtlsctl("key", "new", "web.key")
    assert (again.exit_code, "already there" in again.stderr) == (2, True)
    assert path.read_bytes() == before
    assert mtlsctl("key", "new", "web.key", "--force", "--key-type", "ed25519").exit_code == 0
    assert path.read_bytes() != before
    assert mtlsctl("key", "new", "-").stdout.startswith("-----BEGIN PRIVATE KEY-----")
    assert mtlsctl("key", "new", "-", "--json").exit_code == 2
    assert "cannot write" in mtlsctl("key", "new", "missing/web.key").stderr
    assert mtlsctl("key", "new", "e.key", "--password-env", "P", env=os.environ | {"P": "x"}).exit_code == 0
    assert b"ENCRYPTED" in (tmp_path / "e.key").read_bytes()
    assert mtlsctl("key", "new").exit_code == 2


def test_a_full_disk_leaves_nothing(mtlsctl: Tool, tmp_path: Path) -> None:
    done = subprocess.run(
        ["bash", "-c", f"ulimit -f 0; trap '' XFSZ; exec {support.TOOL} key new full.key"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "file too large" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("ca")
def test_csr_and_sign(mtlsctl: Tool, tmp_path: Path) -> None:
    mtlsctl("key", "new", "web.key")
    made = mtlsctl("csr", "new", "web.key", "--name", "api.test", "--name", "10.0.0.7")
    assert made.exit_code == 0, made.stderr
    assert "mtlsctl sign web.csr" in made.stdout
    text = subprocess.run(
        ["openssl", "req", "-in", "web.csr", "-noout", "-text", "-verify"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "DNS:api.test, IP Address:10.0.0.7" in text.stdout
    dry = mtlsctl("sign", "web.csr", "--profile", "server", "--dry-run")
    assert dry.exit_code == 0
    assert "would sign" in dry.stdout
    assert not (tmp_path / "web.crt").exists()
    assert mtlsctl("ca", "show", "--json").json["result"]["ca"]["counts"]["signed"] == 0
    signed = mtlsctl("sign", "web.csr", "--profile", "server", "--json")
    assert signed.exit_code == 0, signed.stdout
    assert signed.json["result"]["dropped"] == []
    certificates = x509.load_pem_x509_certificates((tmp_path / "web.crt").read_bytes())
    assert [c.subject.rfc4514_string() for c in certificates] == ["CN=api.test", "CN=dev Issuing CA"]
    again = mtlsctl("sign", "web.csr", "--profile", "server")
    assert (again.exit_code, "already there" in again.stderr) == (2, True)
    piped = mtlsctl("sign", "-", "--profile", "client", stdin=(tmp_path / "web.csr").read_bytes())
    assert piped.exit_code == 0
    assert piped.stdout.startswith("-----BEGIN CERTIFICATE-----")
    assert "granted" in piped.stderr
    renamed = mtlsctl("sign", "web.csr", "--profile", "server", "--name", "other.test", "--out", "o.crt", "--json")
    assert renamed.json["result"]["granted"] == ["CN:other.test", "DNS:other.test"]


def greedy_csr(*extensions: tuple[x509.ExtensionType, bool], cn: str = "web.test", key: object = None) -> bytes:
    key = key or rsa.generate_private_key(65537, 2048)
    subject = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, cn), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Acme")]
    )
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject)
    for value, critical in extensions:
        builder = builder.add_extension(value, critical)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)


@pytest.mark.usefixtures("ca")
def test_what_is_not_granted_is_named(mtlsctl: Tool, tmp_path: Path) -> None:
    usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
    directory = x509.DirectoryName(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x")]))
    support.write(
        tmp_path / "greedy.csr",
        greedy_csr(
            (x509.SubjectAlternativeName([x509.DNSName("web.test"), directory]), False),
            (usage, True),
            (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), False),
            (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"), False),
        ),
    )
    result = mtlsctl("sign", "greedy.csr", "--profile", "server", "--json")
    assert result.exit_code == 0, result.stdout
    assert set(result.json["result"]["dropped"]) == {
        "subjectAltName dirName:CN=x",
        "keyUsage digitalSignature, keyCertSign, cRLSign",
        "extendedKeyUsage codeSigning",
        "1.2.3.4",
        "subject O=Acme",
    }
    certificate = load(tmp_path / "greedy.crt")
    assert certificate.subject.rfc4514_string() == "CN=web.test"
    assert not certificate.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign
    assert list(certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value) == [
        x509.DNSName("web.test")
    ]


@pytest.mark.usefixtures("ca")
def test_a_request_to_become_a_ca(mtlsctl: Tool, tmp_path: Path) -> None:
    support.write(tmp_path / "ca.csr", greedy_csr((x509.BasicConstraints(True, None), True), cn="Sub CA"))
    refused = mtlsctl("sign", "ca.csr", "--profile", "server")
    assert refused.exit_code == 2
    assert "asks to become a CA" in refused.stderr
    granted = mtlsctl("sign", "ca.csr", "--profile", "issuing", "--json")
    assert granted.exit_code == 0, granted.stdout
    constraints = load(tmp_path / "ca.crt").extensions.get_extension_for_class(x509.BasicConstraints).value
    assert (constraints.ca, constraints.path_length) == (True, 0)
    assert mtlsctl("sign", "ca.csr", "--profile", "root").exit_code == 2


@pytest.mark.usefixtures("ca")
def test_requests_that_are_refused(mtlsctl: Tool, tmp_path: Path) -> None:
    weak = greedy_csr(key=rsa.generate_private_key(65537, 1024))
    good = greedy_csr()
    der = x509.load_pem_x509_csr(good).public_bytes(Encoding.DER)
    forged = der[:-3] + bytes([der[-3] ^ 1]) + der[-2:]
    nameless = greedy_csr(cn="Alice Example")
    cases = {
        "weak.csr": (weak, "below 2048"),
        "forged.csr": (forged, "signature does not fit"),
        "nameless.csr": (nameless, "needs a name"),
        "empty.csr": (b"", "empty"),
        "binary.csr": (os.urandom(200), "binary.csr"),
    }
    for name, (data, says) in cases.items():
        support.write(tmp_path / name, data)
        result = mtlsctl("sign", name, "--profile", "server")
        assert (result.exit_code, says in result.stderr) == (2, True), (name, result.stderr)
    assert "no such file" in mtlsctl("sign", "missing.csr", "--profile", "server").stderr
    assert "--profile" in mtlsctl("sign", "weak.csr").stderr
    assert mtlsctl("ca", "show", "--json").json["result"]["ca"]["counts"]["signed"] == 0


@pytest.mark.usefixtures("ca")
def test_a_key_in_place_of_a_csr_is_not_quoted(mtlsctl: Tool, tmp_path: Path) -> None:
    mtlsctl("key", "new", "web.key")
    pem = (tmp_path / "web.key").read_text()
    for words in (["web.key"], ["-"]):
        result = mtlsctl("sign", *words, "--profile", "server", stdin=pem)
        assert result.exit_code == 2
        assert "expected a certificate signing request, found a private key" in result.stderr
        for line in pem.splitlines()[1:-1]:
            assert line[:16] not in result.stderr + result.stdout


@pytest.mark.usefixtures("ca")
def test_wrong_things_in_place_of_a_key(mtlsctl: Tool, tmp_path: Path) -> None:
    mtlsctl("issue", "client", "alice")
    result = mtlsctl("csr", "new", "alice/cert.pem", "--name", "x.test")
    assert result.exit_code == 2
    assert "expected a private key" in result.stderr
    assert mtlsctl("csr", "new", "nothing.key", "--name", "x.test").exit_code == 2
    assert "names somebody" in mtlsctl("csr", "new", "alice/key.pem").stderr
    plain = mtlsctl("csr", "new", "alice/key.pem", "--cn", "Alice Example", "--out", "-")
    assert plain.stdout.startswith("-----BEGIN CERTIFICATE REQUEST-----")
    encoded = support.make_cert("x").key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    support.write(tmp_path / "der.key", encoded)
    assert mtlsctl("csr", "new", "der.key", "--name", "x.test").exit_code == 0


@pytest.mark.usefixtures("ca")
def test_names_that_would_deceive(mtlsctl: Tool, tmp_path: Path) -> None:
    """CNs with control characters, the CA's own name, hosts outside the constraints, URIs with a hidden host."""
    assert mtlsctl("ca", "create", "lab", "--permit", "dns:lab.test", "--permit", "uri:lab.test").exit_code == 0
    cases = [
        (["client", "a.test", "--cn", "admin\nok", "--ca", "dev"], "control characters"),
        (["client", "a.test", "--cn", "x\u202ey", "--ca", "dev"], "control characters"),
        (["client", "a.test", "--cn", "ü" * 40, "--ca", "dev"], "bytes in UTF-8"),
        (["client", "a.test", "--cn", "dev Issuing CA", "--ca", "dev"], "the name of the CA itself"),
        (["client", "bob.lab.test", "--cn", "evil.example.com", "--ca", "lab"], "is outside what CA lab permits"),
        (["client", "uri:https://evil.com?@lab.test/", "--ca", "lab"], "is outside what CA lab permits"),
        (["client", "uri:https://evil.com#@lab.test/", "--ca", "lab"], "is outside what CA lab permits"),
        (["server", "https://localhost:8443/", "--ca", "dev"], "needs a DNS name or an IP address"),
    ]
    for words, says in cases:
        result = mtlsctl("issue", *words)
        assert (result.exit_code, says in result.stderr) == (2, True), (words, result.stderr)
    assert (
        mtlsctl("issue", "client", "10.1.2.3", "--ca", "dev", "--json").json["result"]["certificate"]["subject"] == ""
    )


@pytest.mark.usefixtures("ca")
@pytest.mark.parametrize("kind", ["secp256k1", "dsa", "e3"])
def test_keys_that_are_not_certified(mtlsctl: Tool, tmp_path: Path, kind: str) -> None:
    key = {
        "secp256k1": lambda: ec.generate_private_key(ec.SECP256K1()),
        "dsa": lambda: dsa.generate_private_key(2048),
        "e3": lambda: rsa.generate_private_key(3, 2048),
    }[kind]()
    san = x509.SubjectAlternativeName([x509.DNSName("web.test")])
    support.write(tmp_path / "odd.csr", greedy_csr((san, False), key=key))
    result = mtlsctl("sign", "odd.csr", "--profile", "server")
    assert result.exit_code == 2
    assert "such a key is not certified" in result.stderr


@pytest.mark.usefixtures("ca")
def test_a_request_that_does_not_ask_to_become_a_ca(mtlsctl: Tool, tmp_path: Path) -> None:
    support.write(tmp_path / "web.csr", greedy_csr())
    result = mtlsctl("sign", "web.csr", "--profile", "issuing")
    assert result.exit_code == 2
    assert "does not ask to become a CA" in result.stderr


def test_a_bare_name_is_the_ca_and_not_a_file_here(mtlsctl: Tool, tmp_path: Path, home: Path) -> None:
    """What lies in the current folder must not change who signs or who is trusted."""
    mtlsctl("ca", "create")
    mtlsctl("ca", "create", "dev", "--folder", tmp_path / "dev")
    issued = mtlsctl("issue", "client", "alice", "--ca", "dev", "--out", "out")
    assert issued.exit_code == 0
    assert (tmp_path / "out/alice/ca.pem").read_bytes() == (home / "dev/root.crt").read_bytes()
    assert mtlsctl("verify", "out/alice", "--ca", "dev").exit_code == 0


@pytest.mark.usefixtures("ca")
@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["issue", "client", "x", "--lifetime", "9999-12-31T23:59:59-12:00"], "is not a date"),
        (["verify", "x", "--ca", "dev", "--at", "0001-01-01T00:00:00+05:00"], "is not a date"),
        (["issue", "client", "x", "--lifetime", "9" * 5000 + "d"], "too long a time"),
        (["ca", "create", "q", "--password-fd", "-5"], "none of that number"),
        (["ca", "create", "q", "--password-fd", "99999999999"], "none of that number"),
        (["crl", "--lifetime", "99999999d"], "would hide a revocation"),
        (["revoke", ""], "an empty word"),
        (["csr", "new", ".", "--cn", "x"], "a folder, expected a file"),
        (["sign", "/", "--profile", "server"], "a folder, expected a file"),
        (["key", "new", "/tmp"], "a folder stands where the file would go"),
    ],
)
def test_words_at_the_edge(mtlsctl: Tool, words: list[str], says: str) -> None:
    result = mtlsctl(*words)
    assert (result.exit_code, says in result.stderr) == (2, True), result.stderr


@pytest.mark.usefixtures("ca")
def test_a_subject_that_cannot_be_read(mtlsctl: Tool, tmp_path: Path) -> None:
    """A CN of the wrong ASN.1 type: UTF8String (0x0C) made INTEGER, and BIT STRING."""
    key = ec.generate_private_key(ec.SECP256R1())
    pem = greedy_csr((x509.SubjectAlternativeName([x509.DNSName("good.test")]), False), key=key)
    der = x509.load_pem_x509_csr(pem).public_bytes(Encoding.DER)
    for tag in (0x02, 0x03, 0x1D):
        broken = der.replace(b"\x0c\x08web.test", bytes([tag]) + b"\x08web.test", 1)
        assert broken != der
        support.write(tmp_path / "odd.csr", broken)
        result = mtlsctl("sign", "odd.csr", "--profile", "server")
        assert result.exit_code == 2, result.stdout


@pytest.mark.usefixtures("ca")
def test_the_cas_own_key_is_not_certified(mtlsctl: Tool, tmp_path: Path, home: Path) -> None:
    mtlsctl("csr", "new", home / "dev/issuing.key", "--name", "x.test", "--out", "own.csr")
    result = mtlsctl("sign", "own.csr", "--profile", "server")
    assert result.exit_code == 2
    assert "the CA's own key" in result.stderr
