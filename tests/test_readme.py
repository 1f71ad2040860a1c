"""What the README shows is what happens: its sessions run in order, in one shell, in an empty folder."""

import os
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import support
from cryptography import x509
from support import DAY, NOW, SERVER_AUTH, make_cert, write
from test_nginx import free_port
from test_verify_online import Web, aia, crl, der, point, web

__all__ = ["web"]  # a fixture: pages on loopback

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def steps() -> Iterator[tuple[str, list[str]]]:
    """Each `$ command` of the README's sessions, with the lines shown after it."""
    for block in re.findall(r"^```console\n(.*?)^```", README, re.MULTILINE | re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *shown = part.splitlines()
            yield command, shown


def normal(line: str) -> str:
    """A line without what differs from run to run: dates, hex, milliseconds."""
    line = re.sub(r"\d{4}-\d\d-\d\d( \d\d:\d\d UTC)?", "DATE", line)
    line = re.sub(r"\b[0-9a-f]{24,}\b", "HEX", line)
    return re.sub(r"\b\d+(\.\d+)? ms *", "N ms ", line).rstrip()


def agree(shown: list[str], actual: list[str]) -> bool:
    """True when the lines shown are the actual ones; `...` stands for any number of lines."""
    if not shown:
        return not actual
    if shown[0] == "...":
        return any(agree(shown[1:], actual[n:]) for n in range(len(actual) + 1))
    return bool(actual) and normal(shown[0]) == normal(actual[0]) and agree(shown[1:], actual[1:])


class Shell:
    """One bash that lives as long as the session."""

    def __init__(self, folder: Path) -> None:
        environment = support.environment(folder / ".cas")
        environment["no_proxy"] = "127.0.0.1"  # curl's
        environment["PATH"] = f"{support.TOOL.parent}{os.pathsep}{os.environ['PATH']}"
        self.folder = folder
        self.process = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, command: str) -> list[str]:
        """The lines that a command prints. One that ends in & goes on in the background, once it listens."""
        assert self.process.stdin
        assert self.process.stdout
        if command.endswith("&"):
            log = self.folder / ".background"
            self.process.stdin.write(f"{command[:-1]} > {log} 2>&1 &\n")
            self.process.stdin.flush()
            deadline = time.monotonic() + 20
            while not (log.exists() and "listening" in log.read_text()):
                assert time.monotonic() < deadline, command
                time.sleep(0.02)
            return []
        self.process.stdin.write(f"{command}\necho --end--\n")
        self.process.stdin.flush()
        lines = []
        for line in self.process.stdout:
            if line == "--end--\n":
                break
            lines.append(line.rstrip("\n"))
        while lines and not lines[-1]:
            lines.pop()
        return lines

    def close(self) -> None:
        """End the shell, and what it left in the background."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write("kill $(jobs -p) 2>/dev/null; wait; exit\n")
        self.process.stdin.close()
        self.process.wait(20)
        self.process.stdout.close()


def company(folder: Path, web: Web) -> None:
    """A leaf whose CA, and the CRLs of both, lie where the certificates say; and the root."""
    root = make_cert("Corp Root CA", ca=True, not_after=NOW + 3650 * DAY)
    issuing = make_cert("Corp Issuing CA", root, ca=True, extra=(point(f"{web.url}/root.crl"),))
    addresses = (point(f"{web.url}/issuing.crl"), aia(issuer=f"{web.url}/issuing.crt"))
    name = x509.DNSName("shop.corp.test")
    leaf = make_cert("shop.corp.test", issuing, sans=(name,), ekus=(SERVER_AUTH,), extra=addresses)
    write(folder / "shop.pem", leaf.pem)
    write(folder / "corp.pem", root.pem)
    web.pages.update({"/issuing.crt": der(issuing), "/issuing.crl": crl(issuing), "/root.crl": crl(root)})


def renamed(text: str, ports: dict[str, str]) -> str:
    """With other ports, each where it stands behind a colon."""
    return re.sub(r"(?<=:)\d+\b", lambda found: ports.get(found[0], found[0]), text)


def test_the_sessions(tmp_path: Path, web: Web) -> None:
    company(tmp_path, web)
    ports = {"8443": str(free_port()), "8080": web.url.rpartition(":")[2]}
    shell = Shell(tmp_path)
    try:
        for step, shown in steps():
            command = renamed(step, ports)
            actual = [renamed(line, {real: ours for ours, real in ports.items()}) for line in shell.run(command)]
            assert agree(shown, actual), "\n".join([f"$ {command}", *actual])
    finally:
        shell.close()


def test_the_two_commands_are_what_ci_runs() -> None:
    commands = re.findall(r"^```sh\n(.*?)\n```", README, re.MULTILINE | re.DOTALL)
    assert commands == ["sh examples/quickstart.sh", "sh tests/run.sh"]
    ci = (ROOT / ".ci" / "run").read_text().splitlines()
    assert [line for line in ci if line.startswith("sh ")] == commands


def test_every_command_is_named() -> None:
    from mtlsctl.cli.commands import COMMANDS

    table = README[README.index("## Commands") : README.index("## Exit statuses")]
    for row in COMMANDS:
        if row.target:
            assert f"`{row.words}`" in table, row.words
