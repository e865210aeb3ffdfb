"""The address of a Dask scheduler, tried before a batch begins: who answers there, and for ``tls://`` whether both sides trust each other.

Dask itself tries for half a minute, and then says of every fault that nobody answers.
"""

from __future__ import annotations

import socket
import ssl
from importlib import import_module
from pathlib import Path
from urllib.parse import urlsplit

from model.experiments.errors import RunnerError

_SCHEMES = ("tcp", "tls", "ws", "wss", "ucx")
_KNOCK_SECONDS = 3.0
_SETTINGS = {"tls_ca_file": "ca-file", "tls_client_cert": "client.cert", "tls_client_key": "client.key"}
"""Attributes of Dask's ``Security``, and the settings that they come from, under ``distributed.comm.tls``."""


def refuse_unanswered(address: str) -> None:
    """Refuse at once an address at which nobody listens, or certificates that the two sides do not accept.

    Raises:
        RunnerError: it is no address, nobody answers there, or the certificates do not fit.
    """
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        parts, host, port = urlsplit(""), None, None
    if parts.scheme not in _SCHEMES or not host or not port:
        raise RunnerError(
            f"executor = {address!r}: must be the address of a Dask scheduler, such as tcp://host:8786 or tls://host:8786"
        )
    if parts.scheme in ("tcp", "tls"):
        try:
            with socket.create_connection((host, port), timeout=_KNOCK_SECONDS) as connection:
                if parts.scheme == "tls":
                    _shake_hands(address, connection, host)
        except (OSError, UnicodeError) as error:
            why = getattr(error, "strerror", None) or "no answer"
            raise RunnerError(f"executor = {address!r}: no Dask scheduler answers there ({why})") from None


def _shake_hands(address: str, connection: socket.socket, host: str) -> None:
    """Begin an encrypted connection with the certificates of Dask's settings, and wait for the scheduler's first byte.

    Raises:
        RunnerError: naming the setting or side at fault.
    """
    try:
        security = import_module("distributed.security").Security()
    except ImportError:
        return  # what to install is said where the pool is made
    context = _context(address, security)
    try:
        with context.wrap_socket(connection, server_hostname=host) as encrypted:
            encrypted.recv(1)  # the scheduler looks at our certificate only after its own was accepted
    except ssl.SSLCertVerificationError as error:
        told = (
            f"the scheduler's certificate is not one that {security.tls_ca_file} vouches for ({error.verify_message})"
        )
        raise RunnerError(f"executor = {address!r}: {told}") from None
    except ssl.SSLError as error:
        reason = (error.reason or "no reason given").lower().replace("_", " ")
        told = f"the scheduler refuses the certificate {security.tls_client_cert} ({reason})"
        if "version number" in reason or "record layer" in reason:
            told = "what answers there does not encrypt; give tcp:// if it is a scheduler without certificates"
        raise RunnerError(f"executor = {address!r}: {told}") from None


def _context(address: str, security: object) -> ssl.SSLContext:
    """What the certificates of Dask's settings make.

    Raises:
        RunnerError: they are not given, not there, or no certificates.
    """
    given = {f"distributed.comm.tls.{name}": getattr(security, key) for key, name in _SETTINGS.items()}
    # The file of a certificate may hold its key too.
    absent = [name for name, file in given.items() if not file and not name.endswith("key")]
    problems = [f"Dask's settings lack {', '.join(absent)}"] if absent else []
    gone = {name: file for name, file in given.items() if file and "\n" not in file and not Path(file).is_file()}
    problems += [f"{name} = {file!r}: there is no such file" for name, file in gone.items()]
    if not problems:
        try:
            context = security.get_connection_args("client")["ssl_context"]  # type: ignore[attr-defined]
            assert isinstance(context, ssl.SSLContext)
            return context
        except (OSError, ValueError) as error:
            files = ", ".join(Path(file).name for file in given.values() if file and "\n" not in file)
            problems = [f"{files}: are not certificates with their key in PEM form ({error})"]
    raise RunnerError([f"executor = {address!r}: {problem}" for problem in problems])
