"""HTTP/1.1 at a server's end, through h11: one request in, one answer out, then the end."""

import h11

from mtlsctl.core.http import MAX_HEAD, MAX_LINE, REASONS, Answer, BadRequest, Request, fields


class Http1:
    """An Exchange over HTTP/1.0 or 1.1 (RFC 9112). A body is not waited for, and not read."""

    def __init__(self) -> None:
        self.answered = self.done = False
        self._connection = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEAD)
        self._out = b""
        self._first_line = 0

    def receive(self, data: bytes) -> Request | BadRequest | None:
        """As Exchange says."""
        if not data:  # to h11 that would be the end
            return None
        if self._first_line >= 0:
            end = data.find(b"\n")
            self._first_line = -1 if end >= 0 else self._first_line + len(data)
            if self._first_line > MAX_LINE:
                return BadRequest(414)
        try:
            self._connection.receive_data(data)
            came = self._connection.next_event()
        except h11.RemoteProtocolError as error:
            status = error.error_status_hint
            return BadRequest(status if status in REASONS else 400)
        if not isinstance(came, h11.Request):
            return None
        accept = next((value for name, value in came.headers if name == b"accept"), b"")
        return Request(_text(came.method).upper(), _text(came.target), _text(accept))

    def answer(self, asked: Request | BadRequest, said: Answer) -> None:
        """As Exchange says."""
        send, ours = self._connection.send, [*fields(said), ("connection", "close")]
        out = send(h11.Response(status_code=said.status, reason=REASONS[said.status], headers=ours)) or b""
        if not (isinstance(asked, Request) and asked.method == "HEAD"):
            out += send(h11.Data(data=said.body)) or b""
        self._out += out + (send(h11.EndOfMessage()) or b"")
        self.answered = self.done = True

    def take(self) -> bytes:
        """As Exchange says."""
        out, self._out = self._out, b""
        return out


def whole(said: Answer) -> bytes:
    """An answer to a request that was not read: for a client that speaks HTTP where it should not."""
    exchange = Http1()
    exchange.answer(BadRequest(said.status), said)
    return exchange.take()


def _text(value: bytes) -> str:
    return value.decode("latin-1")
