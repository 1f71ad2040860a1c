"""The table of commands."""

from typing import NamedTuple


class Row(NamedTuple):
    """One line of the table: the words typed, the help panel, the summary, and the function that does it."""

    words: str
    panel: str
    summary: str
    target: str
    """"module:function" below mtlsctl.cli; empty for a group."""

    @property
    def depth(self) -> int:
        """How many words it has."""
        return self.words.count(" ") + 1


COMMANDS = (
    Row("ca", "Make", "Create and look after certificate authorities.", ""),
    Row("ca create", "Make", "Create a CA: a root and an issuing CA below it.", "ca:create"),
    Row("ca list", "Make", "List the CAs, what they issued and when they expire.", "ca:list_"),
    Row("ca show", "Make", "Show one CA: its certificates and what it issued.", "ca:show"),
    Row("ca export", "Make", "Write a CA's root certificate, for those who must trust it.", "ca:export"),
    Row("key", "Make", "Make private keys.", ""),
    Row("key new", "Make", "Make a private key.", "key:new"),
    Row("csr", "Make", "Make certificate signing requests.", ""),
    Row("csr new", "Make", "Make a certificate signing request for a key.", "csr:new"),
    Row("sign", "Make", "Sign a certificate signing request with a CA.", "sign:sign"),
    Row("issue", "Make", "Issue a key and certificate, with the chain and CA, ready to use.", "issue:issue"),
    Row("renew", "Make", "Renew a certificate when it is due, as a pair with a new key.", "renew:renew"),
    Row("revoke", "Revoke", "Revoke a certificate and publish the CRL.", "revoke:revoke"),
    Row("crl", "Revoke", "Publish a fresh CRL.", "crl:crl"),
    Row(
        "inspect",
        "Look",
        "Show what a file, a folder or a server holds: any format, any number of objects.",
        "inspect:inspect",
    ),
    Row("verify", "Look", "Verify a certificate chain as the peer would.", "verify:verify"),
    Row("lint", "Look", "Check certificates, requests, CRLs, a CA or a server against rules.", "lint:lint"),
    Row("explain", "Look", "Explain a code, or an error or log line of another program.", "explain:explain"),
    Row("handshake", "Talk", "Do one TLS handshake and say what happened.", "handshake:handshake"),
    Row("probe", "Talk", "Prove that a server lets only the right clients in.", "probe:probe"),
    Row("serve", "Talk", "Run a TLS server that shows who connects, for debugging clients.", "serve:serve"),
    Row("completions", "System", "Print the completion script of a shell.", "completions:completions"),
    Row("demo", "System", "Play the whole story, from nothing to a proven handshake, on loopback.", "demo:demo"),
)

PANELS = ("Make", "Revoke", "Look", "Talk", "System")
