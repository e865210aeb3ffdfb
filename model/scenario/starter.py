"""A commented scenario file to start from."""

from __future__ import annotations

import os
from pathlib import Path

from agents.instruments import KIND_MEANINGS
from model.scenario.problems import dotted, toml_text
from model.scenario.schema import Scenario

_HEAD = """\
# {name}: a scenario that states only how it differs from {parent}.
# Check it with: pangwa check {file}      Run it with: pangwa run {file}
# List what can be changed, with range, unit and source: pangwa parameters {file} --search WORD
extends = {extends}

title = "{title}"
description = \"\"\"
The question, and why it is asked.
\"\"\"

# Remove the "# " from what you want to change, and note why.

# start = "{start}"
# months = {months}
"""

_POLICY = """
# --- The policy: instruments by name; level 1 is a precedent, and levels go up to 10. Kinds:
{kinds}
{stated}
# A new one:
# [united_states.instruments.my_instrument]
# kind = "aid"
# target = "{target}"
# level = 0.5
# start = 6       # months after the start of the run
# ramp = 6.0      # months until 63% of the level is reached
# when = {{ ceasefire = {{ {target_key} = false }} }}   # works only while this holds

# Or none at all:
# [united_states]
# instruments = []
"""

_REST = """
# --- An actor: only what differs from the world's record.
# [actors.{target_key}]
# troops = {troops}

# --- The choice between rival mechanisms.
# [structure]
# mine_stop = "{mine_stop}"

# --- External events by date.
# [[forcing]]
# name = "border closed"
# kind = "close_lanes"
# target = "China"
# start = "{start}"
# end = "{start}"
# value = 0.0
"""


def starter_text(path: Path, extends: str | Path, parent: Scenario) -> str:
    """A scenario file that changes nothing yet, with what can be changed as comments.

    Args:
        path: where the file will stand.
        extends: a shipped name, or the path of the parent's file.
        parent: the parent, resolved.
    """
    target = _example_actor(parent)
    reference = extends if isinstance(extends, str) else _relative(extends, path.parent)
    return (
        _HEAD.format(
            name=path.stem,
            parent=parent.name,
            file=path,
            extends=toml_text(reference) if len(reference) < 50 else f"'{reference}'",
            title=f"Like {parent.name}, but ...",
            start=parent.start,
            months=parent.months,
        )
        + _POLICY.format(
            kinds="\n".join(f"#   {kind}: {meaning}" for kind, meaning in KIND_MEANINGS.items()),
            stated=_stated(parent),
            target=target,
            target_key=dotted([target]),
        )
        + _REST.format(
            target_key=dotted([target]),
            troops=getattr(parent.actors[target], "troops", 0),
            mine_stop=parent.structure.mine_stop,
            start=parent.start,
        )
    )


def _example_actor(parent: Scenario) -> str:
    targets = [one.target for one in parent.united_states.instruments.values() if one.target in parent.actors]
    return next(iter(targets), "KIA" if "KIA" in parent.actors else next(iter(parent.actors)))


def _stated(parent: Scenario) -> str:
    """The parent's instruments as comments, ready to be changed."""
    lines = []
    for name, one in parent.united_states.instruments.items():
        aim = f" for {one.target}" if one.target else ""
        lines += [
            f"# {parent.name} has {name}: {one.kind}{aim}",
            f"# [united_states.instruments.{dotted([name])}]",
            f"# level = {one.level}",
            "",
        ]
    return "\n".join(lines) if lines else f"# {parent.name} has none.\n"


def _relative(parent: Path, folder: Path) -> str:
    """The parent's path as the new file must give it; absolute where there is no way round (another drive)."""
    try:
        return Path(os.path.relpath(parent.resolve(), folder.resolve())).as_posix()
    except ValueError:
        return parent.resolve().as_posix()
