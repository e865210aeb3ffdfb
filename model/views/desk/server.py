"""The desk over HTTP: the page's own files, and answers to what the page asks. Nothing is kept for anyone.

A browser will carry requests of any page to this machine. So the name by which it is asked for must be one of its own (else a
foreign name that points here could read it), and what starts runs must come from a page of this server, as JSON. The page itself may
load and ask nothing but this server. An answer stops when the connection is closed, as by a closed tab or by cancelling.
"""

from __future__ import annotations

import gzip
import ipaddress
import json
import select
import socket
import sys
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from model import __version__
from model.experiments.errors import BatchError
from model.scenario.problems import ScenarioError
from model.views.desk import saved
from model.views.desk.ask import Ask, pairs_of, read_ask, sides_of
from model.views.desk.many import many
from model.views.desk.menu import menu_of
from model.views.desk.show import BENCH, GoneError, RunFailedError, played, shown
from model.world.world import WorldError

KINDS = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_LONGEST_BODY = 1 << 20
_PATIENCE = 60.0
"""Seconds for which a connection may say nothing."""
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True)
class Desk:
    """What the command offers.

    Args:
        scenarios: names and files to choose from.
        first: the one shown at the start.
        plugins: files with own kinds of actors, loaded already.
        names: further names by which browsers may ask for the server.
        root: path under which a proxy shows it, without a slash at the end.
    """

    scenarios: tuple[str, ...]
    first: str
    plugins: tuple[Path, ...] = ()
    names: tuple[str, ...] = ()
    root: str = ""

    @cached_property
    def page(self) -> dict[str, bytes]:
        """The page's files by name."""
        folder = files("model.views.desk").joinpath("page")
        return {one.name: one.read_bytes() for one in folder.iterdir() if Path(one.name).suffix in KINDS}


class Server(ThreadingHTTPServer):
    """Answers each connection in a thread of its own; the threads end with the process.

    Args:
        address: host and port to listen at.
        desk: what is offered.
    """

    daemon_threads = True

    def __init__(self, address: tuple[str, int], desk: Desk) -> None:
        self.desk = desk
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of connections that break; all else is a fault of the program."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: Server
    server_version, sys_version, protocol_version = "pangwa", "", "HTTP/1.1"
    timeout = _PATIENCE

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing of requests."""

    def do_GET(self) -> None:
        """Give a file of the page."""
        path = self._path()
        if path is None or not self._is_for_us():
            return
        name = path.removeprefix("/") or "index.html"
        content = self.server.desk.page.get(name)
        if content is None:
            self._problems(HTTPStatus.NOT_FOUND, ["no page here; the app is at the root of this address"])
        else:
            self._send(HTTPStatus.OK, KINDS[Path(name).suffix], content)

    def do_POST(self) -> None:
        """Answer what the page asks."""
        path = self._path()
        if path is None or not (self._is_for_us() and self._is_from_us()):
            return
        answers = {
            "/menu": self._menu,
            "/pair": self._pair,
            "/many": self._many,
            "/saved": self._saved,
            "/files": self._files,
        }
        try:
            asked = self._body()
            answer = answers.get(path)
            if answer is None:
                self._problems(HTTPStatus.NOT_FOUND, ["no page here"])
            else:
                answer(asked)
        except (ScenarioError, WorldError, BatchError) as error:
            self._problems(HTTPStatus.UNPROCESSABLE_ENTITY, error.problems)
        except RunFailedError as error:
            traceback.print_exception(error.__cause__)
            self._problems(HTTPStatus.UNPROCESSABLE_ENTITY, [str(error), *self._repeated(asked)])
        except (GoneError, ConnectionError, TimeoutError):
            self.close_connection = True
        except Exception as error:
            traceback.print_exc()
            told = f"The app failed: {type(error).__name__}: {error}. See its terminal for details."
            self._problems(HTTPStatus.INTERNAL_SERVER_ERROR, [told])

    # who asks --------------------------------------------------------------------------------------------------------

    def _path(self) -> str | None:
        """The path asked for, without that of the proxy; None once the browser has been sent to the root of the app."""
        root, path = self.server.desk.root, urlsplit(self.path).path
        if root and path == root:
            self._send(HTTPStatus.PERMANENT_REDIRECT, "text/plain", b"", {"Location": f"{root}/"})
            return None
        return path.removeprefix(root) if path.startswith(f"{root}/") else path

    def _is_for_us(self) -> bool:
        """Whether the browser asks for this server by a name of its own."""
        name = name_of(self.headers.get("Host", ""))
        listens = str(self.server.server_address[0])
        anywhere = not is_loopback(listens)
        known = name in {*_LOOPBACK, listens, *self.server.desk.names} or (
            anywhere and (_is_address(name) or name in {socket.gethostname().lower(), socket.getfqdn().lower()})
        )
        if not known:
            told = f"this app is not called '{name}'; if a proxy serves it under that name, start it with --allow-host {name}"
            self._problems(HTTPStatus.MISDIRECTED_REQUEST, [told])
        return known

    def _is_from_us(self) -> bool:
        """Whether a request comes from a page of this server, or from no page at all."""
        origin, site = self.headers.get("Origin"), self.headers.get("Sec-Fetch-Site", "same-origin")
        plain = self.headers.get("Content-Type", "").partition(";")[0].strip() != "application/json"
        own = origin is None or (
            urlsplit(origin).netloc.lower() == self.headers.get("Host", "").lower()
            or name_of(origin) in self.server.desk.names
        )
        if plain or not own or site not in ("same-origin", "none"):
            self._problems(HTTPStatus.FORBIDDEN, ["only pages of this app may request this"])
            return False
        return True

    def _body(self) -> Any:
        try:
            length = int(self.headers.get("Content-Length", ""))
            if not 0 <= length <= _LONGEST_BODY:
                raise ValueError
            return json.loads(self.rfile.read(length))
        except (ValueError, RecursionError):
            self.close_connection = True
            raise BatchError("this is not a valid request of the page; reload the page") from None

    def _gone(self) -> bool:
        """Whether the browser has closed the connection."""
        try:
            ready, _, _ = select.select([self.connection], [], [], 0)
            return bool(ready) and self.connection.recv(1, socket.MSG_PEEK) == b""
        except OSError:
            return True

    # answers ---------------------------------------------------------------------------------------------------------

    def _ask(self, asked: Any) -> Ask:
        return read_ask(asked, self.server.desk.scenarios)

    def _menu(self, asked: Any) -> None:
        desk = self.server.desk
        named = asked if isinstance(asked, dict) and asked.get("policy") else {"policy": desk.first}
        with BENCH:
            menu = menu_of(self._ask(named), desk.scenarios)
        self._json(HTTPStatus.OK, menu | {"policy": named["policy"], "version": __version__})

    def _pair(self, asked: Any) -> None:
        ask = self._ask(asked)
        with BENCH:
            ((ours, theirs),) = pairs_of(ask)
            reference = played(theirs, self._gone)
            policy = played(ours, self._gone, theirs)
            words = self._words(ask)
        start = json.loads(ours.scenario)["start"]
        self._json(HTTPStatus.OK, shown(policy, reference, start) | words)

    def _words(self, ask: Ask) -> dict[str, Any]:
        policy, _ = sides_of(ask)
        files = [side for side in (*([policy.before[0]] if policy.before else []), policy) if side.sets]
        return {
            "commands": saved.commands(ask, self.server.desk.plugins),
            "files": [saved.scenario_text(side)[0] for side in files],
        }

    def _many(self, asked: Any) -> None:
        lines = many(self._ask(asked), self._gone, plausible=bool(asked.get("plausible")))
        # What is wrong is said before the answer begins.
        first = next(lines)
        self._headers(HTTPStatus.OK, "application/x-ndjson", {"Connection": "close"})
        self.close_connection = True
        for line in _said(first, lines):
            self.wfile.write(json.dumps(line, allow_nan=False).encode() + b"\n")
            self.wfile.flush()

    def _saved(self, asked: Any) -> None:
        with BENCH:
            policy, _ = sides_of(self._ask(asked))
            side = policy.before[0] if asked.get("which") == "before" and policy.before else policy
            name, text = saved.scenario_text(side)
        self._send(HTTPStatus.OK, "application/toml", text.encode(), _named(name))

    def _files(self, asked: Any) -> None:
        ask = self._ask(asked)
        with BENCH:
            content = saved.archive(ask)
        self._send(HTTPStatus.OK, "application/zip", content, _named("run.zip"))

    def _repeated(self, asked: Any) -> list[str]:
        """The command that shows a failure again."""
        return [f"Repeat it with: {command}" for command in saved.commands(self._ask(asked), self.server.desk.plugins)]

    def _problems(self, status: HTTPStatus, problems: Iterable[str]) -> None:
        if self.command == "GET":
            self._send(status, "text/plain", "\n".join(problems).encode())
        else:
            self._json(status, {"problems": list(problems)})

    def _json(self, status: HTTPStatus, value: Any) -> None:
        self._send(status, "application/json", json.dumps(value, allow_nan=False, separators=(",", ":")).encode())

    def _send(self, status: HTTPStatus, kind: str, content: bytes, more: dict[str, str] | None = None) -> None:
        headers = dict(more or {})
        if len(content) > 1000 and "gzip" in self.headers.get("Accept-Encoding", ""):
            content = gzip.compress(content, 1)
            headers["Content-Encoding"] = "gzip"
        if status >= HTTPStatus.BAD_REQUEST:
            self.close_connection = True
            headers["Connection"] = "close"
        self._headers(status, kind, headers | {"Content-Length": str(len(content))})
        self.wfile.write(content)

    def _headers(self, status: HTTPStatus, kind: str, headers: dict[str, str]) -> None:
        self.send_response(status)
        text = "" if kind == "application/zip" else "; charset=utf-8"
        for name, value in {"Content-Type": f"{kind}{text}", **_HEADERS, **headers}.items():
            self.send_header(name, value)
        self.end_headers()


def _said(first: Any, lines: Iterator[Any]) -> Iterator[Any]:
    """The lines of an answer that has begun; what goes wrong from then on is the last of them."""
    yield first
    try:
        yield from lines
    except (ScenarioError, WorldError, BatchError) as error:
        yield {"problems": error.problems}


def _named(name: str) -> dict[str, str]:
    safe = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "._- ") else "_" for letter in name)
    return {"Content-Disposition": f'attachment; filename="{safe}"'}


def name_of(host: str) -> str:
    """The name in a header ``Host`` or ``Origin``, without its port, in small letters; empty where there is none."""
    try:
        return urlsplit(host if "//" in host else f"//{host}").hostname or ""
    except ValueError:
        return ""


def is_loopback(host: str) -> bool:
    """Whether an address is reached from this machine alone."""
    return host in _LOOPBACK or (_is_address(host) and ipaddress.ip_address(host).is_loopback)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
