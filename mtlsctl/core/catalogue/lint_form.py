"""Codes of lint about CAs, the form of certificates, keys, requests and CRLs."""

from mtlsctl.core.catalogue.entry import Entry
from mtlsctl.core.causes import IN_ORDER

_AGAIN = "issue it again: mtlsctl issue server NAME, or client NAME"
_CA = "make the CA anew: mtlsctl ca create"
_CRL = "publish it anew: mtlsctl crl"

FORM = (
    Entry(
        "lint-ca-not-critical",
        "A CA whose basicConstraints are not critical",
        "A CA's basicConstraints must be critical. Python 3.13 and other strict verifiers refuse the chain.",
        _CA,
        "RFC 5280, 4.2.1.9",
    ),
    Entry(
        "lint-ca-no-pathlen",
        "A CA that may make CAs without end",
        "Nothing limits how many CAs stand below it (pathlen). One that signs leaves alone has pathlen 0, a root above"
        " one level of them 1.",
        _CA,
        "RFC 5280, 4.2.1.9",
    ),
    Entry(
        "lint-ca-key-usage",
        "A CA that may not sign certificates",
        "Its key usage is missing or lacks keyCertSign. Verifiers refuse what it signed, or will.",
        _CA,
        "RFC 5280, 4.2.1.3",
    ),
    Entry(
        "lint-ca-no-crl-sign",
        "A CA that may not sign CRLs",
        "Its key usage lacks cRLSign: nobody will believe its CRLs, so that nothing it issues can be revoked.",
        _CA,
        "RFC 5280, 4.2.1.3",
    ),
    Entry(
        "lint-root-eku",
        "A root with an extended key usage",
        "A root is trusted by decision; some verifiers hold its purposes against all that is below, others do not.",
        "put the limit into the issuing CA",
        "RFC 5280, 4.2.1.12; CA/B Forum BR 7.1.2.1.2",
    ),
    Entry(
        "lint-ca-lifetime",
        "A CA that lives above 25 years",
        "Longer than public roots may. Its key and its algorithms must last as long.",
        _CA,
        "CA/B Forum BR 7.1.2.1.1: 9132 days",
    ),
    Entry(
        "lint-outlives-issuer",
        "A certificate that outlives its issuer",
        "Its chain breaks on the day on which the issuer ends, while its own date looks fine.",
        "issue it for less time, or from a CA that lives longer",
        "RFC 5280, 6.1.3 (a)(2)",
    ),
    Entry(
        "lint-constraints-open",
        "Name constraints that leave kinds of names free",
        "A constraint binds only the kinds of names that it mentions: with DNS names alone permitted, the CA can still"
        " certify any e-mail address, URI or IP address, which mTLS servers take for clients' identities.",
        "shut the others as well: mtlsctl ca create NAME --permit dns:example.test does",
        "RFC 5280, 4.2.1.10",
    ),
    Entry(
        "lint-constraints-not-critical",
        "Name constraints that are not critical",
        "A verifier that does not know them may pass over them.",
        _CA,
        "RFC 5280, 4.2.1.10",
    ),
    Entry(
        "lint-constraints-leaf",
        "Name constraints in a leaf",
        "They belong into CA certificates alone; rustls and others refuse the leaf.",
        _AGAIN,
        "RFC 5280, 4.2.1.10",
    ),
    Entry(
        "lint-ca-with-names",
        "A CA that is a server or client as well",
        "A CA certificate with a TLS purpose or a host's name: its key signs certificates and lies on a machine that"
        " strangers reach. rustls and strict OpenSSL refuse it as a leaf.",
        "give the server a certificate of its own: mtlsctl issue server NAME",
        "RFC 5280, 4.2.1.9; openssl/openssl#28391",
    ),
    Entry(
        "lint-ca-no-ski",
        "A CA without subject key identifier",
        "Verifiers find a certificate's issuer by it; Python 3.13 refuses the chain.",
        _CA,
        "RFC 5280, 4.2.1.2",
    ),
    Entry(
        "lint-no-aki",
        "A certificate that does not name its issuer's key",
        "Without authority key identifier verifiers must try every CA of the issuer's name; Python 3.13 refuses it.",
        _AGAIN,
        "RFC 5280, 4.2.1.1",
    ),
    Entry(
        "lint-aki-differs",
        "A certificate that names another key than its issuer's",
        "Its authority key identifier and the issuer's subject key identifier differ: OpenSSL, BoringSSL and GnuTLS do"
        " not take that CA for the issuer.",
        "issue it again from this CA; or find the CA whose key identifier it names",
        "RFC 5280, 4.2.1.1",
    ),
    Entry(
        "lint-issuer-no-ca",
        "A certificate that was issued by none that may issue",
        "Its issuer's basicConstraints are missing or say CA:FALSE. Verifiers refuse it: otherwise every leaf could"
        " issue certificates.",
        "issue it from a CA: mtlsctl ca create makes one",
        "RFC 5280, 6.1.4 (k)",
    ),
    Entry(
        "lint-issuer-pathlen",
        "A CA below one that allows none",
        "Its issuer has pathlen 0, so that leaves alone may stand below it. Verifiers refuse what this CA issues.",
        "issue from the CA above, or make that anew with a longer pathlen",
        "RFC 5280, 6.1.4 (l) and (m)",
    ),
    Entry(
        "lint-outside-constraints",
        "A name that the issuer may not certify",
        "The issuer's name constraints do not permit it, or exclude it. Verifiers refuse the certificate, with all its"
        " other names.",
        "leave the name out, or issue it from a CA that permits it",
        "RFC 5280, 4.2.1.10",
    ),
    Entry(
        "lint-issuer-did-not-sign",
        "A certificate that the CA of its issuer's name did not sign",
        "The CA given has the issuer's name and another key, or the certificate was changed after it was signed.",
        "compare the key identifiers: mtlsctl inspect FILE",
        "RFC 5280, 6.1.3 (a)(1)",
    ),
    Entry(
        "lint-serial-invalid",
        "A serial number that is not positive, or too long",
        "It must be above zero and fit into 20 bytes. Go and Python's cryptography refuse others.",
        _AGAIN,
        "RFC 5280, 4.1.2.2",
    ),
    Entry(
        "lint-serial-guessable",
        "A short serial number",
        "It has fewer bits than a random one could: counted serials make collisions of certificates easier to plan, and"
        " two CAs of one name will clash.",
        _AGAIN,
        "CA/B Forum BR 7.1.2.7: 64 bits from a random source",
    ),
    Entry(
        "lint-serial-twice",
        "Two certificates with one serial number",
        "One issuer gave the same serial to two certificates: revoking the one revokes the other, and Firefox refuses"
        " the second that it meets.",
        "issue one of the two again",
        "RFC 5280, 4.1.2.2",
    ),
    Entry(
        "lint-key-shared",
        "One key in several certificates",
        "Different subjects hold the same private key: each can be the other, and who loses it loses it for all.",
        "make a key for each: mtlsctl key new FILE",
        "SP 800-57 part 1 rev. 5",
    ),
    Entry(
        "lint-leaf-not-first",
        "A chain whose leaf does not come first",
        "Servers and clients take the first certificate of the file for their own: the key does not belong to it, and"
        " they do not start, or send what no peer accepts.",
        f"put the leaf first, then its issuer: {IN_ORDER}",
        "RFC 5246, 7.4.2; RFC 8446, 4.4.2",
    ),
    Entry(
        "lint-version",
        "A certificate of version 1 or 2",
        "It can say neither names nor purposes; most stacks refuse it.",
        _AGAIN,
        "RFC 5280, 4.1.2.1",
    ),
    Entry(
        "lint-unknown-critical",
        "A critical extension that nobody knows",
        "Verifiers must refuse a certificate with a critical extension that they do not know.",
        "issue it with that extension not critical, or without",
        "RFC 5280, 4.2",
    ),
    Entry(
        "lint-weak-key",
        "A key that TLS peers refuse",
        "It is too short, of a kind that cannot sign in TLS, or on a curve that TLS peers do not take.",
        "make a new one: mtlsctl key new FILE",
        "SP 800-57 part 1 rev. 5, table 2; RFC 8446, 4.2.3",
    ),
    Entry(
        "lint-rsa-modulus",
        "An RSA key with a broken modulus",
        "Its modulus is even, has a small prime factor or an odd number of bits: whoever made it did it wrongly, and"
        " its private key may be computed.",
        "make a new one: mtlsctl key new FILE --key-type rsa",
        "CA/B Forum BR 6.1.6; SP 800-89, 5.3.3",
    ),
    Entry(
        "lint-weak-signature",
        "A signature over a broken hash",
        "MD5 or SHA-1: collisions can be made, and peers refuse it at their default level.",
        "have it issued again, with SHA-256 or better",
        "RFC 9155; SP 800-131A rev. 2, 9",
    ),
    Entry(
        "lint-request-no-san",
        "A request without names",
        "It asks for no subject alternative name. The CA has to know the names from elsewhere, or the certificate is"
        " valid for none.",
        "make it again: mtlsctl csr new KEY --name NAME",
        "RFC 2986, 4.1; RFC 9525, 2",
    ),
    Entry(
        "lint-request-ca",
        "A request to become a CA",
        "It asks for CA:TRUE or for signing certificates. Whoever signs it as it stands hands out the right to make any"
        " name below.",
        "refuse it, or sign it with a leaf's profile: mtlsctl sign CSR --profile server drops that",
        "RFC 5280, 4.2.1.9",
    ),
    Entry(
        "lint-request-password",
        "A request that carries a password",
        "challengePassword stands in it as plain text, and requests are passed around as if they were public.",
        "make it again without: mtlsctl csr new KEY",
        "RFC 2985, 5.4.1",
    ),
    Entry(
        "lint-crl-no-number",
        "A CRL without a number",
        "Without CRLNumber nobody can tell which of two is the newer.",
        _CRL,
        "RFC 5280, 5.2.3",
    ),
    Entry(
        "lint-crl-no-aki",
        "A CRL that does not name its signer's key",
        "Without authority key identifier it cannot be told whose it is once the CA has a new key.",
        _CRL,
        "RFC 5280, 5.2.1",
    ),
    Entry(
        "lint-crl-endless",
        "A CRL that never goes stale",
        "It has no nextUpdate: an old copy hides every later revocation, and nobody notices.",
        _CRL,
        "RFC 5280, 5.1.2.5",
    ),
    Entry(
        "lint-crl-long",
        "A CRL that is good for long",
        "More than ten days lie between its update and the next: for so long a revocation may go unseen.",
        _CRL,
        "CA/B Forum BR 7.2",
    ),
    Entry(
        "lint-crl-signature",
        "A CRL that the CA of its issuer's name did not sign",
        "Verifiers refuse it, and with it every certificate of the CA.",
        _CRL,
        "RFC 5280, 6.3.3 (g)",
    ),
    Entry(
        "lint-pkilint",
        "A rule of pkilint",
        "Codes with dots, such as cabf.internal_domain_name, are those of pkilint, which"
        " knows the rules of RFC 5280 and of the CA/B Forum. The message is its own.",
        "the code names the document and the rule; see github.com/digicert/pkilint",
        "RFC 5280; CA/B Forum Baseline Requirements",
    ),
    Entry(
        "lint-suppression-expired",
        "A suppression past its date",
        "A rule was to be passed over until a date, and the date is over: what it hid counts again.",
        "repair what it hid, or give it a new date and reason",
        "mtlsctl lint --help",
    ),
    Entry(
        "lint-suppression-unused",
        "A suppression that hides nothing",
        "Nothing that was looked at breaks the rule for that subject. It may hide something else one day.",
        "take it out",
        "mtlsctl lint --help",
    ),
)
