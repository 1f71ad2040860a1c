"""Names: what is typed, what stands in the certificate, what matches."""

import ipaddress

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from mtlsctl.core import constraints, names
from mtlsctl.errors import MtlsctlError, UsageError


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("localhost", x509.DNSName("localhost")),
        ("API.Example.test", x509.DNSName("api.example.test")),
        ("example.test.", x509.DNSName("example.test")),
        ("*.example.test", x509.DNSName("*.example.test")),
        ("client_1", x509.DNSName("client_1")),
        ("bücher.example", x509.DNSName("xn--bcher-kva.example")),
        ("*.bücher.example", x509.DNSName("*.xn--bcher-kva.example")),
        ("faß.de", x509.DNSName("xn--fa-hia.de")),
        ("192.0.2.1", x509.IPAddress(ipaddress.ip_address("192.0.2.1"))),
        ("::1", x509.IPAddress(ipaddress.ip_address("::1"))),
        ("[2001:db8::1]", x509.IPAddress(ipaddress.ip_address("2001:db8::1"))),
        ("alice@Example.test", x509.RFC822Name("alice@example.test")),
        ("spiffe://prod.test/api", x509.UniformResourceIdentifier("spiffe://prod.test/api")),
        ("https://example.test/x", x509.UniformResourceIdentifier("https://example.test/x")),
        ("urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6", None),
        ("dns:localhost", x509.DNSName("localhost")),
        ("ip:::1", x509.IPAddress(ipaddress.ip_address("::1"))),
        ("email:a@b.test", x509.RFC822Name("a@b.test")),
        ("URI:https://x.test/", x509.UniformResourceIdentifier("https://x.test/")),
    ],
)
def test_parse(typed: str, name: x509.GeneralName | None) -> None:
    assert names.parse(typed) == (name or x509.UniformResourceIdentifier(typed))


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("-client", "begins with a dash"),
        ("--ca", "begins with a dash"),
        ("", "empty"),
        (" a", "spaces around"),
        ("a b", "it has spaces"),
        ("a..b", "not a DNS name"),
        ("x" * 64, "not a DNS name"),
        ("www.*.test", "wildcard"),
        ("w*.test", "wildcard"),
        ("*", "wildcard"),
        ("300.1.2.3", "looks like an IP address"),
        ("a@", "not a DNS name"),
        ("@b.test", "not an e-mail"),
        ("ip:nonsense", "not an IP address"),
        ("spiffe://Prod.test/api", "not a trust domain"),
        ("spiffe://prod.test", "has a path"),
        ("spiffe://prod.test/", "has a path"),
        ("spiffe://prod.test/api/", "empty segment"),
        ("spiffe://prod.test//api", "empty segment"),
        ("spiffe://prod.test/../api", ".."),
        ("spiffe://prod.test/a%20b", "not allowed"),
        ("spiffe://prod.test:80/a", "not a trust domain"),
        ("spiffe://u@prod.test/a", "not a trust domain"),
        ("spiffe://prod.test/a?b", "not allowed"),
        ("SPIFFE://prod.test/a", "not a SPIFFE ID"),
        ("spiffe://prod.test/" + "a" * 2048, "2048"),
        ("http://a b/", "not a URI"),
    ],
)
def test_refused(typed: str, says: str) -> None:
    with pytest.raises(UsageError, match=r".") as caught:
        names.parse(typed)
    assert says in caught.value.message


@given(st.text(max_size=60))
def test_parse_never_raises_anything_else(text: str) -> None:
    try:
        name = names.parse(text)
    except MtlsctlError:
        return
    assert names.parse(f"{names.kind(name)}:{names.plain(name)}") == name


def test_idn_is_shown_and_encoded() -> None:
    assert names.tagged(names.parse("bücher.example")) == "DNS:bücher.example (xn--bcher-kva.example)"


@pytest.mark.parametrize(
    ("presented", "wanted", "fits"),
    [
        ("example.test", "EXAMPLE.test", True),
        ("*.example.test", "a.example.test", True),
        ("*.example.test", "a.b.example.test", False),
        ("*.example.test", "example.test", False),
        ("*.test", "a.test", False),
        ("192.0.2.1", "192.0.2.1", True),
        ("dns:localhost", "192.0.2.1", False),
        ("a@EXAMPLE.test", "a@example.test", True),
        ("A@example.test", "a@example.test", False),
        ("spiffe://t/a", "spiffe://t/a", True),
    ],
)
def test_matches(presented: str, wanted: str, fits: bool) -> None:
    assert names.matches([names.parse(presented)], names.parse(wanted)) is fits


def test_a_common_name_has_at_most_64_characters() -> None:
    assert names.common_name(names.subject("x" * 64)) == "x" * 64
    with pytest.raises(UsageError, match="at most 64"):
        names.subject("x" * 65)


@pytest.mark.parametrize(
    ("permit", "name", "allowed"),
    [
        ("dns:test", "a.b.test", True),
        ("test", "test", True),
        ("dns:test", "atest", False),
        ("dns:test", "*.test", True),
        ("dns:test", "192.0.2.1", False),
        ("dns:test", "a@b.test", False),
        ("dns:test", "spiffe://test/a", False),
        ("ip:10.0.0.0/8", "10.1.2.3", True),
        ("10.0.0.0/8", "11.0.0.1", False),
        ("ip:10.0.0.0/8", "::1", False),
        ("ip:10.0.0.0/8", "a.test", False),
        ("email:dev.test", "a@dev.test", True),
        ("email:dev.test", "a@x.dev.test", False),
        ("email:.dev.test", "a@x.dev.test", True),
        ("a@dev.test", "a@dev.test", True),
        ("a@dev.test", "b@dev.test", False),
        ("uri:dev.test", "spiffe://dev.test/x", True),
        ("uri:dev.test", "spiffe://other.test/x", False),
        ("uri:.dev.test", "https://u@x.dev.test:8/", True),
    ],
)
def test_constraints(permit: str, name: str, allowed: bool) -> None:
    permitted, excluded = constraints.build([permit])
    value = x509.NameConstraints(permitted or None, excluded or None)
    assert (constraints.outside(value, [names.parse(name)]) == []) is allowed


@pytest.mark.parametrize("permit", ["ip:10.0.0.1/8", "ip:x", "dns:-a", "email:@", "dns:a b"])
def test_bad_constraints(permit: str) -> None:
    with pytest.raises(UsageError):
        constraints.build([permit])
