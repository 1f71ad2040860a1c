"""Folders and files that may not be read: what nobody could look at is never passed over in silence."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import support
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from support import DAY, NOW, SERVER_AUTH, make_cert, write

Run = Callable[..., support.Result]
ROOT = make_cert("Root", ca=True)
LEAF = make_cert("web.test", ROOT, ekus=(SERVER_AUTH,), sans=(x509.DNSName("web.test"),))
CRL = (
    x509.CertificateRevocationListBuilder(ROOT.certificate.subject, NOW - DAY, NOW + DAY)
    .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ROOT.key.public_key()), critical=False)
    .sign(ROOT.key, hashes.SHA256())
)
_CAPS = "-dac_override,-dac_read_search"
_AS_OTHERS = ("setpriv", "--bounding-set", _CAPS, "--inh-caps", _CAPS) if os.geteuid() == 0 else ()


@pytest.fixture
def run(tmp_path: Path, env: dict[str, str]) -> Run:
    """The tool without root's right to read everything."""

    def run(*words: str) -> support.Result:
        command = [*_AS_OTHERS, str(support.TOOL), *words]
        done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60, check=False)
        assert "Traceback" not in done.stdout + done.stderr
        return support.Result(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture(autouse=True)
def shut(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "pki" / "shut"
    folder.mkdir(parents=True)
    write(tmp_path / "pki" / "web.pem", LEAF.pem, ROOT.pem)
    write(folder / "other.pem", LEAF.pem)
    folder.chmod(0)
    yield folder
    folder.chmod(0o700)


@pytest.mark.parametrize("form", [(), ("--json",), ("--sarif",)])
def test_lint_could_not_tell_of_a_folder(run: Run, form: tuple[str, ...]) -> None:
    result = run("lint", "pki", *form)
    assert (result.exit_code, "pki/shut: permission denied" in result.stdout) == (2, True)
    if form == ("--json",):
        assert (result.json["ok"], result.json["result"]["examined"]["unread"]) == (False, 1)


def test_lint_of_nothing_but_what_is_shut(run: Run) -> None:
    result = run("lint", "pki/shut")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "pki/shut: permission denied" in result.stderr


def test_a_file_that_may_be_anything(run: Run, tmp_path: Path) -> None:
    (tmp_path / "pki" / "shut").chmod(0o700)
    assert run("lint", "pki").exit_code == 0
    (tmp_path / "pki" / "nowhere").symlink_to("gone")
    (tmp_path / "pki" / "circle").symlink_to("circle")
    assert run("lint", "pki").exit_code == 0
    (tmp_path / "pki" / "server.pem").symlink_to("gone.pem")
    for command in ("lint", "inspect"):
        result = run(command, "pki")
        assert (result.exit_code, "pki/server.pem: a link that leads nowhere" in result.stdout) == (2, True)
    (tmp_path / "pki" / "server.pem").unlink()
    write(tmp_path / "pki" / "tls-key", LEAF.key_pem).chmod(0)
    for command in ("lint", "inspect"):
        result = run(command, "pki")
        assert (result.exit_code, "pki/tls-key: permission denied" in result.stdout) == (2, True)


@pytest.mark.parametrize("form", [(), ("--short",), ("--pem",), ("--field", "sha256"), ("--json",), ("--graph", "-")])
def test_inspect_names_what_it_could_not_read(run: Run, form: tuple[str, ...]) -> None:
    result = run("inspect", *form, "pki")
    assert result.exit_code == 2
    assert "pki/shut: permission denied" in result.stdout + result.stderr
    assert run("inspect", *form, "pki/shut").exit_code == 2


def test_a_folder_of_chains_is_named_as_it_was_typed(run: Run) -> None:
    result = run("verify", "pki/web.pem", "--ca", "pki/web.pem", "--chain", "pki/shut")
    assert (result.exit_code, result.stderr) == (2, "mtlsctl: pki/shut: permission denied\n")
    drawn = run("inspect", "--graph", "x.svg", "pki/shut")
    assert (drawn.exit_code, drawn.stderr) == (2, "mtlsctl: pki/shut: permission denied\n")
    for words in (("--crl", "pki/shut", "--ca", "pki/web.pem"), ("--ca", "pki/shut")):
        verified = run("verify", "pki/web.pem", *words)
        assert (verified.exit_code, verified.stderr.splitlines()[0]) == (2, "mtlsctl: pki/shut: permission denied")


def test_a_link_to_a_crl_that_is_gone_stops_the_folder(run: Run, tmp_path: Path) -> None:
    """Who is on that list would be let in."""
    (tmp_path / "crls").mkdir()
    write(tmp_path / "crls" / "one.crl", CRL.public_bytes(Encoding.PEM))
    (tmp_path / "crls" / "two.crl").symlink_to("gone.crl")
    verified = run("verify", "pki/web.pem", "--ca", "pki/web.pem", "--crl", "crls")
    assert (verified.exit_code, verified.stdout) == (2, "")
    assert "crls/two.crl: no such file or directory" in verified.stderr
    assert "hint: it is a link to gone.crl, which is not there" in verified.stderr
    (tmp_path / "crls" / "two.crl").unlink()
    (tmp_path / "crls" / "folder.crl").mkdir()
    assert run("verify", "pki/web.pem", "--ca", "pki/web.pem", "--crl", "crls").exit_code == 0


def test_links_to_files_are_followed_and_links_to_folders_are_not(run: Run, tmp_path: Path) -> None:
    """As ACME clients keep a site's files: live/SITE has nothing but links to ../../archive/SITE."""
    live, archive = tmp_path / "live", tmp_path / "archive"
    live.mkdir()
    archive.mkdir()
    write(archive / "fullchain1.pem", LEAF.pem, ROOT.pem)
    write(archive / "privkey1.pem", LEAF.key_pem).chmod(0o600)
    (live / "fullchain.pem").symlink_to("../archive/fullchain1.pem")
    (live / "privkey.pem").symlink_to("../archive/privkey1.pem")
    (live / "old").symlink_to("../archive")
    (live / "here").symlink_to(".")
    result = run("inspect", "live", "--json")
    held = result.json["result"]["inventory"]
    assert held["files"] == ["live/fullchain.pem", "live/privkey.pem"]
    assert held["passed_over"] == ["live/old: a link to a folder elsewhere"]
    assert [one["keys"] for one in held["certificates"] if not one["ca"]] == [["live/privkey.pem"]]
    looked = run("lint", "live", "--json")
    assert looked.json["result"]["examined"] == looked.json["result"]["examined"] | {
        "files": 2,
        "certificates": 2,
        "keys": 1,
        "others": 1,
        "unread": 0,
    }


def test_a_link_gives_a_file_its_name(run: Run, tmp_path: Path) -> None:
    (tmp_path / "f" / "data").mkdir(parents=True)
    write(tmp_path / "f" / "data" / "blob", LEAF.certificate.public_bytes(Encoding.DER))
    (tmp_path / "f" / "cert.der").symlink_to("data/blob")
    (tmp_path / "f" / "again").symlink_to("data")
    (tmp_path / "f" / ".git").mkdir()
    write(tmp_path / "f" / ".git" / "web.pem", LEAF.pem)
    for name in ("one.pem", "two.pem"):
        (tmp_path / "f" / name).symlink_to(".git/web.pem")
    files = run("inspect", "f", "--json").json["result"]["inventory"]["files"]
    assert files == ["f/cert.der", "f/one.pem", "f/two.pem"]


@pytest.mark.parametrize("command", ["lint", "inspect"])
def test_what_tools_keep_is_not_gone_into_unless_it_is_named(run: Run, tmp_path: Path, command: str) -> None:
    within = (tmp_path / "site" / ".git", tmp_path / "site" / "env" / "lib", tmp_path / "site" / ".hidden")
    for folder in within:
        folder.mkdir(parents=True)
        write(folder / "web.pem", LEAF.pem)
    write(tmp_path / "site" / "env" / "pyvenv.cfg", b"")
    held = run(command, "site", "--json").json["result"]
    if command == "inspect":
        words = "other people's software (name it to look into it)"
        assert held["inventory"]["passed_over"] == [f"site/.git: {words}", f"site/env: {words}"]
    else:
        assert (held["examined"]["files"], held["examined"]["others"]) == (1, 2)
    named = run(command, "site/env", "--json").json["result"]
    assert (named["inventory"] if command == "inspect" else named["examined"])["files"] in (1, ["site/env/lib/web.pem"])


@pytest.mark.parametrize("command", ["lint", "inspect"])
def test_what_lies_too_deep_is_not_passed_over(run: Run, tmp_path: Path, command: str) -> None:
    lost = tmp_path.joinpath("deep", *"abcdefghijklmnopq")
    lost.mkdir(parents=True)
    write(tmp_path / "deep" / "web.pem", LEAF.pem)
    write(lost / "lost.pem", LEAF.pem)
    result = run(command, "deep")
    assert (result.exit_code, "too deep, 16 folders are gone into" in result.stdout) == (2, True)


@pytest.mark.parametrize("option", ["--crl", "--ocsp-response"])
def test_what_is_there_in_place_of_a_list_is_said(run: Run, tmp_path: Path, option: str) -> None:
    write(tmp_path / "a b.pem", LEAF.key_pem)
    verified = run("verify", "pki/web.pem", "--ca", "pki/web.pem", option, "a b.pem")
    assert (verified.exit_code, verified.stdout) == (2, "")
    assert ", found a private key\nhint: see what it is: mtlsctl inspect 'a b.pem'\n" in verified.stderr
