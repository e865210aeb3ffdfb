"""Runs over an encrypted connection to a Dask scheduler, with the right certificates and with each kind of wrong ones."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import dask
import distributed
import pytest

from model.experiments.batch import run_batch
from model.experiments.dask_address import refuse_unanswered
from model.experiments.errors import RunnerError
from model.experiments.store import FINAL_TABLES
from tests.experiments.fakes import fake_simulate, plan

pytestmark = [
    pytest.mark.xdist_group("executors"),
    pytest.mark.skipif(shutil.which("openssl") is None, reason="certificates are made by the command openssl"),
]
NAMES = ("ca-file", "client.cert", "client.key")


def openssl(folder: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two authorities, ours and another, and a certificate that each has signed."""
    folder = tmp_path_factory.mktemp("tls")
    kind = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    for authority, node in (("ours", "node"), ("others", "stranger")):
        openssl(
            folder,
            "req",
            "-x509",
            *kind,
            "-keyout",
            f"{authority}.key",
            "-out",
            f"{authority}.pem",
            "-subj",
            f"/CN={authority}",
        )
        openssl(folder, "req", *kind, "-keyout", f"{node}.key", "-out", f"{node}.csr", "-subj", "/CN=localhost")
        signed = ("-CA", f"{authority}.pem", "-CAkey", f"{authority}.key", "-CAcreateserial", "-out", f"{node}.pem")
        openssl(folder, "x509", "-req", "-in", f"{node}.csr", *signed)
    return folder


def settings(folder: Path, *files: str) -> dict[str, str]:
    return {
        f"distributed.comm.tls.{name}": str(folder / file) for name, file in zip(NAMES, files, strict=False) if file
    }


@pytest.fixture(scope="module")
def scheduler(certificates: Path) -> Iterator[str]:
    """The address of a cluster of one thread that takes encrypted connections alone."""
    files = {
        f"tls_{role}_{part}": str(certificates / f"node.{end}")
        for role in ("scheduler", "worker", "client")
        for part, end in (("cert", "pem"), ("key", "key"))
    }
    security = distributed.Security(  # type: ignore[no-untyped-call]
        tls_ca_file=str(certificates / "ours.pem"), require_encryption=True, **files
    )
    with distributed.LocalCluster(  # type: ignore[no-untyped-call]
        processes=False, n_workers=1, threads_per_worker=1, protocol="tls://", security=security,
        dashboard_address="127.0.0.1:0", host="127.0.0.1", silence_logs=50,
    ) as cluster:  # fmt: skip
        yield cluster.scheduler_address


def test_runs_over_tls_are_those_of_this_process(certificates: Path, scheduler: str, tmp_path: Path) -> None:
    assert scheduler.startswith("tls://")
    run_batch(plan(2), tmp_path / "here", executor="serial", quiet=True, simulate=fake_simulate)
    with dask.config.set(settings(certificates, "ours.pem", "node.pem", "node.key")):
        report = run_batch(plan(2), tmp_path / "there", executor=scheduler, quiet=True, simulate=fake_simulate)
    assert (report.computed, report.exit_code) == (4, 0)
    for name in FINAL_TABLES:
        assert (tmp_path / "there" / name).read_bytes() == (tmp_path / "here" / name).read_bytes()


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (
            ("others.pem", "stranger.pem", "stranger.key"),
            r"scheduler's certificate is not one that .*others\.pem vouches",
        ),
        (("ours.pem", "stranger.pem", "stranger.key"), r"refuses the certificate .*stranger\.pem \(.*unknown ca"),
        (("gone.pem", "node.pem", "node.key"), r"tls\.ca-file = '.*gone\.pem': there is no such file"),
        (("ours.pem", "gone.pem", "gone.key"), r"client\.cert = .*gone\.pem.*\n.*client\.key = .*gone\.key"),
        (("ours.key", "node.pem", "node.key"), r"ours\.key, node\.pem, node\.key: are not certificates"),
        (("ours.pem", "node.csr", "node.key"), r"are not certificates with their key"),
        (("ours.pem", "node.pem", "stranger.key"), r"are not certificates with their key"),
        ((), r"settings lack distributed\.comm\.tls\.ca-file, .*client\.cert$"),
        (("ours.pem",), r"settings lack distributed\.comm\.tls\.client\.cert"),
    ],
)
def test_wrong_certificates_are_named_at_once(
    certificates: Path, scheduler: str, tmp_path: Path, files: tuple[str, ...], said: str
) -> None:
    started = time.monotonic()
    with dask.config.set(settings(certificates, *files)), pytest.raises(RunnerError, match=said):
        run_batch(plan(1), tmp_path / "out", executor=scheduler, quiet=True, simulate=fake_simulate)
    assert time.monotonic() - started < 5
    assert not (tmp_path / "out").exists()


def test_a_listener_without_encryption_is_told(certificates: Path) -> None:
    code = "import socket; s = socket.create_server(('127.0.0.1', 0)); print(s.getsockname()[1], flush=True)\n"
    code += "c, _ = s.accept(); c.sendall(b'not encrypted' * 9); c.recv(99999)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as listener:
        assert listener.stdout is not None
        address = f"tls://127.0.0.1:{int(listener.stdout.readline())}"
        with (
            dask.config.set(settings(certificates, "ours.pem", "node.pem", "node.key")),
            pytest.raises(RunnerError, match="does not encrypt; give tcp://"),
        ):
            refuse_unanswered(address)
        listener.kill()
