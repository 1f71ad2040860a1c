"""What `inspect --json` costs for a bundle of ten thousand certificates, against certtool, openssl and a bare script.

Run with nothing else running: `python benchmarks/bundle.py [RUNS] [CERTIFICATES]`, with the Python that mtlsctl is
installed for. All run in turn; the figures are the least CPU time of a whole process, which other load changes least,
and the greatest memory.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PYTHON = sys.executable
TOOL = str(Path(sys.executable).with_name("mtlsctl"))
BARE = Path(__file__).parent / "bare" / "bare_inspect.py"
RUNS = int(sys.argv[1]) if len(sys.argv) > 1 else 7
COUNT = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000

FASTER, SLOWER, MEMORY = 1.6, 1.25, 300  # than the peers, than the bare script; MiB


def bundle(path: Path) -> None:
    """Write client certificates of one CA, each with its own key."""
    signer, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Acme Issuing CA")])
    aki = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
    usage = x509.KeyUsage(True, False, False, False, False, False, False, False, False)
    with path.open("wb") as file:
        for n in range(COUNT):
            name, key = f"client-{n}.example.test", ec.generate_private_key(ec.SECP256R1()).public_key()
            builder = (
                x509.CertificateBuilder()
                .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
                .issuer_name(issuer)
                .public_key(key)
                .serial_number(x509.random_serial_number())
                .not_valid_before(now)
                .not_valid_after(now + timedelta(days=90))
                .add_extension(x509.BasicConstraints(False, None), True)
                .add_extension(usage, True)
                .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), False)
                .add_extension(aki, False)
                .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False)
                .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), False)
            )
            file.write(builder.sign(signer, hashes.SHA256()).public_bytes(Encoding.PEM))


def run(words: list[str]) -> tuple[float, float]:
    """CPU seconds and MiB of one run, which must succeed."""
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(words)}: status {process.returncode}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main() -> int:
    """Measure; status 1 when a goal is missed."""
    folder = Path(tempfile.mkdtemp())
    path = folder / "bundle.pem"
    bundle(path)
    rows = {
        "mtlsctl inspect --json": [TOOL, "inspect", "--json", str(path)],
        "a bare script": [PYTHON, str(BARE), str(path)],
        "certtool -i": ["certtool", "-i", "--infile", str(path)],
        "openssl storeutl -text": ["openssl", "storeutl", "-text", "-noout", str(path)],
    }
    rows = {name: words for name, words in rows.items() if shutil.which(words[0])}
    least, memory = dict.fromkeys(rows, float("inf")), dict.fromkeys(rows, 0.0)
    for _ in range(RUNS):
        for name, words in rows.items():
            seconds, size = run(words)
            least[name], memory[name] = min(least[name], seconds), max(memory[name], size)
    shutil.rmtree(folder)
    ours, *others = rows
    print(f"{COUNT:,} certificates, least of {RUNS} runs          CPU      memory     its time / ours")
    good = memory[ours] <= MEMORY
    for name in rows:
        ratio = least[name] / least[ours]
        goal = 1 / SLOWER if name == "a bare script" else FASTER
        missed = name in others and ratio < goal
        good &= not missed
        words = f"{ratio:5.2f}, at least {goal:.2f}{'  MISSED' if missed else ''}" if name in others else ""
        print(f"  {name:<32} {least[name]:10.2f} s {memory[name]:8.0f} MiB  {words}", flush=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
