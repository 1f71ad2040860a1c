"""How many chains of three certificates one core verifies each second, beside the two verifiers alone; and the worst.

Run with nothing else running: `python benchmarks/verify.py [CHAINS]`, with the Python that mtlsctl is installed for.
Every leaf is another one, read anew each time; the CA and the root stay, as they do for whoever verifies many. The
time is that of the processor, so that neighbours on the machine count for little.
"""

import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from cryptography.x509.verification import PolicyBuilder, Store
from OpenSSL import crypto

from mtlsctl.core.verify import Policy, Purpose, verify

CHAINS = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
NOW = datetime.now(UTC).replace(microsecond=0)
HOST = x509.DNSName("web.test")
GOAL_PER_SECOND, GOAL_P99_MS, GOAL_WORST_SECONDS = 2000.0, 1.0, 1.0


def make(name: str, key: Any, issuer: tuple[str, Any], ca: bool, serial: int = 0) -> x509.Certificate:
    """A certificate as RFC 5280 has it."""

    def dn(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    builder = x509.CertificateBuilder(dn(issuer[0]), dn(name), key.public_key(), serial or x509.random_serial_number())
    builder = builder.not_valid_before(NOW - timedelta(days=1)).not_valid_after(NOW + timedelta(days=60))
    usage = x509.KeyUsage(not ca, False, False, False, False, ca, ca, False, False)
    builder = builder.add_extension(x509.BasicConstraints(ca, None), True).add_extension(usage, True)
    ids = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer[1].public_key())
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
    builder = builder.add_extension(ids, False)
    if not ca:
        builder = builder.add_extension(x509.SubjectAlternativeName([HOST]), False)
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
    return builder.sign(issuer[1], hashes.SHA256())


def measure(leaves: list[bytes], job: Callable[[x509.Certificate], object]) -> tuple[float, float]:
    """Chains each second, and the 99th percentile in milliseconds; the leaf is read within the time."""
    times = []
    for der in leaves:
        start = time.process_time()
        job(x509.load_der_x509_certificate(der))
        times.append(time.process_time() - start)
    return len(times) / sum(times), statistics.quantiles(times, n=100)[98] * 1000


def worst(ca: x509.Certificate, root: x509.Certificate, leaf: x509.Certificate) -> list[tuple[str, float]]:
    """Seconds for what is made to take long."""
    key = ec.generate_private_key(ec.SECP256R1())
    same = [make("Twin", key, ("Twin", key), True, n + 1) for n in range(100)]
    below = make("web.test", ec.generate_private_key(ec.SECP256R1()), ("Twin", key), False)
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(15)]
    mesh = [make("Mesh", one, ("Mesh", other), True) for one in keys for other in keys]
    meshed = make("web.test", ec.generate_private_key(ec.SECP256R1()), ("Mesh", keys[0]), False)
    crowd = [make(f"CA {n}", key, (f"CA {n // 2}", key), True) for n in range(2000)] * 5
    cases = [
        ("100 CAs of one name and one key, no root", [below, *same]),
        ("15 CAs of one name that all sign each other, no root", [meshed, *mesh]),
        ("10,000 certificates beside a good chain", [leaf, *crowd, ca]),
    ]
    found = []
    for name, chain in cases:
        start = time.process_time()
        verify(chain, [root], purpose=Purpose.SERVER, at=NOW, names=[HOST])
        found.append((name, time.process_time() - start))
    return found


def main() -> int:
    """Measure everything; status 1 when a goal is missed."""
    root_key, ca_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root, ca = make("Root", root_key, ("Root", root_key), True), make("CA", ca_key, ("Root", root_key), True)
    key = ec.generate_private_key(ec.SECP256R1())
    leaves = [make("web.test", key, ("CA", ca_key), False).public_bytes(Encoding.DER) for _ in range(CHAINS)]
    store, webpki = crypto.X509Store(), PolicyBuilder().store(Store([root])).time(NOW)
    store.add_cert(crypto.X509.from_cryptography(root))
    pool = [crypto.X509.from_cryptography(ca)]

    def pyopenssl(leaf: x509.Certificate) -> None:
        crypto.X509StoreContext(store, crypto.X509.from_cryptography(leaf), pool).verify_certificate()

    def ours(policy: Policy) -> Callable[[x509.Certificate], object]:
        def job(leaf: x509.Certificate) -> None:
            assert verify([leaf, ca], [root], purpose=Purpose.SERVER, at=NOW, names=[HOST], policy=policy).ok

        return job

    rows: list[tuple[str, Callable[[x509.Certificate], object]]] = [
        ("cryptography alone", lambda leaf: webpki.build_server_verifier(HOST).verify(leaf, [ca])),
        ("pyOpenSSL's store alone", pyopenssl),
        *((f"verify(), policy {policy}", ours(policy)) for policy in (Policy.OPENSSL, Policy.RFC5280, Policy.WEBPKI)),
    ]
    good = True
    bare = 0.0
    for name, job in rows:
        measure(leaves[:50], job)
        speed, p99 = measure(leaves, job)
        bare = bare or speed
        missed = name.startswith("verify") and (speed < GOAL_PER_SECOND or p99 > GOAL_P99_MS)
        good &= not missed
        print(
            f"{name:<54} {speed:7.0f} / s   p99 {p99:5.2f} ms   {bare / speed:5.2f}{'   MISSED' * missed}", flush=True
        )
    for name, seconds in worst(ca, root, x509.load_der_x509_certificate(leaves[0])):
        good &= seconds <= GOAL_WORST_SECONDS
        print(f"{name:<54} {seconds:7.3f} s{'   MISSED' * (seconds > GOAL_WORST_SECONDS)}", flush=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
