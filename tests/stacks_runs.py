"""The stacks of this machine: each as a client that judges servers, and as a server that judges clients."""

import re
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import servers
import stacks_peers
import support
from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError
from servers import Papers, Running, Said, apache, boringssl, gnutls, granian, java, nginx, node, python, s_server
from stacks_pki import ADDRESS, NAME, Case

PROGRAMS = Path(__file__).parent / "clients" / "programs"
SECONDS = 300


class Answer(NamedTuple):
    """What a stack says of a chain."""

    accepts: bool
    words: str
    """Its own, where it gives any."""


Answers = dict[int, Answer]
"""By the place of the case in the list given; those that the stack could not be asked about are absent."""


def _run(*words: object, env: dict[str, str] | None = None, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [str(word) for word in words]
    return subprocess.run(command, input=data, capture_output=True, timeout=SECONDS, env=env, check=False)


def _lines(listed: Path) -> Iterator[tuple[int, str, str, str]]:
    for line in listed.read_text().splitlines():
        number, port, name, roots = line.split("\t")
        yield int(number), port, name, roots


def _batch(*words: object) -> Answers:
    """What a program says that visits all of the list."""
    done = _run(*words)
    found = {}
    for line in done.stdout.decode(errors="replace").splitlines():
        number, verdict, said = line.split("\t")
        found[int(number)] = Answer(verdict == "accepts", said)
    assert found, done.stderr.decode(errors="replace")
    return found


def _openssl(listed: Path, _: Path) -> Answers:
    found = {}
    for number, port, name, roots in _lines(listed):
        check = ("-verify_ip", name) if name == ADDRESS else ("-servername", name, "-verify_hostname", name)
        words = ("-connect", f"{ADDRESS}:{port}", *check, "-CAfile", roots, "-verify_return_error", "-quiet")
        done = _run("openssl", "s_client", *words, "-ign_eof", data=b"GET / HTTP/1.0\r\n\r\n")
        found[number] = Answer(b"200 OK" in done.stdout, _last(done.stderr, b"verify error:|error:"))
    return found


def _curl(listed: Path, _: Path) -> Answers:
    found = {}
    for number, port, name, roots in _lines(listed):
        to = ("--connect-to", f"{name}:{port}:{ADDRESS}:{port}")
        done = _run("curl", "-sS", "-m", 10, *to, "--cacert", roots, f"https://{name}:{port}/")
        found[number] = Answer(not done.returncode, _last(done.stderr, b"curl: "))
    return found


def _gnutls(listed: Path, _: Path) -> Answers:
    found = {}
    for number, port, name, roots in _lines(listed):
        asked = (f"--verify-hostname={name}", "--sni-hostname", name, "--x509cafile", roots)
        done = _run("gnutls-cli", *asked, "-p", port, ADDRESS, data=b"GET / HTTP/1.0\r\n\r\n")
        words = _last(done.stdout + done.stderr, b"- Status: The|Fatal error:")
        found[number] = Answer(not done.returncode and b"200 OK" in done.stdout, words)
    return found


def _uv(listed: Path, folder: Path) -> Answers:
    """rustls is in uv: what it says when it looks for a package in an index of ours."""
    found = {}
    program = shutil.which("uv") or ""
    env = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "UV_HTTP_RETRIES": "0", "UV_NO_CACHE": "1"}
    for number, port, name, roots in _lines(listed):
        if name not in (NAME, ADDRESS):
            continue  # it asks a resolver for the name
        index = ("--default-index", f"https://{name}:{port}/simple")
        words = ("pip", "install", "--dry-run", "--python", sys.executable, *index, "nothing")
        done = _run(program, *words, env=env | {"SSL_CERT_FILE": roots})
        said = done.stderr.decode(errors="replace")
        found[number] = Answer("client error (Connect)" not in said, _last(done.stderr, b"certificate|alert"))
    return found


def _last(said: bytes, pattern: bytes) -> str:
    found = [line for line in said.splitlines() if re.search(pattern, line)]
    return found[-1].decode(errors="replace").strip() if found else ""


def _python(*how: str) -> Callable[[Path, Path], Answers]:
    return lambda listed, _: _batch(sys.executable, "-P", PROGRAMS / "peers.py", *how, listed)


def _newest_python(listed: Path, _: Path) -> Answers:
    """Python 3.13 where it is here, else its flags."""
    return _batch(python313() or sys.executable, "-P", PROGRAMS / "peers.py", "strict", listed)


def python313() -> str:
    """A Python whose defaults are strict; "" where there is none."""
    for version in ("3.14", "3.13"):
        found = shutil.which(f"python{version}")
        if found and _run(found, "-c", "import ssl").returncode == 0:
            return found
    return ""


def _go(listed: Path, folder: Path) -> Answers:
    return _batch(_built_go(folder), "client", listed)


def _built_go(folder: Path) -> Path:
    """Built as a module of the newest language: what Go refuses by default depends on what its go.mod says."""
    made = folder / "peers-go"
    if not made.exists():
        program = shutil.which("go") or "go"
        source = folder / "go"
        source.mkdir()
        shutil.copy(PROGRAMS / "peers.go", source)
        (source / "go.mod").write_text(f"module peers\n\ngo {'.'.join(version('go').split('.')[:2])}\n")
        env = {"GOCACHE": str(folder / "cache"), "GOPATH": str(folder / "path"), "HOME": str(folder), "PATH": _PATH}
        env |= {"GOTOOLCHAIN": "local", "GOFLAGS": "-mod=mod"}
        done = subprocess.run((program, "build", "-o", made), cwd=source, env=env, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
    return made


_PATH = "/usr/bin:/bin"
_VERSIONS: dict[str, tuple[str, ...]] = {
    "openssl": ("openssl", "version"),
    "curl": ("curl", "--version"),
    "node": ("node", "--version"),
    "go": ("go", "version"),
    "java": ("java", "-version"),
    "gnutls": ("gnutls-cli", "--version"),
    "nginx": ("nginx", "-v"),
    "apache": ("apache2", "-v"),
}
_PACKAGES = {"boringssl": "grpcio", "rustls": "granian", "cryptography": "cryptography"}


def installed(stack: str, purpose: str) -> bool:
    """True when a stack can be asked on this machine."""
    if stack == "rustls" and purpose == "server":
        return shutil.which("uv") is not None
    return bool(version(stack.removesuffix("-deep")))


def version(stack: str) -> str:
    """The version of a stack that is here, as digits and dots; "" where it is not here."""
    if stack in _PACKAGES:
        try:
            return metadata.version(_PACKAGES[stack])
        except metadata.PackageNotFoundError:
            return ""
    words = _VERSIONS.get(stack, (python313() if stack == "python" else sys.executable, "--version"))
    if not shutil.which(words[0] or sys.executable):
        return ""
    done = _run(*(word or sys.executable for word in words))
    found = re.search(rb"\d+\.\d+[.\d]*", done.stdout + done.stderr)
    return found.group().decode() if found else ""


def _java(listed: Path, folder: Path) -> Answers:
    assert _run("javac", "-d", folder, PROGRAMS / "Peers.java").returncode == 0
    return _batch("java", "-XX:TieredStopAtLevel=1", "-cp", folder, "Peers", listed)


def _node(listed: Path, _: Path) -> Answers:
    return _batch("node", PROGRAMS / "peers.js", listed)


CLIENTS: dict[str, Callable[[Path, Path], Answers]] = {
    "openssl": _openssl,
    "curl": _curl,
    "python312": _python("ssl"),
    "python": _newest_python,
    "node": _node,
    "go": _go,
    "java": _java,
    "rustls": _uv,
    "boringssl": _python("grpc"),
    "gnutls": _gnutls,
}


def ask_client(stack: str, listed: Path, folder: Path) -> Answers:
    """What a stack says of the servers in a list."""
    return CLIENTS[stack](listed, folder)


def ask_cryptography(cases: Sequence[Case]) -> Answers:
    """cryptography's verifier, which needs no connection."""
    found = {}
    for number, case in enumerate(cases):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                builder = PolicyBuilder().store(Store([one.certificate for one in case.anchors]))
                builder = builder.time(datetime.now(UTC))
                rest = [one.certificate for one in case.chain]
                if case.purpose == "client":
                    builder.build_client_verifier().verify(case.leaf.certificate, rest)
                else:
                    builder.build_server_verifier(_subject(case.name)).verify(case.leaf.certificate, rest)
            except (VerificationError, ValueError) as error:
                found[number] = Answer(False, str(error).partition(" (encountered processing <")[0])
            else:
                found[number] = Answer(True, "")
    return found


def _subject(name: str) -> x509.DNSName | x509.IPAddress:
    import ipaddress  # for the one address

    return x509.IPAddress(ipaddress.ip_address(name)) if name == ADDRESS else x509.DNSName(name)


class Server(NamedTuple):
    """A stack as a server: how it is started, and how it says what it thinks of a client."""

    run: Callable[[Path, Papers], AbstractContextManager[Running]]
    verdict: Callable[[str], Said | None]
    of: Callable[[str, int], str] | None = None
    """Its log says whom it lets in: what is there of the client at a port. None: whom it lets in gets a page."""
    alpn: bool = False


@contextmanager
def _go_server(folder: Path, papers: Papers) -> Iterator[Running]:
    program = _built_go(folder.parent)
    with servers.program(folder, lambda port: (program, "server", port, *papers[:3])) as running:
        yield running


def _go_verdict(log: str) -> Said | None:
    return servers.first_with(log, {"refused:": False, "accepted:": True})


def _nginx(folder: Path, papers: Papers) -> AbstractContextManager[Running]:
    return nginx.run(folder, papers, depth=1)


def _apache(folder: Path, papers: Papers) -> AbstractContextManager[Running]:
    return apache.run(folder, papers, depth=1)


def _deep(folder: Path, papers: Papers) -> AbstractContextManager[Running]:
    return apache.run(folder, papers, depth=9)


def _strict(folder: Path, papers: Papers) -> AbstractContextManager[Running]:
    return python.run(folder, papers, strict=True, python=python313() or sys.executable)


# apache-deep is Apache with SSLVerifyDepth 9: by default it refuses every chain with an intermediate, whatever else.
SERVERS: dict[str, Server] = {
    "openssl": Server(s_server.run, s_server.verdict),
    "nginx": Server(_nginx, nginx.verdict),
    "apache": Server(_apache, apache.verdict),
    "apache-deep": Server(_deep, apache.verdict),
    "python312": Server(python.run, python.verdict, servers.of_client),
    "python": Server(_strict, python.verdict, servers.of_client),
    "node": Server(node.run, node.verdict),
    "go": Server(_go_server, _go_verdict),
    "java": Server(java.run, java.verdict, servers.of_client),
    "rustls": Server(granian.run, granian.verdict),
    "boringssl": Server(boringssl.run, boringssl.verdict, boringssl.of_client, alpn=True),
    "gnutls": Server(gnutls.run, gnutls.verdict),
}


def ask_server(stack: str, cases: Sequence[Case], folder: Path, papers: Papers) -> Answers:
    """What a stack says of each client; those whose anchors would disturb others have a server of their own."""
    found: Answers = {}
    together = [(n, case) for n, case in enumerate(cases) if not _alone(case)]
    for group in ([together], *([[one]] for one in enumerate(cases) if _alone(one[1]))):
        for members in group:
            found |= _ask_group(SERVERS[stack], members, folder / f"{stack}-{members[0][0]}", papers)
    return found


def _alone(case: Case) -> bool:
    words = (
        *(
            f"anchor-{word}"
            for word in ("version", "serial", "md5", "sha", "not-self", "critical", "policy", "tls", "own")
        ),
        *(
            f"anchor-{word}"
            for word in ("name-constraints-", "algorithms", "before", "empty", "inhibit", "ecdsa", "pss", "uniq")
        ),
        *("anchor-rsa", "leaf-pinned", "self-sig", "above-the", "namesake", "expired-namesake"),
    )
    return case.rule.startswith(words) or case.rule.endswith("/root")


def _ask_group(server: Server, members: Sequence[tuple[int, Case]], folder: Path, papers: Papers) -> Answers:
    folder.mkdir()
    anchors = dict.fromkeys(one.pem for _, case in members for one in case.anchors)
    trusted = support.write(folder / "clients.pem", *anchors)
    found: Answers = {}
    try:
        with server.run(folder, papers._replace(client_ca=trusted)) as running:
            for number, case in members:
                found[number] = _ask_one(server, running, case)
    except AssertionError as error:
        if len(members) > 1:
            raise
        found[members[0][0]] = Answer(False, f"it does not start: {str(error)[-200:]}")
    return found


def _ask_one(server: Server, running: Running, case: Case) -> Answer:
    """Fails when a server whose log is asked says nothing of this client: silence is no verdict."""
    mark, of = servers.settled(running.log), server.of
    if of is None:
        accepts = " 200" in stacks_peers.visit(running.port, case)
        why = None if accepts else servers.heard(running, mark, server.verdict, 0.2)
        return Answer(accepts, why.words if why else "")

    def heard(port: int) -> Said | None:
        return servers.heard(running, mark, lambda log: server.verdict(of(log, port)), servers.PATIENCE)

    said = stacks_peers.visit_unanswered(running.port, case, heard, alpn=server.alpn)
    if said is None:
        raise TimeoutError(f"not a word about {case.rule or 'good'}: {running.log()[mark:][-2000:]}")
    return Answer(said.accepted, "" if said.accepted else said.words)
