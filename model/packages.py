"""Whether the packages of common names that are found are Pangwa's own."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path


def foreign_agents() -> str:
    """A sentence where ``agents`` is another package's: that name, like ``model``, is a common one; empty where it is ours."""
    home = Path(__file__).resolve().parents[1]
    spec = find_spec("agents")
    found = Path(spec.origin).resolve() if spec is not None and spec.origin else None
    if found is not None and found.parent == home / "agents" and "Who acts" in found.read_text("utf-8")[:200]:
        return ""
    return (
        f"the package 'agents' found at {found.parent if found else 'no place'} is not Pangwa's; "
        "another package has the same name: give Pangwa a virtual environment of its own"
    )
