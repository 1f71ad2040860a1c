"""The public suffixes below which strangers register their names."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList


def is_public(name: str) -> bool:
    """Whether a DNS name is a public suffix, such as co.uk.

    Those of registries alone, as CA/B Forum BR 3.2.2.6 has it: github.io is its owner's.
    """
    return bool(_listed().is_public(name.lower()))


@cache
def _listed() -> "PublicSuffixList":
    from publicsuffixlist import PublicSuffixList  # 10,000 names, read for wildcards under the Web PKI's rules alone

    return PublicSuffixList(accept_unknown=False, only_icann=True)
