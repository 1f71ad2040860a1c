"""Codes of what a policy demands beyond a path that holds."""

from mtlsctl.core.catalogue.entry import Entry

POLICIES = (
    Entry(
        "against-policy",
        "A rule of the policy that was asked for is broken",
        "The path holds, and a certificate of it breaks a rule of the profile chosen with --policy; the rule's source"
        " stands behind it. Peers that keep to the profile less strictly take the chain.",
        "have the certificate named issued again without the fault; or choose the policy that your peers keep to:"
        " --policy openssl is the default",
        "RFC 5280, 4; CA/Browser Forum Baseline Requirements, 7.1",
    ),
    Entry(
        "stack-refuses",
        "The stack that was asked for refuses the chain",
        "With --policy STACK what that stack is known to do decides, with --policy all what every stack does. It"
        " refuses the chain for the reason named, or nothing is known of what it does, which counts as a refusal."
        " With all, a depth that a server has by default and its administrator sets is a warning.",
        "issue the certificate again without what is named; or choose the policy of the peers that you have",
        "measured, or documented where the answer says so: result.stacks of --json",
    ),
    Entry(
        "other-path",
        "Another path, over a certificate in the chain, does not hold",
        "The chain holds a certificate (most often a cross-certificate, expired or of another root) over which a second"
        " path leads that peers must not take. Verifiers that go back from dead ends find the good one; those that try"
        " one path only may refuse.",
        "leave the certificate out of the chain, unless peers that trust only its root are to be served",
        "RFC 4158, 2.4; https://bugs.debian.org/961889 (the expired AddTrust root of May 2020)",
    ),
)
