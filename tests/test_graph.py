"""Graphs of a PKI: who signed whom, where boxes stand, and pictures that strangers' names do not break."""

import os
import re
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from xml.etree import ElementTree

import cryptography_vectors
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st
from support import DAY, NOW, Pair, Result, make_cert

from mtlsctl.core import graph_dot, graph_revoked, graph_svg
from mtlsctl.core.codes import CODES
from mtlsctl.core.crlscope import Held
from mtlsctl.core.facts import certificate_facts
from mtlsctl.core.graph import Authority, Graph, Member, build
from mtlsctl.core.graph_layout import Box, place
from mtlsctl.core.graph_view import MAX_BOXES, MAX_ROWS, view
from mtlsctl.workflows import examine
from mtlsctl.workflows.graph import draw

Tool = Callable[..., Result]
SVG = "{http://www.w3.org/2000/svg}"
YEAR = 365 * DAY

OLD = make_cert("Old Root", ca=True, not_after=NOW + 20 * DAY, not_before=NOW - YEAR)
ROOT = make_cert("New Root", ca=True, not_after=NOW + 10 * YEAR)
CROSS = make_cert("New Root", OLD, ca=True, key=ROOT.key, not_after=NOW + 20 * DAY)
CA = make_cert("Issuing", ROOT, ca=True, path_length=0, not_after=NOW + 5 * YEAR)
LEAF = make_cert("web", CA, sans=(x509.DNSName("web.test"), x509.DNSName("www.web.test")), not_after=NOW + 90 * DAY)
AGAIN = make_cert("web", CA, sans=(x509.DNSName("web.test"),), key=LEAF.key, not_after=NOW + 91 * DAY)
EXPIRED = make_cert("late", CA, not_before=NOW - 9 * DAY, not_after=NOW - DAY)


def members(pairs: Iterable[Pair]) -> list[Member]:
    return [Member(f"#{i}", p.certificate, certificate_facts(p.certificate)) for i, p in enumerate(pairs, 1)]


def graph_of(*pairs: Pair) -> Graph:
    return build(members(pairs), NOW)


def named(graph: Graph, title: str) -> Authority:
    (found,) = [a for a in graph.authorities if a.title == title]
    return found


def lines_of(graph: Graph) -> list[tuple[str, str, bool]]:
    titles = [a.title for a in graph.authorities]
    return [(titles[e.issuer], titles[e.subject], e.cross) for e in graph.edges]


def test_who_signed_whom() -> None:
    graph = graph_of(LEAF, CA, ROOT, EXPIRED)
    assert lines_of(graph) == [("New Root", "Issuing", False)]
    assert [card.kind for a in graph.authorities for card in a.certificates] == ["intermediate", "root"]
    assert [(card.title, card.kind, card.state) for card in named(graph, "Issuing").issued] == [
        ("late", "leaf", "expired"),
        ("web", "leaf", "fine"),
    ]
    assert graph.missing == ()
    assert {e.proof for e in graph.edges} == {"signature"}


def test_a_cross_signed_root_is_one_authority_with_two_certificates() -> None:
    graph = graph_of(OLD, CROSS, ROOT, CA)
    assert sorted(lines_of(graph)) == [("New Root", "Issuing", False), ("Old Root", "New Root", True)]
    assert [card.kind for card in named(graph, "New Root").certificates] == ["intermediate", "root"]
    assert [card.state for card in named(graph, "Old Root").certificates] == ["soon"]


def test_an_issuer_that_is_not_there_or_has_another_key_is_missing() -> None:
    graph = graph_of(LEAF, CA)
    (root,) = graph.missing
    assert (root.title, root.subject, root.certificates) == ("New Root", "CN=New Root", ())
    assert root.key_id == certificate_facts(ROOT.certificate).subject_key_id
    impostor = make_cert("New Root", ca=True)
    graph = graph_of(LEAF, CA, impostor)
    assert lines_of(graph) == [("New Root", "Issuing", False)]
    assert len(graph.missing) == 1
    assert len(graph.authorities) == 3


def test_of_many_cas_of_one_name_the_one_with_the_key_is_the_issuer() -> None:
    cas = [make_cert("Same", ca=True) for _ in range(20)]
    leaves = [make_cert(f"leaf {i}", ca) for i, ca in enumerate(cas)]
    graph = graph_of(*cas, *leaves)
    assert graph.missing == ()
    assert [[card.title for card in a.issued] for a in graph.authorities] == [[f"leaf {i}"] for i in range(20)]


def test_a_certificate_that_is_there_twice_counts_once() -> None:
    graph = graph_of(LEAF, CA, ROOT, CA, LEAF)
    assert [card.found for card in named(graph, "Issuing").issued] == ["#1"]
    assert len(named(graph, "Issuing").certificates) == 1


def test_keys_at_hand_shared_keys_and_revoked_certificates_are_marked() -> None:
    facts = certificate_facts(LEAF.certificate)
    graph = build(members([LEAF, AGAIN, EXPIRED, CA, ROOT]), NOW, keys={facts.spki_sha256}, revoked={facts.sha256})
    cards = {card.sha256: card for card in named(graph, "Issuing").issued}
    assert [c.shared_key for c in cards.values()] == [0, 1, 1]
    assert [c.key_at_hand for c in cards.values()] == [False, True, True]
    assert cards[facts.sha256].state == "revoked"
    assert not any(c.shared_key for a in graph_of(OLD, CROSS, ROOT).authorities for c in a.certificates)


def test_a_crl_counts_when_a_key_that_is_there_signed_it() -> None:
    entry = (
        x509.RevokedCertificateBuilder()
        .serial_number(LEAF.certificate.serial_number)
        .revocation_date(NOW - DAY)
        .build()
    )

    def crl(key: ec.EllipticCurvePrivateKey) -> Held:
        builder = x509.CertificateRevocationListBuilder(
            issuer_name=CA.certificate.subject,
            last_update=NOW - DAY,
            next_update=NOW + DAY,
            revoked_certificates=[entry],
        )
        return Held(builder.sign(key, hashes.SHA256()), "ca.crl")

    there = members([LEAF, AGAIN, CA, ROOT])
    assert graph_revoked.find(there, [crl(CA.key)], NOW) == {there[0].facts.sha256}
    assert graph_revoked.find(there, [crl(ROOT.key)], NOW) == set()
    assert graph_revoked.find(there, [], NOW) == set()


def test_cas_that_signed_each_other_are_drawn() -> None:
    one, other = make_cert("A", ca=True), make_cert("B", ca=True)
    a_by_b = make_cert("A", other, ca=True, key=one.key)
    b_by_a = make_cert("B", one, ca=True, key=other.key)
    graph = graph_of(a_by_b, b_by_a)
    assert sorted(lines_of(graph)) == [("A", "B", False), ("B", "A", False)]
    assert graph.missing == ()
    parse(graph_svg.as_svg(graph))
    graph = graph_of(one, other, a_by_b, b_by_a)
    assert sorted(lines_of(graph)) == [("A", "B", True), ("B", "A", True)]
    parse(graph_svg.as_svg(graph))


@st.composite
def forests(draw: st.DrawFn) -> list[Box]:
    count = draw(st.integers(1, 40))
    sizes = st.floats(20, 400)
    parents = st.none() | st.integers(0, count - 1)
    others = st.lists(st.integers(0, count - 1), max_size=2).map(tuple)
    return [Box(draw(sizes), draw(sizes), draw(parents), draw(others)) for _ in range(count)]


@given(forests())
@settings(max_examples=100, deadline=None)
def test_boxes_never_lie_over_each_other(boxes: list[Box]) -> None:
    layout = place(boxes)
    assert len(layout.spots) == len(boxes)
    placed = sorted((spot.x, spot.y, box.width, box.height) for spot, box in zip(layout.spots, boxes, strict=True))
    for number, (x, y, width, height) in enumerate(placed):
        assert 0 <= x <= layout.width - width + 0.01
        assert 0 <= y <= layout.height - height + 0.01
        for x2, y2, _, height2 in placed[number + 1 :]:
            assert x2 >= x + width - 0.01 or y2 >= y + height - 0.01 or y >= y2 + height2 - 0.01


@given(st.lists(st.integers(0, 100), min_size=1, max_size=120))
def test_what_is_issued_stands_below_its_issuer(parents: list[int]) -> None:
    boxes = [Box(300, 80, None), *(Box(300, 80, min(p, i)) for i, p in enumerate(parents))]
    layout = place(boxes)
    for box, spot in zip(boxes, layout.spots, strict=True):
        if box.parent is not None:
            assert spot.y >= layout.spots[box.parent].y + 80
    assert layout.width < 8000  # a wide family stands in rows


def test_thousands_of_leaves_are_counted_and_not_drawn() -> None:
    leaf = members([EXPIRED])[0]
    many = [leaf._replace(facts=_renamed(leaf, i)) for i in range(2_000)]
    graph = build([*members([CA, ROOT]), *many], NOW)
    (listing,) = view(graph).listings
    assert (len(listing.shown), listing.hidden) == (MAX_ROWS, 2_000 - MAX_ROWS)
    assert listing.more == "and 1,984 more: 1,984 expired"
    assert "and 1,984 more: 1,984 expired" in " ".join(texts(graph_svg.as_svg(graph)))
    assert "2,000 certificates issued" in texts(graph_svg.as_svg(graph))
    assert len(graph_svg.as_svg(graph)) < 50_000
    assert len(graph_dot.as_dot(graph)) < 20_000


def _renamed(member: Member, number: int) -> object:
    from dataclasses import replace

    return replace(member.facts, sha256=f"{number:064x}")


def test_many_cas_below_one_are_a_list_and_too_many_authorities_are_counted() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    below = [make_cert(f"CA {i}", ROOT, ca=True) for i in range(9)]
    shown = view(graph_of(ROOT, *below))
    assert [a.title for a in shown.authorities] == ["New Root"]
    assert [len(listing.shown) for listing in shown.listings] == [9]
    alone = [make_cert(f"self {i}", key=key) for i in range(MAX_BOXES + 3)]
    shown = view(graph_of(ROOT, CA, LEAF, *alone))
    assert len(shown.authorities) == MAX_BOXES
    assert {"New Root", "Issuing"} <= {a.title for a in shown.authorities}
    assert shown.left_out == 5
    svg = graph_svg.as_svg(graph_of(ROOT, CA, LEAF, *alone))
    assert "5 authorities not drawn" in " ".join(texts(svg))


HOSTILE = [
    "<script>alert(1)</script>",
    "]]><svg onload=alert(1)>",
    '" onload="alert(1)',
    "' & &lt; &#x41; \\N \\G \\l",
    "line\nbreak\ttab\r\x00\x1b[31m",
    "\u202egnp.exe\u2066 שלום \u200b",
    "漢字" * 10,
    "\ufffe\U0001f600",
    "</title></style>{}",
]


def parse(svg: str) -> ElementTree.Element:
    """The picture; nothing in it but shapes, texts, and one reference to its own sign."""
    root = ElementTree.fromstring(svg)
    allowed = {"svg", "title", "style", "defs", "path", "rect", "circle", "text", "g", "use"}
    for element in root.iter():
        assert element.tag.removeprefix(SVG) in allowed
        for name, value in element.attrib.items():
            assert not name.startswith("on")
            assert "href" not in name or value == "#key"
            assert "url(" not in value
            assert "://" not in value
    return root


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in parse(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_text_and_nothing_else(name: str, tmp_path: Path) -> None:
    ca = make_cert(name, ca=True)
    leaf = make_cert(name, ca, sans=(x509.UniformResourceIdentifier("x:" + name.encode("ascii", "ignore").decode()),))
    graph = graph_of(ca, leaf, make_cert("lost", make_cert(name, ca=True)))
    svg = graph_svg.as_svg(graph, name)
    shown = texts(svg)
    assert any((name[:4].isprintable() and t.startswith(name[:4])) or "\\x" in t or "\\u" in t for t in shown)
    for text in shown:
        assert text.isprintable()
    compiled(graph_dot.as_dot(graph), tmp_path)


def compiled(dot: str, folder: Path) -> str:
    """What Graphviz makes of a graph."""
    (folder / "x.dot").write_text(dot)
    done = subprocess.run(
        ["dot", "-Tplain", "x.dot"], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_graphviz_draws_a_vertex_for_each_certificate(tmp_path: Path) -> None:
    orphan = make_cert("lost", make_cert("Gone", ca=True))
    dot = graph_dot.as_dot(graph_of(OLD, CROSS, ROOT, CA, LEAF, orphan))
    plain = compiled(dot, tmp_path)
    assert len(re.findall(r"^node ", plain, re.MULTILINE)) == 7  # the sixth certificate's issuer is missing
    assert len(re.findall(r"^edge ", plain, re.MULTILINE)) == 5
    assert "cross-signed" in plain
    assert "missing issuer" in plain


def test_lines_come_from_the_certificate_that_lives() -> None:
    over = make_cert("New Root", OLD, ca=True, key=ROOT.key, not_before=NOW - 9 * DAY, not_after=NOW - DAY)
    text = graph_dot.as_dot(graph_of(over, LEAF, CA, ROOT))
    living, ended, below = (vertex(pair) for pair in (ROOT, over, CA))
    assert f"  {living} -> {below};" in text
    assert f"  {living} -> {ended} [dir=none" in text
    assert f"{ended} -> {below}" not in text


def vertex(pair: Pair) -> str:
    return f"c{pair.certificate.fingerprint(hashes.SHA256()).hex()[:32]}"


def test_the_picture_says_what_matters() -> None:
    svg = graph_svg.as_svg(graph_of(OLD, CROSS, ROOT, CA, LEAF, EXPIRED), "our PKI")
    shown = texts(svg)
    for words in ("our PKI", "New Root", "one key, 2 certificates", "cross-signed", "by Old Root", "web", "+1"):
        assert any(words in text for text in shown), words
    assert f"until {LEAF.certificate.not_valid_after_utc:%Y-%m-%d}" in shown
    assert f"expired {EXPIRED.certificate.not_valid_after_utc:%Y-%m-%d}" in shown
    assert certificate_facts(LEAF.certificate).sha256[:12] in shown


def write_pem(path: Path, *pairs: Pair) -> None:
    path.write_bytes(b"".join(p.certificate.public_bytes(Encoding.PEM) for p in pairs))


def test_the_command_draws_a_ca_by_name_with_all_that_it_issued(mtlsctl: Tool, tmp_path: Path) -> None:
    mtlsctl("ca", "create", "dev")
    for name in ("a.test", "b.test"):
        mtlsctl("issue", "server", name, "--ca", "dev")
    mtlsctl("revoke", "b.test", "--ca", "dev")
    drawn = mtlsctl("inspect", "--graph", "pki.svg", "dev")
    assert (drawn.exit_code, drawn.stdout, drawn.stderr) == (0, "pki.svg: 4 certificates, 2 issuers\n", "")
    shown = texts((tmp_path / "pki.svg").read_text())
    assert {"dev Root CA", "dev Issuing CA", "a.test", "b.test", "revoked"} <= set(shown)
    again = mtlsctl("inspect", "--graph", "pki.svg", "dev")
    assert (again.exit_code, "--force" in again.stderr) == (2, True)
    answer = mtlsctl("inspect", "--graph", "pki.svg", "dev", "--force", "--json").json
    assert answer["result"]["form"] == "svg"
    cards = [c for a in answer["result"]["graph"]["authorities"] for c in a["issued"]]
    assert {c["title"]: c["state"] for c in cards} == {"a.test": "fine", "b.test": "revoked"}


def test_the_command_draws_files_and_folders(mtlsctl: Tool, tmp_path: Path) -> None:
    write_pem(tmp_path / "chain.pem", LEAF, CA)
    (tmp_path / "pki" / "below").mkdir(parents=True)
    write_pem(tmp_path / "pki" / "below" / "root.pem", ROOT)
    (tmp_path / "pki" / "notes.txt").write_text("no certificate")
    drawn = mtlsctl("inspect", "--graph", "x.dot", "chain.pem", "pki")
    assert (drawn.exit_code, drawn.stdout) == (0, "x.dot: 3 certificates, 2 issuers\n")
    assert mtlsctl("inspect", "--graph", "-", "chain.pem", "pki").stdout == (tmp_path / "x.dot").read_text()
    lost = mtlsctl("inspect", "--graph", "y.svg", "-", stdin=(tmp_path / "chain.pem").read_bytes())
    assert lost.stdout == "y.svg: 2 certificates, 1 issuer, 1 missing\n  missing: CN=New Root\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--graph", "x.png", "chain.pem"], "--graph x.png: the name says no format"),
        (["--graph", "", "chain.pem"], "--graph is empty"),
        (["--graph", "x.svg", "gone.pem"], "gone.pem: no such file"),
        (["--graph", "x.svg", "empty"], "empty: no file in this folder looks like"),
        (["--graph", "x.svg", "web.key"], "web.key: no certificate to draw"),
        (["--graph", "no/where/x.svg", "chain.pem"], "no/where"),
        (["--graph", "x.svg", "--pem", "chain.pem"], "--graph and --pem"),
    ],
)
def test_wrong_input_is_a_clear_error_and_writes_nothing(
    mtlsctl: Tool, tmp_path: Path, words: list[str], message: str
) -> None:
    write_pem(tmp_path / "chain.pem", LEAF, CA)
    (tmp_path / "empty").mkdir()
    mtlsctl("key", "new", "web.key")
    before = sorted(tmp_path.iterdir())
    result = mtlsctl("inspect", *words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr
    assert sorted(tmp_path.iterdir()) == before


def test_of_several_inputs_one_that_cannot_be_read_is_a_finding(tmp_path: Path) -> None:
    write_pem(tmp_path / "chain.pem", LEAF, CA)
    drawn, findings = draw([str(tmp_path / "chain.pem"), str(tmp_path / "gone.pem")], "-", examine.documents)
    assert len(drawn.graph.authorities) == 2
    assert [f.code for f in findings] == ["not-found"]


def test_a_crl_that_cannot_be_read_is_never_passed_over(mtlsctl: Tool, tmp_path: Path) -> None:
    mtlsctl("ca", "create", "dev")
    mtlsctl("issue", "server", "a.test", "--out", "pki")
    mtlsctl("revoke", "pki/a.test")
    assert mtlsctl("crl", "--ca", "dev", "--out", "pki/all.crl").exit_code == 0
    whole = mtlsctl("inspect", "--graph", "-", "pki")
    assert (whole.exit_code, whole.stderr, "revoked" in whole.stdout) == (0, "", True)
    (tmp_path / "pki" / "all.crl").write_bytes((tmp_path / "pki" / "all.crl").read_bytes()[:200])
    cut = mtlsctl("inspect", "--graph", "cut.dot", "pki")
    assert cut.exit_code == 2
    assert "fail pki/all.crl: " in cut.stdout
    (tmp_path / "pki" / "all.crl").unlink()
    (tmp_path / "pki" / "out").symlink_to("/etc")
    over = mtlsctl("inspect", "--graph", "over.dot", "pki")
    assert over.exit_code == 0
    assert "note pki: 1 of what is in it was passed over" in over.stdout


def test_no_device_and_no_input_is_replaced(mtlsctl: Tool, tmp_path: Path) -> None:
    write_pem(tmp_path / "chain.svg", LEAF, CA)
    os.mkfifo(tmp_path / "pipe.svg")
    (tmp_path / "null.svg").symlink_to("/dev/null")
    before = (tmp_path / "chain.svg").read_bytes()
    for target, says in (
        ("pipe.svg", "no regular file"),
        ("null.svg", "no regular file"),
        ("./chain.svg", "of which it is"),
    ):
        result = mtlsctl("inspect", "--graph", target, "chain.svg", "--force")
        assert (result.exit_code, result.stdout) == (2, "")
        assert says in result.stderr
    page = mtlsctl("lint", "chain.svg", "--report", "pipe.svg", "--force")
    assert (page.exit_code, "pipe.svg: no regular file" in page.stderr) == (2, True)
    assert (tmp_path / "pipe.svg").is_fifo()
    assert (tmp_path / "null.svg").is_symlink()
    assert (tmp_path / "chain.svg").read_bytes() == before


def test_certificates_of_every_kind_are_drawn(tmp_path: Path) -> None:
    vectors = Path(cryptography_vectors.__file__).parent / "x509"
    drawn, findings = draw([str(vectors)], str(tmp_path / "all.svg"), examine.documents)
    assert {f.code for f in findings} <= set(CODES)  # many of the vectors are damaged on purpose
    assert len(findings) < 200
    states = [c.state for a in drawn.graph.authorities for c in (*a.certificates, *a.issued)]
    assert len(states) > 500
    assert states.count("revoked") > 20  # PKITS and its CRLs are among them
    parse((tmp_path / "all.svg").read_text())
    compiled(graph_dot.as_dot(drawn.graph), tmp_path)


def test_subjects_without_a_common_name_are_called_by_their_last_part() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [x509.NameAttribute(NameOID.COUNTRY_NAME, "DE"), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Acme")]
    )
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, NOW - DAY, NOW + DAY)
    lonely = Pair(builder.sign(key, hashes.SHA256()), key)
    assert [a.title for a in graph_of(lonely).authorities] == ["Acme"]
