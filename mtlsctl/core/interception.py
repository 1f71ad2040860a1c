"""Security products that open TLS on its way, told by the names that their CAs have."""

from collections.abc import Iterable

from cryptography import x509

from mtlsctl.core import names
from mtlsctl.core.findings import Finding, Verdict, Whose
from mtlsctl.core.unreadable import UNREADABLE

# What stands in the subjects of the CAs that these products make or come with; all compared in lower case.
_PRODUCTS = {
    "avast web/mail shield": "Avast",
    "avg web/mail shield": "AVG",
    "barracuda": "Barracuda",
    "bitdefender": "Bitdefender",
    "blue coat": "Symantec ProxySG (Blue Coat)",
    "bluecoat": "Symantec ProxySG (Blue Coat)",
    "cato networks": "Cato Networks",
    "charles proxy": "Charles",
    "check point": "Check Point",
    "cisco umbrella": "Cisco Umbrella",
    "contentkeeper": "ContentKeeper",
    "do_not_trust_fiddlerroot": "Fiddler",
    "eset ssl filter": "ESET",
    "forcepoint": "Forcepoint",
    "fortigate": "Fortinet",
    "fortinet": "Fortinet",
    "gateway ca - cloudflare": "Cloudflare Gateway",
    "goguardian": "GoGuardian",
    "iboss": "iboss",
    "kaspersky": "Kaspersky",
    "lightspeed": "Lightspeed Systems",
    "mcafee web gateway": "McAfee Web Gateway",
    "menlo security": "Menlo Security",
    "mitmproxy": "mitmproxy",
    "netskope": "Netskope",
    "palo alto": "Palo Alto Networks",
    "portswigger": "Burp Suite",
    "securly": "Securly",
    "skyhigh": "Skyhigh Security",
    "smoothwall": "Smoothwall",
    "sonicwall": "SonicWall",
    "sophos": "Sophos",
    "ssl inspection": "an inspecting proxy",
    "ssl proxy": "an inspecting proxy",
    "ssl-inspection": "an inspecting proxy",
    "tls inspection": "an inspecting proxy",
    "untangle": "Untangle",
    "watchguard": "WatchGuard",
    "websense": "Forcepoint",
    "zscaler": "Zscaler",
}


def _product(chain: Iterable[x509.Certificate]) -> tuple[str, str]:
    """The product whose CA issued a certificate of a chain, and that CA's name; "" twice where none is known."""
    for certificate in chain:
        try:
            issuer = names.dn(certificate.issuer)
        except UNREADABLE:
            continue
        for word, name in _PRODUCTS.items():
            if word in issuer.lower():
                return name, issuer
    return "", ""


def finding(chain: Iterable[x509.Certificate]) -> Finding | None:
    """The finding for a chain that does not verify; None where no product is known in it."""
    name, issuer = _product(chain)
    if not name:
        return None
    return Finding(
        "tls-interception",
        Verdict.FAIL,
        f"the certificate was issued by {issuer}, a CA of {name}: TLS is opened on its way",
        "have this host excepted from inspection: mutual TLS cannot pass through it",
        Whose.NETWORK,
    )
