"""Hints that work as they are typed: the names of what is at hand stand in them, and the commands do what they say."""

import os
import ssl
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import support
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from support import CLIENT_AUTH, DAY, NOW, SERVER_AUTH, Pair, make_cert, write

from mtlsctl.cli import grammar, output
from mtlsctl.core import hints
from mtlsctl.core.causes import CHAINED
from mtlsctl.core.diagnose import Confidence, Diagnosis, RefusedBy
from mtlsctl.core.findings import Finding, Report, Verdict
from mtlsctl.core.hints import Known
from mtlsctl.core.looks import Purpose
from mtlsctl.core.profiles import ProfileName
from mtlsctl.errors import InputError, NotFoundError, UsageError
from mtlsctl.workflows import authority, certify, examine, kin
from mtlsctl.workflows.authority import Plan
from mtlsctl.workflows.certify import Wish
from mtlsctl.workflows.files import free
from mtlsctl.workflows.verify import verify
from mtlsctl.workflows.verify_files import Trust

YEARS = NOW + 3650 * DAY
ROOT = make_cert("Root", ca=True, not_after=YEARS)
OTHER = make_cert("Other", ca=True, not_after=YEARS)
CA = make_cert("Issuing", ROOT, ca=True, not_after=YEARS)
LEAF = make_cert("web", CA, sans=(x509.DNSName("web.test"), x509.DNSName("*.web.test")), ekus=(SERVER_AUTH,))
OLD = make_cert(
    "old", CA, sans=(x509.DNSName("old.test"),), ekus=(SERVER_AUTH,), not_after=NOW - DAY, not_before=NOW - 9 * DAY
)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a chain in its parts, and a home without CAs."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MTLSCTL_HOME", str(tmp_path / ".cas"))
    monkeypatch.delenv("MTLSCTL_CA", raising=False)
    write(tmp_path / "root.pem", ROOT.pem)
    write(tmp_path / "other.pem", OTHER.pem)
    write(tmp_path / "its issuer.pem", CA.pem)
    write(tmp_path / "web.pem", LEAF.pem)
    return tmp_path


def hint(*chain: str, ca: str = "root.pem", more: Sequence[str] = (), purpose: Purpose | None = None) -> str:
    """The hint of the first finding."""
    findings: tuple[Finding, ...] = verify(chain, Trust((ca,)), more=more, purpose=purpose)[1].findings
    return findings[0].hint


def type_it(command: str) -> None:
    """Type a command in this folder."""
    path = f"{support.TOOL.parent}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(["sh", "-c", command], env=os.environ | {"PATH": path}, check=True, timeout=60, capture_output=True)


def ok(*chain: str, ca: str = "root.pem") -> bool:
    """True where a chain verifies without a word."""
    return not verify(chain, Trust((ca,)))[1].findings


# The chain's files


def test_a_missing_intermediate_beside_the_chain_is_put_behind_the_leaf() -> None:
    said = hint("web.pem")
    command = "mtlsctl inspect --pem web.pem 'its issuer.pem' > fullchain.pem"
    assert said == f"add the certificate of CN=Issuing after the leaf: {command}"
    type_it(command)
    assert ok("fullchain.pem")


def test_nothing_is_written_over() -> None:
    Path("fullchain.pem").write_text("something else")
    assert hint("web.pem").endswith("> fullchain-2.pem")
    assert free("web.pem") == "web-2.pem"


def test_a_missing_intermediate_that_is_nowhere_is_no_command(here: Path) -> None:
    (here / "its issuer.pem").unlink()
    first, second = hint("web.pem").splitlines()
    assert first == "add the certificate of CN=Issuing after the leaf in web.pem"
    assert second == "or, if it is a root that you trust: --ca FILE"


def test_an_intermediate_at_hand_is_named_with_its_file(here: Path) -> None:
    (here / "more").mkdir()
    write(here / "more" / "ca.pem", CA.pem)
    (here / "its issuer.pem").unlink()
    assert hint("web.pem", more=["more"]).endswith(": mtlsctl inspect --pem web.pem more/ca.pem > fullchain.pem")


def test_the_root_beside_the_chain_is_named_and_not_trusted(here: Path) -> None:
    write(here / "full.pem", LEAF.pem, CA.pem)
    assert hint("full.pem", ca="other.pem") == "if CN=Root is a root that you trust: --ca root.pem"


def test_a_chain_in_the_wrong_order_is_put_in_order(here: Path) -> None:
    write(here / "wrong.pem", CA.pem, LEAF.pem)
    command = "mtlsctl inspect --pem wrong.pem > fullchain.pem"
    assert hint("wrong.pem") == f"put the leaf first: {command}"
    (finding,) = examine.inspect(["wrong.pem"])[1]
    assert finding.hint == f"put the leaf first, then its issuer: {command}"
    type_it(command)
    assert ok("fullchain.pem")


def test_two_leaves_stay_in_their_order(here: Path) -> None:
    write(here / "two.pem", CA.pem, LEAF.pem, OLD.pem)
    type_it("mtlsctl inspect --pem two.pem > out.pem")
    assert Path("out.pem").read_bytes() == Path("two.pem").read_bytes()


# Names


def test_what_is_issued_again_has_all_its_names() -> None:
    assert hint("web.pem", "its issuer.pem", purpose=Purpose.CLIENT) == (
        "issue it for this purpose: mtlsctl issue client web.test '*.web.test'"
    )


def test_names_that_nobody_would_issue_are_not_typed(here: Path) -> None:
    odd = make_cert("odd", CA, sans=(x509.DNSName("a$(touch_x)"),), ekus=(SERVER_AUTH,))
    write(here / "odd.pem", odd.pem, CA.pem)
    assert hint("odd.pem", purpose=Purpose.CLIENT) == "issue it for this purpose: mtlsctl issue client NAME"


def test_a_workload_gets_its_own_profile() -> None:
    known = Known(("web.pem",), names=("spiffe://prod.test/api",))
    assert hints.typed("mtlsctl issue client NAME", known) == "mtlsctl issue spiffe spiffe://prod.test/api"


def test_ours_is_renewed_in_its_folder_and_issued_beside_it(here: Path) -> None:
    authority.create(Plan("dev"), None)
    certify.issue("dev", ["alice"], Wish(ProfileName.CLIENT), here, lambda _: b"")
    said = hint("alice", ca="dev", purpose=Purpose.SERVER)
    assert said == "issue it for this purpose: mtlsctl issue server alice --out new"
    type_it(said.partition(": ")[2])
    assert ok("new/alice", ca="dev")
    authority.create(Plan("test"), None)
    assert hint("alice", ca="dev", purpose=Purpose.SERVER).endswith("issue server alice --ca dev --out new-2")
    assert hint("alice") == "one of your own CAs made it: --ca dev"
    # Today it is not due: `renew` would say so.
    _, late = verify(["alice"], Trust(("dev",)), at=NOW + 89 * DAY)
    assert [(finding.code, finding.hint) for finding in late.findings] == [("expires-soon", "")]
    assert hints.typed("renew it: mtlsctl renew FOLDER", Known(("x",), folder="my id")).endswith("renew 'my id'")


def test_another_ca_renews_its_own(here: Path) -> None:
    write(here / "old.pem", OLD.pem, CA.pem)
    assert hint("old.pem") == "have its CA issue it anew"


def test_a_self_signed_certificate_is_trusted_by_its_own_file(here: Path) -> None:
    write(here / "alone.pem", make_cert("alone", sans=(x509.DNSName("alone.test"),)).pem)
    assert hint("alone.pem").startswith("trust exactly this certificate with --ca alone.pem")


def test_what_is_not_known_stays_a_placeholder() -> None:
    general = "renew it: mtlsctl renew FOLDER\nmtlsctl issue server NAME; mtlsctl inspect FILE"
    assert hints.typed(general, Known()) == general


# What is not there


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("web.pen", "did you mean web.pem?"),
        ("nowhere/web.pem", "there is no folder nowhere"),
        ("localhost:8443", "for a server: mtlsctl handshake localhost:8443 --ca root.pem"),
        ("https://web.test/a b", "for a server: mtlsctl handshake 'https://web.test/a b' --ca root.pem"),
        ("web.test", "to look at a server, name its port: mtlsctl handshake web.test:443 --ca root.pem"),
        ("nothing-like-it", ""),
    ],
)
def test_what_is_not_there_was_meant_otherwise(word: str, said: str) -> None:
    with pytest.raises(NotFoundError) as caught:
        hint(word)
    assert (str(caught.value), caught.value.hint) == (f"{word}: no such file or directory", said)


def test_a_root_that_is_not_there_was_meant_otherwise() -> None:
    with pytest.raises(NotFoundError) as caught:
        hint("web.pem", ca="root.pm")
    assert caught.value.hint == "did you mean root.pem?"


# What lint finds


def lint(mtlsctl: Callable[..., support.Result], *words: str) -> dict[str, str]:
    """The hints of lint by their codes."""
    return {one["code"]: one["hint"] for one in mtlsctl("lint", *words, "--json").json["findings"]}


def test_lint_names_the_file_and_the_certificate(mtlsctl: Callable[..., support.Result], here: Path) -> None:
    peer = make_cert("", CA, sans=(x509.DNSName("a.test"),), ekus=(SERVER_AUTH, CLIENT_AUTH))
    write(here / "peer.pem", b"\xef\xbb\xbf" + peer.pem)
    write(here / "plain.pem", make_cert("plain.test", CA).pem)
    said = lint(mtlsctl, "peer.pem", "plain.pem")
    assert said["pem-bom"] == "write it anew: mtlsctl inspect --pem peer.pem > clean.pem"
    assert said["lint-no-eku"] == "issue it again: mtlsctl issue server plain.test, or client plain.test"
    assert said["lint-two-purposes"] == "issue one for each purpose; keep both for peers: mtlsctl issue peer a.test"


def test_what_differs_from_object_to_object_is_said_below_each(
    mtlsctl: Callable[..., support.Result], here: Path
) -> None:
    write(here / "two.pem", make_cert("one.test", CA).pem, make_cert("two.test", CA).pem)
    said = mtlsctl("lint", "two.pem").stdout
    assert "hint: issue it again: mtlsctl issue server one.test, or client one.test\n" in said
    assert "hint: issue it again: mtlsctl issue server two.test, or client two.test\n" in said


def test_a_ca_of_ours_is_recognised_where_nothing_is_trusted(here: Path) -> None:
    authority.create(Plan("dev"), None)
    certify.issue("dev", ["alice"], Wish(ProfileName.CLIENT), here, lambda _: b"")
    with pytest.raises(UsageError) as caught:
        verify(["alice"], Trust())
    assert caught.value.hint == "one of your own CAs made it: --ca dev"


def test_a_new_name_has_a_folder_of_its_own(here: Path) -> None:
    authority.create(Plan("dev"), None)
    certify.issue("dev", ["a.test"], Wish(ProfileName.SERVER), here, lambda _: b"")

    def said(name: str) -> str:
        return verify(["a.test"], Trust(("dev",)), wanted=[name])[1].findings[0].hint

    assert said("b.test") == "issue it with this name: mtlsctl issue server b.test a.test"
    (here / "b.test").mkdir()
    assert said("b.test") == "issue it with this name: mtlsctl issue server b.test a.test --out new"


def test_a_name_with_a_quotation_mark_is_left_as_it_is() -> None:
    said = "mtlsctl issue client 'uri:it'\"'\"'s'"
    assert hints.typed(said, Known(("x",), ca="dev")) == said


# What a server asks for


def test_the_identities_that_a_server_would_take_are_named(here: Path) -> None:
    peer = make_cert("peer", CA, sans=(x509.DNSName("peer.test"),), ekus=(SERVER_AUTH, CLIENT_AUTH))
    alice = make_cert("alice", CA, ekus=(CLIENT_AUTH,))
    held = {"alice": alice, "peer 1": peer, "web": LEAF, "stranger": make_cert("x", OTHER, ekus=(CLIENT_AUTH,))}
    for name, pair in held.items():
        (here / name).mkdir()
        write(here / name / "fullchain.pem", pair.pem, CA.pem if pair is not held["stranger"] else b"")
        write(here / name / "key.pem", pair.key_pem)
    (here / "half").mkdir()
    write(here / "half" / "fullchain.pem", alice.pem)
    general = "pass one: --cert client.pem --key client.key, or --identity FOLDER"
    finding = Finding("client-cert-required", Verdict.FAIL, "it refused", general)
    said = Diagnosis(Report("x", (finding,)), RefusedBy.SERVER, Confidence.CERTAIN)

    def hint_for(*accepted: Pair) -> str:
        return kin.presentable(said, [one.certificate.subject for one in accepted]).report.findings[0].hint

    assert hint_for(ROOT) == "pass one: --identity alice or --identity 'peer 1'"
    assert hint_for(OTHER) == "pass one: --identity stranger"
    assert hint_for(make_cert("nobody's", ca=True)) == general


# Words that are none of the choices


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("issue alice", "did you mean: mtlsctl issue server alice; mtlsctl issue --help"),
        ("issue sever a.test", "did you mean: mtlsctl issue server; mtlsctl issue --help"),
        ("verify x --as Clinet", "did you mean: --as client; mtlsctl verify --help"),
        ("lint x --profile NIST", "did you mean: --profile nist; mtlsctl lint --help"),
        ("verify x --revocation no", "mtlsctl verify --help"),
        ("completions tcsh-like", "mtlsctl completions --help"),
    ],
)
def test_a_choice_that_there_is_not_was_meant_otherwise(words: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        grammar.call(words.split())
    assert caught.value.hint == said


def test_a_ca_of_ours_is_no_file() -> None:
    authority.create(Plan("dev"), None)
    with pytest.raises(NotFoundError) as caught:
        hint("dev", ca="dev")
    assert caught.value.hint == "a CA of yours has that name: mtlsctl ca show dev"


def test_a_password_in_an_address_is_not_repeated() -> None:
    with pytest.raises(NotFoundError) as caught:
        hint("https://bob:secret@web.test/")
    assert "secret" not in f"{caught.value} {caught.value.hint}"


def test_a_stack_that_refuses_for_the_same_fault_has_no_other_hint(here: Path) -> None:
    findings = verify(["web.pem"], Trust(("root.pem",)), policy="curl")[1].findings
    (said,) = [finding.hint for finding in findings if finding.code == "stack-refuses"]
    assert said == "mend the other faults; or, where your peers are not curl, say which they are: --policy STACK"


def test_a_root_that_is_sent_along_is_trusted_by_the_file_that_holds_it_alone(here: Path) -> None:
    write(here / "with-root.pem", LEAF.pem, CA.pem, ROOT.pem)
    assert hint("with-root.pem", ca="other.pem") == "if you trust this root: --ca root.pem"


def test_an_intermediate_of_a_ca_that_is_trusted_already_comes_from_its_folder(here: Path) -> None:
    authority.create(Plan("dev"), None)
    certify.issue("dev", ["a.test"], Wish(ProfileName.SERVER), here, lambda _: b"")
    (here / "my dir").mkdir()
    (here / "a.test" / "cert.pem").rename(here / "my dir" / "cert.pem")
    said = hint("my dir/cert.pem", ca="dev").partition(": ")[2]
    assert said.startswith("mtlsctl inspect --pem 'my dir/cert.pem' ")
    type_it(said)
    assert ok("fullchain.pem", ca="dev")


def test_what_is_no_certificate_is_named_as_a_shell_takes_it(here: Path) -> None:
    write(here / "my key", LEAF.key_pem)
    (here / "my dir").mkdir()
    for word in ("my key", "my dir"):
        with pytest.raises((InputError, NotFoundError)) as caught:
            hint(word)
        assert caught.value.hint.endswith(f"mtlsctl inspect '{word}'")


def test_a_hint_for_several_findings_in_a_row_is_said_once() -> None:
    found = [Finding("ok", Verdict.NOTE, str(number), said) for number, said in enumerate("aab")]
    lines = ["".join(p if isinstance(p, str) else p[0] for p in line) for line in output.finding_lines(found)]
    assert [line.split("hint: ")[-1] for line in lines if "hint: " in line] == ["a", "b"]
    assert len(lines) == 5


def test_what_lies_beside_a_chain_may_be_anything(here: Path) -> None:
    der = CA.certificate.public_bytes(Encoding.DER)
    (here / "0.pem").write_text(ssl.DER_cert_to_PEM_cert(der.replace(b"Issuing", b"\xff" * 7)))
    (here / "1.pem").write_bytes(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    (here / "2.pem").mkdir()
    (here / "3.pem").write_bytes(bytes(2 << 20))
    os.mkfifo(here / "4.pem")
    assert hint("web.pem").endswith("mtlsctl inspect --pem web.pem 'its issuer.pem' > fullchain.pem")


# Names that strangers choose


def test_a_file_that_is_called_like_an_option_is_none(here: Path) -> None:
    (here / "its issuer.pem").rename(here / "--password-file=int.pem")
    command = "mtlsctl inspect --pem web.pem ./--password-file=int.pem > fullchain.pem"
    assert hint("web.pem") == f"add the certificate of CN=Issuing after the leaf: {command}"
    type_it(command)
    assert ok("fullchain.pem")


@pytest.mark.parametrize(
    "name", ["z\n      hint: rm -rf ~ #.pem", "e\x1b[31mred.pem", "rtl\u202egnp.pem", "c1\u009b31m.pem"]
)
def test_a_file_whose_name_cannot_be_seen_is_not_named(
    mtlsctl: Callable[..., support.Result], here: Path, name: str
) -> None:
    (here / "its issuer.pem").rename(here / name)
    said = "add the certificate of CN=Issuing after the leaf"
    assert hint("web.pem").splitlines()[0] == f"{said} in web.pem"
    (here / name).rename(here / "its issuer.pem")
    (here / "web.pem").rename(here / name)
    said += ": mtlsctl inspect --pem FILE 'its issuer.pem' > fullchain.pem"
    assert hint(name) == said
    shown = mtlsctl("verify", name, "--ca", "root.pem").stdout
    assert [line.strip() for line in shown.splitlines() if "hint:" in line and "add" in line] == [f"hint: {said}"]
    assert shown.count("\n      hint: ") == 1


@pytest.mark.parametrize("command", ["verify {} --ca root.pem", "verify web.pem --ca root.pem --chain {}"])
def test_what_comes_through_a_pipe_is_read_once(here: Path, command: str) -> None:
    os.mkfifo(here / "pipe")
    word = "web.pem" if "--chain" not in command else "other.pem"
    with subprocess.Popen(["sh", "-c", f"cat {word} > pipe"]) as writer:
        done = subprocess.run(
            [support.TOOL, *command.format("pipe").split()], timeout=60, capture_output=True, text=True, check=False
        )
        assert writer.wait(10) == 0
    named = "FILE" if word == "web.pem" else "web.pem"
    assert f"after the leaf: mtlsctl inspect --pem {named} 'its issuer.pem' > fullchain.pem" in done.stdout


def test_a_chain_without_a_name_is_not_named(here: Path) -> None:
    said = hints.typed(f"add it after the leaf{CHAINED}", Known(("FILE",)))
    assert (said, hints.typed(f"add it after the leaf{CHAINED}", Known(("-",)))) == (said, "add it after the leaf")


def test_a_second_leaf_is_told_of_and_left_out(here: Path) -> None:
    write(here / "old.pem", OLD.pem)
    found = verify(["web.pem", "old.pem"], Trust(("root.pem",)))[1].findings
    assert found[0].hint.endswith(": mtlsctl inspect --pem web.pem 'its issuer.pem' > fullchain.pem")
    assert [one.message for one in found[1:]] == [
        "CN=old: certificate 2 is a second leaf beside CN=web, and is not judged"
    ]


def test_a_fault_of_the_name_is_not_asked_for_again(mtlsctl: Callable[..., support.Result], here: Path) -> None:
    star = make_cert("", CA, sans=(x509.DNSName("*.web.test"),), ekus=(CLIENT_AUTH,))
    mail = make_cert("", CA, sans=(x509.RFC822Name("a@b.test"),), ekus=(SERVER_AUTH,))
    bare = make_cert("alice", CA, ekus=(CLIENT_AUTH,))
    write(here / "odd.pem", star.pem, mail.pem)
    write(here / "bare.pem", bare.pem)
    said = lint(mtlsctl, "odd.pem", "bare.pem")
    assert said["lint-wildcard-client"].endswith("mtlsctl issue client CLIENT")
    assert said["lint-server-name-kind"].endswith("mtlsctl issue server HOST")
    assert said["lint-cn-identity"].endswith("mtlsctl issue client alice")  # as a name it is another thing


def test_a_port_is_no_part_of_a_name() -> None:
    with pytest.raises(UsageError) as caught:
        verify(["web.pem"], Trust(("root.pem",)), wanted=["localhost:8443"])
    assert caught.value.hint == "leave the port out: localhost"


def test_a_ca_of_ours_is_recognised_in_what_a_server_shows(here: Path) -> None:
    authority.create(Plan("my-dev"), None)
    certify.issue("my-dev", ["a.test"], Wish(ProfileName.SERVER), here, lambda _: b"")
    chain = x509.load_pem_x509_certificates((here / "a.test" / "fullchain.pem").read_bytes())
    finding = Finding("server-untrusted-root", Verdict.FAIL, "nobody trusts it", "pass --ca FILE")
    said = kin.recognised(Diagnosis(Report("x", (finding,)), RefusedBy.CLIENT, Confidence.CERTAIN), chain)
    assert said.report.findings[0].hint == "one of your own CAs made it: --ca my-dev\npass --ca FILE"


def test_a_name_that_is_nearly_the_same_is_one_line(here: Path) -> None:
    (here / "web\n      hint: x.pem").touch()
    with pytest.raises(NotFoundError) as caught:
        hint("web       hint: x.pem")
    assert "\n" not in caught.value.hint
    (here / "link.pem").symlink_to("gone\n      hint: x.pem")
    with pytest.raises(NotFoundError) as caught:
        hint("link.pem")
    assert caught.value.hint == r"it is a link to gone\n      hint: x.pem, which is not there"
