"""HTTP/2 at a server's end, through h2: the first request in, its answer out as the client's window allows, the end."""

from typing import Any

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import Event, RequestReceived, StreamEnded
from h2.exceptions import H2Error

from mtlsctl.core.http import Answer, BadRequest, Request, fields

_NO_ERROR = 0


class Http2:
    """An Exchange over HTTP/2 (RFC 9113). Streams beyond the first are turned down in a way that lets them retry."""

    def __init__(self) -> None:
        self.done = False
        self._connection = H2Connection(H2Configuration(client_side=False, header_encoding=None))
        self._connection.initiate_connection()
        self._left = b""
        self._stream = 0
        self._open = True
        """The client has not ended its request: it may be sending a body."""

    def receive(self, data: bytes) -> Request | BadRequest | None:
        """As Exchange says."""
        if self.done:
            return None
        try:
            events = self._connection.receive_data(data)
        except H2Error:  # its GOAWAY lies in take()
            self.done = True
            return BadRequest(400)
        first = next((e for e in events if isinstance(e, RequestReceived)), None) if not self._stream else None
        if first:
            self._stream = first.stream_id or 0
        self._open = self._open and not any(isinstance(e, StreamEnded) and e.stream_id == self._stream for e in events)
        self._go_on()
        return _asked(first, self._stream) if first else None

    def answer(self, asked: Request | BadRequest, said: Answer) -> None:
        """As Exchange says."""
        if self.done or not isinstance(asked, Request):
            return
        self._left = b"" if asked.method == "HEAD" else said.body
        head = [(":status", str(said.status)), *fields(said)]
        try:
            self._connection.send_headers(asked.stream, head, end_stream=not self._left)
        except H2Error:  # the client took its request back
            self._left = b""
        if self._left:
            self._go_on()
        else:
            self._finish()

    def take(self) -> bytes:
        """As Exchange says."""
        return bytes(self._connection.data_to_send())

    def _go_on(self) -> None:
        """Send as much of the body as both windows allow (RFC 9113, 5.2)."""
        connection, stream = self._connection, self._stream
        try:
            while self._left and (room := connection.local_flow_control_window(stream)) > 0:
                size = min(room, connection.max_outbound_frame_size)
                piece, self._left = self._left[:size], self._left[size:]
                connection.send_data(stream, piece, end_stream=not self._left)
                if not self._left:
                    self._finish()
        except H2Error:  # the client reset the stream
            self._left = b""
            self._finish()

    def _finish(self) -> None:
        """The answer is out: no body is wanted any more (RFC 9113, 8.1), and no other request here."""
        try:
            if self._open:
                self._connection.reset_stream(self._stream, _NO_ERROR)
            self._connection.close_connection(_NO_ERROR, last_stream_id=self._stream)
        except H2Error:
            pass  # the stream is closed already, by the client: there is nothing left to say on it
        self.done = True


def _asked(event: Event, stream: int) -> Request:
    fields_: dict[Any, Any] = dict(getattr(event, "headers", None) or ())
    method, path, accept = (bytes(fields_.get(n, b"")).decode("latin-1") for n in (b":method", b":path", b"accept"))
    return Request(method.upper(), path, accept, stream)
