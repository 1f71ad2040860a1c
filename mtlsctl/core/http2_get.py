"""HTTP/2 at a client's end, through h2: one GET, and its answer as HTTP/1.1 would word it."""

from collections.abc import Iterable
from http import HTTPStatus

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import ConnectionTerminated, DataReceived, Event, ResponseReceived, StreamEnded, StreamReset
from h2.exceptions import H2Error

_STREAM = 1  # RFC 9113, 5.1.1: a client's first


class Get:
    """One request over a connection on which h2 was agreed (RFC 9113). What comes back is a stranger's."""

    def __init__(self, host: str, path: str) -> None:
        """host: as the Host field has it, with its port where it is not 443."""
        self.answer = b""
        """Status line, header fields and body, as far as they came; interim responses are left out."""
        self.over = False
        """The answer is complete, or there will be none."""
        self._connection = H2Connection(H2Configuration(client_side=True, header_encoding=None))
        self._connection.initiate_connection()
        asked = ((":method", "GET"), (":scheme", "https"), (":authority", host), (":path", path))
        more = (("user-agent", "mtlsctl"), ("accept", "*/*"))
        self._connection.send_headers(_STREAM, [*asked, *more], end_stream=True)

    def receive(self, data: bytes) -> None:
        """Give what came."""
        try:
            for event in self._connection.receive_data(data):
                self._note(event)
        except H2Error:
            self.over = True  # what is no HTTP/2 gives no answer; the GOAWAY lies in take()

    def take(self) -> bytes:
        """The bytes to send now."""
        return bytes(self._connection.data_to_send())

    def _note(self, event: Event) -> None:
        if isinstance(event, ResponseReceived):
            self.answer += _head((bytes(n), bytes(v)) for n, v in event.headers or ())
        elif isinstance(event, DataReceived):
            self.answer += event.data or b""
            self._connection.acknowledge_received_data(event.flow_controlled_length or 0, _STREAM)
        elif isinstance(event, StreamEnded | StreamReset | ConnectionTerminated):
            self.over = True


def _head(fields: Iterable[tuple[bytes, bytes]]) -> bytes:
    """The head of a response in the words of HTTP/1.1; b"" where the status is none."""
    known = list(fields)
    status = dict(known).get(b":status", b"")
    if not (len(status) == 3 and status.isdigit()):
        return b""
    named = int(status) in HTTPStatus.__members__.values()
    phrase = HTTPStatus(int(status)).phrase.encode("ascii") if named else b""
    lines = [b": ".join(one) for one in known if not one[0].startswith(b":") and b"\r" not in one[1] + one[0]]
    return b"\r\n".join((b"HTTP/1.1 " + status + b" " + phrase, *lines, b"", b""))
