"""Help for tests: the tool as users run it, and certificates with something wrong on purpose."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

TOOL = Path(sys.executable).with_name("mtlsctl")
NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Result:
    exit_code: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        """The answer; what it calls ok is what the exit status calls so, in every command."""
        answer = json.loads(self.stdout)
        assert "ok" not in answer or answer["ok"] is (self.exit_code in (0, 10)), (self.exit_code, self.stdout[-500:])
        return answer


def run_tool(
    *words: Any, stdin: bytes | str = b"", cwd: Path | None = None, env: dict[str, str] | None = None
) -> Result:
    """Run the installed mtlsctl. Its output must never hold a traceback."""
    data = stdin.encode() if isinstance(stdin, str) else stdin
    done = subprocess.run(
        [TOOL, *map(str, words)], input=data, capture_output=True, cwd=cwd, env=env, timeout=60, check=False
    )
    result = Result(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))
    for word in ("Traceback", "a defect of mtlsctl"):
        assert word not in result.stderr + result.stdout, result.stderr
    return result


def environment(home: Path) -> dict[str, str]:
    """This process's environment with CAs kept below home, and none of the user's own settings."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("MTLSCTL_") and k != "NO_COLOR"}
    return kept | {"MTLSCTL_HOME": str(home), "LC_ALL": "C.UTF-8"}


# What follows makes certificates with cryptography alone, so that our own builder is not its own judge.


@dataclass(frozen=True)
class Pair:
    certificate: x509.Certificate
    key: Any

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def make_cert(
    cn: str,
    issuer: Pair | None = None,
    *,
    ca: bool = False,
    path_length: int | None = None,
    sans: tuple[x509.GeneralName, ...] = (),
    ekus: tuple[x509.ObjectIdentifier, ...] = (),
    not_before: datetime = NOW - DAY,
    not_after: datetime = NOW + 30 * DAY,
    key: Any = None,
    extra: tuple[tuple[x509.ExtensionType, bool], ...] = (),
    without: tuple[type[x509.ExtensionType], ...] = (),
    key_usage: x509.KeyUsage | None = None,
) -> Pair:
    """A certificate of which everything can be made wrong. Without issuer it is self-signed.

    without: left out of what is always there; extra may hold another one of the kind.
    """
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, cn)] if cn else [])
    issuer_name = issuer.certificate.subject if issuer else subject
    signer = issuer.key if issuer else key
    usage = key_usage or x509.KeyUsage(not ca, False, False, False, False, ca, ca, False, False)
    values: list[tuple[x509.ExtensionType, bool]] = [
        (x509.BasicConstraints(ca, path_length), True),
        (usage, True),
        (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), False),
    ]
    if ekus:
        values.append((x509.ExtendedKeyUsage(ekus), False))
    if sans:
        values.append((x509.SubjectAlternativeName(sans), False))
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer_name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(not_before)
        .not_valid_after(not_after)
    )
    for value, critical in [*(pair for pair in values if not isinstance(pair[0], without)), *extra]:
        builder = builder.add_extension(value, critical)
    hashed = isinstance(signer, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | dsa.DSAPrivateKey)
    return Pair(builder.sign(signer, hashes.SHA256() if hashed else None), key)


SERVER_AUTH = ExtendedKeyUsageOID.SERVER_AUTH
CLIENT_AUTH = ExtendedKeyUsageOID.CLIENT_AUTH


def write(path: Path, *parts: bytes) -> Path:
    """Write the parts to path and return it; keys are for the owner alone."""
    path.write_bytes(b"".join(parts))
    if any(b"PRIVATE KEY" in part for part in parts):
        path.chmod(0o600)
    return path
