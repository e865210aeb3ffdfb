"""The desk over HTTP: who may ask, what is answered to whom, and that nothing goes on for nobody."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from model.views import serve
from model.views.desk.server import Desk, Server, is_loopback, name_of
from model.views.desk.show import BENCH
from model.views.read import ViewError

ROOT = Path(__file__).parents[3]
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("desk") / "small.toml"
    path.write_text(f'extends = "engage_kia"\nworld = "{ROOT / "tests" / "tiny"}"\nmonths = 2\n', encoding="utf-8")
    return str(path)


@pytest.fixture(scope="module")
def port(small: str) -> Iterator[int]:
    desk = Desk((small, "status_quo"), small, names=("hub.example",), root="/user/me")
    with Server(("127.0.0.1", 0), desk) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield int(server.server_address[1])
        server.shutdown()


def answer(port: int, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, None if body is None else json.dumps(body), given)
    response = connection.getresponse()
    found = (response.status, dict(response.getheaders()), response.read())
    connection.close()
    return found


def problems(content: bytes) -> list[str]:
    return list(json.loads(content)["problems"])


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "localhost:1"}, 200),
        ({"Host": "hub.example", "Origin": "https://hub.example"}, 200),
        ({"Origin": "https://hub.example"}, 200),
        ({"Origin": "http://127.0.0.1:{port}", "Sec_Fetch_Site": "same-origin"}, 200),
        ({"Host": "evil.example"}, 421),
        ({"Host": "127.0.0.1.evil.example"}, 421),
        ({"Host": ""}, 421),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Sec_Fetch_Site": "cross-site"}, 403),
        ({"Sec_Fetch_Site": "same-site"}, 403),
        ({"Content_Type": "text/plain"}, 403),
    ],
)
def test_only_pages_of_the_app_may_ask(port: int, small: str, headers: dict[str, str], status: int) -> None:
    sent = {"Content_Type": "application/json"} | {name: text.format(port=port) for name, text in headers.items()}
    found, _, content = answer(port, "POST", "/menu", {"policy": small}, **sent)
    assert found == status
    assert ("instruments" in json.loads(content)) == (status == 200)


def test_the_page_is_given_by_its_own_name_and_loads_nothing_from_elsewhere(port: int) -> None:
    assert answer(port, "GET", "/", Host="evil.example")[0] == 421
    for path in ("/", "/user/me/", "/desk.css", "/user/me/desk.js"):
        status, headers, content = answer(port, "GET", path)
        assert status == 200 and content
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert b"http://" not in content.replace(b"http://www.w3.org/2000/svg", b"") and b"https://" not in content
    assert answer(port, "GET", "/user/me")[:2][1]["Location"] == "/user/me/"
    for path in ("/nothing", "/../server.py", "/page/desk.js", "//evil.example/", "/%2e%2e/server.py"):
        assert answer(port, "GET", path)[0] == 404
    assert answer(port, "POST", "/nothing", {}, Content_Type="application/json")[0] == 404


@pytest.mark.parametrize("body", ["[" * 100_000, "{", "", "nonsense"])
def test_what_is_no_request_gets_a_sentence(port: int, body: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("POST", "/pair", body, JSON)
    response = connection.getresponse()
    assert response.status == 422
    assert problems(response.read()) == ["this is not a valid request of the page; reload the page"]


def test_problems_come_as_sentences_and_scenarios_of_others_are_not_read(port: int, small: str) -> None:
    status, _, content = answer(
        port, "POST", "/pair", {"policy": small, "set": ["months=nan"]}, Content_Type="application/json"
    )
    assert status == 422 and problems(content)[0].startswith("months = nan: must be a finite whole number")
    secret = Path(small).with_name("secret.toml")
    secret.write_text('extends = "status_quo"\n', encoding="utf-8")
    status, _, content = answer(port, "POST", "/pair", {"policy": str(secret)}, Content_Type="application/json")
    assert status == 422 and "is not a scenario of this app" in problems(content)[0]


def test_a_closed_tab_ends_its_run(port: int, small: str) -> None:
    body = json.dumps({"policy": small, "set": ["months=1200"]}).encode()
    with socket.create_connection(("127.0.0.1", port)) as tab:
        tab.sendall(
            b"POST /pair HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            % len(body)
        )
        tab.sendall(body)
        for _ in range(400):
            if not BENCH.acquire(blocking=False):
                break
            BENCH.release()
            time.sleep(0.01)
        else:
            pytest.fail("the run has not begun")
    assert BENCH.acquire(timeout=30), "the run goes on for nobody"
    BENCH.release()


@pytest.mark.slow
def test_ctrl_c_ends_the_app_while_a_run_is_under_way(small: str) -> None:
    command = [sys.executable, "-u", "-m", "model.cli", "app", small, "--port", "0", "--no-open", "--host", "0.0.0.0"]
    app = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert app.stdout is not None
    port = int(app.stdout.readline().split(":")[2].split("/")[0])
    assert "no password" in app.stdout.readline()
    tab = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    tab.request("POST", "/pair", json.dumps({"policy": small, "set": ["months=1200"]}), JSON)
    time.sleep(0.5)
    app.send_signal(signal.SIGINT)
    _, said = app.communicate(timeout=30)
    tab.close()
    assert app.returncode == 130 and "Traceback" not in said


def test_a_taken_port_gives_the_next_and_no_port_a_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert serve.free_port("127.0.0.1", port) != port
    with pytest.raises(ViewError, match="is free"):
        serve.free_port("192.0.2.1", 8765)


def test_names_and_addresses() -> None:
    assert [name_of(text) for text in ("LocalHost:80", "[::1]:80", "https://a.b", "null", "", "[")] == [
        "localhost",
        "::1",
        "a.b",
        "null",
        "",
        "",
    ]
    assert [
        host for host in ("127.0.0.1", "::1", "localhost", "127.8.9.1", "0.0.0.0", "::", "a.b") if not is_loopback(host)
    ] == ["0.0.0.0", "::", "a.b"]
