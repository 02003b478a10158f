"""What tests of the cache share: builds in this process that use one, and a server of objects that can misbehave."""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from schemagen.cli import main
from tests.conftest import Project

CACHE_NAMES = (
    "SCHEMAGEN_NO_CACHE",
    "SCHEMAGEN_CACHE",
    "SCHEMAGEN_CACHE_KEY",
    "SCHEMAGEN_CACHE_READ_ONLY",
    "XDG_CACHE_HOME",
)


@dataclass(frozen=True, slots=True)
class Built:
    """What a build did: exit code, how many schemas it generated and how many it found, and what it said."""

    code: int
    generated: int
    found: int
    said: str

    @property
    def warnings(self) -> list[str]:
        return [line for line in self.said.splitlines() if "warning" in line]


def build(project: Project, *args: str, **environment: str) -> Built:
    """``schemagen generate ARGS`` with one process, which is this one; of the environment only what is said here
    concerns a cache. The user's own cache is beside the project."""
    out = io.StringIO()
    values = {"XDG_CACHE_HOME": str(project.root.parent / "cache home"), **environment}
    with (
        _environment(values),
        contextlib.chdir(project.root),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(out),
    ):
        code = main(["generate", *(args or ("-w", "1"))])
    said = out.getvalue()
    found = re.search(r"^(\d+) generated, (?:(\d+) from the cache, )?", said, re.MULTILINE)
    assert found is not None, said
    return Built(code, int(found[1]), int(found[2] or 0), said)


@contextlib.contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    for name in CACHE_NAMES:
        os.environ.pop(name, None)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def user_cache(project: Project) -> Path:
    """The folder of the cache that ``build`` uses where no other is said."""
    return project.root.parent / "cache home" / "schemagen"


def files_in(cache: Path, kind: str) -> list[Path]:
    return sorted(file for file in (cache / kind).rglob("*") if file.is_file())


SERVER = '''
import sys, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
OBJECTS, LOG = {}, []

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body=b""):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def trouble(self):
        """/403/... answers 403 to everything, /put403/... to what writes, /slow/... nothing for long."""
        kind = self.path.split("/")[1]
        if kind == "slow":
            time.sleep(60)
        if kind.isdecimal():
            return int(kind)
        if kind.startswith("put") and self.command == "PUT":
            return int(kind[3:])
        return 0

    def do_GET(self):
        if self.path == "/log":
            return self.answer(200, "\\n".join(LOG).encode())
        LOG.append(f"GET {self.path}")
        if status := self.trouble():
            return self.answer(status)
        if self.path.startswith("/endless/"):
            self.send_response(200)
            self.end_headers()
            try:
                while True:
                    self.wfile.write(bytes(1 << 20))
            except OSError:
                self.close_connection = True
                return
        key = self.path
        return self.answer(200, OBJECTS[key]) if key in OBJECTS else self.answer(404)

    def do_PUT(self):
        LOG.append(f"PUT {self.path}")
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if status := self.trouble():
            return self.answer(status)
        if self.headers.get("If-None-Match") == "*" and self.path in OBJECTS:
            return self.answer(412)
        OBJECTS[self.path] = body
        self.answer(201)

    def do_DELETE(self):
        OBJECTS.pop(self.path, None)
        self.answer(204)

    def log_message(self, *args):
        pass

server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
print(server.server_address[1], flush=True)
server.serve_forever()
'''


@contextlib.contextmanager
def object_server() -> Iterator[str]:
    """An HTTP server that keeps what is put, in a process of its own: its URL."""
    with subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.kill()


def request(method: str, url: str, data: bytes | None = None) -> bytes:
    from urllib.request import Request, urlopen

    with urlopen(Request(url, data, method=method), timeout=30) as response:
        return bytes(response.read())
