"""Extra probes: the same server asked again, otherwise, where that tells causes apart."""

import socket
import time

from mtlsctl.core import doubts, http, schemes
from mtlsctl.core.diagnose import Diagnosis, Ours
from mtlsctl.core.doubts import SHOWING_OURS, Probe, Variation
from mtlsctl.core.observation import Ended, Observation, Stage
from mtlsctl.core.route import Route
from mtlsctl.core.tls import TlsSettings, client_context
from mtlsctl.workflows import network
from mtlsctl.workflows.once import VERDICT_WAIT, Visit, once, unreached

MOST_SECONDS = 3.0  # for each probe
_HEAD = 4096  # bytes of an answer in plain HTTP

_WAITED_FOR = (Variation.ALPN_H2, Variation.NO_CERTIFICATE)
"""What is answered by staying: the server must have the time to hang up that it had before."""


def resolve(
    visit: Visit, settings: TlsSettings, seen: Observation, ours: Ours, said: Diagnosis, tried: list[Probe]
) -> Diagnosis:
    """Ask again what one connection could not tell; tried gets the probes that were made. The better diagnosis."""
    known = {one.variation for one in tried}  # while the server was silent
    for variation in doubts.variations(seen, ours, said):
        if len(tried) >= doubts.MOST:
            break
        if variation in known:
            continue
        tried.append(probe(visit, settings, variation))
        if doubts.enough(tried[-1]):
            if variation is Variation.CLASSIC_GROUP:
                tried.append(probe(visit, settings, Variation.SAME))
            break
    return doubts.settle(seen, ours, said, tuple(tried)) if tried else said


def when_silent(visit: Visit, settings: TlsSettings, tried: list[Probe]) -> bool:
    """While a server says nothing to our hello, send it a shorter one. True when it answers that, and that alone.

    A server that is slow to wake answers the same hello too by then: it is given all its time.
    """
    tried.append(probe(visit, settings, Variation.CLASSIC_GROUP))
    if not tried[-1].answered:
        return False
    tried.append(probe(visit, settings, Variation.SAME))
    return not tried[-1].answered


def probe(visit: Visit, settings: TlsSettings, variation: Variation) -> Probe:
    """One connection with one thing done otherwise. Our certificate is shown only where the question is about it."""
    there = visit._replace(
        timeout=min(visit.timeout / 4, MOST_SECONDS),
        http="",
        earlier=None,
        keep=False,
        on_silence=None,
        wait=0.0,
        doubt=None,
    )
    if variation in _WAITED_FOR:
        there = there._replace(wait=visit.wait or VERDICT_WAIT)
    if variation is Variation.PLAIN_HTTP:
        return Probe(variation, _in_plain_http(there))
    if variation is Variation.NO_NAME:
        there = there._replace(endpoint=there.endpoint._replace(server_name=""), lenient=True)
    if variation is Variation.NO_STAPLE:
        there = there._replace(judge_staple=None)
    if variation in (Variation.NO_ALPN, Variation.ALPN_H2):
        there = there._replace(endpoint=there.endpoint._replace(alpn=()))
    if variation is Variation.STARTTLS:
        there = there._replace(endpoint=there.endpoint._replace(starttls=schemes.PLAIN_PORTS[there.endpoint.port]))
    if variation is Variation.NO_STARTTLS:
        there = there._replace(endpoint=there.endpoint._replace(starttls=""))
    if variation is Variation.PROXY_HEADER:
        there = there._replace(route=(there.route or Route())._replace(header=1))
    if variation is Variation.NO_PROXY_HEADER:
        there = there._replace(route=(there.route or Route())._replace(header=0))
    return Probe(variation, once(client_context(_varied(settings, variation)), there).observation)


def _in_plain_http(visit: Visit) -> Observation:
    """What a server answers to HTTP without TLS: a web server says that TLS is wanted, and what time it is."""
    attempt = network.connect(visit.endpoint, visit.timeout, visit.route)
    seen = unreached(visit.endpoint, attempt, visit.route)
    if attempt.connection is None:
        return seen
    with attempt.connection as connection:
        answer = _asked_in_the_clear(connection, http.request(visit.endpoint.text, "/"), visit.timeout)
    return seen._replace(stage=Stage.HELLO, ended=Ended.CLOSED, first_bytes=answer[:64], answer=answer)


def _asked_in_the_clear(connection: socket.socket, request: bytes, seconds: float) -> bytes:
    """The beginning of the answer, up to the end of its head; what came of it where the time is up."""
    deadline, answer = time.monotonic() + seconds, b""
    try:
        connection.sendall(request)
        while len(answer) < _HEAD and b"\r\n\r\n" not in answer:
            connection.settimeout(max(deadline - time.monotonic(), 0.001))
            if not (data := connection.recv(_HEAD)):
                break
            answer += data
    except OSError:
        pass  # what came until then is what there is
    return answer


def _varied(settings: TlsSettings, variation: Variation) -> TlsSettings:
    if variation not in SHOWING_OURS:
        settings = settings._replace(identity=None)
    match variation:
        case Variation.WIDE:
            return _wide(settings)
        case Variation.EVERY_VERSION:
            return _wide(settings)._replace(minimum="1.0", maximum="")
        case Variation.WIDE_12:
            return _wide(settings)._replace(minimum="1.2", maximum="1.2")
        case Variation.CLASSIC_GROUP:
            return settings._replace(groups="P-256")
        case Variation.NO_ALPN:
            return settings._replace(alpn=())
        case Variation.ALPN_H2:
            return settings._replace(alpn=("h2",))
        case Variation.TLS12:
            return settings._replace(minimum="1.2", maximum="1.2")
        case _:
            return settings


def _wide(settings: TlsSettings) -> TlsSettings:
    from mtlsctl.core import offer  # the other probes offer no more than the first connection

    all_of_it = offer.widest()
    return settings._replace(ciphers=all_of_it.ciphers, groups=all_of_it.groups, sigalgs="")
