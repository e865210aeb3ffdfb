"""Own kinds of armed actors and own outcomes from a user's file: ``--plugin my_file.py``.

The file's text becomes part of the scenario and so of the run's specification: workers, wherever they are, make the kind
from it, the run's id depends on it, and the manifest keeps it. A scenario file cannot state it; only who starts a run can.

A kind is a subclass of an actor's class in ``agents/armed/actor.py``; its name is the kind's. Its parameters are those of the class
it extends, or a nested class ``Parameters`` that extends their table::

    class CautiousArmy(EthnicArmedOrganization):
        class Parameters(EthnicArmedOrganizationParameters):
            caution: float = parameter(2.0, low=0.0, high=10.0, unit="months of revenue")
            '''Least expected gain of an attack.'''

        def choose_attacks(self) -> None:
            super().choose_attacks()
            for option in self.options():
                if option.utility <= self.parameters.caution:
                    self.call_off(option.place)

It overrides any decision of its class in this way. An outcome is a function with the decorator of its kind (:mod:`model.outcome`).
A file with outcomes is part of every scenario that is read while it is chosen, one with kinds alone of those that use one.
"""

from __future__ import annotations

import linecache
import sys
import types
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from pydantic import Field, create_model

from model.outcome import Declared, UnfitOutcomeError, collected, reason_against, use_own
from model.parameters import ParameterTable
from model.scenario.problems import ScenarioError
from model.scenario.schema import ActorTable, Scenario
from model.scenario.tables import ACTOR_KINDS, ARMED_KINDS, OWN_KINDS

if TYPE_CHECKING:
    from agents.armed.actor import ArmedActor

_PREFIX = "pangwa_plugin_"
_chosen: dict[str, str] = {}
_files: dict[str, Path] = {}
_active: dict[str, str] = {}


def use_plugin(plugin: str | Path | type) -> list[str]:
    """Make the kinds and outcomes of a file known to scenarios that are read from now on.

    Args:
        plugin: a Python file, or a class that stands in one.

    Returns:
        The names of its kinds, then of its outcomes.

    Raises:
        ScenarioError: there is no such file, it does not run, or it holds neither; a class from a notebook's cell.
    """
    path = _file_of(plugin) if isinstance(plugin, type) else Path(plugin)
    try:
        source = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise ScenarioError([f"{path}: cannot be read: {reason}"]) from None
    known = read_plugins(((path.stem, source),))
    _chosen[path.stem], _files[path.stem] = source, path
    activate(_chosen)
    return [*known.kinds, *(one.outcome.name for one in known.outcomes)]


def _file_of(plugin: type) -> Path:
    module = sys.modules.get(plugin.__module__)
    file = getattr(module, "__file__", None)
    if file is None or plugin.__module__ == "__main__":
        raise ScenarioError(
            [
                (
                    f"the class {plugin.__name__} is defined in a notebook cell, where the processes of a batch cannot find it; "
                    "write it into a file (begin the cell with %%writefile my_actor.py) and give that"
                )
            ]
        )
    return Path(file)


def plugin_file(name: str) -> Path:
    """The file that a chosen plugin was read from."""
    return _files[name]


def forget_plugins() -> None:
    """Scenarios that are read from now on know the project's own kinds alone."""
    _chosen.clear()
    activate({})


def reading() -> None:
    """Let the schema know the kinds that were chosen: a run may have put its own in their place."""
    activate(_chosen)


def needed_plugins(kinds: set[str]) -> dict[str, str]:
    """The chosen files, by name, that declare outcomes or of which a scenario uses a kind.

    Args:
        kinds: the kinds of its actors.
    """
    files = {name: read_plugins(((name, source),)) for name, source in _chosen.items()}
    return {name: _chosen[name] for name, known in files.items() if known.outcomes or kinds & set(known.kinds)}


def activate(plugins: dict[str, str]) -> None:
    """Let the schema of scenarios know the kinds of these plugins, and runs their outcomes, and no others.

    Args:
        plugins: name -> text of the file.
    """
    if plugins == _active:
        return
    files = read_plugins(tuple(plugins.items()))
    use_own(files.outcomes)
    tables = {kind: _table(kind, cls) for kind, cls in files.kinds.items()}
    for kind in OWN_KINDS:
        del ARMED_KINDS[kind], ACTOR_KINDS[kind]
    OWN_KINDS.clear()
    for known in (OWN_KINDS, ARMED_KINDS, ACTOR_KINDS):
        known.update(tables)
    actor: Any = ActorTable
    for table in tables.values():
        actor = actor | table
    field: Any = Scenario.model_fields["actors"]
    field.annotation = dict.__class_getitem__((str, Annotated[actor, Field(discriminator="kind")]))
    Scenario.model_rebuild(force=True)
    _active.clear()
    _active.update(plugins)


class Known(NamedTuple):
    """What files hold: kinds of actors by name, and outcomes."""

    kinds: dict[str, type[ArmedActor]]
    outcomes: list[Declared]


def classes(plugins: tuple[tuple[str, str], ...]) -> dict[str, type[ArmedActor]]:
    """The kinds of actors that files define, by name; see :func:`read_plugins`."""
    return read_plugins(plugins).kinds


@lru_cache(maxsize=32)
def read_plugins(plugins: tuple[tuple[str, str], ...]) -> Known:
    """The kinds of actors and the outcomes that files define.

    Args:
        plugins: names and texts of the files.

    Raises:
        ScenarioError: a file does not run or holds neither, or two kinds or outcomes have one name.
    """
    found = Known({}, [])
    for name, source in plugins:
        with collected() as outcomes:
            own = _own_classes(_module(name, source))
        if not own and not outcomes:
            needed = (
                "a class that extends one of agents/armed/actor.py, or a function with a decorator of model/outcome.py"
            )
            raise ScenarioError([f"{name}.py: defines no actor and no outcome; it needs {needed}"])
        for kind, cls in own.items():
            if kind in found.kinds or (kind in ACTOR_KINDS and kind not in OWN_KINDS):
                raise ScenarioError([f"{name}.py: the kind '{kind}' already exists; give the class another name"])
            found.kinds[kind] = cls
        found.outcomes.extend(_own_outcome(name, one, found.outcomes) for one in outcomes)
    return found


def _own_outcome(file: str, one: Declared, before: Sequence[Declared]) -> Declared:
    """An outcome whose errors name its file; refused where its name is taken."""
    name = one.outcome.name
    twice = any(name == other.outcome.name for other in before)
    reason = "already exists" if twice else reason_against(name)
    if reason:
        raise ScenarioError([f"{file}.py: the outcome '{name}' {reason}; give the function another name"])
    return one._replace(read=_checked(f"{file}.py", one))


def _checked(file: str, one: Declared) -> Callable[[Any], Any]:
    """What reads an own outcome, with a sentence where it fails or returns something else than its kind is."""
    who = f"the outcome '{one.outcome.name}'"

    def read(record: Any) -> Any:
        try:
            return one.fitting(one.read(record), record)
        except Exception as error:
            what = str(error) if isinstance(error, UnfitOutcomeError) else f"{type(error).__name__}: {error}"
            raise ScenarioError([f"{file}{_line_of(error, file)}: {who}: {what}"]) from None

    return read


def _module(name: str, source: str) -> types.ModuleType:
    """Run the text of a file as a module of its own, whose lines tracebacks can show."""
    module = types.ModuleType(_PREFIX + name)
    file = f"{name}.py"
    module.__file__ = file
    sys.modules[module.__name__] = module
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    try:
        exec(compile(source, file, "exec", dont_inherit=True), module.__dict__)
    except SyntaxError as error:
        raise ScenarioError([f"{file}, line {error.lineno}: {error.msg}"]) from None
    except Exception as error:
        line = _line_of(error, file)
        raise ScenarioError([f"{file}{line}: {type(error).__name__}: {error}"]) from None
    return module


def _line_of(error: Exception, file: str) -> str:
    trace, line = error.__traceback__, ""
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file:
            line = f", line {trace.tb_lineno}"
        trace = trace.tb_next
    return line


def _own_classes(module: types.ModuleType) -> dict[str, type[ArmedActor]]:
    from agents.armed.actor import ArmedActor

    return {
        name: value
        for name, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, ArmedActor) and value.__module__ == module.__name__
    }


def _table(kind: str, cls: type[ArmedActor]) -> type[ParameterTable]:
    """The parameters of a kind: its own table or that of the class it extends, under its own name."""
    base: Any = getattr(cls, "Parameters", None)
    if base is None:
        parents = (parent.__name__ for parent in cls.__mro__[1:])
        base = next(
            (ARMED_KINDS[parent] for parent in parents if parent in ARMED_KINDS and parent not in OWN_KINDS), None
        )
    if not (isinstance(base, type) and issubclass(base, ParameterTable)):
        raise ScenarioError([f"the kind '{kind}' needs a nested class Parameters that extends a table of parameters"])
    annotation: Any = Literal.__getitem__(kind)
    return create_model(f"{kind}Parameters", __base__=base, kind=(annotation, kind))
