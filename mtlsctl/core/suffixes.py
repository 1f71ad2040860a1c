"""The public suffixes below which strangers register their names, where their list is installed."""

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

_LIST = "publicsuffixlist"  # comes with pkilint, by the extra `lint`


def is_public(name: str) -> bool | None:
    """Whether a DNS name is a public suffix, such as co.uk; None where nobody knows: no list is installed.

    Those of registries alone, as CA/B Forum BR 3.2.2.6 has it: github.io is its owner's.
    """
    found = _listed()
    return None if found is None else bool(found.is_public(name.lower()))


@cache
def _listed() -> Any:
    if find_spec(_LIST) is None:
        return None
    return import_module(_LIST).PublicSuffixList(accept_unknown=False, only_icann=True)
