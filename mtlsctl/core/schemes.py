"""The schemes of URLs: each one's port, and how TLS begins there."""

from typing import NamedTuple


class Scheme(NamedTuple):
    """What a scheme says of a server."""

    port: int
    """The default port; 0 where there is none."""
    starttls: str = ""
    """The protocol that comes before TLS, a word of core/starttls; "" where TLS is there from the first byte."""
    alpn: tuple[str, ...] = ()
    """What has to be offered."""


POSTGRES_DIRECT = ("postgresql",)  # PostgreSQL documentation, 54.2.11: without it the server refuses

TLS = {
    "https": Scheme(443),  # RFC 9110, 4.2.2
    "wss": Scheme(443),  # RFC 6455, 3
    "grpcs": Scheme(443, "", ("h2",)),  # RFC 9113, 3.2; gRPC refuses a connection without it
    "postgres": Scheme(5432, "postgres"),  # PostgreSQL documentation, 32.1.1.2
    "postgresql": Scheme(5432, "postgres"),
    "mysql": Scheme(3306, "mysql"),
    "mariadb": Scheme(3306, "mysql"),
    "rediss": Scheme(6379),
    "mongodb": Scheme(27017),
    "amqps": Scheme(5671),
    "mqtts": Scheme(8883),
    "kafka+ssl": Scheme(9093),
    "nats": Scheme(4222, "nats"),
    "ldap": Scheme(389, "ldap"),  # RFC 4516; StartTLS: RFC 4511, 4.14
    "ldaps": Scheme(636),
    "imap": Scheme(143, "imap"),
    "imaps": Scheme(993),  # RFC 8314, 3.2
    "pop": Scheme(110, "pop3"),  # RFC 2384
    "pop3": Scheme(110, "pop3"),
    "pop3s": Scheme(995),
    "smtp": Scheme(25, "smtp"),
    "smtps": Scheme(465),
    "submission": Scheme(587, "smtp"),
    "submissions": Scheme(465),  # RFC 8314, 3.3
    "lmtp": Scheme(24, "lmtp"),
    "sieve": Scheme(4190, "sieve"),  # RFC 5804, 3
    "ftp": Scheme(21, "ftp"),
    "ftps": Scheme(990),
    "nntp": Scheme(119, "nntp"),
    "nntps": Scheme(563),
    "xmpp": Scheme(5222, "xmpp"),
    "xmpps": Scheme(5223, "", ("xmpp-client",)),  # XEP-0368
    "xmpp-server": Scheme(5269, "xmpp-server"),
    "irc": Scheme(6667, "irc"),
    "ircs": Scheme(6697),  # RFC 7194
    "sips": Scheme(5061),
    "radsec": Scheme(2083),  # RFC 6614
    "syslog+tls": Scheme(6514),  # RFC 5425
    "vnc": Scheme(5900, "vnc"),  # RFC 7869
    "rdp": Scheme(3389, "rdp"),
    "tcp": Scheme(2376),  # Docker's DOCKER_HOST
    "docker": Scheme(2376),
    "etcd": Scheme(2379),
    "kube": Scheme(6443),
    "tls": Scheme(0),
    "ssl": Scheme(0),
}

PLAIN = {
    "http": "https",
    "ws": "wss",
    "redis": "rediss",
    "amqp": "amqps",
    "mqtt": "mqtts",
    "grpc": "grpcs",
    "kafka": "kafka+ssl",
    "sip": "sips",
}
"""Schemes that mean no TLS at all, and the one with it."""

DATABASES = ("postgres", "postgresql", "mysql", "mariadb", "mongodb")
"""Drivers put their name behind these: `postgresql+psycopg://`."""

PLAIN_PORTS = {scheme.port: scheme.starttls for scheme in TLS.values() if scheme.starttls} | {
    2525: "smtp",
    3268: "ldap",  # Active Directory's global catalogue
    5901: "vnc",
    6432: "postgres",  # PgBouncer
}
"""Ports where TLS usually begins after some words of another protocol."""


def known(word: str) -> Scheme | None:
    """A scheme that leads to TLS, with a driver's name behind it or not; None for any other."""
    if found := TLS.get(word):
        return found
    base = word.partition("+")[0]
    return TLS[base] if base in DATABASES else None
