"""This module knows how to be an HTTP server that keeps what is put, in memory: a store beyond this machine, as near as
one can be. ``GET /forget`` lets go of all of it."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_OBJECTS: dict[str, bytes] = {}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == "/forget":
            _OBJECTS.clear()
            self._answer(200)
            return
        data = _OBJECTS.get(self.path)
        self._answer(404 if data is None else 200, data or b"")

    def do_PUT(self) -> None:
        data = self.rfile.read(int(self.headers["Content-Length"]))
        is_there = self.path in _OBJECTS and self.headers.get("If-None-Match") == "*"
        if not is_there:
            _OBJECTS[self.path] = data
        self._answer(412 if is_there else 201)

    def _answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name that is called by
        """Say nothing."""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()
