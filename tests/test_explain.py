"""mtlsctl explain."""

import subprocess
import sys
from collections.abc import Callable

import pytest
from support import Result

from mtlsctl.core import codes, terms

Tool = Callable[..., Result]


def test_a_code_is_explained(mtlsctl: Tool) -> None:
    r = mtlsctl("explain", "server-missing-intermediate")
    assert r.exit_code == 0
    assert r.stderr == ""
    assert r.stdout.startswith("server-missing-intermediate  An intermediate certificate is missing\n")
    assert "cat leaf.pem issuing.pem > fullchain.pem" in r.stdout
    assert "RFC 8446" in r.stdout


def test_a_code_as_json(mtlsctl: Tool) -> None:
    r = mtlsctl("explain", "client-cert-wrong-eku", "--json")
    assert r.exit_code == 0
    assert (r.json["schema"], r.json["command"], r.json["ok"], r.json["findings"]) == (1, "explain", True, [])
    expected = {**codes.CODES["client-cert-wrong-eku"]._asdict(), "group": "client's certificate"}
    assert r.json["result"] == {"codes": [expected], "terms": [], "matches": [], "lines": 0, "skipped": 0}


def test_all_codes_by_group(mtlsctl: Tool) -> None:
    r = mtlsctl("explain")
    assert r.exit_code == 0
    listed = [line.split()[0] for line in r.stdout.splitlines() if line.startswith("  ")]
    assert listed == list(codes.CODES)
    assert [line for line in r.stdout.splitlines() if line and line[0] != " "] == list(codes.GROUPS)


def test_all_codes_as_json(mtlsctl: Tool) -> None:
    every = mtlsctl("explain", "--json").json["result"]["codes"]
    assert [entry["code"] for entry in every] == list(codes.CODES)
    assert list(dict.fromkeys(entry["group"] for entry in every)) == list(codes.GROUPS)


@pytest.mark.parametrize("typed", ["[server-cn-only]", "SERVER-CN-ONLY", " server-cn-only"])
def test_a_code_as_it_was_copied(mtlsctl: Tool, typed: str) -> None:
    assert mtlsctl("explain", typed).stdout.startswith("server-cn-only")


def test_an_unknown_code_names_the_nearest(mtlsctl: Tool) -> None:
    r = mtlsctl("explain", "server-expired")
    assert r.exit_code == 2
    assert r.stdout == ""
    assert "'server-expired' is not a code" in r.stderr
    assert "server-cert-expired" in r.stderr
    r = mtlsctl("explain", "zzz", "--json")
    assert r.exit_code == 2
    assert r.json["error"] == {
        "code": "unknown-code",
        "message": "'zzz' is not a code",
        "hint": "mtlsctl explain lists them all",
    }


def test_explain_loads_nothing_heavy() -> None:
    program = (
        "import sys; from mtlsctl.cli.app import run; run(['explain', 'ok']); run(['explain', 'alert 48']);"
        "print([m for m in ('cryptography', 'OpenSSL', 'rich', 'asyncio', 'ssl') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_word_of_the_field_is_explained(mtlsctl: Tool) -> None:
    r = mtlsctl("explain", "ski")
    assert r.stdout.splitlines()[0] == "SKI  subject key identifier"
    assert r.stdout.endswith("source  RFC 5280, 4.2.1.2\n")
    answer = mtlsctl("explain", "extended", "key", "usage", "--json").json["result"]
    assert ([one["word"] for one in answer["terms"]], answer["codes"]) == (["EKU"], [])


def test_terms_are_found_by_either_name_and_hide_no_code() -> None:
    words = [word.casefold() for one in terms.TERMS for word in (one.word, one.name) if word]
    assert len(words) == len(set(words))
    assert not set(words) & set(codes.CODES)
    for one in terms.TERMS:
        assert terms.find(f" {one.word.lower()} ") is one
        assert one.meaning.endswith(".")
    assert terms.find("") is None
