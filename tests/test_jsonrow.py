"""Certificates as JSON by a template: letter for letter what the general encoder makes of them."""

import dataclasses
import json
import warnings
from collections.abc import Callable

import pytest
import support
from cryptography import x509

from mtlsctl.cli import jsonform, jsonrow
from mtlsctl.core import pem
from mtlsctl.core.documents import Kind
from mtlsctl.errors import MtlsctlError
from mtlsctl.workflows import examine
from mtlsctl.workflows.examine import Item

BEYOND = support.make_cert('Bücher "\\" \N{KEY}', ca=True)


def both(item: Item, *, ascii_only: bool) -> tuple[str, str]:
    """What the template says, and what json says of the same dataclass."""
    encode = json.JSONEncoder(default=jsonform.plain, ensure_ascii=ascii_only, check_circular=False).encode
    quote: Callable[[str], str] = json.encoder.encode_basestring_ascii if ascii_only else json.encoder.encode_basestring
    return jsonrow.writer(quote, encode)(item), encode(item)


def item_of(certificate: x509.Certificate) -> Item:
    document = pem.Document(Kind.CERTIFICATE, certificate, 'a"\n.pem', "PEM", alias="\N{KEY}\x7f\x00")
    return examine.told(document)


@pytest.mark.parametrize("ascii_only", [True, False])
def test_every_character(ascii_only: bool) -> None:
    item = item_of(BEYOND.certificate)
    facts = dataclasses.replace(item.facts, path_length=3, unreadable=('"', "\N{KEY}"), excluded=("DNS:\\",))
    for one in (item, dataclasses.replace(item, facts=facts)):
        ours, theirs = both(one, ascii_only=ascii_only)
        assert ours == theirs


def test_all_certificates_of_the_vectors() -> None:
    vectors = pytest.importorskip("vectors", reason="needs cryptography_vectors: pip install cryptography_vectors")
    count = 0
    for path in vectors.paths():
        if path.suffix in (".pem", ".crt", ".der") and "x509" in path.parts:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # what cryptography says of odd ones is not the point
                try:
                    found = pem.read_all(path.read_bytes(), "f")
                except MtlsctlError:
                    continue
                items = [examine.told(document) for document in found if document.kind is Kind.CERTIFICATE]
            for item in items:
                ours, theirs = both(item, ascii_only=False)
                assert ours == theirs, path
                count += 1
    assert count > 400
