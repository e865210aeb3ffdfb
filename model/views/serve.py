"""The server of the browser app: on this machine alone, without the network, on the next free port."""

from __future__ import annotations

import importlib.util
import os
import socket
import sys
import threading
import warnings
import webbrowser
from collections.abc import Sequence
from pathlib import Path

from model.views.read import ViewError

_APP = "model.views.browser"
_PORTS = 20
"""How many ports are tried from the one asked for on."""
_OPEN_AFTER = 1.5
"""Seconds until the browser is asked to open the page."""


def serve(
    scenarios: Sequence[str], plugins: Sequence[Path], *, host: str = "127.0.0.1", port: int = 8765, show: bool = True
) -> None:
    """Serve the app until it is interrupted.

    Args:
        scenarios: names and files to choose from; the shipped ones when there is none.
        plugins: files with own kinds of actors, loaded already.
        host: address to listen at.
        port: port to begin with; 0 takes any free one.
        show: whether to open the page in a browser.

    Raises:
        ViewError: the app's packages are not installed, or no port is free.
    """
    check_packages()
    chosen = free_port(host, port)
    # Solara reads its settings when it is imported.
    os.environ.update(SOLARA_APP=_APP, SOLARA_MODE="production", SOLARA_TELEMETRY_MIXPANEL_ENABLE="False")
    os.environ.update(SOLARA_THEME_SHOW_BANNER="False", SOLARA_ASSETS_FONTAWESOME_ENABLED="False")
    import uvicorn

    from model.views import browser

    browser.CHOICES.scenarios, browser.CHOICES.plugins = tuple(scenarios), tuple(plugins)
    warnings.filterwarnings("ignore", message="Cookies with samesite")
    address = f"http://{host}:{chosen}"
    print(f"Pangwa runs at {address} (stop with Ctrl-C)", flush=True)
    if show:
        threading.Timer(_OPEN_AFTER, webbrowser.open, (address,)).start()
    uvicorn.run("solara.server.starlette:app", host=host, port=chosen, log_level="error")


def check_packages() -> None:
    """Find the packages of the extra ``app``, and the files that the page would otherwise fetch from the network.

    Raises:
        ViewError: something is missing.
    """
    missing = [name for name in ("solara", "uvicorn") if importlib.util.find_spec(name) is None]
    files = Path(sys.prefix) / "share" / "solara" / "cdn" / "@widgetti"
    if missing or not files.is_dir():
        what = " and ".join(missing) or "solara-assets"
        raise ViewError(f"the app needs {what}: in the project's folder, pip install -e '.[app]' -c constraints.txt")


def free_port(host: str, port: int) -> int:
    """The first port from one on that nobody listens at; any free one for 0.

    Raises:
        ViewError: none is free, or the address is not this machine's.
    """
    for candidate in range(port, port + _PORTS if port else 1):
        with socket.socket() as probe:
            if os.name == "posix":
                # A port that a server has just left is free; elsewhere the option would share it with a server in use.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, candidate))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise ViewError(f"no port of {host} from {port} to {port + _PORTS - 1} is free; give another with --port")
