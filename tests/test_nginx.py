"""curl through a real nginx that demands a client certificate; revocation with `ssl_crl`; the examples."""

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import support

Tool = Callable[..., support.Result]
EXAMPLES = Path(__file__).parent.parent / "examples"

CONF = """
daemon off;
pid {folder}/nginx.pid;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_certificate {folder}/localhost/fullchain.pem;
    ssl_certificate_key {folder}/localhost/key.pem;
    ssl_client_certificate {folder}/localhost/ca.pem;
    ssl_verify_client on;
    ssl_verify_depth 2;
    {crl}
    location / {{ return 200 "hello $ssl_client_s_dn"; }}
  }}
}}
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def nginx(tmp_path: Path) -> Iterator[Callable[..., int]]:
    """Start nginx over the identities in tmp_path; gives its port. With crl: it checks that file."""
    started: list[subprocess.Popen[bytes]] = []

    def start(crl: Path | None = None) -> int:
        for _ in range(5):  # the port may be taken between our look and nginx's
            port = free_port()
            conf = tmp_path / "nginx.conf"
            conf.write_text(CONF.format(folder=tmp_path, port=port, crl=f"ssl_crl {crl};" if crl else ""))
            log = tmp_path / f"error-{port}.log"
            process = subprocess.Popen(["nginx", "-c", conf, "-e", log, "-p", tmp_path])
            while process.poll() is None:
                try:
                    socket.create_connection(("127.0.0.1", port), timeout=1).close()
                except ConnectionRefusedError:
                    continue
                started.append(process)
                return port
            assert "Address already in use" in log.read_text(), log.read_text()
        raise AssertionError("no free port")

    yield start
    for process in started:
        process.terminate()
        process.wait(10)


def curl(port: int, folder: Path, *words: object) -> tuple[str, str]:
    """The status and body that curl gets."""
    command = ["curl", "--silent", "--show-error", "--max-time", "20", "--write-out", "\n%{http_code}"]
    trust = ["--cacert", folder / "localhost/ca.pem"]
    done = subprocess.run(
        [*command, *trust, *words, f"https://localhost:{port}/"], capture_output=True, text=True, check=True
    )
    body, _, status = done.stdout.rpartition("\n")
    return status, body


def identity(folder: Path) -> list[object]:
    return ["--cert", folder / "fullchain.pem", "--key", folder / "key.pem"]


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_curl_with_and_without_a_certificate(
    mtlsctl: Tool, tmp_path: Path, nginx: Callable[..., int], version: str
) -> None:
    for words in (["ca", "create"], ["ca", "create", "other"]):
        assert mtlsctl(*words).exit_code == 0
    for words in (["server", "localhost", "127.0.0.1"], ["client", "alice"]):
        assert mtlsctl("issue", *words, "--ca", "dev").exit_code == 0
    assert mtlsctl("issue", "client", "mallory", "--ca", "other").exit_code == 0
    port = nginx()
    tls = [f"--tlsv{version}", "--tls-max", version]
    assert curl(port, tmp_path, *tls, *identity(tmp_path / "alice")) == ("200", "hello CN=alice")
    status, body = curl(port, tmp_path, *tls)
    assert status == "400"
    assert "No required SSL certificate was sent" in body
    status, body = curl(port, tmp_path, *tls, *identity(tmp_path / "mallory"))
    assert status == "400"
    assert "The SSL certificate error" in body
    status, body = curl(port, tmp_path, *tls, *identity(tmp_path / "localhost"))
    assert status == "400", "a server's certificate is not a client's"


def test_nginx_refuses_the_revoked(mtlsctl: Tool, tmp_path: Path, home: Path, nginx: Callable[..., int]) -> None:
    assert mtlsctl("ca", "create").exit_code == 0
    for words in (["server", "localhost", "127.0.0.1"], ["client", "alice"], ["client", "bob"]):
        assert mtlsctl("issue", *words).exit_code == 0
    assert mtlsctl("revoke", "bob", "--reason", "keyCompromise").exit_code == 0
    port = nginx(crl=home / "dev/crl/crl.pem")
    assert curl(port, tmp_path, *identity(tmp_path / "alice"))[0] == "200"
    status, body = curl(port, tmp_path, *identity(tmp_path / "bob"))
    assert status == "400"
    assert "The SSL certificate error" in body


def test_handshake_with_nginx(mtlsctl: Tool, tmp_path: Path, nginx: Callable[..., int]) -> None:
    assert mtlsctl("ca", "create").exit_code == 0
    for words in (["server", "localhost", "127.0.0.1"], ["client", "alice"]):
        assert mtlsctl("issue", *words).exit_code == 0
    port = nginx()
    good = mtlsctl("handshake", f"localhost:{port}", "--identity", "alice", "--json")
    assert good.exit_code == 0, good.stdout
    assert good.json["result"]["sent_certificate"] is True
    wrong = mtlsctl("handshake", f"127.0.0.2:{port}", "--identity", "alice", "--json")
    assert wrong.exit_code == 2
    named = mtlsctl("handshake", f"127.0.0.1:{port}", "--servername", "other.test", "--identity", "alice", "--json")
    assert named.exit_code == 1
    assert named.json["findings"][0]["code"] == "server-name-mismatch"


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_nginx_takes_a_strangers_certificate_and_refuses_it_afterwards(
    mtlsctl: Tool, nginx: Callable[..., int], version: str
) -> None:
    """The handshake is no proof that the certificate was accepted: what is known is said, and what is to be feared."""
    for words in (["ca", "create"], ["ca", "create", "other"], ["issue", "server", "localhost", "--ca", "dev"]):
        assert mtlsctl(*words).exit_code == 0
    assert mtlsctl("issue", "client", "bob", "--ca", "other").exit_code == 0
    words = ("handshake", f"localhost:{nginx()}", "--identity", "bob", "--ca", "dev", "--tls-max", version, "--json")
    taken = mtlsctl(*words)
    assert (taken.exit_code, taken.json["result"]["confidence"]) == (0, "likely")
    ok, warning, *notes = taken.json["findings"]
    assert ok["message"].endswith("our certificate CN=bob was sent and not refused so far")
    assert {note["verdict"] for note in notes} <= {"note"}
    assert (warning["code"], warning["verdict"], warning["whose"]) == ("client-cert-untrusted", "warn", "ours")
    assert "CN=other Root CA" in warning["message"]
    assert "CN=dev Root CA" in warning["message"]
    assert warning["hint"] == "the server may refuse in its own protocol: see with --http /, or in its log"
    asked = mtlsctl(*words, "--http", "/")
    assert (asked.exit_code, asked.json["result"]["http_status"]) == (1, "400 Bad Request")
    assert (asked.json["result"]["refused_by"], asked.json["result"]["confidence"]) == ("app", "likely")
    assert [f["code"] for f in asked.json["findings"]] == [
        "client-cert-untrusted",
        "client-cert-missing-intermediate",
        "client-cert-refused-by-app",
    ]
    assert "CN=dev Root CA" in asked.json["findings"][0]["message"]


SCRIPTS = sorted(set(EXAMPLES.glob("*.sh")) - {EXAMPLES / "quickstart.sh"})  # CI runs that one on a fresh clone


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda p: p.name)
def test_examples(script: Path, tmp_path: Path) -> None:
    """Each example runs to its end in an empty folder, with the installed mtlsctl."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MTLSCTL_")}
    environment |= {
        "PATH": f"{support.TOOL.parent}{os.pathsep}{os.environ['PATH']}",
        "PORT": str(free_port()),
        "TMPDIR": str(tmp_path),
    }
    shell = shutil.which("sh")
    done = subprocess.run([shell, script], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    if script.name == "bootstrap.sh":
        assert re.search(r"^alice: +200 hello CN=alice", done.stdout, re.MULTILINE)
        assert re.search(r"^nobody: +400", done.stdout, re.MULTILINE)
        assert re.search(r"^mallory: +400", done.stdout, re.MULTILINE)
    assert list(tmp_path.iterdir()) == [], "nothing is left behind"
