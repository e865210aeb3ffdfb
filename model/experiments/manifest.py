"""The manifest of a batch: all that its tables leave out, clocks, paths and the command among it."""

from __future__ import annotations

import json
import platform
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from model import __version__
from model.experiments.errors import StoreError
from model.experiments.files import digest_of_file, read_json, write_json
from model.experiments.frozen import code_digests, package_versions, processor
from model.experiments.plan import BatchPlan
from model.experiments.store import MANIFEST
from model.outcome import describe, description
from model.scenario.plugins import Known, read_plugins
from model.scenario.spec import content_hash

RUNNING, COMPLETE, INTERRUPTED, STOPPED = "running", "complete", "interrupted", "stopped"
_GIT_SECONDS = 5.0
_AGAIN = "repeat the batch's command with --resume to rebuild it from the runs in spool/"


def now() -> str:
    """The time, as 2025-08-01T12:00:00+0200."""
    return time.strftime("%Y-%m-%dT%H:%M:%S%z")


@dataclass
class Session:
    """One call that computed runs of a batch; a batch that was resumed has several."""

    jobs: int
    command: tuple[str, ...] = ()
    started: str = field(default_factory=now)
    ended: str = ""
    computed: int = 0
    run_seconds: float = 0.0
    commit: str | None = None
    packages: dict[str, str] = field(default_factory=package_versions)


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a folder; empty where there is none, or it cannot be read."""
    try:
        return read_json(folder / MANIFEST)
    except StoreError:
        return {}


def checked_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a folder of results, after a look at every table that it tells of.

    Raises:
        StoreError: the manifest or a table is missing, or is not what was written.
    """
    try:
        manifest = read_json(folder / MANIFEST)
    except StoreError as error:
        raise StoreError([f"{sentence}; {_AGAIN}" for sentence in error.problems]) from None
    if problems := [*_misshapen(folder, manifest), *damaged_tables(folder, manifest)]:
        raise StoreError([f"{sentence}; {_AGAIN}" for sentence in problems])
    describe(manifest.get("own_outcomes"))
    return manifest


_SHAPES: dict[str, tuple[type, type | None]] = {
    **dict.fromkeys(("name", "description", "reference", "parameters"), (str, None)),
    **dict.fromkeys(("prose", "scenarios"), (dict, dict)),
    **dict.fromkeys(("scenario_hashes", "commands"), (dict, None)),
    **dict.fromkeys(("points", "sessions"), (list, dict)),
    "vectors": (list, None),
    "runs": (dict, int),
}
"""What entries of a manifest are, and what these hold."""


def _misshapen(folder: Path, manifest: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each entry that no manifest of ours has in this form; one without a digest may be by anybody."""
    for name, (outer, inner) in _SHAPES.items():
        entry = manifest.get(name)
        held = entry.values() if isinstance(entry, dict) else entry if isinstance(entry, list) else ()
        fits = isinstance(entry, outer) and (inner is None or all(isinstance(one, inner) for one in held))
        if entry is not None and not fits:
            yield f"{folder / MANIFEST}: is damaged: {name} has an unexpected form"


def damaged_tables(folder: Path, manifest: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each table that is missing or is not what was written; folders of older versions tell no digests."""
    known = manifest.get("tables")
    for name, digest in known.items() if isinstance(known, dict) else ():
        path = folder / Path(str(name)).name
        try:
            about = path.stat()
            found = _digest(path, about.st_size, about.st_mtime_ns)
        except OSError:
            yield f"{path}: is missing"
            continue
        if found != digest:
            yield f"{path}: is damaged: its content has changed since it was written"


@lru_cache(maxsize=256)
def _digest(path: Path, size: int, changed: int) -> str:
    """The digest of a file, worked out once for each state of it."""
    return digest_of_file(path)


def write_manifest(
    folder: Path,
    plan: BatchPlan,
    session: Session,
    status: str,
    counts: Mapping[str, int],
    earlier: list[dict[str, Any]],
    in_tables: int,
    tables: Mapping[str, str],
) -> None:
    """Write the manifest.

    Args:
        folder: the batch's folder.
        plan: the batch.
        session: this call.
        status: "running", "complete", "interrupted" or "stopped".
        counts: runs planned, ok, failed and missing.
        earlier: the sessions of before.
        in_tables: number of runs that the tables in the folder hold.
        tables: file -> digest of each of them.

    Raises:
        OSError: it cannot be written; the one of before is untouched.
    """
    content = {
        "name": plan.name,
        "description": plan.description,
        "prose": {label: dict(words) for label, words in plan.prose.items()},
        "commands": {label: list(words) for label, words in plan.commands.items()},
        "status": status,
        "runs": dict(counts),
        "runs_in_tables": in_tables,
        "tables": dict(tables),
        "plan_id": plan.plan_id,
        "version": __version__,
        "commit": session.commit,
        "code": content_hash(json.dumps(code_digests())),
        "packages": package_versions(),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "processor": processor(),
        "command": list(plan.command),
        "folder": str(folder.resolve()),
        "reference": plan.reference,
        "replicates": plan.replicates,
        "base_seed": plan.base_seed,
        "seeds": list(plan.seeds),
        "record": list(plan.record),
        "points": [{path: json.loads(text) for path, text in point} for point in plan.points],
        "vectors": [{path: json.loads(text) for path, text in vector} for vector in plan.vectors],
        "parameters": plan.parameters,
        "worlds": dict(plan.worlds),
        "shard": plan.shard,
        "scenario_hashes": plan.scenario_hashes,
        "sessions": [*earlier, vars(session)],
        "scenarios": {label: dict(resolved) for label, resolved in plan.scenarios.items()},
        "own_outcomes": description(_plugins_of(plan).outcomes),
    }
    write_json(folder / MANIFEST, content)


def _plugins_of(plan: BatchPlan) -> Known:
    """What the plugins of a batch's scenarios hold."""
    files = {name: text for resolved in plan.scenarios.values() for name, text in resolved.get("plugins", {}).items()}
    return read_plugins(tuple(files.items()))


def commit() -> str | None:
    """The commit of the checkout that this package runs from, with "+" when files differ; None outside a checkout."""
    root = Path(__file__).parents[2]
    if not (root / ".git").exists():
        return None
    try:
        head = _git(root, "rev-parse", "HEAD")
        changed = _git(root, "status", "--porcelain", "--untracked-files=no", "--", "agents", "model", "scenarios")
    except (OSError, subprocess.SubprocessError):
        return None
    return head + ("+" if changed else "")


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(root), *arguments], capture_output=True, text=True, check=True, timeout=_GIT_SECONDS
    )
    return done.stdout.strip()
