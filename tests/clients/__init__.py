"""Real clients for `mtlsctl serve`: how each is told to connect, whom to trust, and what to present."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

PROGRAMS = Path(__file__).with_name("programs")
SECONDS = 30


class Call(NamedTuple):
    """One connection that a client is to make."""

    host: str
    port: int
    version: str
    """Of TLS: 1.2 or 1.3, and no other."""
    roots: Path
    folder: Path
    """For what was compiled once, and for databases."""
    cert: Path | None = None
    key: Path | None = None

    @property
    def place(self) -> str:
        return f"{self.host}:{self.port}"


class Word(NamedTuple):
    """What a client says of its connection."""

    content: bool
    """It liked the server, and got an answer from it."""
    words: str


Words = list[object]


def curl(call: Call) -> Words:
    """OpenSSL; the name is checked after the handshake."""
    exact = ("--tlsv1.3",) if call.version == "1.3" else ("--tls-max", "1.2")
    own = ("--cert", call.cert, "--key", call.key) if call.cert else ()
    return ["curl", "-sS", "--cacert", call.roots, *exact, *own, f"https://{call.place}/"]


def s_client(call: Call) -> Words:
    """OpenSSL 3.0's own."""
    name = ("-verify_ip",) if call.host[0].isdigit() else ("-servername", call.host, "-verify_hostname")
    own = ("-cert", call.cert, "-key", call.key, "-cert_chain", call.cert) if call.cert else ()
    words = ("-connect", call.place, *name, call.host, "-CAfile", call.roots, "-verify_return_error", *own)
    return ["openssl", "s_client", "-quiet", "-ign_eof", f"-tls{call.version.replace('.', '_')}", *words]


def gnutls(call: Call) -> Words:
    """GnuTLS."""
    own = ("--x509certfile", call.cert, "--x509keyfile", call.key) if call.cert else ()
    priority = f"NORMAL:-VERS-ALL:+VERS-TLS{call.version}"
    return ["gnutls-cli", "--x509cafile", call.roots, "--priority", priority, *own, "-p", call.port, call.host]


def python(call: Call) -> Words:
    """Python's ssl: OpenSSL, the name checked in the handshake."""
    return [sys.executable, PROGRAMS / "client.py", *_arguments(call)]


def node(call: Call) -> Words:
    """Node: OpenSSL, all checked after the handshake."""
    return ["node", PROGRAMS / "client.js", *_arguments(call)]


def java(call: Call) -> Words:
    """The JDK's JSSE."""
    return ["java", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-cp", call.folder, "Client", *_arguments(call)]


def go(call: Call) -> Words:
    """Go's crypto/tls."""
    return [call.folder / "go-client", *_arguments(call)]


def nss(call: Call) -> Words:
    """NSS, Firefox's library."""
    own = ("-n", "own") if call.cert else ()
    words = ("-h", call.host, "-p", call.port, "-V", f"tls{call.version}:tls{call.version}", "-4", *own)
    request = call.folder / "request"
    request.write_text(f"GET / HTTP/1.0\r\nHost: {call.host}\r\n\r\n")
    return ["tstclnt", "-d", f"sql:{_database(call)}", "-w", "", *words, "-A", request]


def _database(call: Call) -> Path:
    """An NSS database with the roots and our key, made once for both versions."""
    made = call.folder / f"nss-{call.roots.stem}-{call.cert.stem if call.cert else 'none'}"
    if made.exists():
        return made
    made.mkdir()
    steps: list[Words] = [
        ["certutil", "-N", "-d", f"sql:{made}", "--empty-password"],
        ["certutil", "-A", "-d", f"sql:{made}", "-n", "root", "-t", "CT,,", "-i", call.roots],
    ]
    if call.cert:
        bundle = made / "own.p12"
        what: Words = ["-export", "-in", call.cert, "-inkey", call.key, "-out", bundle, "-passout", "pass:"]
        steps.append(["openssl", "pkcs12", *what, "-name", "own"])
        steps.append(["pk12util", "-i", bundle, "-d", f"sql:{made}", "-W", "", "-K", ""])
    for step in steps:
        subprocess.run([str(word) for word in step], check=True, capture_output=True, timeout=SECONDS)
    return made


CLIENTS: dict[str, Callable[[Call], Words]] = {
    "curl": curl,
    "s_client": s_client,
    "gnutls": gnutls,
    "python": python,
    "node": node,
    "java": java,
    "go": go,
    "nss": nss,
}


def _arguments(call: Call) -> tuple[object, ...]:
    """What every program of ours is given, in this order."""
    return call.host, call.port, call.version, call.roots, call.cert or "", call.key or ""


def compiled(folder: Path) -> Path:
    """Compile what needs it, once."""
    env = {"GOCACHE": str(folder / "cache"), "GO111MODULE": "off", "HOME": str(folder), "PATH": "/usr/bin:/bin"}
    build = ("go", "build", "-o", folder / "go-client", PROGRAMS / "client.go")
    subprocess.run(build, check=True, capture_output=True, timeout=300, env=env)
    subprocess.run(("javac", "-d", folder, PROGRAMS / "Client.java"), check=True, capture_output=True, timeout=120)
    return folder


def talk(name: str, call: Call) -> Word:
    """Let a client connect and ask for /. Content: it got an answer."""
    words = [str(word) for word in CLIENTS[name](call)]
    request = f"GET / HTTP/1.0\r\nHost: {call.host}\r\n\r\n".encode()
    done = subprocess.run(words, input=request, capture_output=True, timeout=SECONDS, check=False)
    said = (done.stdout + done.stderr).decode(errors="replace")
    return Word(done.returncode == 0 and '"authenticated"' in said, said)


def event(line: bytes) -> Any:
    """An event of `mtlsctl serve --json`."""
    return json.loads(line)
