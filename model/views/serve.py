"""The server of the browser app: on this machine alone unless asked, without the network, on the next free port."""

from __future__ import annotations

import os
import socket
import threading
import webbrowser
from collections.abc import Sequence
from pathlib import Path

from model.views.read import ViewError

_PORTS = 20
"""How many ports are tried from the one asked for on."""
_USUAL, _WITHOUT = "engage_kia", "doses"
"""The scenario shown first, and one that serves a sweep alone."""


def serve(
    scenarios: Sequence[str],
    plugins: Sequence[Path],
    *,
    host: str = "127.0.0.1",
    port: int = 8765,
    root: str = "",
    names: Sequence[str] = (),
    show: bool = True,
) -> None:
    """Serve the app until it is interrupted.

    Args:
        scenarios: names and files to choose from before the shipped ones.
        plugins: files with own kinds of actors, loaded already.
        host: address to listen at.
        port: port to begin with; 0 takes any free one.
        root: path under which a proxy shows the app, such as ``/user/me/proxy/8765``.
        names: names by which browsers ask for it through a proxy.
        show: whether to open the page in a browser.

    Raises:
        ViewError: no port is free.
        ScenarioError: a scenario cannot be read.
    """
    from model.scenario.files import shipped_scenarios
    from model.scenario.read import load_scenario
    from model.views.desk.server import Desk, Server, is_loopback

    for name in scenarios:
        load_scenario(name)
    chosen = free_port(host, port)
    offered = dict.fromkeys([*scenarios, *(name for name in shipped_scenarios() if name != _WITHOUT)])
    path = f"/{root.strip('/')}" if root.strip("/") else ""
    lowered = tuple(name.lower() for name in names)
    desk = Desk(tuple(offered), next(iter(scenarios), _USUAL), tuple(plugins), lowered, path)
    with Server((host, chosen), desk) as server:
        shown = f"[{host}]" if ":" in host else host
        address = f"http://{shown}:{chosen}{path}/"
        print(f"Pangwa runs at {address} (stop with Ctrl-C)", flush=True)
        if not is_loopback(host):
            print(
                "Anyone who can reach this machine over the network can start runs and read the scenarios offered: there is no "
                "password and no encryption. Put a proxy with both in front of it, or omit --host.",
                flush=True,
            )
        if show:
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        server.serve_forever()


def free_port(host: str, port: int) -> int:
    """The first port from one on that nobody listens at; any free one for 0.

    Raises:
        ViewError: none is free, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for candidate in range(port, min(port + _PORTS, 65_536) if port else 1):
        with socket.socket(family) as probe:
            if os.name == "posix":
                # A port that a server has just left is free; elsewhere the option would share it with a server in use.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, candidate))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise ViewError(f"no port of {host} from {port} to {port + _PORTS - 1} is free; give another with --port")
