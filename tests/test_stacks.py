"""Who would refuse: each rule is shown by a real chain, and what the table says is what real stacks do."""

import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import servers
import stacks_page
import stacks_peers
import stacks_pki
import stacks_runs
import support
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import mldsa, x25519
from servers import java
from stacks_pki import Case
from stacks_table import hits, predicted, stale
from support import DAY, SERVER_AUTH, make_cert

from mtlsctl.core import stacks
from mtlsctl.core.looks import Purpose, Question, look
from mtlsctl.core.stacks import table

# Rules that no chain of stacks_pki shows: those that are told by others, and those for which nothing is measured.
BESIDE = {
    *("good", "revoked", "revocation-unknown", "leaf-not-first", "ca-name-constraints-many"),
    *("anchor-name-constraints-many", "other-key", "ca-other-key", "ca-dsa-key"),
    *("rsa-small-exponent", "ca-rsa-small-exponent", "no-certificate-policy"),
    *("rsa-above-8192", "ca-rsa-above-8192"),  # to make such a key takes half a minute
    *("rsa-below-528", "ca-rsa-below-528"),  # cryptography does not sign with them
}
_LIMITS = (
    *("distance", "dot", "dot-excluded", "empty-name", "directory", "directory-excluded"),
    *("other-name", "registered-id"),
)
# A rule that another one brings along.
WITH = {
    "ca-path-length": {"two-intermediates"},
    "wrong-order": {"two-intermediates"},
    "rsa-below-1024": {"rsa-below-2048"},
    "ca-rsa-below-1024": {"ca-rsa-below-2048"},
    "duplicate-extension": {"unreadable"},
    "duplicate-known-extension": {"unreadable"},
    "expired-twin-first": {"extra-certificates"},
    "many-certificates": {"extra-certificates"},
    "above-the-anchor": {"anchor-not-self-signed", "extra-certificates"},
    "above-the-leaf": {"leaf-pinned", "extra-certificates"},
    "nameless": {"no-client-san"},
    "no-tls-key-usage": {"no-digital-signature"},
    "leaf-ca-not-critical": {"leaf-is-ca"},
    "leaf-path-length": {"leaf-is-ca"},
    **{f"{role}rare-name-constraints": {f"{role}name-constraints-directory"} for role in ("ca-", "anchor-")},
    **{f"name-constraints-{kind}": {"leaf-name-constraints"} for kind in _LIMITS},
}
WITH_SERVERS = WITH | {"empty-san": {"no-san"}, "nameless": {"wrong-name"}}
PURPOSES = ("server", "client")
Made = Callable[..., list[Case]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Every chain for a purpose, made once; without those that are rare where odd is not."""
    return cache(lambda purpose, odd=True: stacks_pki.build(tmp_path_factory.mktemp(purpose), purpose, odd=odd))


@pytest.mark.parametrize("purpose", PURPOSES)
def test_every_rule_is_shown_by_a_chain_that_runs_into_nothing_else(made: Made, purpose: str) -> None:
    reached = set()
    for case in made(purpose):
        rule = case.rule.partition("/")[0]
        found = {hit.rule for hit in hits(case)} - {"one-intermediate"}
        more = (WITH_SERVERS if purpose == "server" else WITH).get(rule, ())
        assert found == {rule, *more} - {""}, case.rule
        reached |= {hit.rule for hit in hits(case)}
    for_clients = {"name-not-ascii", "unreadable"}  # shown by a DNS name, so of servers
    for_clients |= {"ca-name-constraints-addresses", "anchor-name-constraints-addresses"}  # by an address
    rows = set(stacks.cells(Purpose(purpose))["go"])
    assert rows - reached - BESIDE <= (for_clients if purpose == "client" else set())


@pytest.mark.parametrize("purpose", PURPOSES)
def test_the_table_is_whole_and_says_where_it_has_it_from(purpose: str) -> None:
    columns = stacks.cells(Purpose(purpose))
    rows = [set(column) for column in columns.values()]
    assert all(row == rows[0] for row in rows)
    for stack, column in columns.items():
        assert stack in stacks.NAMES
        for rule, cell in column.items():
            assert rule == "good" or stacks.words(rule)
            if cell.basis == "documented":
                assert stacks.source_of(stack, rule).startswith("https://"), (stack, rule)
            if cell.basis == "measured":
                assert table.STACKS[stack].versions, stack


def test_the_page_shows_the_table() -> None:
    shown = (Path(__file__).parents[1] / "docs" / "stacks.md").read_text()
    assert shown == stacks_page.page(), "python benchmarks/stacks.py --page"


@pytest.mark.slow
def test_python_does_with_servers_what_the_table_says(made: Made, tmp_path: Path) -> None:
    cases = made("server", odd=False)  # benchmarks/stacks.py asks about the others, too
    said = [predicted(case) for case in cases]
    with stacks_peers.presented(cases, tmp_path) as listed:
        for stack in ("python312", "python"):
            answers = stacks_runs.ask_client(stack, listed, tmp_path)
            assert len(answers) == len(cases)
            assert [line for wrong, line in stale(stack, cases, said, answers) if wrong] == []


@pytest.mark.slow
def test_openssl_does_with_clients_what_the_table_says(made: Made, tmp_path: Path) -> None:
    cases = made("client", odd=False)
    said = [predicted(case) for case in cases]
    answers = stacks_runs.ask_server("openssl", cases, tmp_path, stacks_pki.server_papers(tmp_path))
    assert len(answers) == len(cases)
    assert [line for wrong, line in stale("openssl", cases, said, answers) if wrong] == []


@pytest.mark.parametrize("purpose", PURPOSES)
def test_cryptography_does_what_the_table_says(made: Made, purpose: str) -> None:
    cases = made(purpose)
    answers = stacks_runs.ask_cryptography(cases)
    assert len(answers) == len(cases)
    said = [predicted(case) for case in cases]
    assert [line for wrong, line in stale("cryptography", cases, said, answers) if wrong] == []


def _asked(*chain: support.Pair, purpose: str = "server", **more: Any) -> dict[str, str]:
    """What each stack says of a chain without a name asked for."""
    question = Question(Purpose(purpose), datetime.now(UTC), ())
    looks = [look(one.certificate) for one in chain]
    found = stacks.judge(looks, anchored=True, question=question, **more)
    return {verdict.stack: verdict.verdict for verdict in found}


def test_a_good_chain_is_taken_by_all_that_are_known() -> None:
    root = make_cert("Root", ca=True)
    issuing = make_cert("Issuing", root, ca=True)
    leaf = make_cert("a.test", issuing, sans=(x509.DNSName("a.test"),), ekus=(SERVER_AUTH,))
    assert set(_asked(leaf, issuing, root).values()) == {"accepts"}
    assert _asked(leaf, issuing, root, faults={"revoked"}) == dict.fromkeys(_asked(leaf, root), "unknown")
    assert _asked(leaf, issuing, root, sent=(issuing.certificate, leaf.certificate))["go"] == "unknown"
    assert _asked(leaf, root, purpose="ca") == {}


def test_what_the_table_does_not_know_is_not_called_accepted() -> None:
    root = make_cert("Root", ca=True)
    key = x25519.X25519PrivateKey.generate()
    leaf = make_cert("a.test", root, sans=(x509.DNSName("a.test"),), ekus=(SERVER_AUTH,), key=key)
    assert set(_asked(leaf, root).values()) == {"unknown"}
    many = [x509.DNSName(f"n{number}.test") for number in range(300)]
    limits = x509.NameConstraints(None, many)
    busy = make_cert("Busy", ca=True, extra=((limits, True),))
    leaf = make_cert("a.test", busy, sans=tuple(many), ekus=(SERVER_AUTH,))
    assert "accepts" not in _asked(leaf, busy).values()


def test_a_refusal_has_words_the_stacks_own_and_a_source() -> None:
    root = make_cert("Root", ca=True)
    leaf = make_cert("a.test", root, ekus=(SERVER_AUTH,))
    looks = [look(one.certificate) for one in (leaf, root)]
    found = stacks.judge(looks, anchored=True, question=Question(Purpose.SERVER, datetime.now(UTC), ()))
    said = {verdict.stack: verdict for verdict in found}
    assert [said[stack].verdict for stack in ("openssl", "go", "chrome")] == ["accepts", "refuses", "refuses"]
    (go,), (chrome,) = said["go"].reasons, said["chrome"].reasons
    assert (go.rule, go.about, go.basis) == ("no-san", "CN=a.test", "measured")
    assert go.says == "x509: certificate relies on legacy Common Name field, use SANs instead"
    assert go.versions == "from 1.15"
    assert chrome.basis == "documented"
    assert "chromium" in chrome.source


def test_a_certificate_that_cannot_be_read_makes_every_answer_unknown(made: Made) -> None:
    case = next(case for case in made("server") if case.rule == "unreadable")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert {verdict.verdict for verdict in predicted(case).values()} == {"unknown"}


def test_a_stack_of_which_only_new_versions_accept_says_so() -> None:
    root = make_cert("Root", ca=True)
    key = mldsa.MLDSA65PrivateKey.generate()
    leaf = make_cert("a.test", root, sans=(x509.DNSName("a.test"),), ekus=(SERVER_AUTH,), key=key)
    looks = [look(one.certificate) for one in (leaf, root)]
    found = stacks.judge(looks, anchored=True, question=Question(Purpose.SERVER, datetime.now(UTC), ()))
    said = {verdict.stack: verdict for verdict in found}
    assert (said["go"].verdict, said["go"].versions) == ("accepts", "from 1.27")
    assert (said["openssl"].verdict, said["openssl"].reasons[0].versions) == ("refuses", "before 3.5")


def test_a_verdict_in_a_log_is_about_the_client_that_it_names() -> None:
    log = "41001 later: Connection reset\n4100 refused: another\n41002 accepted: TLS_AES_256_GCM_SHA384\n"
    said = {port: java.verdict(servers.of_client(log, port)) for port in (41001, 41002, 41003)}
    assert said == {41001: None, 41002: servers.Said(True, log.splitlines()[-1]), 41003: None}


def test_verify_says_it(tmp_path: Path) -> None:
    root = make_cert("Root", ca=True)
    bare = make_cert("a.test", root, ekus=(SERVER_AUTH,), without=(x509.AuthorityKeyIdentifier,))
    good = make_cert("a.test", root, sans=(x509.DNSName("a.test"),), ekus=(SERVER_AUTH,))
    ca = support.write(tmp_path / "root.pem", root.pem)
    old, new = support.write(tmp_path / "old.pem", bare.pem), support.write(tmp_path / "new.pem", good.pem)
    found = support.run_tool("verify", old, "--ca", ca, "--json").json
    said = {one["stack"]: one for one in found["result"]["stacks"]}
    assert tuple(said) == table.SERVER_STACKS
    assert [reason["rule"] for reason in said["python"]["reasons"]] == ["no-authority-key-id"]
    assert [reason["rule"] for reason in said["cryptography"]["reasons"]] == ["no-authority-key-id", "no-san"]
    assert said["java"] == {"stack": "java", "title": "Java", "versions": "17", "verdict": "accepts", "reasons": []}
    text = support.run_tool("verify", old, "--ca", ca).stdout
    assert "refused by   Python from 3.13, Python's cryptography\n" in text
    assert "Python from 3.13 says: Missing Authority Key Identifier\n" in text
    assert max(map(len, text[text.index("refused by") : text.index("\nnote")].splitlines())) <= 100
    assert "accepted by  all 13 stacks" in support.run_tool("verify", new, "--ca", ca).stdout
    wrong = support.run_tool("verify", new, "--ca", ca, "--name", "b.test").stdout
    assert "refused by   every stack that was measured, Chrome, Apple's systems\n" in wrong


def test_a_long_lifetime_counts_where_it_was_issued_since() -> None:
    before, after = datetime(2019, 6, 30, tzinfo=UTC), datetime(2019, 7, 1, tzinfo=UTC)
    root = make_cert("Root", ca=True, not_before=before, not_after=before + 9000 * DAY)
    more: dict[str, Any] = {"sans": (x509.DNSName("a.test"),), "ekus": (SERVER_AUTH,)}
    for start, days, said in ((before, 826, "accepts"), (after, 826, "refuses"), (after, 825, "accepts")):
        leaf = make_cert("a.test", root, not_before=start, not_after=start + days * DAY, **more)
        looks = [look(one.certificate) for one in (leaf, root)]
        found = stacks.judge(looks, anchored=True, question=Question(Purpose.SERVER, after, ()))
        assert {verdict.stack: verdict.verdict for verdict in found}["apple"] == said
