"""`mtlsctl verify` with --fetch, --ocsp and --aia, against openssl's responder and a web server on loopback."""

import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID as Access
from cryptography.x509.oid import ExtendedKeyUsageOID as Eku
from support import DAY, NOW, Pair, Result, make_cert, write

Tool = Callable[..., Result]
Answer = bytes | Callable[[bytes], bytes]


class Web(NamedTuple):
    """A web server: what it has, and what it was asked for."""

    url: str
    pages: dict[str, Answer]
    asked: list[str]


@pytest.fixture
def web() -> Iterator[Web]:
    pages: dict[str, Answer] = {}
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            page = pages.get(self.path)
            data = page(body) if callable(page) else page
            self.send_response(200 if data is not None else 404)
            self.end_headers()
            self.wfile.write(data or b"")

        do_POST = do_GET  # noqa: N815  http.server's name

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Nothing on stderr."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield Web(f"http://127.0.0.1:{server.server_port}", pages, asked)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def uri(text: str) -> x509.UniformResourceIdentifier:
    return x509.UniformResourceIdentifier(text)


def aia(**urls: str) -> tuple[x509.AuthorityInformationAccess, bool]:
    methods = {"ocsp": Access.OCSP, "issuer": Access.CA_ISSUERS}
    return x509.AuthorityInformationAccess(
        [x509.AccessDescription(methods[kind], uri(url)) for kind, url in urls.items()]
    ), False


def point(*urls: str) -> tuple[x509.CRLDistributionPoints, bool]:
    return x509.CRLDistributionPoints([x509.DistributionPoint([uri(url) for url in urls], None, None, None)]), False


def der(pair: Pair) -> bytes:
    return pair.certificate.public_bytes(Encoding.DER)


def crl(issuer: Pair, *revoked: Pair, until: timedelta = DAY, extra: Any = (), number: int = 1) -> bytes:
    builder = x509.CertificateRevocationListBuilder(issuer.certificate.subject, NOW - 2 * DAY, NOW + until)
    for pair in revoked:
        entry = x509.RevokedCertificateBuilder(pair.certificate.serial_number, NOW - DAY).build()
        builder = builder.add_revoked_certificate(entry)
    builder = builder.add_extension(x509.CRLNumber(number), False)
    for value, critical in extra:
        builder = builder.add_extension(value, critical)
    return builder.sign(issuer.key, hashes.SHA256()).public_bytes(Encoding.DER)


ROOT = make_cert("Root", ca=True)


class Pki(NamedTuple):
    """A leaf below a CA below ROOT, with addresses in them."""

    leaf: Pair
    ca: Pair


def pki(folder: Path, ca_extra: Any = (), leaf_extra: Any = ()) -> Pki:
    """Written as leaf.pem, ca.pem, full.pem and root.pem."""
    ca = make_cert("Issuing", ROOT, ca=True, extra=tuple(ca_extra))
    leaf = make_cert("web.test", ca, sans=(x509.DNSName("web.test"),), ekus=(Eku.SERVER_AUTH,), extra=tuple(leaf_extra))
    write(folder / "leaf.pem", leaf.pem)
    write(folder / "ca.pem", ca.pem)
    write(folder / "full.pem", leaf.pem, ca.pem)
    write(folder / "root.pem", ROOT.pem)
    return Pki(leaf, ca)


def codes(result: Result) -> list[tuple[str, str]]:
    return [(f["code"], f["verdict"]) for f in result.json["findings"]]


def statuses(result: Result) -> list[tuple[str, str]]:
    return [(s["status"], s["source"]) for s in result.json["result"]["revocation_status"]]


FULL = ("verify", "full.pem", "--ca", "root.pem", "--json")


# openssl's own responder and CA


def ledger_line(state: str, pair: Pair) -> str:
    serial = f"{pair.certificate.serial_number:X}"
    end = f"{NOW + 300 * DAY:%y%m%d%H%M%SZ}"
    gone = f"{NOW - DAY:%y%m%d%H%M%SZ},keyCompromise" if state == "R" else ""
    return f"{state}\t{end}\t{gone}\t{'0' * (len(serial) % 2)}{serial}\tunknown\t/CN=web.test\n"


@contextmanager
def responder(folder: Path, signer: str, key: str) -> Iterator[str]:
    """`openssl ocsp` over index.txt; its URL."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    words = ["-index", "index.txt", "-port", str(port), "-rsigner", signer, "-rkey", key, "-CA", "ca.pem"]
    process = subprocess.Popen(
        ["openssl", "ocsp", *words, "-ndays", "1"], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    try:
        assert process.stderr
        assert b"waiting" in process.stderr.readline()
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("delegated", [False, True])
def test_openssls_responder_is_asked(mtlsctl: Tool, tmp_path: Path, delegated: bool) -> None:
    made = pki(tmp_path)
    signer = make_cert("responder", made.ca, ekus=(Eku.OCSP_SIGNING,)) if delegated else made.ca
    write(tmp_path / "signer.pem", signer.pem)
    write(tmp_path / "signer.key", signer.key_pem)
    (tmp_path / "index.txt").write_text(ledger_line("V", made.leaf))
    with responder(tmp_path, "signer.pem", "signer.key") as url:
        good = mtlsctl(*FULL, "--ocsp", url)
    assert (good.exit_code, statuses(good)) == (0, [("good", "ocsp"), ("unknown", "")])
    assert good.json["result"]["revocation_status"][0]["speaker"] == f"CN={'responder' if delegated else 'Issuing'}"
    (tmp_path / "index.txt").write_text(ledger_line("R", made.leaf))
    with responder(tmp_path, "signer.pem", "signer.key") as url:
        gone = mtlsctl(*FULL, "--ocsp", url)
    assert (gone.exit_code, codes(gone)[0]) == (1, ("server-cert-revoked", "fail"))
    assert gone.json["result"]["revocation_status"][0]["reason"] == "keyCompromise"
    (tmp_path / "index.txt").write_text("")
    with responder(tmp_path, "signer.pem", "signer.key") as url:
        unknown = mtlsctl(*FULL, "--ocsp", url)
    assert (unknown.exit_code, codes(unknown)[0]) == (1, ("server-crl-missing", "fail"))
    assert "does not know it" in unknown.json["findings"][0]["message"]


def test_an_answer_that_openssl_wrote_and_one_that_is_none(mtlsctl: Tool, tmp_path: Path) -> None:
    made = pki(tmp_path)
    write(tmp_path / "ca.key", made.ca.key_pem)
    (tmp_path / "index.txt").write_text(ledger_line("V", made.leaf))
    words = "-index index.txt -issuer ca.pem -cert leaf.pem -rsigner ca.pem -rkey ca.key -CA ca.pem -ndays 1"
    answered = ["openssl", "ocsp", *words.split(), "-respout", "staple.der"]
    subprocess.run(answered, cwd=tmp_path, check=True, capture_output=True)
    stapled = mtlsctl(*FULL, "--ocsp-response", "staple.der")
    assert statuses(stapled)[0] == ("good", "ocsp")
    later = mtlsctl(*FULL, "--ocsp-response", "staple.der", "--at", f"{NOW + 2 * DAY:%Y-%m-%d}")
    assert ("server-crl-expired", "fail") in codes(later)
    wrong = mtlsctl(*FULL, "--ocsp-response", "leaf.pem")
    assert wrong.exit_code == 2
    assert "expected an OCSP response in DER" in wrong.json["error"]["message"]


def test_a_crl_that_openssl_wrote_is_fetched(mtlsctl: Tool, tmp_path: Path, web: Web) -> None:
    made = pki(tmp_path, leaf_extra=[point("ldap://nobody.invalid/", f"{web.url}/ca.crl")])
    write(tmp_path / "ca.key", made.ca.key_pem)
    (tmp_path / "number").write_text("01\n")
    (tmp_path / "ca.cnf").write_text(
        "[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\ncrlnumber=number\ndefault_md=sha256\ndefault_crl_days=7\n"
    )
    for state, status in (("V", "good"), ("R", "revoked")):
        (tmp_path / "index.txt").write_text(ledger_line(state, made.leaf))
        words = "-config ca.cnf -gencrl -keyfile ca.key -cert ca.pem"
        made_crl = subprocess.run(["openssl", "ca", *words.split()], cwd=tmp_path, check=True, capture_output=True)
        web.pages["/ca.crl"] = made_crl.stdout  # PEM, which many serve though RFC 5280, 4.2.1.13 wants DER
        result = mtlsctl(*FULL, "--fetch", "--allow-private")
        assert statuses(result)[0] == (status, "crl")
        assert result.json["result"]["fetched"][0]["url"] == f"{web.url}/ca.crl"


# What is asked, and what comes of it


def test_nothing_is_fetched_without_being_asked_for(mtlsctl: Tool, tmp_path: Path, web: Web) -> None:
    pki(tmp_path, leaf_extra=[point(f"{web.url}/ca.crl"), aia(ocsp=f"{web.url}/ocsp", issuer=f"{web.url}/ca")])
    for words in ((), ("--revocation", "check"), ("--revocation", "off")):
        assert mtlsctl(*FULL, *words).json["result"]["fetched"] == []
    refused = mtlsctl(*FULL, "--fetch")
    assert "not a public address" in refused.json["result"]["fetched"][0]["trouble"]
    assert web.asked == []


def test_ocsp_first_then_the_crl(mtlsctl: Tool, tmp_path: Path, web: Web) -> None:
    made = pki(
        tmp_path,
        [point(f"{web.url}/root.crl")],
        [point(f"{web.url}/ca.crl"), aia(ocsp=f"{web.url}/ocsp")],
    )
    web.pages.update({"/ca.crl": crl(made.ca), "/root.crl": crl(ROOT), "/ocsp": b"no answer"})
    both = mtlsctl(*FULL, "--fetch", "--allow-private", "--revocation", "require")
    assert (both.exit_code, statuses(both)) == (0, [("good", "crl"), ("good", "crl")])
    assert web.asked == ["/ocsp", "/ca.crl", "/root.crl"]
    assert codes(both) == [("ocsp-unusable", "warn")]
    web.pages["/ocsp"] = lambda request: respond(made, request)
    web.asked.clear()
    first = mtlsctl(*FULL, "--fetch", "--allow-private", "--revocation", "require")
    assert (first.exit_code, statuses(first)) == (0, [("good", "ocsp"), ("good", "crl")])
    assert web.asked == ["/ocsp", "/root.crl"]
    web.pages["/ocsp"] = lambda request: respond(made, request, nonce=b"another nonce 16")
    assert statuses(mtlsctl(*FULL, "--fetch", "--allow-private"))[0] == ("good", "crl")
    for page in ("/ca.crl", "/root.crl"):
        del web.pages[page]
    none = mtlsctl(*FULL, "--fetch", "--allow-private", "--revocation", "require")
    assert codes(none)[:2] == [("server-crl-missing", "fail"), ("server-crl-missing", "fail")]
    assert "replayed" in none.json["findings"][0]["message"]
    assert "the server answered 404" in none.json["findings"][0]["message"]
    assert not any(code == "fetch-failed" for code, _ in codes(none))  # it is told


def respond(made: Pki, request: bytes, nonce: bytes = b"") -> bytes:
    asked = ocsp.load_der_ocsp_request(request)
    nonce = nonce or asked.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
    builder = ocsp.OCSPResponseBuilder().add_response(
        made.leaf.certificate, made.ca.certificate, hashes.SHA1(), ocsp.OCSPCertStatus.GOOD, NOW, None, None, None
    )
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, made.ca.certificate)
    builder = builder.add_extension(x509.OCSPNonce(nonce), False)
    return builder.sign(made.ca.key, hashes.SHA256()).public_bytes(Encoding.DER)


def test_a_responder_that_asks_to_try_later(mtlsctl: Tool, tmp_path: Path, web: Web) -> None:
    both = x509.AuthorityInformationAccess(
        [x509.AccessDescription(Access.OCSP, uri(f"{web.url}/{page}")) for page in ("busy", "ocsp")]
    )
    made = pki(tmp_path, leaf_extra=[(both, False)])
    busy = ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER)
    web.pages["/busy"] = busy.public_bytes(Encoding.DER)
    alone = mtlsctl(*FULL, "--fetch", "--allow-private")
    assert (alone.exit_code, codes(alone)[0]) == (1, ("server-crl-missing", "fail"))
    assert "the responder said tryLater" in alone.json["findings"][0]["message"]
    web.pages["/ocsp"] = lambda request: respond(made, request)
    assert statuses(mtlsctl(*FULL, "--fetch", "--allow-private"))[0] == ("good", "ocsp")


def test_a_delta_is_fetched_with_its_base(mtlsctl: Tool, tmp_path: Path, web: Web) -> None:
    freshest = x509.FreshestCRL([x509.DistributionPoint([uri(f"{web.url}/delta.crl")], None, None, None)])
    made = pki(tmp_path, leaf_extra=[point(f"{web.url}/ca.crl")])
    web.pages["/ca.crl"] = crl(made.ca, number=5, extra=[(freshest, False)])
    web.pages["/delta.crl"] = crl(made.ca, made.leaf, number=6, extra=[(x509.DeltaCRLIndicator(5), True)])
    result = mtlsctl(*FULL, "--fetch", "--allow-private")
    assert statuses(result)[0] == ("revoked", "crl")
    assert result.json["result"]["revocation_status"][0]["where"].endswith("/delta.crl")


def test_another_cas_crl_and_a_stale_one(mtlsctl: Tool, tmp_path: Path, web: Web) -> None:
    made = pki(tmp_path, leaf_extra=[point(f"{web.url}/ca.crl")])
    namesake = make_cert("Issuing", ca=True)
    for page, code in (
        (crl(namesake), "server-crl-missing"),
        (crl(made.ca, until=-DAY), "server-crl-expired"),
        (b"<html>", "server-crl-missing"),
    ):
        web.pages["/ca.crl"] = page
        result = mtlsctl(*FULL, "--fetch", "--allow-private")
        assert (result.exit_code, codes(result)[0]) == (1, (code, "fail"))


def test_what_is_fetched_and_of_no_use_is_named(mtlsctl: Tool, tmp_path: Path, web: Web) -> None:
    made = pki(tmp_path, leaf_extra=[point(f"{web.url}/ca.crl"), aia(issuer=f"{web.url}/ca")])
    pem = x509.load_der_x509_crl(crl(made.ca)).public_bytes(Encoding.PEM)
    for page, why in (
        (crl(make_cert("Other", ca=True)), "what came is the CRL of CN=Other, and not of CN=Issuing"),
        (pem * 2, "what came are several CRLs, and a distribution point has one"),
        (b"<html>", "what came is no CRL"),
    ):
        web.pages["/ca.crl"] = page
        result = mtlsctl(*FULL, "--fetch", "--allow-private")
        assert why in result.json["findings"][0]["message"]
        assert why in result.json["result"]["fetched"][0]["trouble"]
    for page, why in (
        (b"\0" * 50, "what came is no certificate"),
        (der(ROOT), "what came is the certificate of CN=Root, whose key did not sign CN=web.test"),
    ):
        web.pages["/ca"] = page
        alone = mtlsctl("verify", "leaf.pem", "--ca", "root.pem", "--aia", "--allow-private", "--json")
        assert ("fetch-failed", "note") in codes(alone)
        assert alone.json["result"]["fetched"][0]["trouble"] == why


def test_what_failed_is_told_once_with_what_helps(mtlsctl: Tool, tmp_path: Path, web: Web) -> None:
    made = pki(tmp_path, leaf_extra=[point(f"{web.url}/ca.crl"), aia(ocsp=f"{web.url}/ocsp")])
    barred = mtlsctl(*FULL, "--fetch").json["findings"]
    assert [f["hint"] for f in barred if "not a public address" in f["message"]] == [
        "allow the addresses of your own network: --allow-private"
    ]
    web.pages["/ca.crl"] = crl(made.ca)
    down = mtlsctl(*FULL, "--fetch", "--allow-private")
    assert [code for code in codes(down) if code[0] != "server-crl-missing"] == [("fetch-failed", "note")]
    busy = ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER)
    web.pages["/ocsp"] = busy.public_bytes(Encoding.DER)
    later = mtlsctl(*FULL, "--fetch", "--allow-private").json["findings"]
    assert [f["hint"] for f in later if f["code"] == "ocsp-unusable"] == ["whoever runs the responder must repair it"]


# Missing intermediates


def bundle(*pairs: Pair) -> bytes:
    return pkcs7.serialize_certificates([pair.certificate for pair in pairs], Encoding.DER)


@pytest.mark.parametrize(
    ("page", "command"),
    [
        (der, "| openssl x509 -inform DER >> leaf.pem"),
        (lambda ca: ca.pem, "/ca >> leaf.pem"),
        (lambda ca: bundle(make_cert("x", ca=True), ca), "| openssl pkcs7 -inform DER -print_certs >> leaf.pem"),
    ],
)
def test_the_missing_intermediate_is_fetched_and_named(
    mtlsctl: Tool, tmp_path: Path, web: Web, page: Callable[[Pair], bytes], command: str
) -> None:
    made = pki(tmp_path, leaf_extra=[aia(issuer=f"{web.url}/ca")])
    web.pages["/ca"] = page(made.ca)
    without = mtlsctl("verify", "leaf.pem", "--ca", "root.pem", "--json").json["findings"][0]
    assert without["hint"].endswith("or fetch it from where the leaf says: mtlsctl verify leaf.pem --ca root.pem --aia")
    words = ("verify", "leaf.pem", "--ca", "root.pem", "--aia", "--allow-private", "--json")
    result = mtlsctl(*words)
    assert (result.exit_code, codes(result)) == (1, [("server-missing-intermediate", "fail")])
    (finding,) = result.json["findings"]
    assert "its issuer CN=Issuing is not in the chain; it was fetched from" in finding["message"]
    assert command in finding["hint"]
    assert [c["subject"] for c in result.json["result"]["path"]] == ["CN=web.test", "CN=Issuing", "CN=Root"]
    assert result.json["result"]["engines"][0]["verdict"] == "refuses"
    # The hint, typed: the chain is whole then, and nothing is fetched any more.
    typed = finding["hint"].partition(": ")[2].replace("curl -s", "curl -s --noproxy '*'")
    subprocess.run(["sh", "-c", typed], cwd=tmp_path, check=True)
    web.asked.clear()
    assert mtlsctl("verify", "leaf.pem", "--ca", "root.pem", "--aia", "--allow-private").exit_code == 0
    assert web.asked == []


def test_two_levels_and_an_end_without_an_address(mtlsctl: Tool, tmp_path: Path, web: Web) -> None:
    upper = make_cert("Upper", ROOT, ca=True)
    lower = make_cert("Lower", upper, ca=True, extra=(aia(issuer=f"{web.url}/upper"),))
    leaf = make_cert("leaf", lower, ekus=(Eku.CLIENT_AUTH,), extra=(aia(issuer=f"{web.url}/lower"),))
    web.pages.update({"/lower": der(lower), "/upper": der(upper)})
    write(tmp_path / "leaf.pem", leaf.pem)
    write(tmp_path / "root.pem", ROOT.pem)
    words = ("verify", "leaf.pem", "--ca", "root.pem", "--aia", "--allow-private", "--json")
    assert codes(mtlsctl(*words)) == [("client-cert-missing-intermediate", "fail")] * 2 + [
        ("portability", "note")  # no SAN
    ]
    del web.pages["/upper"]
    short = mtlsctl(*words)
    assert [c["subject"] for c in short.json["result"]["path"]] == ["CN=leaf", "CN=Lower"]
    assert ("fetch-failed", "note") in codes(short)


def test_fetched_certificates_are_not_trusted_and_cycles_end(mtlsctl: Tool, tmp_path: Path, web: Web) -> None:
    # Two CAs that certify each other, and a root that is not the one trusted.
    one, two = make_cert("One", ca=True), make_cert("Two", ca=True)
    first = make_cert("One", two, ca=True, key=one.key, extra=(aia(issuer=f"{web.url}/two"),))
    second = make_cert("Two", one, ca=True, key=two.key, extra=(aia(issuer=f"{web.url}/one"),))
    leaf = make_cert("leaf", one, extra=(aia(issuer=f"{web.url}/one"),))
    web.pages.update({"/one": der(first), "/two": der(second)})
    write(tmp_path / "leaf.pem", leaf.pem)
    write(tmp_path / "root.pem", ROOT.pem)
    words = ("verify", "leaf.pem", "--ca", "root.pem", "--as", "server", "--aia", "--allow-private", "--json")
    cycle = mtlsctl(*words)
    assert cycle.exit_code == 1
    assert len(web.asked) <= 4
    web.pages["/one"] = der(one)
    stranger = mtlsctl(*words)
    assert stranger.exit_code == 1
    assert stranger.json["result"]["anchored"] is False
    for junk in (b"", b"junk", b"\x30\x80" * 500, bundle(*[make_cert(f"x{n}", ca=True) for n in range(30)])):
        web.pages["/one"] = junk
        assert mtlsctl(*words).exit_code == 1


def test_a_certificate_with_thousands_of_addresses(mtlsctl: Tool, tmp_path: Path, web: Web) -> None:
    many = x509.CRLDistributionPoints(
        [x509.DistributionPoint([uri(f"{web.url}/{n}")], None, None, None) for n in range(2000)]
    )
    answers = x509.AuthorityInformationAccess(
        [x509.AccessDescription(Access.OCSP, uri(f"{web.url}/o{n}")) for n in range(2000)]
    )
    pki(tmp_path, leaf_extra=[(many, False), (answers, False)])
    result = mtlsctl(*FULL, "--fetch", "--allow-private")
    assert result.exit_code == 1
    assert len(web.asked) <= 10
    assert len(result.json["findings"]) <= 10


def test_a_damaged_crl_in_a_folder_stops_it_whatever_its_name(mtlsctl: Tool, tmp_path: Path) -> None:
    made = pki(tmp_path)
    (tmp_path / "crls").mkdir()
    (tmp_path / "crls" / "old.crl").write_bytes(crl(made.ca))
    (tmp_path / "crls" / "ca.der").write_bytes(der(made.ca))
    (tmp_path / "crls" / "ca.pem").write_bytes(made.ca.pem)
    assert mtlsctl(*FULL, "--crl", "crls").exit_code == 0
    new = crl(made.ca, made.leaf)
    text = x509.load_der_x509_crl(new).public_bytes(Encoding.PEM)
    utf_16 = text.decode().encode("utf-16")
    _, second = text.split(b"\n", 1)
    for damaged in (new[:-5], new[:40], b"0\x82\x01\x00junk", b"\n" + new, new[1:], text[1:], second, utf_16):
        (tmp_path / "crls" / "new.der").write_bytes(damaged)
        result = mtlsctl(*FULL, "--crl", "crls")
        assert result.exit_code == 2
        assert "may be a CRL that was damaged" in result.stdout + result.stderr
    (tmp_path / "crls" / "new.der").write_bytes(second + text)
    result = mtlsctl(*FULL, "--crl", "crls")
    assert (result.exit_code, "a CRL is cut off" in result.stdout + result.stderr) == (2, True)


# A CA of ours, and words that do not go together


def test_a_ca_of_ours_by_ledger_and_by_crl(mtlsctl: Tool, tmp_path: Path) -> None:
    assert mtlsctl("ca", "create", "dev").exit_code == 0
    assert mtlsctl("issue", "client", "alice").exit_code == 0
    words = ("verify", "alice", "--ca", "dev", "--json")
    assert statuses(mtlsctl(*words)) == [("good", "ledger"), ("good", "ledger")]
    assert mtlsctl(*words, "--revocation", "require").exit_code == 0
    assert mtlsctl(*words, "--revocation", "off").json["result"]["revocation"] == "off"
    assert mtlsctl(*words, "--crl", "dev").json["result"]["revocation"] == "crl"
    # Where the network is asked, the ledger does not answer in its place; it can only accuse.
    asked = mtlsctl(*words, "--ocsp", "http://127.0.0.1:1/")
    assert (asked.exit_code, codes(asked)[0]) == (1, ("client-cert-revocation-unknown", "fail"))
    nothing = mtlsctl(*words, "--fetch")
    assert nothing.json["findings"][0]["message"].endswith("names neither an OCSP responder nor the address of a CRL")
    assert mtlsctl("revoke", "alice").exit_code == 0
    gone = mtlsctl(*words)
    assert codes(gone) == [("client-cert-revoked", "fail")]
    assert gone.json["findings"][0]["hint"].startswith("issue a new one: mtlsctl issue client alice")
    assert mtlsctl(*words, "--revocation", "off").exit_code == 0
    root = ("verify", "alice", "--ca", "alice/ca.pem", "--json")
    assert mtlsctl(*root, "--crl", "dev").exit_code == 1
    assert mtlsctl(*root).exit_code == 0


def test_a_folder_of_crls(mtlsctl: Tool, tmp_path: Path) -> None:
    made = pki(tmp_path)
    folder = tmp_path / "crls"
    folder.mkdir()
    empty = mtlsctl(*FULL, "--crl", "crls")
    assert (empty.exit_code, empty.json["error"]["message"]) == (2, "crls: no CRL is in this folder")
    write(folder / "a.crl", crl(made.ca))
    write(folder / "b.der", crl(ROOT))
    write(folder / "other.pem", made.ca.pem)
    write(folder / "readme.txt", b"nothing")
    whole = mtlsctl(*FULL, "--crl", "crls")
    assert (whole.exit_code, statuses(whole)) == (0, [("good", "crl"), ("good", "crl")])
    write(folder / "damaged.crl", b"no CRL")
    assert mtlsctl(*FULL, "--crl", "crls").exit_code == 2  # who is on it would be let in
    assert mtlsctl(*FULL, "--crl", "nothing-there").exit_code == 2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--revocation", "off", "--fetch"), "--revocation off, and a source to look revocation up in"),
        (("--revocation", "sometimes"), ""),
        (("--allow-private",), "--allow-private is of no use without --fetch, --aia or --ocsp"),
        (("--ocsp-response", "-", "--crl", "-"), "standard input (-) can be read once"),
        (("--ocsp", "localhost:80"), "--ocsp localhost:80: expected a URL"),
    ],
)
def test_words_that_do_not_go_together(mtlsctl: Tool, tmp_path: Path, words: Any, message: str) -> None:
    pki(tmp_path)
    result = mtlsctl(*FULL, *words)
    assert result.exit_code == 2
    assert message in result.json["error"]["message"]


def test_passwords_in_urls_are_neither_sent_nor_shown(mtlsctl: Tool, tmp_path: Path) -> None:
    secret = "http://user:s3cret@127.0.0.1:9/"
    pki(tmp_path, leaf_extra=[point(secret), aia(ocsp=secret, issuer=secret)])
    typed = mtlsctl(*FULL, "--ocsp", secret)
    found = mtlsctl(*FULL[:-1], "--fetch", "--allow-private")
    alone = mtlsctl("verify", "leaf.pem", "--ca", "root.pem", "--aia", "--allow-private")
    assert (typed.exit_code, found.exit_code, alone.exit_code) == (2, 1, 1)
    assert all("s3cret" not in one.stdout + one.stderr for one in (typed, found, alone))
    assert "http://***@127.0.0.1:9/" in found.stdout


def test_the_trust_anchor_itself_has_nothing_to_look_up(mtlsctl: Tool, tmp_path: Path) -> None:
    alone = make_cert("alone.test", sans=(x509.DNSName("alone.test"),))
    write(tmp_path / "alone.pem", alone.pem)
    words = ("verify", "alone.pem", "--ca", "alone.pem", "--revocation", "require")
    assert "not checked: it is the trust anchor itself" in mtlsctl(*words).stdout
    assert mtlsctl(*words, "--json").json["result"]["revocation"] == "not checked"


def test_as_text(mtlsctl: Tool, tmp_path: Path, web: Web) -> None:
    made = pki(tmp_path, leaf_extra=[point(f"{web.url}/ca.crl")])
    web.pages["/ca.crl"] = crl(made.ca)
    text = mtlsctl(*FULL[:-1], "--fetch", "--allow-private").stdout
    assert "checked, by CRL, 1 unknown\n" in text
    assert f"  CN=web.test  good, by CRL ({web.url}/ca.crl), from " in text
    assert f"fetched                         {web.url}/ca.crl  " in text
    assert "not checked: --revocation off" in mtlsctl(*FULL[:-1], "--revocation", "off").stdout


def test_nobody_is_asked_about_what_leads_to_no_root(mtlsctl: Tool, tmp_path: Path, web: Web) -> None:
    pki(tmp_path, leaf_extra=[point(f"{web.url}/ca.crl"), aia(ocsp=f"{web.url}/ocsp")])
    write(tmp_path / "other.pem", make_cert("Other", ca=True).pem)
    words = ("verify", "full.pem", "--ca", "other.pem", "--json", "--fetch", "--allow-private")
    assert mtlsctl(*words).exit_code == 1
    assert web.asked == []


def test_a_crl_of_a_version_that_there_is_not(mtlsctl: Tool, tmp_path: Path) -> None:
    made = pki(tmp_path)
    der = crl(made.ca)
    write(tmp_path / "odd.crl", der.replace(b"\x02\x01\x01", b"\x02\x01\x42", 1))
    result = mtlsctl(*FULL, "--crl", "odd.crl")
    assert (result.exit_code, result.json["error"]["code"]) == (2, "invalid-input")
