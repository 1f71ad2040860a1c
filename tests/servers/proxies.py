"""Forward proxies: tinyproxy for HTTP CONNECT, microsocks for SOCKS5."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import servers
from servers import Running


@contextmanager
def tinyproxy(folder: Path, *, login: str = "", ports: tuple[int, ...] = ()) -> Iterator[Running]:
    """Run tinyproxy. login: `user password` that it wants; ports: those that it lets clients connect to, () is all."""

    def command(port: int) -> list[object]:
        lines = [f"Port {port}", "Listen 127.0.0.1", "Timeout 20", "LogLevel Info", "MaxClients 20", "Allow 127.0.0.1"]
        lines += [f"BasicAuth {login}"] if login else []
        lines += [f"ConnectPort {number}" for number in ports]
        (folder / "tinyproxy.conf").write_text("\n".join(lines) + "\n")
        return ["tinyproxy", "-d", "-c", folder / "tinyproxy.conf"]

    with servers.program(folder, command) as running:
        yield running


@contextmanager
def microsocks(folder: Path, *, login: tuple[str, str] | None = None) -> Iterator[Running]:
    """Run microsocks, with a user and a password or without."""
    wanted = ("-u", login[0], "-P", login[1]) if login else ()
    with servers.program(folder, lambda port: ["microsocks", "-i", "127.0.0.1", "-p", port, *wanted]) as running:
        yield running
