"""The rules of the house: sizes, documentation, which room may import which, what may lie at the top."""

from __future__ import annotations

import ast
import io
import re
import subprocess
import sys
import tokenize
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from model import __version__

ROOT = Path(__file__).parents[1]
ROOMS = ("agents", "model", "notebooks", "scenarios", "tests")
TOP_FILES = {
    ".gitignore",
    ".pre-commit-config.yaml",
    "CHANGELOG.md",
    "CITATION.cff",
    "LICENSE",
    "Makefile",
    "README.md",
    "constraints.txt",
    "pangwa.py",
    "pyproject.toml",
}
WRITTEN = {".py", ".css", ".html", ".js"}
LONGEST_FILE = 500
LONGEST_FUNCTION = 50
PYTHONS = ("3.11", "3.12", "3.13")

Function = ast.FunctionDef | ast.AsyncFunctionDef

# Rooms from the ground up: a module imports from its own storey or from one further down, never from one above.
STOREYS = (
    {
        "model",
        "model.parameters",
        "model.draws",
        "model.arrays",
        "model.compile",
        "model.groups",
        "model.live",
        "model.outcome",
    },
    {"model.world"},
    {"model.state", "model.forcing"},
    {"model.dynamics"},
    {"agents"},
    {"model.scenario"},
    {"model.run"},
    {"model.output"},
    {"model.phases"},
    {"model.begin", "model.model", "model.collect", "model.copying", "model.grid"},
    {"model.experiments"},
    {"model.views"},
    {"model.api"},
    {"model.cli"},
)

# Who may import what of numba; NumPy is used from outside alone. The worker pool ends a run in another thread by ctypes.
ALLOWED = {
    "model.compile": {"numba", "numba.core.event"},
    "model.groups": {"numba", "numba.types", "numba.experimental.structref", "numba.extending"},
    "model.experiments.worker": {"ctypes"},
}
INSIDES = re.compile(r"^(llvmlite|ctypes|cffi|numba|numpy\.(_core|core|ctypeslib|lib\..*_impl))(\.|$)")

MOST_LINES = 7_850
"""Of code, docstrings, comments and blank lines left out."""
COUNTED = ("agents/**/*.py", "model/dynamics/*.py", "model/phases/*.py", "model/output/*.py", "model/*.py")


@cache
def project_files() -> tuple[Path, ...]:
    """The files of the project: those that git tracks, or in an unpacked source archive those of the rooms."""
    if (ROOT / ".git").exists():
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        paths = [ROOT / name for name in listed.split("\0") if name]
    else:
        paths = [path for room in ROOMS for path in (ROOT / room).rglob("*") if "__pycache__" not in path.parts]
        paths += [ROOT / name for name in TOP_FILES]
    return tuple(sorted(path for path in paths if path.is_file()))


def modules(*rooms: str) -> Iterator[tuple[str, Path, ast.Module]]:
    """Dotted name, path and syntax tree of every Python file in the rooms."""
    for path in project_files():
        short = path.relative_to(ROOT)
        if path.suffix == ".py" and short.parts[0] in rooms:
            parts = short.with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            yield name, short, ast.parse(path.read_text(encoding="utf-8"))


def body_lines(function: Function) -> int:
    """Lines of a function from ``def`` to its end, its docstring left out."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    if ast.get_docstring(function) is not None:
        docstring = function.body[0]
        lines -= (docstring.end_lineno or docstring.lineno) - docstring.lineno + 1
    return lines


def public_definitions(tree: ast.Module | ast.ClassDef) -> Iterator[Function | ast.ClassDef]:
    """Public classes, functions and methods; what stands inside a function is its own affair."""
    for node in tree.body:
        if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from public_definitions(node)


def is_annotated(function: Function) -> bool:
    """Whether every argument but self and cls, and the result, has a type."""
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args]
    named = named[1:] if named and named[0].arg in ("self", "cls") else named
    named += [*arguments.kwonlyargs, *(star for star in (arguments.vararg, arguments.kwarg) if star)]
    return function.returns is not None and all(argument.annotation is not None for argument in named)


def test_no_file_is_longer_than_500_lines() -> None:
    lengths = {p: len(p.read_text(encoding="utf-8").splitlines()) for p in project_files() if p.suffix in WRITTEN}
    assert lengths
    assert [f"{p.relative_to(ROOT)}: {n} lines" for p, n in lengths.items() if n > LONGEST_FILE] == []


def test_no_function_is_longer_than_50_lines() -> None:
    long = [
        f"{path}:{node.lineno} {node.name}: {body_lines(node)} lines"
        for _, path, tree in modules("agents", "model", "tests")
        for node in ast.walk(tree)
        if isinstance(node, Function) and body_lines(node) > LONGEST_FUNCTION
    ]
    assert long == []


def test_every_public_definition_is_documented_and_annotated() -> None:
    faults = []
    for _, path, tree in modules("agents", "model", "pangwa.py"):
        if ast.get_docstring(tree) is None:
            faults.append(f"{path}: module without docstring")
        for node in public_definitions(tree):
            if ast.get_docstring(node) is None:
                faults.append(f"{path}:{node.lineno} {node.name}: no docstring")
            if isinstance(node, Function) and not is_annotated(node):
                faults.append(f"{path}:{node.lineno} {node.name}: an argument or the result has no type")
    assert faults == []


def storey(module: str) -> int | None:
    """The storey of a module: that of itself, or of the room that it stands in."""
    for level, rooms in enumerate(STOREYS):
        if module in rooms or any(module.startswith(f"{room}.") for room in rooms - {"model"}):
            return level
    return None


def imports(tree: ast.Module, known: set[str]) -> Iterator[tuple[int, str]]:
    """Line and name of every module of ours that a module imports, wherever the import stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names if alias.name.split(".")[0] in ROOMS)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in ROOMS:
            for alias in node.names:
                deeper = f"{node.module}.{alias.name}"
                yield node.lineno, deeper if deeper in known else str(node.module)


def test_imports_point_down() -> None:
    known = {name for name, _, _ in modules("agents", "model")}
    faults = []
    for name, path, tree in modules("agents", "model"):
        own = storey(name)
        if own is None:
            faults.append(f"{path}: stands in no storey; enter it in STOREYS of {Path(__file__).name}")
            continue
        for line, imported in imports(tree, known):
            below = storey(imported)
            if below is None or below > own:
                faults.append(f"{path}:{line} imports {imported}, which stands above it")
    assert faults == []


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Groups of modules each of which imports, by some way, all others of its group (Tarjan 1972)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    path: list[str] = []
    found: list[list[str]] = []

    def visit(module: str) -> None:
        index[module] = low[module] = len(index)
        path.append(module)
        for other in sorted(graph[module]):
            if other not in index:
                visit(other)
            if other in path:
                low[module] = min(low[module], low[other])
        if low[module] == index[module]:
            group = path[path.index(module) :]
            del path[-len(group) :]
            if len(group) > 1 or module in graph[module]:
                found.append(sorted(group))

    for module in sorted(graph):
        if module not in index:
            visit(module)
    return found


def import_graph() -> dict[str, set[str]]:
    """What every module imports of ours, wherever the import stands and whether or not it is for types alone."""
    known = {name for name, _, _ in modules("agents", "model")}
    return {name: {other for _, other in imports(tree, known)} & known for name, _, tree in modules("agents", "model")}


def test_imports_form_no_circle() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": {"e"}, "e": {"e"}}) == [["e"], ["a", "b", "c"]]
    graph = import_graph()
    assert len(graph) > 100
    assert circles(graph) == []


def foreign_imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything that a module imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def reaches_inside(name: str, tree: ast.Module) -> Iterator[str]:
    """What of the insides of numba, NumPy and the machine a module uses."""
    allowed = ALLOWED.get(name, set())
    for line, imported in foreign_imports(tree):
        within = imported in allowed or imported.rpartition(".")[0] in allowed - {"numba"}
        if INSIDES.match(imported) and not within:
            yield f"{line} imports {imported}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in ("ctypes", "_core", "ctypeslib", "__array_interface__"):
            yield f"{node.lineno} uses .{node.attr}"


def test_nobody_reaches_into_numba_or_numpy() -> None:
    lines = "import ctypes\nfrom numba import njit\nimport numpy._core.umath as u\nu.x.ctypes.data\nimport numpy as np"
    assert len(list(reaches_inside("model.x", ast.parse(lines)))) == 4
    faults = [
        f"{path}:{fault}" for name, path, tree in modules("agents", "model") for fault in reaches_inside(name, tree)
    ]
    assert faults == []


def code_lines(source: str) -> int:
    """Lines of code of a source: without blank lines, comments, docstrings (those below fields and constants, too)."""
    kept: set[int] = set()
    empty = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in empty:
            kept.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            kept.difference_update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return len(kept)


def lines_of_code() -> dict[str, int]:
    """Lines of code of every file that counts, by its path."""
    files = {path for pattern in COUNTED for path in ROOT.glob(pattern)} & set(project_files())
    return {str(path.relative_to(ROOT)): code_lines(path.read_text(encoding="utf-8")) for path in sorted(files)}


def test_the_model_stays_small() -> None:
    assert code_lines('"""Doc."""\n\n# why\nx = 1\n"""Of x."""\ny = """\n\n"""\n') == 4
    counts = lines_of_code()
    assert len(counts) > 30
    assert sum(counts.values()) <= MOST_LINES, counts


@pytest.mark.parametrize(
    ("imported", "heavy"),
    [
        ("model, agents, pangwa", ("numpy", "mesa", "pandas", "matplotlib", "pydantic", "scipy", "pyarrow")),
        ("model.cli", ("mesa", "pandas", "matplotlib", "pydantic", "scipy", "pyarrow")),
    ],
)
def test_importing_loads_nothing_heavy(imported: str, heavy: tuple[str, ...]) -> None:
    code = f"import sys, {imported}; print(*(sorted(set(sys.modules) & set({heavy!r}))))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_the_top_holds_the_agreed_rooms_and_files_only() -> None:
    shorts = [path.relative_to(ROOT) for path in project_files()]
    folders = {short.parts[0] for short in shorts if len(short.parts) > 1}
    assert folders <= {*ROOMS, ".ci"}
    assert {short.name for short in shorts if len(short.parts) == 1} <= TOP_FILES


# Written in pieces, so that this file does not find itself.
FOREIGN = re.compile(
    "|".join(
        [
            r"(?<![\w.])/(?:work|root|home|Users|opt)" + r"/\w",
            r"[A-Z]:\\" + r"Users",
            r"pypi\." + r"org",
            r"pythonhosted\." + r"org",
            r"anaconda\." + r"(?:org|com)",
            r"(?:extra-)?index" + r"-url",
        ]
    )
)


def test_no_file_names_a_machine_or_a_package_registry() -> None:
    found = []
    for path in project_files():
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        found += [
            f"{path.relative_to(ROOT)}:{n} {m[0]}" for n, line in enumerate(lines, 1) if (m := FOREIGN.search(line))
        ]
    assert found == []


def test_the_version_is_the_same_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    citation = re.search(r"^version: (\S+)$", (ROOT / "CITATION.cff").read_text(encoding="utf-8"), re.MULTILINE)
    assert citation is not None
    assert citation[1] == project["version"] == __version__


@pytest.mark.parametrize("python", PYTHONS)
def test_every_dependency_is_pinned_once_within_its_range(python: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins: dict[str, list[str]] = {}
    for pin in (Requirement(line) for line in lines if line and not line.startswith("#")):
        if pin.marker is None or pin.marker.evaluate({"python_version": python}):
            pins.setdefault(canonicalize_name(pin.name), []).append(str(pin.specifier).removeprefix("=="))
    wanted = [
        *project["dependencies"],
        *(item for extra in project["optional-dependencies"].values() for item in extra),
    ]
    faults = [f"{name}: pinned {len(versions)} times" for name, versions in pins.items() if len(versions) > 1]
    for requirement in map(Requirement, wanted):
        found = pins.get(canonicalize_name(requirement.name), [])
        if requirement.name != "pangwa" and not any(requirement.specifier.contains(version) for version in found):
            faults.append(f"{requirement}: pinned as {found or 'nothing'}")
    assert faults == []


def test_make_help_lists_every_chore() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.+)$", text, re.MULTILINE)
    assert phony is not None
    listed = set(re.findall(r"^([a-z]+):.*## \S", text, re.MULTILINE))
    assert set(phony[1].split()) == listed == set(re.findall(r"^([a-z]+):", text, re.MULTILINE))


def test_the_list_of_checked_tests_names_tests_that_are_there() -> None:
    listed = re.findall(r"`([a-z_/]+\.py)::(\w+)`", (ROOT / "tests" / "README.md").read_text(encoding="utf-8"))
    assert len(listed) > 40
    texts = {file: (ROOT / "tests" / file).read_text(encoding="utf-8") for file, _ in listed}
    assert [f"{file}::{test}" for file, test in listed if f"def {test}(" not in texts[file]] == []


WRITERS = {
    "model/experiments/files.py",
    "model/experiments/spool.py",
    "model/experiments/run_rows.py",
    "model/world/dated.py",
    "model/world/starter.py",
}
"""Modules that open files to write: the safe writer, two that write at a path from it, and two that fill a new folder."""


def writes(tree: ast.Module) -> Iterator[int]:
    """Lines on which a file is opened to be written, or written at once, past the safe writer."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        words = [
            word.value for word in [*node.args, *(key.value for key in node.keywords)] if isinstance(word, ast.Constant)
        ]
        modes = [word for word in words if isinstance(word, str) and re.fullmatch(r"[wxa]b?\+?", word)]
        if (called == "open" and modes) or (
            called in ("write_text", "write_bytes") and isinstance(node.func, ast.Attribute)
        ):
            yield node.lineno


def test_every_file_is_written_by_the_safe_writer() -> None:
    found = list(writes(ast.parse("p.write_text(x)\nwrite_text(p, x)\np.open('x')\nopen(p, mode='wb')\np.open()")))
    assert found == [1, 3, 4]
    faults = [
        f"{path.as_posix()}:{line}"
        for _, path, tree in modules("model", "agents")
        if path.as_posix() not in WRITERS
        for line in writes(tree)
    ]
    assert faults == []
