"""HTTP/2 at a server's end, through h2: the first request in, its answer out as the client's window allows, the end."""

from typing import Any

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, Event, RequestReceived, StreamEnded, StreamReset
from h2.exceptions import H2Error

from mtlsctl.core.http import MAX_BODY, Answer, BadRequest, Request, fields

_NO_ERROR = 0


class Http2:
    """An Exchange over HTTP/2 (RFC 9113). Streams beyond the first are turned down in a way that lets them retry.

    A request's body is read away before the answer, up to MAX_BODY: curl does not take an answer that comes while it
    sends, nor a reset after it, though RFC 9113, 8.1 allows both.
    """

    def __init__(self) -> None:
        self.answered = self.done = False
        self._connection = H2Connection(H2Configuration(client_side=False, header_encoding=None))
        self._connection.initiate_connection()
        self._left = b""
        self._request: Request | None = None
        """What is asked; the end of its body may not have come."""
        self._told = self._ended = False
        self._room = MAX_BODY

    def receive(self, data: bytes) -> Request | BadRequest | None:
        """As Exchange says."""
        if self.done:
            return None
        try:
            for event in self._connection.receive_data(data):
                self._note(event)
            self._go_on()
        except H2Error:  # its GOAWAY lies in take()
            self.done = True
            return BadRequest(400)
        if self._told or not self._request or not (self._ended or self._room <= 0):
            return None
        self._told = True
        return self._request

    def _note(self, event: Event) -> None:
        """The first request; its body, read away; its end, or that it is taken back."""
        if isinstance(event, RequestReceived) and self._request is None:
            self._request = _asked(event)
        elif isinstance(event, DataReceived):
            size = event.flow_controlled_length or 0
            self._room -= size
            if self._room > 0:
                self._connection.acknowledge_received_data(size, event.stream_id or 0)
        elif self._request and getattr(event, "stream_id", 0) == self._request.stream:
            self._ended = self._ended or isinstance(event, StreamEnded | StreamReset)
            if isinstance(event, StreamReset):
                self._left, self.answered = b"", True

    def answer(self, asked: Request | BadRequest, said: Answer) -> None:
        """As Exchange says."""
        if self.done or self.answered or not isinstance(asked, Request):
            return
        self._left = b"" if asked.method == "HEAD" else said.body
        head = [(":status", str(said.status)), *fields(said)]
        try:
            self._connection.send_headers(asked.stream, head, end_stream=not self._left)
            self.answered = not self._left
            self._go_on()
        except H2Error:  # it asked and said goodbye in one breath
            self.done = True

    def take(self) -> bytes:
        """As Exchange says."""
        return bytes(self._connection.data_to_send())

    def _go_on(self) -> None:
        """Send as much of the body as both windows allow (RFC 9113, 5.2); then say goodbye."""
        connection, stream = self._connection, self._request.stream if self._request else 0
        while self._left and (room := connection.local_flow_control_window(stream)) > 0:
            size = min(room, connection.max_outbound_frame_size)
            piece, self._left = self._left[:size], self._left[size:]
            connection.send_data(stream, piece, end_stream=not self._left)
            self.answered = not self._left
        if self.answered:
            connection.close_connection(_NO_ERROR, last_stream_id=stream)
            self.done = True


def _asked(event: RequestReceived) -> Request:
    head: dict[Any, Any] = dict(event.headers or ())
    method, path, accept = (bytes(head.get(n, b"")).decode("latin-1") for n in (b":method", b":path", b"accept"))
    return Request(method.upper(), path, accept, event.stream_id or 0)
